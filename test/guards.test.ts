import { expect, test } from '@jest/globals';
import { approve, claim, commit, draft, publish, report, verify, withdraw } from './support/acts.ts';
import { brokenHistory } from './support/broken-history.ts';
import { brokenAreas } from './support/broken-areas.ts';
import { brokenShadows } from './support/broken-shadows.ts';
import { brokenSums } from './support/broken-sums.ts';
import { brokenTexts } from './support/broken-texts.ts';
import { insertPolicy } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { enter, issuersAccount, set } from './support/violations.ts';
import { buildWorld } from './support/world.ts';

/** The database refuses by itself what no code of the hub would do: each statement goes past all services. */
const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const { database } = hub;
const today = hub.clock.date();

const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 100, unitValue: 1000 });
const untouched = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 10, unitValue: 1000 });
const aDraft = await draft(as.kader, { villageId: villages.cimarga.id });
const promised = await claim(as.semen, need.id, 5);
const ended = await withdraw(as.semen, (await claim(as.semen, need.id, 2)).id);
const committed = await commit(as.semen, (await claim(as.semen, need.id, 10)).id, today);
const delivering = await commit(as.semen, (await claim(as.semen, need.id, 20)).id, today);
const decided = await verify(as.kader, (await report(as.semen, delivering.id, 4, today)).id);
const reported = await report(as.semen, delivering.id, 3, today);
const done = await publish(as.coordinator, { villageId: villages.sajira.id, quantity: 1, unitValue: 1000 });
const whole = await commit(as.kodim, (await claim(as.kodim, done.id, 1)).id, today);
await verify(as.coordinator, (await report(as.kodim, whole.id, 1, today)).id);
await insertPolicy(database, '36.04.12', { COLOUR_SHARE: 'APPROVAL' });
const asked = await claim(as.semen, (await publish(as.admin, { villageId: villages.tunjungTeja.id })).id, 24);
await approve(
  as.admin,
  (
    await claim(
      as.kodim,
      (await publish(as.admin, { villageId: villages.tunjungTeja.id, unitValue: 100_000_000 })).id,
      24,
    )
  ).id,
);
await hub.feedStamped();

const targets = {
  villages,
  partners,
  need,
  untouched,
  aDraft,
  promised,
  ended,
  committed,
  delivering,
  decided,
  reported,
  done,
  whole,
  asked,
};
const violations = [
  ...brokenSums(targets),
  ...brokenShadows(targets),
  ...brokenAreas(targets),
  ...brokenHistory(targets),
  ...brokenTexts(targets),
];

/** The function of each guard: its own, or one that several guards share. */
const functions = new Map(
  (
    await database.sql<{ guard: string; name: string }>(
      `select tgname as guard, proname as name from pg_trigger t join pg_proc p on p.oid = t.tgfoid where not tgisinternal`,
    )
  ).map(({ guard, name }) => [guard, name]),
);

interface DatabaseError {
  code: string;
  constraint: string;
  where: string;
}

async function refusalOf(statement: string): Promise<DatabaseError> {
  return database.transaction([statement]).then(
    () => Promise.reject(new Error(`it was done: ${statement}`)),
    (error: unknown) => error as DatabaseError,
  );
}

test.each(violations)('%s holds %s against %s', async (guard, rule, _, statement) => {
  const { code, constraint, where } = await refusalOf(statement);
  expect([code, constraint]).toEqual(['23514', rule]);
  expect(where).toContain(`function ${functions.get(guard)}()`);
});

test('every guard of the database is put to the test here', async () => {
  const guards = await database.sql<{ name: string }>(
    `select tgname as name from pg_trigger where not tgisinternal and tgrelid::regclass::text !~ 'graphile'`,
  );
  const tested = new Set(violations.map(([guard]) => guard));
  expect(guards.map(({ name }) => name).filter((name) => !tested.has(name))).toEqual([]);
});

