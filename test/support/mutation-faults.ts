import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  ApprovePledgeDocument,
  CancelNeedDocument,
  ClaimNeedDocument,
  CommitPledgeDocument,
  DeclinePledgeDocument,
  DisputeDeliveryDocument,
  DraftNeedDocument,
  PublishDraftDocument,
  PublishNeedDocument,
  PublishPolicyDocument,
  RegisterPartnerDocument,
  ReportDeliveryDocument,
  UpdateNeedDocument,
  VerifyDeliveryDocument,
  WithdrawPledgeDocument,
} from '../../client/operations.ts';
import {
  BAD_CODES,
  BAD_DELIVERY_DATES,
  BAD_DUE_DATES,
  BAD_EVIDENCE,
  BAD_KEYS,
  BAD_LINES,
  BAD_OPTIONAL_TEXTS,
  BAD_QUANTITIES,
  BAD_RUPIAH,
  BAD_TEXTS,
  BAD_VERSIONS,
  LONG,
  noIds,
  nothingsId,
  HALF,
  NUL,
} from './bad-values.ts';
import type { Person, World } from './world.ts';

/** What the inputs name: an open need at version 5, its pledges and a delivery, all of the company semen. */
export interface Targets extends Pick<World, 'villages' | 'partners'> {
  need: { id: string };
  aDraft: { id: string };
  pledge: { id: string };
  committed: { id: string };
  delivery: { id: string };
}

/** A mutation with an input that is right, and for each of its fields values that are wrong. */
export interface MutationFaults {
  by: Person;
  document: TypedDocumentNode<unknown, never>;
  input: Record<string, unknown>;
  bad: Record<string, readonly unknown[]>;
}

