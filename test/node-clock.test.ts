// Whatever is decided against a date or an hour goes by PostgreSQL's clock. Each place that asks another one is named here.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const SOURCES = join(import.meta.dirname, '../../src');
/** The node's clock; `performance.now()` measures how long something takes, and is free. */
const NODE_CLOCK = /\bDate\.now\b|\bnew Date\(\)|\bDate\(\)/;
/** A clock that is asked without a statement: PostgreSQL's as the node knows it. */
const ASKED = /\bclock\.now\(\)/;

const nodeClockIn: Record<string, string> = {
  'platform/database-clock.ts': 'compares it with PostgreSQL’s',
  'platform/health-check.ts': 'compares it with PostgreSQL’s',
};

const HINT =
  'completes the faults of an input that is refused anyway; the transaction decides by its own time';
const askedIn: Record<string, string> = {
  'platform/allowances.ts': 'measures what an allowance has regained',
  'platform/meter.ts': 'measures what work took, by a clock of its own',
  'platform/forwarding-watch.ts': 'says for how long a warning is shown',
  'identity/refused-sign-ins.service.ts': 'bounds the lines of the log in a minute',
  'platform/live/connections.ts':
    'ends connections while the database cannot be asked; their tokens are looked up too',
  'identity/authentication.service.ts':
    'reads signed tokens; whether their session lasts is decided by the statement',
  'seed/story-player.service.ts': 'is the clock that the load moved',
  'balance/suggestion.service.ts': 'names needs that are due soon, and decides nothing',
  'pledges/claim.service.ts': `${HINT}; names needs that are due soon`,
  'pledges/pledge.service.ts': HINT,
  'deliveries/delivery.service.ts': HINT,
  'needs/new-needs.service.ts': HINT,
  'needs/need.service.ts': HINT,
};

async function filesWith(pattern: RegExp): Promise<string[]> {
  const entries = await readdir(SOURCES, { recursive: true });
  const found: string[] = [];
  for (const path of entries.filter((entry) => entry.endsWith('.ts'))) {
    const text = await readFile(join(SOURCES, path), 'utf8');
    if (pattern.test(text)) found.push(path.replaceAll('\\', '/'));
  }
  return found.toSorted();
}

test.each([
  ['the node’s own clock', NODE_CLOCK, nodeClockIn],
  ['a clock without a statement', ASKED, askedIn],
] as const)('%s is asked only where it decides nothing that is kept', async (_, pattern, allowed) => {
  expect(await filesWith(pattern)).toEqual(Object.keys(allowed).toSorted());
});
