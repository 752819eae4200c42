import { randomUUID } from 'node:crypto';
import {
  ApprovePledgeDocument,
  CancelNeedDocument,
  type CancelNeedInput,
  ClaimNeedDocument,
  type ClaimNeedInput,
  type ClaimNeedMutation,
  CommitPledgeDocument,
  type CommitPledgeInput,
  DeclinePledgeDocument,
  DisputeDeliveryDocument,
  DraftNeedDocument,
  PublishNeedDocument,
  type PublishNeedInput,
  ReportDeliveryDocument,
  type ReportDeliveryInput,
  UpdateNeedDocument,
  type UpdateNeedInput,
  VerifyDeliveryDocument,
  WithdrawPledgeDocument,
} from '../../client/operations.ts';
import type { SinergiClient } from '../../client/sinergi-client.ts';

/** What people do, through the typed client. Each answers what was made or changed, or throws Refusal. */

export type Problem = ClaimNeedMutation['claimNeed']['problems'][number];
export type Refused = Pick<Problem, '__typename' | 'path' | 'message'>;

/** The problems of a mutation that was not done. */
export class Refusal extends Error {
  readonly problems: readonly Refused[];

  constructor(problems: readonly Refused[]) {
    super(problems.map((problem) => JSON.stringify(problem)).join(' '));
    this.name = 'Refusal';
    this.problems = problems;
  }
}

function done<T>(value: T | null, problems: readonly Refused[]): T {
  if (problems.length > 0) throw new Refusal(problems);
  return value!;
}

/** The problems with which the act is refused; throws when it is done after all. */
export async function refused(act: Promise<unknown>): Promise<readonly Refused[]> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Refusal) return error.problems;
    throw error;
  }
  throw new Error('it was done, and not refused');
}

export type Need = Awaited<ReturnType<typeof publish>>;
export type Pledge = Awaited<ReturnType<typeof claim>>;
export type Delivery = Awaited<ReturnType<typeof report>>;

type NewNeed = Pick<PublishNeedInput, 'villageId'> & Partial<PublishNeedInput>;
const toilets = {
  sector: 'sanitation',
  title: 'Jamban sehat',
  unit: 'unit',
  unitValue: 3_500_000,
  quantity: 24,
};

/** 24 toilets at Rp 3,500,000, but for what is said otherwise. */
export async function publish(as: SinergiClient, need: NewNeed) {
  const { publishNeed } = await as.request(PublishNeedDocument, { input: { ...toilets, ...need } });
  return done(publishNeed.need, publishNeed.problems);
}

export async function draft(as: SinergiClient, need: NewNeed) {
  const { draftNeed } = await as.request(DraftNeedDocument, { input: { ...toilets, ...need } });
  return done(draftNeed.need, draftNeed.problems);
}

export async function update(as: SinergiClient, input: UpdateNeedInput) {
  const { updateNeed } = await as.request(UpdateNeedDocument, { input });
  return done(updateNeed.need, updateNeed.problems);
}

export async function cancel(as: SinergiClient, needId: string, more: Partial<CancelNeedInput> = {}) {
  const { cancelNeed } = await as.request(CancelNeedDocument, {
    input: { needId, reason: 'Sudah tidak perlu', ...more },
  });
  return done(cancelNeed.need, cancelNeed.problems);
}

/** Under a key of its own, but for what is said otherwise. */
export async function claim(
  as: SinergiClient,
  needId: string,
  quantity: number,
  more: Partial<ClaimNeedInput> = {},
) {
  const input = { needId, quantity, idempotencyKey: randomUUID(), ...more };
  const { claimNeed } = await as.request(ClaimNeedDocument, { input });
  return done(claimNeed.pledge, claimNeed.problems);
}

export async function commit(
  as: SinergiClient,
  pledgeId: string,
  dueOn: string,
  more: Partial<CommitPledgeInput> = {},
) {
  const { commitPledge } = await as.request(CommitPledgeDocument, { input: { pledgeId, dueOn, ...more } });
  return done(commitPledge.pledge, commitPledge.problems);
}

interface Reason {
  reason?: string;
  idempotencyKey?: string;
}

export async function approve(as: SinergiClient, pledgeId: string, more: Reason = {}) {
  const { approvePledge } = await as.request(ApprovePledgeDocument, {
    input: { pledgeId, reason: 'Disetujui', ...more },
  });
  return done(approvePledge.pledge, approvePledge.problems);
}

export async function decline(as: SinergiClient, pledgeId: string, more: Reason = {}) {
  const { declinePledge } = await as.request(DeclinePledgeDocument, {
    input: { pledgeId, reason: 'Terlalu besar', ...more },
  });
  return done(declinePledge.pledge, declinePledge.problems);
}

export async function withdraw(as: SinergiClient, pledgeId: string, more: Reason = {}) {
  const { withdrawPledge } = await as.request(WithdrawPledgeDocument, {
    input: { pledgeId, reason: 'Anggaran dipotong', ...more },
  });
  return done(withdrawPledge.pledge, withdrawPledge.problems);
}

/** Delivered on the day `deliveredOn`. */
export async function report(
  as: SinergiClient,
  pledgeId: string,
  quantity: number,
  deliveredOn: string,
  more: Partial<ReportDeliveryInput> = {},
) {
  const input = { pledgeId, quantity, deliveredOn, idempotencyKey: randomUUID(), ...more };
  const { reportDelivery } = await as.request(ReportDeliveryDocument, { input });
  return done(reportDelivery.delivery, reportDelivery.problems);
}

export async function verify(
  as: SinergiClient,
  deliveryId: string,
  more: { note?: string; idempotencyKey?: string } = {},
) {
  const { verifyDelivery } = await as.request(VerifyDeliveryDocument, { input: { deliveryId, ...more } });
  return done(verifyDelivery.delivery, verifyDelivery.problems);
}

export async function dispute(as: SinergiClient, deliveryId: string, more: Reason = {}) {
  const { disputeDelivery } = await as.request(DisputeDeliveryDocument, {
    input: { deliveryId, reason: 'Belum tiba', ...more },
  });
  return done(disputeDelivery.delivery, disputeDelivery.problems);
}
