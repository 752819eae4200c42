import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ChainHead } from '../src/audit/audit-chain.ts';
import { type ChainFault, verifyAudit } from '../src/audit/verify-audit.service.ts';
import { claim, publish, withdraw } from './support/acts.ts';
import { ChildHub } from './support/child-hub.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { database } = hub;
const { as, villages } = await buildWorld(hub);

const prove = (heads: ChainHead[] = []) => verifyAudit(hub.services.database, heads);

/** The chain as it stands, once every act has its place. */
async function headNow(): Promise<ChainHead> {
  await hub.actsChained();
  return (await hub.services.auditReads.head())!;
}

const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 1000 });
for (const quantity of [1, 2, 3, 4, 5, 6]) {
  await withdraw(as.semen, (await claim(as.semen, need.id, quantity)).id);
}

/** Past the guards, as only the owner of the tables can. */
function tamper(...statements: string[]): Promise<void> {
  return database.transaction([
    'alter table audit_entries disable trigger user',
    ...statements,
    'alter table audit_entries enable trigger user',
  ]);
}

const CONTENT =
  'pending_id, occurred_at, action, outcome, actor_kind, account_id, subject_ids, address, request_id, token_id';
const SWAP = CONTENT.split(', ')
  .map((column) => `${column} = other.${column}`)
  .join(', ');
const set = (what: string): string[] => [`update audit_entries set ${what} where position = 7`];

describe('verify-audit finds', () => {
  let head: ChainHead;
  beforeAll(async () => {
    head = await headNow();
    await database.sql('create table kept as select * from audit_entries');
  });
  afterAll(async () => {
    await database.sql('drop table kept');
  });

  const cases: [what: string, statements: string[], fault: ChainFault | null][] = [
    ['nothing in a chain that nobody touched', [], null],
    [
      'another actor',
      set(`account_id = 'account_01jd3m5a8zf6wvqk2x7r9c4b1e'`),
      { kind: 'ALTERED', position: 7 },
    ],
    [
      'nobody as the actor',
      set(`account_id = null, actor_kind = 'ANONYMOUS'`),
      { kind: 'ALTERED', position: 7 },
    ],
    ['another act', set(`action = 'declinePledge'`), { kind: 'ALTERED', position: 7 }],
    ['another outcome', set(`outcome = 'REFUSED'`), { kind: 'ALTERED', position: 7 }],
    [
      'another microsecond',
      set(`occurred_at = occurred_at + interval '1 microsecond'`),
      { kind: 'ALTERED', position: 7 },
    ],
    ['a subject more', set(`subject_ids = subject_ids || '{x}'::text[]`), { kind: 'ALTERED', position: 7 }],
    [
      'another order of subjects',
      set('subject_ids = array[subject_ids[2], subject_ids[1]] || subject_ids[3:]'),
      { kind: 'ALTERED', position: 7 },
    ],
    ['another address', set(`address = '192.0.2.1'`), { kind: 'ALTERED', position: 7 }],
    ['an address that is gone', set('address = null'), { kind: 'ALTERED', position: 7 }],
    ['another request', set(`request_id = 'x'`), { kind: 'ALTERED', position: 7 }],
    ['another token', set(`token_id = 'x'`), { kind: 'ALTERED', position: 7 }],
    ['another number', set('pending_id = 1000000'), { kind: 'ALTERED', position: 7 }],
    ['another hash', set(`hash = repeat('a', 64)`), { kind: 'ALTERED', position: 7 }],
    [
      'the first entry removed',
      ['delete from audit_entries where position = 1'],
      { kind: 'MISSING', position: 1 },
    ],
    ['an entry removed', ['delete from audit_entries where position = 7'], { kind: 'MISSING', position: 7 }],
    [
      'an entry removed, and the gap closed',
      [
        'delete from audit_entries where position = 7',
        'update audit_entries set position = position + 1000000 where position > 7',
        'update audit_entries set position = position - 1000001 where position > 1000000',
      ],
      { kind: 'ALTERED', position: 7 },
    ],
    [
      'an entry put in between',
      [
        'update audit_entries set position = position + 1000000 where position >= 7',
        'update audit_entries set position = position - 999999 where position >= 1000000',
        `insert into audit_entries (position, ${CONTENT}, hash)
          select 7, 1000000, ${CONTENT.replace('pending_id, ', '')}, hash from audit_entries where position = 8`,
      ],
      { kind: 'ALTERED', position: 7 },
    ],
    [
      'an entry put at the end that is hashed wrong',
      [
        `insert into audit_entries (position, ${CONTENT}, hash)
          select max(position) over () + 1, 1000000, ${CONTENT.replace('pending_id, ', '')}, hash
          from audit_entries order by position desc limit 1`,
      ],
      { kind: 'ALTERED', position: -1 },
    ],
    [
      'the contents of two entries swapped',
      [
        'alter table audit_entries drop constraint audit_entries_pending_id_unique',
        `update audit_entries as e set ${SWAP} from kept as other
          where (e.position, other.position) in ((7, 9), (9, 7))`,
        'alter table audit_entries add constraint audit_entries_pending_id_unique unique (pending_id)',
      ],
      { kind: 'ALTERED', position: 7 },
    ],
    [
      'two entries swapped with their hashes',
      [
        'update audit_entries set position = 1000000 where position = 7',
        'update audit_entries set position = 7 where position = 9',
        'update audit_entries set position = 9 where position = 1000000',
      ],
      { kind: 'ALTERED', position: 7 },
    ],
  ];

  test.each(cases)('%s', async (_, statements, expected) => {
    const fault = expected?.position === -1 ? { ...expected, position: head.position + 1 } : expected;
    await tamper(...statements);
    const report = await prove();
    await restore();
    expect(report.fault).toEqual(fault);
    const before = fault === null ? head.position : fault.position - 1;
    expect(report.head.position).toBe(before);
  });

  test('an end that was cut off only by a head that was kept elsewhere', async () => {
    await tamper(`delete from audit_entries where position > ${head.position - 3}`);
    const [alone, withHead] = [await prove(), await prove([head])];
    await restore();
    expect(alone).toMatchObject({ fault: null, head: { position: head.position - 3 } });
    expect(withHead.fault).toEqual({ kind: 'CUT_OFF', position: head.position - 2 });
  });

  test('the whole trail removed only by a head that was kept elsewhere', async () => {
    await tamper('delete from audit_entries');
    const [alone, withHead] = [await prove(), await prove([head])];
    await restore();
    expect([alone.fault, withHead.fault]).toEqual([null, { kind: 'CUT_OFF', position: 1 }]);
  });

  test('a chain that was written anew only by a head that was kept elsewhere', async () => {
    const rewritten = { position: 7, hash: 'a'.repeat(64) };
    expect((await prove([head, rewritten])).fault).toEqual({ kind: 'REWRITTEN', position: 7 });
    expect((await prove([head])).fault).toBeNull();
  });

  async function restore(): Promise<void> {
    await tamper('delete from audit_entries', 'insert into audit_entries select * from kept');
    expect((await prove([head])).fault).toBeNull();
  }
});

