import { describe, expect, test } from '@jest/globals';
import type { SinergiClient } from '../client/sinergi-client.ts';
import { hashPassword } from '../src/identity/password.ts';
import { accept, disable, invite, NEW_PASSWORD, setRoles } from './support/account-acts.ts';
import { refused } from './support/acts.ts';
import { insertAccount } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const second = await testHub({ database: hub.database, clock: hub.clock });
/** Their administrator has no password, and so is none who can sign in. */
const { as, accounts } = await buildWorld(hub);
const passwordHash = await hashPassword(NEW_PASSWORD);

let made = 0;
/** Somebody who administers, and can sign in. */
async function anAdministrator(): Promise<string> {
  const email = `administrator-${(made += 1)}@sinergi.test`;
  return insertAccount(hub.database, { email, roles: ['ADMIN'], passwordHash });
}

/** Who administers, and can sign in. */
async function administrators(): Promise<string[]> {
  const rows = await hub.database.sql<{ id: string }>(
    `select id from accounts join account_roles on account_id = id and role = 'ADMIN'
      where disabled_at is null and password_hash is not null order by id`,
  );
  return rows.map(({ id }) => id);
}

/** Takes the role from all who could sign in, past the guards. */
async function withoutAdministrators(): Promise<void> {
  await hub.database.transaction([
    'alter table account_roles disable trigger account_roles_administrator_guard',
    `delete from account_roles where role = 'ADMIN' and account_id <> '${accounts.admin}'`,
    'alter table account_roles enable trigger account_roles_administrator_guard',
  ]);
}

describe('the last administrator who can sign in', () => {
  const takes: [name: string, act: (by: SinergiClient, accountId: string) => Promise<unknown>][] = [
    ['disabled', disable],
    ['without the role', (by, accountId) => setRoles(by, { accountId, roles: ['AUDITOR'] })],
  ];

  test.each(takes)('cannot be %s, not by anybody; others can', async (_, take) => {
    await withoutAdministrators();
    const [last, other] = [await anAdministrator(), await anAdministrator()];
    const client = await hub.client(last);
    await take(client, other);
    for (const by of [client, as.admin]) {
      expect(await refused(take(by, last))).toMatchObject([
        { __typename: 'Forbidden', path: ['input', 'accountId'] },
      ]);
    }
    // Whoever was only invited does not count: nobody can sign in as them yet.
    const { secret } = await invite(as.admin, { roles: ['ADMIN'] });
    expect(await refused(take(client, last))).toHaveLength(1);
    await accept(as.anonymous, secret!);
    await take(client, last);
    expect(await administrators()).toHaveLength(1);
  });

  test.each(takes)('remains when two make each other %s at the same instant', async (_, take) => {
    for (let round = 0; round < 5; round += 1) {
      await withoutAdministrators();
      const [one, other] = [await anAdministrator(), await anAdministrator()];
      const clients = [await hub.client(one), await second.client(other)] as const;
      const answers = await Promise.allSettled([take(clients[0], other), take(clients[1], one)]);
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await administrators()).toHaveLength(1);
    }
  });

  test.each(takes)('remains when all make themselves %s at the same instant', async (_, take) => {
    await withoutAdministrators();
    const all = await Promise.all([1, 2, 3, 4].map(anAdministrator));
    const clients = await Promise.all(all.map((id, n) => (n % 2 === 0 ? hub : second).client(id)));
    const answers = await Promise.allSettled(clients.map((client, n) => take(client, all[n]!)));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(await administrators()).toHaveLength(1);
  });

  test('remains also when two statements past the hub’s code take the role at the same instant', async () => {
    await withoutAdministrators();
    const both = [await anAdministrator(), await anAdministrator()];
    const answers = await Promise.allSettled(
      both.map((id) => hub.database.transaction([`delete from account_roles where account_id = '${id}'`])),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const [lost] = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [answer.reason as object] : [],
    );
    expect(lost).toMatchObject({ code: '23514', constraint: 'an_administrator_remains' });
    expect(await administrators()).toHaveLength(1);
  });
});

test('none of this was a fault to the hubs', () => {
  expect([...hub.complaints, ...second.complaints]).toEqual([]);
});
