import { readFile } from 'node:fs/promises';
import { afterAll, expect, test } from '@jest/globals';
import { openDatabase } from '../src/app.ts';
import { readCatalogue } from '../src/books/catalogue.service.ts';
import { type ProofResult, verifyBooks } from '../src/books/verify-books.service.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/platform/logger.ts';
import { TestDatabase } from './support/test-database.ts';

const raw = await TestDatabase.create();
const config = readConfig({ DATABASE_URL: raw.url }, { needsTokenSecret: false });
const database = await openDatabase(config, raw.url, createLogger('silent'));
afterAll(async () => {
  await database.close();
  await raw.drop();
});

/** The proof of the catalogue, which is the first. */
async function prove(): Promise<ProofResult> {
  for await (const result of verifyBooks(database)) return result;
  throw new Error('there is no proof');
}

test('schema/catalogue.json is what the migrations make (else: npm run catalogue)', async () => {
  const made = await database.systemReads.transaction().execute(readCatalogue);
  expect(made).toEqual(JSON.parse(await readFile('schema/catalogue.json', 'utf8')));
  expect((await prove()).breaches).toEqual([]);
});

const NOTHING = 'nothing';
const enabled = expect.stringMatching(/^enabled [0-9a-f]{32}$/);
const disabled = expect.stringMatching(/^disabled [0-9a-f]{32}$/);
const ofAnyState = expect.stringMatching(/ [0-9a-f]{32}$/);

/** Each is undone by the second statement. */
const cases: [what: string, change: string, undo: string, key: string, found: unknown][] = [
  [
    'a trigger that is disabled',
    'alter table events disable trigger events_append_only',
    'alter table events enable trigger events_append_only',
    'trigger public.events.events_append_only',
    disabled,
  ],
  [
    'a trigger that fires for replicas alone',
    'alter table events enable replica trigger events_append_only',
    'alter table events enable trigger events_append_only',
    'trigger public.events.events_append_only',
    expect.stringMatching(/^enabled R /),
  ],
  [
    'a trigger that is not of the migrations',
    `create trigger later before insert on pledges for each row execute function events_append_only()`,
    'drop trigger later on pledges',
    'trigger public.pledges.later',
    enabled,
  ],
  [
    'a trigger’s function with another body',
    'create or replace function needs_never_deleted() returns trigger language plpgsql as $$ begin return old; end $$',
    `do $$ begin execute replace('create or replace function needs_never_deleted() returns trigger language plpgsql as '
      || quote_literal((select prosrc from pg_proc where proname = 'pledges_never_deleted')), 'pledges', 'needs'); end $$`,
    'function public.needs_never_deleted()',
    ofAnyState,
  ],
  [
    'a function that runs with its owner’s rights',
    'alter function shown.asker() security definer',
    'alter function shown.asker() security invoker',
    'function shown.asker()',
    expect.stringMatching(/^as its owner /),
  ],
  [
    'a constraint that is gone',
    'alter table pledges drop constraint pledges_quantity_positive',
    'alter table pledges add constraint pledges_quantity_positive check (quantity >= 1)',
    'constraint public.pledges.pledges_quantity_positive',
    NOTHING,
  ],
  [
    'a constraint that says less',
    'alter table needs drop constraint needs_quantity_positive, add constraint needs_quantity_positive check (quantity >= 0)',
    'alter table needs drop constraint needs_quantity_positive, add constraint needs_quantity_positive check (quantity >= 1)',
    'constraint public.needs.needs_quantity_positive',
    expect.stringMatching(/^valid /),
  ],
  [
    'row level security off',
    'alter table accounts disable row level security',
    'alter table accounts enable row level security',
    'table public.accounts',
    expect.stringMatching(/^open /),
  ],
  [
    'a policy that lets everybody in',
    'create policy open on idempotency_keys for select using (true)',
    'drop policy open on idempotency_keys',
    'policy public.idempotency_keys.open',
    expect.stringMatching(/^permissive /),
  ],
  [
    'a view that shows more',
    'create or replace view shown.event_words with (security_barrier) as select id, words as pledge from events',
    `create or replace view shown.event_words with (security_barrier) as
      select e.id, coalesce(e.words, jsonb_build_object('id', e.pledge_id, 'note', null, 'reason', null,
        'deliveries', '[]'::jsonb)) as pledge
      from events e where e.pledge_id is not null and shown.asker_sees_private(e.village_id, e.partner_id)`,
    'view shown.event_words',
    expect.stringMatching(/^security_barrier=true /),
  ],
  [
    'an index that is gone',
    'drop index pledges_expiring',
    'create index "pledges_expiring" on "pledges" (expires_at) where expires_at is not null',
    'index public.pledges.pledges_expiring',
    NOTHING,
  ],
  [
    'a column that may be null',
    'alter table policies alter rules drop not null',
    'alter table policies alter rules set not null',
    'column public.policies.rules',
    expect.stringMatching(/^nullable /),
  ],
  [
    'a rule that swallows changes',
    'create rule quiet as on delete to sessions do instead nothing',
    'drop rule quiet on sessions',
    'rule public.sessions.quiet',
    expect.stringMatching(/^O /),
  ],
];

test.each(cases)('%s is found by name', async (_, change, undo, key, found) => {
  await raw.sql(change);
  const { breaches, count } = await prove();
  expect(breaches).toContainEqual(expect.objectContaining({ key, found }));
  expect(count).toBe(breaches.length);
  await raw.sql(undo);
});
