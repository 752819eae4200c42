import { type Logger, pino, type DestinationStream } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** JSON lines; tokens, passwords and what people wrote never get in. */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    redact: ['req.headers.authorization', '*.password', '*.token', '*.authorization'],
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
