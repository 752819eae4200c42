import { ConfigError } from './config.ts';
import { DemoExposed } from './demo-exposure.ts';
import { DatabaseUrlError } from './platform/database-check.ts';
import { ListenError } from './platform/listen-check.ts';
import { AdministratorRefused } from './seed/account-setup.service.ts';
import { DemoRefused } from './seed/demo-seed.service.ts';

/** Faults of our own code, of which the place matters more than the words. */
const BUGS = [TypeError, ReferenceError, RangeError, SyntaxError];

/** Errors whose message is written for whoever runs the hub, and needs no cause beside it. */
const TOLD = [ConfigError, DatabaseUrlError, ListenError, DemoExposed, DemoRefused, AdministratorRefused];

const MAY_NOT = 'DATABASE_URL names a user who may not do what the hub does; it must own the database';

/** What PostgreSQL refuses to a user, or in a place, that DATABASE_URL should not have named. */
const REFUSED_WRITES: Readonly<Record<string, string>> = {
  42501: MAY_NOT,
  '3F000': MAY_NOT,
  25006: 'DATABASE_URL names a database that can only be read, such as a standby',
};

function refusedWriteOf(error: Error): string | undefined {
  return 'code' in error && typeof error.code === 'string' ? REFUSED_WRITES[error.code] : undefined;
}

/** Why the hub, or a command of it, gave up, for whoever runs it: what to do where that is known. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (TOLD.some((type) => error instanceof type)) return error.message;
  if (BUGS.some((type) => error instanceof type)) return error.stack ?? error.message;
  // A name with several addresses fails once for each of them, and says nothing itself.
  const causes = error instanceof AggregateError ? error.errors.map(reasonOf) : [];
  const said = [error.message, ...causes].filter((text) => text !== '').join('; ');
  const refusedWrite = refusedWriteOf(error);
  if (refusedWrite !== undefined) return `${refusedWrite}: ${said}`;
  return error.cause === undefined ? said : `${said} (${reasonOf(error.cause)})`;
}
