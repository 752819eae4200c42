import type { Actor } from '../access/actor.ts';

/** What the policies and views of the database see of somebody who asks (migration 0007), as JSON. */
export function askerSetting({ accountId, roles, partnerId, areaCodes, villageIds, scopes }: Actor): string {
  return JSON.stringify({ accountId, roles, partnerId, areaCodes, villageIds, scopes });
}
