import { answerParent, tellParent } from '../child.ts';
import { claimAtRate, type ClaimTarget, claimWithoutPause } from '../claim-load.ts';

/** What the benchmark asks of the process that claims. */
export type ClaimantsQuestion = { target: ClaimTarget; seconds: number } & (
  | { kind: 'without-pause'; clients: number }
  | { kind: 'at-rate'; perSecond: number }
);

/** Those who claim, in a process of their own; it tells of each claim that was answered. Answers the rate. */
answerParent(async (question: ClaimantsQuestion): Promise<number> => {
  const { target, seconds } = question;
  if (question.kind === 'without-pause') {
    const { clients } = question;
    return claimWithoutPause(target, { clients, seconds, onClaim: () => tellParent('claimed') });
  }
  await claimAtRate(target, question.perSecond, seconds);
  return question.perSecond;
});
