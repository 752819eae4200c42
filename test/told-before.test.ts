import { afterAll, expect, test } from '@jest/globals';
import { openDatabase } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { createLogger } from '../src/platform/logger.ts';
import { TestDatabase } from './support/test-database.ts';

const BEFORE = '0012-accounts-wall';
const FACT = 'kind, occurred_at, village_code, village_id, need_id, sector_code, pledge_id, partner_id';

const raw = await TestDatabase.create('empty');
const config = readConfig({ DATABASE_URL: raw.url, TOKEN_SECRET: 'x'.repeat(32) });
const database = await openDatabase(config, raw.url, createLogger('silent'));
afterAll(async () => {
  await database.close();
  await raw.drop();
});

const silent = { note: null, reason: null };
const delivery = {
  ...silent,
  id: 'delivery_1',
  quantity: 3,
  verificationNote: null,
  evidence: [] as string[],
};
const worded = {
  ...delivery,
  id: 'delivery_2',
  note: 'diantar "pagi"',
  reason: 'kurang',
  verificationNote: 'diterima',
  evidence: ['https://a.test/1', 'https://a.test/2'],
};
/** Pledges as facts told them when their words were among everything else. */
const pledges: Record<string, object | null> = {
  'no pledge': null,
  'nothing in confidence': { id: 'pledge_1', quantity: 5, ...silent, deliveries: [] },
  'a note': { id: 'pledge_1', quantity: 5, ...silent, note: 'catatan', deliveries: [] },
  'a reason': { id: 'pledge_1', quantity: 5, ...silent, reason: 'alasan', deliveries: [] },
  'deliveries in order': { id: 'pledge_1', quantity: 5, ...silent, deliveries: [worded, delivery] },
  'deliveries without a word': { id: 'pledge_1', quantity: 5, ...silent, deliveries: [delivery, delivery] },
};

interface Told {
  position: number | null;
  snapshot: object;
}
/** Each of them in its place, and each once more before it has one. */
const told: Told[] = Object.values(pledges).flatMap((pledge, index, { length }) => {
  const snapshot = {
    need: { id: 'need_1', status: 'OPEN' },
    village: { colours: [] },
    pledge,
    partner: null,
  };
  return [
    { position: index + 1, snapshot },
    { position: null, snapshot: { ...snapshot, need: { id: 'need_2', among: length } } },
  ];
});

/** What an administrator sees of the words of what has its place. */
async function wordsOfPlaced(): Promise<object[]> {
  const rows = await raw.sql<{ pledge: object }>(
    `select w.pledge from (select set_config('sinergi.asker', '{"roles": ["ADMIN"]}', true)) as asker,
      lateral (select w.id, w.pledge from shown.event_words w join events e on e.id = w.id
        where e.position is not null and asker is not null) as w order by w.id`,
  );
  return rows.map(({ pledge }) => pledge);
}

const snapshots = () => raw.sql<Told>('select position, snapshot from events order by id');

test('what was told before words had a column stays as it was, up, down and up again', async () => {
  await database.migrate();
  await database.orm.migrator.down({ to: BEFORE });
  for (const { position, snapshot } of told) {
    await raw.sql(
      `insert into events (position, ${FACT}, snapshot)
        select $1, 'PLEDGE_MADE', now(), '36.02.13.2001', 'village_1', 'need_1', 'sanitation', $2::jsonb #>> '{pledge,id}', null, $2`,
      [position, JSON.stringify(snapshot)],
    );
  }
  await raw.sql('update feed_head set position = (select max(position) from events)');
  const said = await wordsOfPlaced();
  expect(said).toHaveLength(5);

  await database.migrate();
  const words = await wordsOfPlaced();
  for (const [index, pledge] of said.entries()) expect(pledge).toMatchObject(words[index]!);
  const shown = await raw.sql<{ text: string }>(
    `select snapshot::text as text from events union all select snapshot::text from outbox`,
  );
  expect(shown).toHaveLength(told.length);
  for (const { text } of shown) expect(text).not.toMatch(/note|reason|verificationNote|evidence/i);
  expect(await raw.sql('select id from outbox order by id')).toEqual(
    told.flatMap(({ position }, index) => (position === null ? [{ id: index + 1 }] : [])),
  );

  await database.orm.migrator.down({ to: BEFORE });
  expect(await snapshots()).toEqual(told);

  await database.migrate();
  expect(await wordsOfPlaced()).toEqual(words);
  const [next] = await raw.sql<{ id: number }>(`select nextval('outbox_id_seq') as id`);
  expect(next!.id).toBe(told.length + 1);
});
