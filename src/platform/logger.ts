import { type DestinationStream, type Logger, pino } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const FACTS = ['code', 'constraint', 'table', 'column', 'routine', 'syscall', 'address', 'port'] as const;

/**
 * An error as the log shows it: what kind, where, and which rule. PostgreSQL's details hold whole rows, and so what
 * people wrote in private; of a message only the first line is kept, which names no values.
 */
function withoutPrivateDetails(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const known: Record<string, unknown> = {};
  for (const fact of FACTS) {
    if (fact in error) known[fact] = (error as unknown as Record<string, unknown>)[fact];
  }
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 12);
  return { type: error.name, message: error.message.split('\n', 1)[0], ...known, frames };
}

/** JSON lines; tokens, passwords and what people wrote never get in. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = { level, serializers: { err: withoutPrivateDetails } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
