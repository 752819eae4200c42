import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServerResponse } from 'node:http';

/** Why work was given up: whoever had asked for it waits no longer. Nobody is told, and it is no fault of the hub. */
export class Abandoned extends Error {
  constructor() {
    super('nobody waits for this any more');
    this.name = 'Abandoned';
  }
}

/** A signal that aborts when the response is closed before all of it was sent. */
export function whileOpen(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(new Abandoned());
  });
  return controller.signal;
}

const wanted = new AsyncLocalStorage<AbortSignal>();

/**
 * Does work whose reads may be given up once the signal aborts. Only for work that nobody else waits for, and that changes
 * nothing: whatever it reads on the pools of reads then rejects with the signal's reason, and its statement is cancelled.
 */
export function whileWanted<T>(signal: AbortSignal, work: () => T): T {
  return wanted.run(signal, work);
}

/** The signal of the work that asks; undefined where nobody can give it up. */
export function wantedHere(): AbortSignal | undefined {
  return wanted.getStore();
}

/** What `sent` answers, or the signal's reason once it aborts. */
export async function orAbandoned<T>(
  sent: Promise<T>,
  signal: AbortSignal,
  onAbandoned: () => void,
): Promise<T> {
  const { promise: abandoned, reject } = Promise.withResolvers<never>();
  const leave = () => {
    onAbandoned();
    reject(signal.reason);
  };
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  try {
    return await Promise.race([sent, abandoned]);
  } finally {
    signal.removeEventListener('abort', leave);
  }
}
