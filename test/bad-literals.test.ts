import { describe, expect, test } from '@jest/globals';
import { SinergiError } from '../client/sinergi-error.ts';
import { publish } from './support/acts.ts';
import { nothingsId } from './support/bad-values.ts';
import { take } from './support/listener.ts';
import { gql } from './support/query.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

/** What graphql-js itself refuses: literals and variables that do not fit the schema, before any resolver runs. */

const hub = await testHub();
const { as, villages } = await buildWorld(hub);
const need = await publish(as.kader, { villageId: villages.cimarga.id });

type Operation = [source: string, variables?: Record<string, unknown>];

async function refusalsOf([source, variables]: Operation, by: 'request' | 'subscribe') {
  const document = gql(source);
  const act =
    by === 'request'
      ? as.admin.request(document, variables)
      : take(as.admin.subscribe(document, variables), 1);
  const error = await act.then(
    (answer) => new Error(`it was answered: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  if (!(error instanceof SinergiError)) throw error;
  return error.errors.map(({ extensions, message }) => [extensions?.['argument'], message]);
}

const claim = (input: string) => `mutation { claimNeed(input: { ${input} }) { pledge { id } } }`;
const claimWith = `mutation ($claim: ClaimNeedInput!) { claimNeed(input: $claim) { pledge { id } } }`;
const claimOf = (more: object) => ({
  claim: { needId: need.id, quantity: 1, idempotencyKey: 'kunci', ...more },
});
const policyWith = `mutation ($input: PublishPolicyInput!) { publishPolicy(input: $input) { policy { id } } }`;
const setting = { rule: 'RECIPROCITY', mode: 'OFF', limit: 1 };
const policyOf = (...rules: object[]) => ({
  input: { areaCode: '36', rules, synergyColours: 2, synergyDiversity: 1.5, pledgeDays: 14, graceDays: 14 },
});

const inLiterals: [names: string[], operation: Operation][] = [
  [['input.quantity'], [claim(`needId: "${need.id}", quantity: 2147483648, idempotencyKey: "k"`)]],
  [['input.quantity'], [claim(`needId: "${need.id}", quantity: 1.5, idempotencyKey: "k"`)]],
  [['input.quantity'], [claim(`needId: "${need.id}", quantity: null, idempotencyKey: "k"`)]],
  [['input.quantity', 'input.idempotencyKey'], [claim(`needId: "${need.id}"`)]],
  [['input.colour'], [claim(`needId: "x", quantity: 1, idempotencyKey: "k", colour: "red"`)]],
  [['input.dueOn'], [claim(`needId: "x", quantity: 1, idempotencyKey: "k", dueOn: "2026-02-30"`)]],
  [['input.dueOn'], [claim(`needId: "x", quantity: 1, idempotencyKey: "k", dueOn: 20260630`)]],
  [['input'], ['mutation { claimNeed(input: 7) { pledge { id } } }']],
  [['input'], ['mutation { claimNeed { pledge { id } } }']],
  [['status.1'], ['{ needs(status: [OPEN, SHUT]) { totalCount } }']],
  [['first'], ['{ needs(first: "ten") { totalCount } }']],
  [['limit'], ['{ needs(limit: 10) { totalCount } }']],
  [['after'], ['{ needs(after: 10) { totalCount } }']],
  [['first'], ['query ($count: Int = "ten") { needs(first: $count) { totalCount } }']],
  [['if'], ['{ needs @include(if: "yes") { totalCount } }']],
  [['filter.kinds.0'], ['{ feed(filter: { kinds: [NEED_LOST] }) { nodes { kind } } }']],
  [['first'], ['{ villages { nodes { needs(first: "ten") { totalCount } } } }']],
  [
    ['input.unitValue'],
    [
      `mutation { publishNeed(input: { villageId: "v", sector: "s", title: "t", unit: "u", quantity: 1,
        unitValue: 9007199254740992 }) { need { id } } }`,
    ],
  ],
];

const inVariables: [names: string[], operation: Operation][] = [
  [['input.quantity'], [claimWith, claimOf({ quantity: 2 ** 31 })]],
  [['input.quantity'], [claimWith, claimOf({ quantity: '3' })]],
  [['input.quantity'], [claimWith, claimOf({ quantity: undefined })]],
  [['input.quantity'], [claimWith, claimOf({ quantity: null })]],
  [['input.colour'], [claimWith, claimOf({ colour: ' at "input.needId"; ' })]],
  [['input.quantity'], [claimWith, claimOf({ quantity: 2 ** 31, needId: ' at "input.needId"; ' })]],
  [['input.dueOn'], [claimWith, claimOf({ dueOn: '2026-02-30' })]],
  [['input'], [claimWith, {}]],
  [['input'], [claimWith, { claim: 7 }]],
  [
    ['input.rules.0.mode', 'input.rules.1.floor'],
    [policyWith, policyOf({ ...setting, mode: 'MAYBE' }, { ...setting, floor: 'x' })],
  ],
  [['input.rules.0.limit'], [policyWith, policyOf({ ...setting, limit: undefined })]],
  [['id'], ['query ($need: ID!) { need(id: $need) { id } }', { need: {} }]],
  [['id'], ['query ($need: ID) { need(id: $need) { id } }', { need: nothingsId('need') }]],
  [
    ['status.0'],
    ['query ($states: [NeedStatus!]) { needs(status: $states) { totalCount } }', { states: ['SHUT'] }],
  ],
  [
    ['status.1'],
    ['query ($state: NeedStatus!) { needs(status: [OPEN, $state]) { totalCount } }', { state: 'SHUT' }],
  ],
  [
    ['first'],
    [
      'query ($count: Int) { ...page } fragment page on Query { needs(first: $count) { totalCount } }',
      { count: 'ten' },
    ],
  ],
];

describe.each(['request', 'subscribe'] as const)('by %s, the argument is named by its path', (by) => {
  test.each(inLiterals)('%j for literals', async (names, operation) => {
    const before = await hub.contents();
    expect((await refusalsOf(operation, by)).map(([name]) => name)).toEqual(names);
    expect(await hub.contents()).toEqual(before);
  });

  test.each(inVariables)('%j for variables', async (names, operation) => {
    expect((await refusalsOf(operation, by)).map(([name]) => name)).toEqual(names);
  });

  test('and the words stay those of graphql-js', async () => {
    const operation: Operation = [claimWith, claimOf({ quantity: 2 ** 31 })];
    const [[, message] = []] = await refusalsOf(operation, by);
    expect(message).toContain('Int cannot represent non 32-bit signed integer value: 2147483648');
  });

  test('and faults of no argument name none', async () => {
    for (const source of ['{ nothing }', '{ needs }', 'query ($unused: Int) { clusters { code } }']) {
      expect((await refusalsOf([source], by)).map(([name]) => name)).toEqual([undefined]);
    }
  });
});

test('a document that is wrong in many places has its argument at each that is told', async () => {
  const wrong = Array.from({ length: 400 }, () => '"x"');
  const refusals = await refusalsOf([`{ needs(status: [${wrong.join(' ')}]) { totalCount } }`], 'request');
  expect(refusals.length).toBe(21);
  // The last one says that there are too many to tell.
  const told = refusals.slice(0, -1).map(([name]) => name);
  expect(told.toSorted()).toEqual(Array.from({ length: 20 }, (_, index) => `status.${index}`).toSorted());
});

test('none of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
