import {
  AcceptInvitationDocument,
  DisableAccountDocument,
  EnableAccountDocument,
  InviteAccountDocument,
  type InviteAccountInput,
  RenewInvitationDocument,
  SetRolesDocument,
  type SetRolesInput,
} from '../../client/operations.ts';
import type { SinergiClient } from '../../client/sinergi-client.ts';
import { Refusal } from './acts.ts';

export const NEW_PASSWORD = 'one that nobody guesses';
let invited = 0;

/** An account and its invitation's secret; somebody new who only reads unless more is said. */
export async function invite(by: SinergiClient, more: Partial<InviteAccountInput> = {}) {
  invited += 1;
  const input = {
    email: `undangan-${invited}@sinergi.test`,
    name: `Undangan ${invited}`,
    roles: [],
    ...more,
  };
  const { account, secret, problems } = (await by.request(InviteAccountDocument, { input })).inviteAccount;
  if (problems.length > 0) throw new Refusal(problems);
  return { account: account!, secret };
}

export async function renew(by: SinergiClient, accountId: string) {
  const { account, secret, problems } = (await by.request(RenewInvitationDocument, { input: { accountId } }))
    .renewInvitation;
  if (problems.length > 0) throw new Refusal(problems);
  return { account: account!, secret: secret! };
}

/** Accepts an invitation; answers the token. */
export async function accept(by: SinergiClient, secret: string, password = NEW_PASSWORD): Promise<string> {
  const { token, problems } = (await by.request(AcceptInvitationDocument, { input: { secret, password } }))
    .acceptInvitation;
  if (problems.length > 0) throw new Refusal(problems);
  return token!;
}

export async function setRoles(by: SinergiClient, input: SetRolesInput) {
  const { account, problems } = (await by.request(SetRolesDocument, { input })).setRoles;
  if (problems.length > 0) throw new Refusal(problems);
  return account!;
}

export async function disable(by: SinergiClient, accountId: string) {
  const { account, problems } = (await by.request(DisableAccountDocument, { input: { accountId } }))
    .disableAccount;
  if (problems.length > 0) throw new Refusal(problems);
  return account!;
}

export async function enable(by: SinergiClient, accountId: string) {
  const { account, problems } = (await by.request(EnableAccountDocument, { input: { accountId } }))
    .enableAccount;
  if (problems.length > 0) throw new Refusal(problems);
  return account!;
}
