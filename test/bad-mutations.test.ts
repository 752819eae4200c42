import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { expect, test } from '@jest/globals';
import {
  ApprovePledgeDocument, CancelNeedDocument, ClaimNeedDocument, CommitPledgeDocument, DeclinePledgeDocument,
  DisputeDeliveryDocument, DraftNeedDocument, PublishDraftDocument, PublishNeedDocument, PublishPolicyDocument,
  RegisterPartnerDocument, ReportDeliveryDocument, UpdateNeedDocument, VerifyDeliveryDocument, WithdrawPledgeDocument,
} from '../client/operations.ts';
import { SinergiError } from '../client/sinergi-error.ts';
import { claim, commit, draft, publish, type Refused, refused, report, verify } from './support/acts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld, type Person } from './support/world.ts';

const hub = await testHub();
const { as, villages, partners } = await buildWorld(hub);
const need = await publish(as.kader, { villageId: villages.cimarga.id });
const aDraft = await draft(as.kader, { villageId: villages.cimarga.id });
const pledge = await claim(as.semen, need.id, 3);
const committed = await claim(as.semen, need.id, 5);
await commit(as.semen, committed.id, hub.clock.date(10));
const delivery = await report(as.semen, committed.id, 2, hub.clock.date());

const LONG = 'x'.repeat(100_000);
const NUL = 'a\u0000b';
/** Half of a surrogate pair, which is no text that could be stored. */
const HALF = 'a\ud800b';
const unknown = (prefix: string) => `${prefix}_01jd3m5a8zf6wvqk2x7r9c4b1e`;

/** Well-formed ids of the other kinds, of nothing at all, and what is no id. */
function badIds(prefix: string): string[] {
  const others = [need.id, pledge.id, delivery.id, villages.cimarga.id, partners.semen.id];
  const ofOthers = others.filter((id) => !id.startsWith(`${prefix}_`));
  return [...ofOthers, unknown(prefix), unknown(prefix).toUpperCase(), `${prefix}_`, '', ' ', 'abc', '1', NUL, LONG];
}
const BAD_QUANTITIES = [0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 31), '3', null];
const BAD_VALUES = [0, -1, 1.5, 2 ** 53, '3', true];
const BAD_TEXTS = ['', '   ', '\u0000', NUL, HALF, 'a\u001bb', LONG, 7];
const BAD_OPTIONAL_TEXTS = [NUL, HALF, '\u0007', LONG, 7];
const NO_DATES = ['', '2026-02-30', '2026-13-01', '0000-00-00', '20260630', '2026-6-30', 'tomorrow', '2026-06-30T00:00:00Z', 20260630, NUL, LONG];
const BAD_DUE_DATES = [...NO_DATES, '2026-03-01', '1999-12-31', '0001-01-01'];
const BAD_DELIVERY_DATES = [...NO_DATES, '2026-03-03', '9999-12-31'];
const BAD_KEYS = ['', ' a', 'a ', NUL, 'kunci-é', 'k'.repeat(201), LONG];
const BAD_SECTORS = ['', 'unknown', 'Sanitation', NUL, HALF, LONG];
const BAD_VERSIONS = [0, -1, 99, 1.5, 2 ** 31, 2 ** 53, null];
const BAD_EVIDENCE = [['ftp://x.test/a'], ['http://'], ['javascript:alert(1)'], [''], [NUL], [LONG], Array.from({ length: 11 }, () => 'http://x.test/a')];

interface Row {
  by: Person;
  document: TypedDocumentNode<unknown, never>;
  input: Record<string, unknown>;
  bad: Record<string, readonly unknown[]>;
}

const newNeed = {
  villageId: villages.cimarga.id, sector: 'sanitation', title: 'Jamban', unit: 'unit', unitValue: 1000, quantity: 5,
};
const badNeed = {
  villageId: badIds('village'), sector: BAD_SECTORS, title: [...BAD_TEXTS, 'ab', 'x'.repeat(201)],
  description: [...BAD_OPTIONAL_TEXTS, 'x'.repeat(5001)], unit: [...BAD_TEXTS, 'x'.repeat(41)], unitValue: BAD_VALUES,
  quantity: BAD_QUANTITIES, dueOn: BAD_DUE_DATES, urgent: ['yes', 1], idempotencyKey: BAD_KEYS,
};
const decided = { input: { pledgeId: pledge.id, reason: 'Alasan' }, bad: { pledgeId: badIds('pledge'), reason: BAD_TEXTS, idempotencyKey: BAD_KEYS } };
const rules = [
  { rule: 'RECIPROCITY', mode: 'OFF', limit: 1, ceiling: 2 },
  ...['PARTNER_SHARE', 'COLOUR_SHARE', 'SPREAD', 'CAPACITY'].map((rule) => ({ rule, mode: 'OFF', limit: 1, floor: 0 })),
];

