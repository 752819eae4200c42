import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  ApprovePledgeDocument,
  CancelNeedDocument,
  ClaimNeedDocument,
  CommitPledgeDocument,
  DeclinePledgeDocument,
  DisputeDeliveryDocument,
  DraftNeedDocument,
  InviteAccountDocument,
  PublishDraftDocument,
  PublishNeedDocument,
  PublishPolicyDocument,
  RegisterPartnerDocument,
  ReportDeliveryDocument,
  UpdateNeedDocument,
  VerifyDeliveryDocument,
  WithdrawPledgeDocument,
} from '../../client/operations.ts';
import { claim, commit, draft, publish, report } from './acts.ts';
import type { TestHub } from './test-hub.ts';
import type { Person, World } from './world.ts';

/** Stands in every text of these inputs that people would write, and in nothing else. */
export const PRIVATE = 'rahasia';

/** One mutation that is done, and somebody who may not do it. */
export interface DoneMutation {
  by: Person;
  notBy: Person;
  document: TypedDocumentNode<unknown, never>;
  /** Makes what it is done to; answers its input, and the ids that the audit trail names after its own. */
  prepare(): Promise<{ input: object; belongsTo: string[] }>;
}

/** Every mutation of the schema that somebody who has signed in can do, by its name. */
export function everyMutation(hub: TestHub, world: World, areaId: string): Record<string, DoneMutation> {
  const { as, villages, partners } = world;
  const { cimarga, tunjungTeja } = villages;
  const semen = partners.semen.id;
  const [today, later] = [hub.clock.date(), hub.clock.date(30)];
  const reason = `${PRIVATE}: alasan`;
  const newNeed = {
    villageId: cimarga.id,
    sector: 'sanitation',
    title: PRIVATE,
    description: PRIVATE,
    unit: PRIVATE,
    unitValue: 1_000_000,
    quantity: 10,
  };
  const aNeed = () => publish(as.kader, { villageId: cimarga.id });
  const ofNeed = async (more: object = {}) => {
    const { id } = await aNeed();
    return { input: { needId: id, ...more }, belongsTo: [cimarga.id] };
  };
  const aPledge = async (needId: string) => claim(as.semen, needId, 2);
  const ofPledge = async (more: object) => {
    const need = await aNeed();
    const { id } = await aPledge(need.id);
    return { input: { pledgeId: id, ...more }, belongsTo: [need.id, cimarga.id, semen] };
  };
  /** In Tunjung Teja a cluster with more than 80 % of the plan needs approval. */
  const ofAwaiting = async () => {
    const need = await publish(as.admin, { villageId: tunjungTeja.id, unitValue: 1_000_000_000 });
    const { id } = await claim(as.semen, need.id, need.quantity);
    return { input: { pledgeId: id, reason }, belongsTo: [need.id, tunjungTeja.id, semen] };
  };
  const ofDelivery = async (more: object) => {
    const need = await aNeed();
    const { id: pledgeId } = await commit(as.semen, (await aPledge(need.id)).id, later);
    const { id } = await report(as.semen, pledgeId, 1, today);
    return { input: { deliveryId: id, ...more }, belongsTo: [pledgeId, need.id, cimarga.id, semen] };
  };
  const steps = { by: 'semen', notBy: 'kodim' } as const;
  const keeps = { by: 'kader', notBy: 'semen' } as const;
  const decides = { by: 'coordinatorSerang', notBy: 'coordinator' } as const;
  return {
    publishNeed: {
      ...keeps,
      document: PublishNeedDocument,
      prepare: () => Promise.resolve({ input: newNeed, belongsTo: [cimarga.id] }),
    },
    draftNeed: {
      ...keeps,
      document: DraftNeedDocument,
      prepare: () => Promise.resolve({ input: newNeed, belongsTo: [cimarga.id] }),
    },
    publishDraft: {
      ...keeps,
      document: PublishDraftDocument,
      prepare: async () => {
        const { id, version } = await draft(as.kader, { villageId: cimarga.id });
        return { input: { needId: id, version }, belongsTo: [cimarga.id] };
      },
    },
    updateNeed: {
      ...keeps,
      document: UpdateNeedDocument,
      prepare: async () => ofNeed({ version: 1, title: PRIVATE }),
    },
    cancelNeed: { ...keeps, document: CancelNeedDocument, prepare: () => ofNeed({ reason }) },
    claimNeed: {
      by: 'semen',
      notBy: 'kader',
      document: ClaimNeedDocument,
      prepare: async () => {
        const { id } = await aNeed();
        return {
          input: { needId: id, quantity: 2, note: PRIVATE },
          belongsTo: [id, cimarga.id, semen],
        };
      },
    },
    commitPledge: {
      ...steps,
      document: CommitPledgeDocument,
      prepare: () => ofPledge({ dueOn: later, note: PRIVATE }),
    },
    withdrawPledge: { ...steps, document: WithdrawPledgeDocument, prepare: () => ofPledge({ reason }) },
    approvePledge: { ...decides, document: ApprovePledgeDocument, prepare: ofAwaiting },
    declinePledge: { ...decides, document: DeclinePledgeDocument, prepare: ofAwaiting },
    reportDelivery: {
      ...steps,
      document: ReportDeliveryDocument,
      prepare: async () => {
        const need = await aNeed();
        const { id } = await commit(as.semen, (await aPledge(need.id)).id, later);
        const evidence = [`https://${PRIVATE}.test/foto`];
        return {
          input: { pledgeId: id, quantity: 1, deliveredOn: today, note: PRIVATE, evidence },
          belongsTo: [id, need.id, cimarga.id, semen],
        };
      },
    },
    verifyDelivery: {
      ...keeps,
      document: VerifyDeliveryDocument,
      prepare: () => ofDelivery({ note: PRIVATE }),
    },
    disputeDelivery: { ...keeps, document: DisputeDeliveryDocument, prepare: () => ofDelivery({ reason }) },
    registerPartner: {
      by: 'coordinatorProvince',
      notBy: 'coordinator',
      document: RegisterPartnerDocument,
      prepare: () =>
        Promise.resolve({
          input: {
            code: `mitra-${PRIVATE}`,
            name: PRIVATE,
            kind: 'NGO',
            cluster: 'economy',
            mandate: [],
            areaCodes: ['36'],
          },
          belongsTo: [],
        }),
    },
    inviteAccount: {
      by: 'admin',
      notBy: 'auditor',
      document: InviteAccountDocument,
      prepare: () =>
        Promise.resolve({
          input: { email: `${PRIVATE}@baru.test`, name: PRIVATE, roles: ['PARTNER'], partnerId: semen },
          belongsTo: [semen],
        }),
    },
    publishPolicy: {
      by: 'coordinator',
      notBy: 'coordinatorSerang',
      document: PublishPolicyDocument,
      prepare: () =>
        Promise.resolve({
          input: {
            areaCode: '36.02',
            rules: [
              { rule: 'RECIPROCITY', mode: 'OFF', limit: 1, ceiling: 2 },
              { rule: 'PARTNER_SHARE', mode: 'OFF', limit: 1, floor: 0 },
              { rule: 'COLOUR_SHARE', mode: 'OFF', limit: 1, floor: 0 },
              { rule: 'SPREAD', mode: 'OFF', limit: 1, floor: 0 },
              { rule: 'CAPACITY', mode: 'OFF', limit: 1, floor: 0 },
            ],
            synergyColours: 2,
            synergyDiversity: 1.5,
            pledgeDays: 14,
            graceDays: 14,
            note: PRIVATE,
          },
          belongsTo: [areaId],
        }),
    },
  };
}
