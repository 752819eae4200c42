import { ConfigError } from './config.ts';
import { ListenError } from './platform/listen-check.ts';
import { DemoRefused } from './seed/demo-seed.service.ts';

/** Faults of our own code, of which the place matters more than the words. */
const BUGS = [TypeError, ReferenceError, RangeError, SyntaxError];

/** Why the hub, or a command of it, gave up, for whoever runs it: what to do where that is known. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ([ConfigError, ListenError, DemoRefused].some((type) => error instanceof type)) return error.message;
  if (BUGS.some((type) => error instanceof type)) return error.stack ?? error.message;
  // A name with several addresses fails once for each of them, and says nothing itself.
  const causes = error instanceof AggregateError ? error.errors.map(reasonOf) : [];
  const said = [error.message, ...causes].filter((text) => text !== '').join('; ');
  return error.cause === undefined ? said : `${said} (${reasonOf(error.cause)})`;
}
