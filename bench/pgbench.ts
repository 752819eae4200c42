import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The statements of a claim in turns, through pgbench (Debian: postgresql-contrib or postgresql-15). */
export interface PgbenchRun {
  url: string;
  clients: number;
  seconds: number;
  /** The script's variables. */
  variables: Readonly<Record<string, string | number>>;
}

/** Transactions a second of bench/claim.pgbench.sql, prepared. */
export async function claimsInPgbench({ url, clients, seconds, variables }: PgbenchRun): Promise<number> {
  const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
  const options = ['-n', '-M', 'prepared', '-c', String(clients), '-j', '2', '-T', String(seconds)];
  const child = spawn('pgbench', [...options, ...defined, '-f', 'bench/claim.pgbench.sql', url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  const rate = /tps = ([\d.]+)/.exec(output);
  if (code !== 0 || rate === null) throw new Error(`pgbench failed:\n${output}`);
  return Number(rate[1]);
}