test.each<[constraint: string, statement: string]>([
  ['needs_never_overclaimed', set('needs', untouched, `pledged = 11, version = version + 1`)],
  ['needs_never_overclaimed', set('needs', untouched, `pledged = -1, version = version + 1`)],
  ['needs_delivered_within_committed', set('needs', untouched, `verified = 1, version = version + 1`)],
  ['needs_status_follows_counters', set('needs', untouched, `status = 'COMMITTED', version = version + 1`)],
  ['needs_status_follows_counters', set('needs', untouched, `status = 'FULFILLED', version = version + 1`)],
  ['needs_published_unless_draft', set('needs', untouched, `published_at = null, version = version + 1`)],
  ['needs_cancelled_with_reason', set('needs', untouched, `status = 'CANCELLED', version = version + 1`)],
  ['needs_value_range', set('needs', untouched, `unit_value = 1000000000001, version = version + 1`)],
  [
    'pledges_delivered_within_quantity',
    set('pledges', committed, `delivered = 11, status = 'DELIVERING', version = version + 1`),
  ],
  ['pledges_open_ones_expire', set('pledges', promised, `status = 'EXPIRED', version = version + 1`)],
  [
    'pledges_ended_with_reason',
    set('pledges', promised, `status = 'WITHDRAWN', expires_at = null, version = version + 1`),
  ],
  [
    'pledges_status_follows_deliveries',
    set('pledges', delivering, `status = 'FULFILLED', expires_at = null, version = version + 1`),
  ],
  [
    'pledges_holder_is_another_partner',
    set('pledges', promised, `status = 'COMMITTED', holder_id = partner_id, version = version + 1`),
  ],
  ['deliveries_disputed_with_reason', set('deliveries', reported, `status = 'DISPUTED', decided_at = now()`)],
  ['ledger_entries_never_to_oneself', enter(targets, 'PEND', 1, { holder: partners.semen })],
  ['ledger_entries_amount_range', enter(targets, 'PEND', 0)],
  ['villages_claimed_within_needed', set('villages', villages.cimarga, 'pledged_rupiah = needed_rupiah + 1')],
  ['partner_balances_given_pending_range', 'update partner_balances set given_pending_rupiah = -1'],
  ['villages_needed_range', 'update villages set needed_rupiah = 10000000000001'],
  [
    'deliveries_noted_when_verified',
    `update deliveries set verification_note = 'ya' where status = 'REPORTED'`,
  ],
  ['programme_plan_range', 'update programme_plan set needed_rupiah = -1'],
  ['accounts_origin', issuersAccount({ password_hash: `'x'` })],
  ['accounts_origin', issuersAccount({ subject: 'null' })],
  ['accounts_origin', issuersAccount({ claims_issued_at: 'null' })],
  ['accounts_subject_length', issuersAccount({ subject: `repeat('x', 256)` })],
  ['accounts_issuer_length', issuersAccount({ issuer: `''` })],
  ...[
    `jsonb_set(snapshot, '{need,cancelReason}', '"tidak jadi"')`,
    `jsonb_set(snapshot, '{pledge}', '{"note": "rahasia"}')`,
    `jsonb_set(snapshot, '{pledge}', '{"reason": "rahasia"}')`,
    ...['"note": "rahasia"', '"reason": "rahasia"', '"verificationNote": "rahasia"', '"evidence": ["x"]'].map(
      (word) => `jsonb_set(snapshot, '{pledge}', '{"note": null, "deliveries": [{"id": "x"}, {${word}}]}')`,
    ),
  ].map((snapshot): [string, string] => [
    'outbox_words_apart',
    `insert into outbox (kind, occurred_at, village_code, village_id, need_id, sector_code, snapshot)
      select kind, occurred_at, village_code, village_id, need_id, sector_code, ${snapshot} from events where position = 1`,
  ]),
  ['feed_head_is_one_row', 'insert into feed_head (id, position) values (2, 0)'],
])('the constraint %s refuses its violation %#', async (name, statement) => {
  expect(await refusalOf(statement)).toMatchObject({ code: '23514', constraint: name });
});

test.each<[constraint: string, statement: string]>([
  [
    'events_position_unique',
    `insert into events select 1000000, 1, kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id, snapshot from events where position = 2`,
  ],
  [
    'accounts_subject_unique',
    `${issuersAccount()}; ${issuersAccount({ id: `'account_01jd3m5a8zf6wvqk2x7r9c4b1f'`, email: `'c@d'` })}`,
  ],
  ['idempotency_keys_pkey', `insert into idempotency_keys select * from idempotency_keys limit 1`],
  [
    'villages_code_unique',
    `insert into villages (id, area_id, code, name) select 'village_01jd3m5a8zf6wvqk2x7r9c4b1e', (select id from areas where code = '36'), code, name from villages limit 1`,
  ],
  [
    'partners_code_unique',
    `insert into partners select 'partner_01jd3m5a8zf6wvqk2x7r9c4b1e', code, name, kind, cluster_code, created_at from partners limit 1`,
  ],
  [
    'policies_version_unique',
    `insert into policies select 'policy_01jd3m5a8zf6wvqk2x7r9c4b1e', version, area_id, rules, 2, 1.5, 14, 14, now(), null from policies limit 1`,
  ],
])('%s stands once', async (name, statement) => {
  expect(await refusalOf(statement)).toMatchObject({ code: '23505', constraint: name });
});

test('the role of the application, which owns the tables, is the one that was refused', async () => {
  const owners = await database.sql<{ owner: string }>(
    `select distinct tableowner = current_user and not usesuper as owner from pg_tables, pg_user
      where schemaname = 'public' and usename = current_user`,
  );
  expect(owners).toEqual([{ owner: true }]);
});

test('after all these attempts the books are true', () => hub.expectTrueBooks());