test('an end that is cut off while a hub chains is found at the next act', async () => {
  const { position } = await headNow();
  await database.sql('create table kept as select * from audit_entries');
  await tamper(`delete from audit_entries where position = ${position}`);
  await claim(as.semen, need.id, 1);
  await hub.actsChained();
  expect((await prove()).fault).toEqual({ kind: 'MISSING', position });
  await tamper(`insert into audit_entries select * from kept where position = ${position}`);
  await database.sql('drop table kept');
  expect((await prove()).fault).toBeNull();
});

test('the command names the first broken entry and ends with 1, and with 0 and the head when all is true', async () => {
  const run = async (...args: string[]) => {
    const proof = new ChildHub('tools/verify-audit.js', { DATABASE_URL: database.url }, args);
    return [await proof.end(), proof.output] as const;
  };
  const { position, hash } = await headNow();
  const [code, said] = await run();
  expect([code, said]).toEqual([
    0,
    `The audit trail is true: ${position} entries.\nIts head, to be kept elsewhere and given as --head later: ${position}:${hash}\n`,
  ]);
  expect(await run('--head', `${position + 1}:${hash}`)).toEqual([
    1,
    expect.stringMatching(
      `^Entry ${position + 1} and all after it are missing: .*\n.*${position} entries before it`,
    ),
  ]);
  await tamper(`update audit_entries set action = 'declinePledge' where position = 3`);
  expect(await run()).toEqual([
    1,
    expect.stringMatching(
      /^Entry 3 is not what was written: .*\nThe audit trail is broken: the 2 entries before it/,
    ),
  ]);
  expect(await run('--head', `1:${hash}0`)).toEqual([
    2,
    expect.stringMatching(/^Usage: npm run verify-audit/),
  ]);
});

test('none of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
