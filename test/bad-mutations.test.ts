import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { expect, test } from '@jest/globals';
import { SinergiError } from '../client/sinergi-error.ts';
import { claim, commit, draft, publish, type Refused, refused, report, verify } from './support/acts.ts';
import { NUL } from './support/bad-values.ts';
import { type MutationFaults, mutationFaults } from './support/mutation-faults.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const need = await publish(as.kader, { villageId: villages.cimarga.id });
const aDraft = await draft(as.kader, { villageId: villages.cimarga.id });
const pledge = await claim(as.semen, need.id, 3);
const committed = await claim(as.semen, need.id, 5);
await commit(as.semen, committed.id, hub.clock.date(10));
const delivery = await report(as.semen, committed.id, 2, hub.clock.date());

const rows = mutationFaults({ need, aDraft, pledge, committed, delivery, villages, partners });

/** The fields that an answer finds fault with; DONE when it finds none, and the code of an error that names none. */
async function faulted({ by, document }: MutationFaults, input: object): Promise<string[]> {
  try {
    const answer = await as[by].request(
      document as TypedDocumentNode<Record<string, { problems: Refused[] }>, object>,
      { input },
    );
    const [payload] = Object.values(answer);
    if (payload!.problems.length === 0) return ['DONE'];
    return payload!.problems.map(({ path, __typename }) =>
      path === null ? __typename : path.slice(1).join('.'),
    );
  } catch (error) {
    if (!(error instanceof SinergiError)) throw error;
    const argument = error.errors[0]?.extensions?.['argument'];
    const isNamed = error.code === 'BAD_USER_INPUT' && typeof argument === 'string';
    return isNamed && argument.startsWith('input.') ? [argument.slice('input.'.length)] : [error.code];
  }
}

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 60);

test.each(Object.entries(rows))(
  '%s names the field of every wrong value, and nothing is written',
  async (_, row) => {
    const before = await hub.contents();
    const surprises: string[] = [];
    for (const [field, values] of Object.entries(row.bad)) {
      for (const value of values) {
        const fields = await faulted(row, { ...row.input, [field]: value });
        if (!fields.every((one) => one === field || one.startsWith(`${field}.`))) {
          surprises.push(`${field} ${shown(value)} → ${fields.join(', ')}`);
        }
      }
    }
    expect(surprises).toEqual([]);
    expect(await hub.contents()).toEqual(before);
  },
);

test('all faults of one input are told at once, each with its field', async () => {
  const input = { needId: 'x', quantity: 0, dueOn: '2020-01-01', note: NUL, idempotencyKey: ' ' };
  const problems = await refused(claim(as.semen, 'x', 0, input));
  expect(problems.map(({ __typename, path }) => [__typename, path?.join('.')])).toEqual([
    ['InvalidInput', 'input.needId'],
    ['InvalidInput', 'input.quantity'],
    ['InvalidInput', 'input.dueOn'],
    ['InvalidInput', 'input.note'],
    ['InvalidInput', 'input.idempotencyKey'],
  ]);
});

test('no need is worth more than 10^12 rupiah, and no village plans more than 10^13', async () => {
  const villageId = villages.sajira.id;
  const tooGreat = [{ __typename: 'InvalidInput', path: ['input', 'quantity'] }];
  for (const [unitValue, quantity] of [
    [2 ** 52, 2],
    [10 ** 12 + 1, 1],
    [10 ** 6 + 1, 10 ** 6],
  ] as const) {
    expect(await refused(publish(as.admin, { villageId, unitValue, quantity }))).toMatchObject(tooGreat);
  }
  const [{ planned }] = (await hub.database.sql<{ planned: number }>(
    `select needed_rupiah as planned from villages where id = '${villageId}'`,
  )) as [{ planned: number }];
  const great = { villageId, unitValue: 10 ** 12, quantity: 1 };
  for (let count = 0; count < 9; count += 1) await publish(as.admin, great);
  const left = 10 ** 12 - planned;
  expect(await refused(publish(as.admin, { ...great, unitValue: left + 1 }))).toMatchObject(tooGreat);
  expect((await publish(as.admin, { ...great, unitValue: left })).value).toBe(left);
  expect(await refused(publish(as.admin, { ...great, unitValue: 1 }))).toMatchObject(tooGreat);
});

test('a claim of 2^31 − 1 is told what remains', async () => {
  const problems = await refused(claim(as.semen, need.id, 2 ** 31 - 1));
  expect(problems).toMatchObject([
    { __typename: 'NotEnoughRemaining', path: ['input', 'quantity'], remaining: 16 },
  ]);
});

test('a delivery that was decided, and another partner’s pledge, are refused by name', async () => {
  await verify(as.kader, delivery.id);
  expect(await refused(verify(as.kader, delivery.id))).toMatchObject([
    { __typename: 'WrongState', status: 'VERIFIED' },
  ]);
  expect(await refused(commit(as.kodim, pledge.id, hub.clock.date(1)))).toMatchObject([
    { __typename: 'Forbidden' },
  ]);
  expect(await refused(report(as.kodim, committed.id, 1, hub.clock.date()))).toMatchObject([
    { __typename: 'Forbidden' },
  ]);
});

test('none of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