const rows: Record<string, Row> = {
  publishNeed: { by: 'kader', document: PublishNeedDocument, input: newNeed, bad: badNeed },
  draftNeed: { by: 'kader', document: DraftNeedDocument, input: newNeed, bad: badNeed },
  updateNeed: {
    by: 'kader', document: UpdateNeedDocument, input: { needId: need.id, version: 5, title: 'Jamban baru' },
    bad: {
      needId: badIds('need'), version: BAD_VERSIONS, title: ['', ' ', NUL, HALF, LONG, 'ab'], description: BAD_OPTIONAL_TEXTS,
      quantity: [...BAD_QUANTITIES.filter((value) => value !== null), 7], unitValue: [...BAD_VALUES, 9], dueOn: BAD_DUE_DATES, idempotencyKey: BAD_KEYS,
    },
  },
  publishDraft: { by: 'kader', document: PublishDraftDocument, input: { needId: aDraft.id, version: 1 }, bad: { needId: badIds('need'), version: BAD_VERSIONS, idempotencyKey: BAD_KEYS } },
  cancelNeed: { by: 'kader', document: CancelNeedDocument, input: { needId: need.id, reason: 'Alasan' }, bad: { needId: badIds('need'), reason: BAD_TEXTS, idempotencyKey: BAD_KEYS } },
  claimNeed: {
    by: 'semen', document: ClaimNeedDocument, input: { needId: need.id, quantity: 1, idempotencyKey: 'claim' },
    bad: { needId: [...badIds('need'), aDraft.id], quantity: BAD_QUANTITIES, dueOn: BAD_DUE_DATES, note: BAD_OPTIONAL_TEXTS, idempotencyKey: [...BAD_KEYS, null] },
  },
  commitPledge: {
    by: 'semen', document: CommitPledgeDocument, input: { pledgeId: pledge.id, dueOn: '2026-06-30' },
    bad: { pledgeId: badIds('pledge'), dueOn: [...BAD_DUE_DATES, null], note: BAD_OPTIONAL_TEXTS, idempotencyKey: BAD_KEYS },
  },
  approvePledge: { by: 'coordinator', document: ApprovePledgeDocument, ...decided },
  declinePledge: { by: 'coordinator', document: DeclinePledgeDocument, ...decided },
  withdrawPledge: { by: 'semen', document: WithdrawPledgeDocument, ...decided },
  reportDelivery: {
    by: 'semen', document: ReportDeliveryDocument,
    input: { pledgeId: committed.id, quantity: 1, deliveredOn: '2026-03-02', idempotencyKey: 'report' },
    bad: {
      pledgeId: badIds('pledge'), quantity: [...BAD_QUANTITIES, 4, 2 ** 31 - 1], deliveredOn: [...BAD_DELIVERY_DATES, null],
      note: BAD_OPTIONAL_TEXTS, evidence: BAD_EVIDENCE, idempotencyKey: [...BAD_KEYS, null],
    },
  },
  verifyDelivery: { by: 'kader', document: VerifyDeliveryDocument, input: { deliveryId: delivery.id }, bad: { deliveryId: badIds('delivery'), note: BAD_OPTIONAL_TEXTS, idempotencyKey: BAD_KEYS } },
  disputeDelivery: { by: 'kader', document: DisputeDeliveryDocument, input: { deliveryId: delivery.id, reason: 'Alasan' }, bad: { deliveryId: badIds('delivery'), reason: BAD_TEXTS, idempotencyKey: BAD_KEYS } },
  registerPartner: {
    by: 'admin', document: RegisterPartnerDocument,
    input: { code: 'baru', name: 'Mitra baru', kind: 'NGO', cluster: 'health', mandate: ['nutrition'], areaCodes: ['36.02'] },
    bad: {
      code: ['', 'a', 'Besar', 'a--b', '-a', 'x'.repeat(61), 'kodim-0603', NUL, LONG], name: BAD_TEXTS, kind: ['CLUB', 1],
      cluster: ['', 'unknown', NUL, HALF, LONG], mandate: [['unknown'], ['nutrition', 'nutrition'], [NUL], [LONG], Array.from({ length: 101 }, (_, n) => `s-${n}`)],
      areaCodes: [[], ['99'], ['36', '36'], [''], [NUL], [LONG]], idempotencyKey: BAD_KEYS,
    },
  },
  publishPolicy: {
    by: 'admin', document: PublishPolicyDocument,
    input: { areaCode: '36.02', rules, synergyColours: 2, synergyDiversity: 1.5, pledgeDays: 14, graceDays: 14 },
    bad: {
      areaCode: ['', '99', 'abc', NUL, LONG], rules: [[], rules.slice(1), [...rules, rules[0]]], synergyColours: [0, -1, 101, 2 ** 31],
      synergyDiversity: [0, -1, 101, 'NaN'], pledgeDays: [0, -1, 367, 2 ** 31], graceDays: [-1, 367], note: BAD_OPTIONAL_TEXTS, idempotencyKey: BAD_KEYS,
    },
  },
};

