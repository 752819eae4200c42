import { parseArgs } from 'node:util';
import { isEmailAddress } from '../kernel/text.ts';
import { PROVINCE } from './demo/banten.ts';

export const USAGE = `Usage: npm run seed -- [options]

Loads the official areas of a province, and the clusters and sectors. What is there stays as it is.

  --province <code>   its two digits, such as 32, or "all" for the whole country (default: ${PROVINCE.code}, Banten)
  --demo              also the demo of Banten, with accounts of which everybody knows the password
  --admin <address>   also an administrator with this e-mail address and ADMIN_PASSWORD (12 characters or more)
  --help              this text

The database is the one of DATABASE_URL, or else the hub's own in DATA_DIR, which must not be running then.
`;

export interface SeedArguments {
  /** Null is the whole country. */
  province: string | null;
  demo: boolean;
  admin: string | null;
  help: boolean;
}

/** A fault in the command line, in words. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        province: { type: 'string', default: PROVINCE.code },
        demo: { type: 'boolean', default: false },
        admin: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Throws UsageError that names the first fault. */
export function readArguments(args: readonly string[]): SeedArguments {
  const { province, demo, admin, help } = parse(args);
  if (province !== 'all' && !/^\d\d$/.test(province)) {
    throw new UsageError(`--province must be two digits or "all"; it is “${province}”.`);
  }
  if (admin !== undefined && !isEmailAddress(admin)) {
    throw new UsageError(`--admin must be an e-mail address; it is “${admin}”.`);
  }
  return { province: province === 'all' ? null : province, demo, admin: admin ?? null, help };
}
