import { randomUUID } from 'node:crypto';
import type { SinergiClient } from '../../client/sinergi-client.ts';
import { SinergiError } from '../../client/sinergi-error.ts';
import { claim, type Pledge } from '../support/acts.ts';

const MAX_TRIES = 200;
const RETRY_MS = 20;

/** Claims one unit as a careful client does: with one key until it is answered, at one node after the other. */
export async function claimStubbornly(nodes: readonly SinergiClient[], needId: string): Promise<Pledge> {
  const idempotencyKey = randomUUID();
  for (let tries = 0; ; tries += 1) {
    try {
      return await claim(nodes[tries % nodes.length]!, needId, 1, { idempotencyKey });
    } catch (error) {
      if (!(error instanceof SinergiError) || tries === MAX_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
