import { readFile } from 'node:fs/promises';
import { runCommand } from './command.ts';
import type { RunAs } from './command.ts';

const ownName = 'sinergi-postgres';

/** Ours, the one of a PostgreSQL package, the one of macOS. */
const suitableNames = [ownName, 'postgres', '_postgres'];

/** The first is shadow's (Debian, Fedora), the second BusyBox's. */
const creations: readonly (readonly [string, readonly string[]])[] = [
  [
    'useradd',
    [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir=/nonexistent',
      '--shell=/usr/sbin/nologin',
      ownName,
    ],
  ],
  ['adduser', ['-S', '-D', '-H', '-h', '/nonexistent', '-s', '/sbin/nologin', ownName]],
];

async function readUsers(): Promise<RunAs[]> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n');
  return lines.flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}

/** initdb refuses a number that has no name in the system. */
export async function findUserById(uid: number): Promise<RunAs | undefined> {
  return (await readUsers()).find((user) => user.uid === uid);
}

async function findSuitable(): Promise<RunAs | undefined> {
  const users = await readUsers();
  const found = suitableNames.map((name) => users.find((user) => user.name === name && user.uid !== 0));
  return found.find((user) => user !== undefined);
}

/**
 * The user for PostgreSQL when the hub is root, since PostgreSQL refuses root. Makes one if the system has
 * none.
 * @throws with what to do, if none can be made.
 */
export async function findOrMakeSystemUser(log: (message: string) => void): Promise<RunAs> {
  const present = await findSuitable();
  if (present) return present;
  const failures: string[] = [];
  for (const [program, args] of creations) {
    const made = await runCommand(program, args);
    // It may have been made by another hub that started at the same time, so failure alone decides nothing.
    const user = await findSuitable();
    if (user) {
      log(`made the system user ${user.name} for PostgreSQL`);
      return user;
    }
    failures.push(`${program}: ${made.output.split('\n')[0]}`);
  }
  throw new Error(
    `PostgreSQL does not run as root, and the system user ${ownName} could not be made ` +
      `(${failures.join('; ')}). ` +
      `Make a user of that name, or start the hub as an ordinary user, or set DATABASE_URL.`,
  );
}
