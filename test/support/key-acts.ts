import {
  CreateApiTokenDocument,
  RevokeApiTokenDocument,
  RevokeSessionsDocument,
  SignOutDocument,
  ViewerDocument,
} from '../../client/operations.ts';
import type { SinergiClient } from '../../client/sinergi-client.ts';
import { Refusal } from './acts.ts';
import type { TestHub } from './test-hub.ts';

/** Of a session of its own, since the others are still to be used. */
export async function signOut(hub: TestHub, by: SinergiClient): Promise<void> {
  const { viewer } = await by.request(ViewerDocument);
  const client = viewer === null ? by : await hub.client(viewer.id);
  const {
    signOut: { problems },
  } = await client.request(SignOutDocument);
  if (problems.length > 0) throw new Refusal(problems);
}

export async function createApiToken(by: SinergiClient): Promise<{ id: string }> {
  const {
    createApiToken: { apiToken, problems },
  } = await by.request(CreateApiTokenDocument, { input: { name: 'Sistem', scopes: [], days: 1 } });
  if (problems.length > 0) throw new Refusal(problems);
  return apiToken!;
}

export async function revokeApiToken(by: SinergiClient, tokenId: string): Promise<void> {
  const {
    revokeApiToken: { problems },
  } = await by.request(RevokeApiTokenDocument, { input: { tokenId } });
  if (problems.length > 0) throw new Refusal(problems);
}

/** One more session of that account. */
export async function aSession(hub: TestHub, accountId: string): Promise<{ id: string }> {
  await hub.tokenOf(accountId);
  const [session] = await hub.database.sql<{ id: string }>(
    'select id from sessions where account_id = $1 order by id desc limit 1',
    [accountId],
  );
  return session!;
}

export async function revokeSession(by: SinergiClient, accountId: string, id: string): Promise<void> {
  const {
    revokeSessions: { problems },
  } = await by.request(RevokeSessionsDocument, { input: { accountId, sessionIds: [id] } });
  if (problems.length > 0) throw new Refusal(problems);
}
