import { Tokens } from '../../src/identity/tokens.ts';
import type { TestDatabase } from './test-database.ts';

export const TOKEN_SECRET = 'the secret of the tests, which is no secret';

/**
 * A token as `signIn` gives it, without the tenth of a second that a password costs; one that is over already when
 * `seconds` is negative. Of an account that is not there, it has no session.
 */
export async function sessionToken(
  database: Pick<TestDatabase, 'sql'>,
  accountId: string,
  now: Date,
  seconds: number,
): Promise<string> {
  const issuedAt = new Date(now.getTime() + Math.min(seconds - 1, 0) * 1000);
  const tokens = new Tokens(TOKEN_SECRET, Math.max(seconds, 1));
  const { token, tokenId, expiresAt } = await tokens.issue(accountId, issuedAt);
  await database.sql(
    `insert into sessions (id, account_id, created_at, expires_at)
      select $1, id, $3, $4 from accounts where id = $2`,
    [tokenId, accountId, issuedAt, expiresAt],
  );
  return token;
}
