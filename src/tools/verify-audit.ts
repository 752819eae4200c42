import { parseArgs } from 'node:util';
import type { ChainHead } from '../audit/audit-chain.ts';
import { type ChainFault, verifyAudit } from '../audit/verify-audit.service.ts';
import { reasonOf } from '../failure.ts';
import { onDatabase } from './on-database.ts';

/**
 * `npm run verify-audit -- [--head <place>:<hash>]`: proves the chain of the audit trail, also beside a hub at work. Exit
 * code 1 when it is broken, or nothing was proved; 2 for arguments that are none.
 */
const USAGE = `Usage: npm run verify-audit -- [--head <place>:<hash>]...

  --head  a head that an earlier run printed, or the hub logged, and that was kept elsewhere`;
const PROGRESS_EVERY = 100_000;

const write = (text: string) => process.stdout.write(text);
const counted = (count: number) => count.toLocaleString('en');

const said: Record<ChainFault['kind'], string> = {
  MISSING: 'is missing',
  ALTERED: 'is not what was written: it, or the order of entries, was changed',
  REWRITTEN: 'is not the one whose hash was kept: the chain was written anew',
  CUT_OFF: 'and all after it are missing: the end of the chain was removed',
};

/** The heads that were given; null when one is none. */
function headsOf(texts: readonly string[]): ChainHead[] | null {
  const heads = texts.map((text) => /^([1-9]\d{0,15}):([0-9a-f]{64})$/.exec(text));
  if (heads.includes(null)) return null;
  return heads.map((match) => ({ position: Number(match![1]), hash: match![2]! }));
}

function readArguments(): ChainHead[] | null {
  try {
    const { values } = parseArgs({ options: { head: { type: 'string', multiple: true } } });
    return headsOf(values.head ?? []);
  } catch {
    return null;
  }
}

async function verify(heads: readonly ChainHead[]): Promise<number> {
  const counts = (proved: number) => {
    if (proved % PROGRESS_EVERY === 0) write(`${counted(proved)} entries proved so far\n`);
  };
  const { fault, head, pending } = await onDatabase((database) => verifyAudit(database, heads, counts));
  const { position, hash } = head;
  if (fault !== null) {
    write(`Entry ${fault.position} ${said[fault.kind]}.\n`);
    write(`The audit trail is broken: the ${counted(position)} entries before it are true. `);
    write('Keep the database as it is and ask for help.\n');
    return 1;
  }
  write(`The audit trail is true: ${counted(position)} entries.\n`);
  if (pending > 0) write(`${counted(pending)} acts wait for their place; a running hub gives it to them.\n`);
  if (position > 0) write(`Its head, to be kept elsewhere and given as --head later: ${position}:${hash}\n`);
  return 0;
}

const heads = readArguments();
try {
  if (heads === null) process.stderr.write(`${USAGE}\n`);
  process.exitCode = heads === null ? 2 : await verify(heads);
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