/** The fields that an answer finds fault with; DONE when it finds none, and the code of an error that names none. */
async function faulted({ by, document }: Row, input: object): Promise<string[]> {
  try {
    const answer = await as[by].request(document as TypedDocumentNode<Record<string, { problems: Refused[] }>, object>, { input });
    const [payload] = Object.values(answer);
    if (payload!.problems.length === 0) return ['DONE'];
    return payload!.problems.map(({ path, __typename }) => (path === null ? __typename : path.slice(1).join('.')));
  } catch (error) {
    if (!(error instanceof SinergiError)) throw error;
    const named = /at "input\.(\w+)|Field "(\w+)"/.exec(error.message);
    return error.code === 'BAD_USER_INPUT' && named !== null ? [named[1] ?? named[2]!] : [error.code];
  }
}

const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 60);

test.each(Object.entries(rows))('%s names the field of every wrong value, and nothing is written', async (_, row) => {
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
});

test('all faults of one input are told at once, each with its field', async () => {
  const input = { needId: 'x', quantity: 0, dueOn: '2020-01-01', note: NUL, idempotencyKey: ' ' };
  const problems = await refused(claim(as.semen, 'x', 0, input));
  expect(problems.map(({ __typename, path }) => [__typename, path?.join('.')])).toEqual([
    ['InvalidInput', 'input.needId'], ['InvalidInput', 'input.quantity'], ['InvalidInput', 'input.dueOn'],
    ['InvalidInput', 'input.note'], ['InvalidInput', 'input.idempotencyKey'],
  ]);
});

test('a quantity times a unit value past 2^53 − 1 is refused, one that reaches it is not', async () => {
  const villageId = villages.sajira.id;
  const problems = await refused(publish(as.admin, { villageId, unitValue: 2 ** 52, quantity: 2 }));
  expect(problems).toMatchObject([{ __typename: 'InvalidInput', path: ['input', 'quantity'] }]);
  const [{ needed_rupiah: planned }] = await hub.database.sql<{ needed_rupiah: number }>('select needed_rupiah from programme_plan') as [{ needed_rupiah: number }];
  await refused(publish(as.admin, { villageId, unitValue: Number.MAX_SAFE_INTEGER - planned + 1, quantity: 1 }));
  const largest = await publish(as.admin, { villageId, unitValue: Number.MAX_SAFE_INTEGER - planned, quantity: 1 });
  expect(largest.value).toBe(Number.MAX_SAFE_INTEGER - planned);
});

test('a claim of 2^31 − 1 is told what remains', async () => {
  const problems = await refused(claim(as.semen, need.id, 2 ** 31 - 1));
  expect(problems).toMatchObject([{ __typename: 'NotEnoughRemaining', path: ['input', 'quantity'], remaining: 16 }]);
});

test('a delivery that was decided, and another partner’s pledge, are refused by name', async () => {
  await verify(as.kader, delivery.id);
  expect(await refused(verify(as.kader, delivery.id))).toMatchObject([{ __typename: 'WrongState', status: 'VERIFIED' }]);
  expect(await refused(commit(as.kodim, pledge.id, hub.clock.date(1)))).toMatchObject([{ __typename: 'Forbidden' }]);
  expect(await refused(report(as.kodim, committed.id, 1, hub.clock.date()))).toMatchObject([{ __typename: 'Forbidden' }]);
});

test('none of this was a fault to the hub', () => {
  expect(hub.complaints).toEqual([]);
});
