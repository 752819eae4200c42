import type { TestDatabase } from '../support/test-database.ts';
import { insertAccount, insertPartner } from '../support/inserts.ts';

/** Partners that may claim anything in Banten (area 36), of a cluster that is there; answers an account of each. */
export async function insertClaimants(
  database: Pick<TestDatabase, 'sql'>,
  cluster: string,
  count: number,
): Promise<string[]> {
  const accounts: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const code = `claimant-${index}`;
    const partner = await insertPartner(database, { code, cluster, areas: ['36'] });
    const email = `${code}@sinergi.test`;
    accounts.push(await insertAccount(database, { email, roles: ['PARTNER'], partnerId: partner.id }));
  }
  return accounts;
}
