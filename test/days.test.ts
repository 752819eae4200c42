import { expect, test } from '@jest/globals';
import { NeedDocument, PledgeDocument, PublishDraftDocument } from '../client/operations.ts';
import { claim, commit, draft, publish, refused, report, update, verify } from './support/acts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, villages } = await buildWorld(hub);
const { clock } = hub;
const villageId = villages.cimarga.id;
const today = () => clock.date();
const readNeed = async (id: string) => (await as.auditor.request(NeedDocument, { id })).need!;

/** The same act a minute before and a minute after midnight in Banten, of a day that is over in between. */
async function acrossMidnight<T>(act: (date: string) => Promise<T>): Promise<{ before: T; after: T }> {
  await clock.moveTo(`${clock.date(1)}T16:59:00Z`);
  const date = today();
  const before = await act(date);
  await clock.moveTo(`${date}T17:01:00Z`);
  expect(today()).not.toBe(date);
  return { before, after: await act(date) };
}

test('a claim and its commitment, repeated after midnight, answer what they answered before', async () => {
  const need = await publish(as.kader, { villageId });
  const claims = await acrossMidnight((dueOn) =>
    claim(as.semen, need.id, 4, { dueOn, idempotencyKey: 'claim at midnight' }),
  );
  expect(claims.after).toEqual(claims.before);
  const commitments = await acrossMidnight((dueOn) =>
    commit(as.semen, claims.before.id, dueOn, { idempotencyKey: 'commit at midnight' }),
  );
  expect(commitments.after).toEqual(commitments.before);
  expect(await readNeed(need.id)).toMatchObject({ remaining: 20, committed: 4 });
});

test('a need published, drafted or changed before midnight is the same when it is sent again after', async () => {
  const published = await acrossMidnight((dueOn) =>
    publish(as.kader, { villageId, dueOn, idempotencyKey: 'publish at midnight' }),
  );
  expect(published.after).toEqual(published.before);
  const drafted = await acrossMidnight((dueOn) =>
    draft(as.kader, { villageId, dueOn, idempotencyKey: 'draft at midnight' }),
  );
  expect(drafted.after).toEqual(drafted.before);
  const { id, version } = await publish(as.kader, { villageId });
  const changed = await acrossMidnight((dueOn) =>
    update(as.kader, { needId: id, version, dueOn, idempotencyKey: 'update at midnight' }),
  );
  expect(changed.after).toEqual(changed.before);
});

test('another key for a day that is past is refused by the field', async () => {
  const need = await publish(as.kader, { villageId });
  expect(await refused(claim(as.semen, need.id, 1, { dueOn: clock.date(-1) }))).toMatchObject([
    { __typename: 'InvalidInput', path: ['input', 'dueOn'] },
  ]);
});

test('due dates reach five years from now and not a day further', async () => {
  await clock.moveTo('2028-02-29T03:00:00Z');
  const need = await publish(as.kader, { villageId, dueOn: '2033-02-28' });
  const tooFar = [{ __typename: 'InvalidInput', path: ['input', 'dueOn'] }];
  expect(await refused(publish(as.kader, { villageId, dueOn: '2033-03-01' }))).toMatchObject(tooFar);
  const pledge = await claim(as.semen, need.id, 1, { dueOn: '2033-02-28' });
  expect(await refused(claim(as.semen, need.id, 1, { dueOn: '2033-03-01' }))).toMatchObject(tooFar);
  expect(await refused(commit(as.semen, pledge.id, '9999-12-31'))).toMatchObject(tooFar);
  expect((await commit(as.semen, pledge.id, '2033-02-28')).dueOn).toBe('2033-02-28');
});

test('a draft whose day has passed is published only with a later one', async () => {
  const { id, version } = await draft(as.kader, { villageId, dueOn: clock.date(3) });
  await clock.moveDays(4);
  const publishDraft = async (current: number) =>
    (await as.kader.request(PublishDraftDocument, { input: { needId: id, version: current } })).publishDraft;
  const { need, problems } = await publishDraft(version);
  expect([need, problems]).toMatchObject([null, [{ __typename: 'InvalidInput', path: ['input', 'needId'] }]]);
  const later = await update(as.kader, { needId: id, version, dueOn: clock.date(30) });
  expect((await publishDraft(later.version)).need).toMatchObject({ status: 'OPEN', dueOn: clock.date(30) });
});

test('null and absent fields are one input to a key, but where null empties a field', async () => {
  const { id, version } = await publish(as.kader, { villageId, description: 'Untuk warga' });
  const first = await claim(as.semen, id, 2, { idempotencyKey: 'null or not' });
  expect(await claim(as.semen, id, 2, { idempotencyKey: 'null or not', dueOn: null, note: null })).toEqual(
    first,
  );
  const change = { needId: id, version: version + 1, title: 'Jamban bersih', idempotencyKey: 'empties' };
  await update(as.kader, change);
  expect(await refused(update(as.kader, { ...change, description: null }))).toMatchObject([
    { __typename: 'IdempotencyConflict', path: ['input', 'idempotencyKey'] },
  ]);
});

test('the village’s word on a delivery stands beside the partner’s', async () => {
  const need = await publish(as.kader, { villageId });
  const pledge = await claim(as.semen, need.id, 2);
  await commit(as.semen, pledge.id, clock.date(5));
  const delivery = await report(as.semen, pledge.id, 2, today(), { note: 'Diserahkan di balai' });
  await verify(as.kader, delivery.id, { note: 'Sudah diterima' });
  const read = (await as.semen.request(PledgeDocument, { id: pledge.id })).pledge!;
  expect(read.deliveries.nodes).toMatchObject([
    { note: 'Diserahkan di balai', verificationNote: 'Sudah diterima', status: 'VERIFIED' },
  ]);
});