export function mutationFaults({
  need,
  aDraft,
  pledge,
  committed,
  delivery,
  villages,
  partners,
}: Targets): Record<string, MutationFaults> {
  const others = [need.id, pledge.id, delivery.id, villages.cimarga.id, partners.semen.id];
  const badIds = (prefix: string) => [...noIds(prefix, others), nothingsId(prefix)];
  const newNeed = {
    villageId: villages.cimarga.id,
    sector: 'sanitation',
    title: 'Jamban',
    unit: 'unit',
    unitValue: 1000,
    quantity: 5,
  };
  const badNeed = {
    villageId: badIds('village'),
    sector: BAD_CODES,
    title: [...BAD_LINES, 'ab', 'x'.repeat(201)],
    description: [...BAD_OPTIONAL_TEXTS, 'x'.repeat(5001)],
    unit: [...BAD_LINES, 'x'.repeat(41)],
    unitValue: BAD_RUPIAH,
    quantity: [...BAD_QUANTITIES, null],
    dueOn: BAD_DUE_DATES,
    urgent: ['yes', 1],
    idempotencyKey: BAD_KEYS,
  };
  const decided = {
    input: { pledgeId: pledge.id, reason: 'Alasan' },
    bad: { pledgeId: badIds('pledge'), reason: BAD_TEXTS, idempotencyKey: BAD_KEYS },
  };
  const rules = [
    { rule: 'RECIPROCITY', mode: 'OFF', limit: 1, ceiling: 2 },
    ...['PARTNER_SHARE', 'COLOUR_SHARE', 'SPREAD', 'CAPACITY'].map((rule) => ({
      rule,
      mode: 'OFF',
      limit: 1,
      floor: 0,
    })),
  ];

  return {
    publishNeed: { by: 'kader', document: PublishNeedDocument, input: newNeed, bad: badNeed },
    draftNeed: { by: 'kader', document: DraftNeedDocument, input: newNeed, bad: badNeed },
    updateNeed: {
      by: 'kader',
      document: UpdateNeedDocument,
      input: { needId: need.id, version: 5, title: 'Jamban baru' },
      bad: {
        needId: badIds('need'),
        version: BAD_VERSIONS,
        title: ['', ' ', NUL, HALF, LONG, 'ab'],
        description: BAD_OPTIONAL_TEXTS,
        quantity: [...BAD_QUANTITIES, 7],
        unitValue: [...BAD_RUPIAH, 9],
        dueOn: BAD_DUE_DATES,
        idempotencyKey: BAD_KEYS,
      },
    },
    publishDraft: {
      by: 'kader',
      document: PublishDraftDocument,
      input: { needId: aDraft.id, version: 1 },
      bad: { needId: badIds('need'), version: BAD_VERSIONS, idempotencyKey: BAD_KEYS },
    },
    cancelNeed: {
      by: 'kader',
      document: CancelNeedDocument,
      input: { needId: need.id, reason: 'Alasan' },
      bad: { needId: badIds('need'), reason: BAD_TEXTS, idempotencyKey: BAD_KEYS },
    },
    claimNeed: {
      by: 'semen',
      document: ClaimNeedDocument,
      input: { needId: need.id, quantity: 1, idempotencyKey: 'claim' },
      bad: {
        needId: [...badIds('need'), aDraft.id],
        quantity: [...BAD_QUANTITIES, null],
        dueOn: BAD_DUE_DATES,
        note: BAD_OPTIONAL_TEXTS,
        idempotencyKey: [...BAD_KEYS, null],
      },
    },
    commitPledge: {
      by: 'semen',
      document: CommitPledgeDocument,
      input: { pledgeId: pledge.id, dueOn: '2026-06-30' },
      bad: {
        pledgeId: badIds('pledge'),
        dueOn: [...BAD_DUE_DATES, null],
        note: BAD_OPTIONAL_TEXTS,
        idempotencyKey: BAD_KEYS,
      },
    },
    approvePledge: { by: 'coordinator', document: ApprovePledgeDocument, ...decided },
    declinePledge: { by: 'coordinator', document: DeclinePledgeDocument, ...decided },
    withdrawPledge: { by: 'semen', document: WithdrawPledgeDocument, ...decided },
    reportDelivery: {
      by: 'semen',
      document: ReportDeliveryDocument,
      input: { pledgeId: committed.id, quantity: 1, deliveredOn: '2026-03-02', idempotencyKey: 'report' },
      bad: {
        pledgeId: badIds('pledge'),
        quantity: [...BAD_QUANTITIES, null, 4, 2 ** 31 - 1],
        deliveredOn: [...BAD_DELIVERY_DATES, null],
        note: BAD_OPTIONAL_TEXTS,
        evidence: BAD_EVIDENCE,
        idempotencyKey: [...BAD_KEYS, null],
      },
    },
    verifyDelivery: {
      by: 'kader',
      document: VerifyDeliveryDocument,
      input: { deliveryId: delivery.id },
      bad: { deliveryId: badIds('delivery'), note: BAD_OPTIONAL_TEXTS, idempotencyKey: BAD_KEYS },
    },
    disputeDelivery: {
      by: 'kader',
      document: DisputeDeliveryDocument,
      input: { deliveryId: delivery.id, reason: 'Alasan' },
      bad: { deliveryId: badIds('delivery'), reason: BAD_TEXTS, idempotencyKey: BAD_KEYS },
    },
    registerPartner: {
      by: 'admin',
      document: RegisterPartnerDocument,
      input: {
        code: 'baru',
        name: 'Mitra baru',
        kind: 'NGO',
        cluster: 'health',
        mandate: ['nutrition'],
        areaCodes: ['36.02'],
      },
      bad: {
        code: ['', 'a', 'Besar', 'a--b', '-a', 'x'.repeat(61), 'kodim-0603', NUL, LONG],
        name: BAD_LINES,
        kind: ['CLUB', 1],
        cluster: ['', 'unknown', NUL, HALF, LONG],
        mandate: [
          ['unknown'],
          ['nutrition', 'nutrition'],
          [NUL],
          [LONG],
          Array.from({ length: 101 }, (_, n) => `s-${n}`),
        ],
        areaCodes: [[], ['99'], ['36', '36'], [''], [NUL], [LONG]],
        idempotencyKey: BAD_KEYS,
      },
    },
    publishPolicy: {
      by: 'admin',
      document: PublishPolicyDocument,
      input: {
        areaCode: '36.02',
        rules,
        synergyColours: 2,
        synergyDiversity: 1.5,
        pledgeDays: 14,
        graceDays: 14,
      },
      bad: {
        areaCode: ['', '99', 'abc', NUL, LONG],
        rules: [[], rules.slice(1), [...rules, rules[0]]],
        synergyColours: [0, -1, 101, 2 ** 31],
        synergyDiversity: [0, -1, 101, 'NaN'],
        pledgeDays: [0, -1, 367, 2 ** 31],
        graceDays: [-1, 367],
        note: BAD_OPTIONAL_TEXTS,
        idempotencyKey: BAD_KEYS,
      },
    },
  };
}
