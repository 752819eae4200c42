import { expect, test } from '@jest/globals';
import { readConfig } from '../src/config.ts';
import { assertDemoStaysLocal } from '../src/demo-exposure.ts';
import { ChildHub } from './support/child-hub.ts';
import { TOKEN_SECRET } from './support/session-token.ts';
import { TestDatabase } from './support/test-database.ts';

/** The demo's passwords are known to everybody, so it is for this machine alone, unless somebody says otherwise. */

const configOf = (environment: Record<string, string>) => readConfig(environment);

test.each(['127.0.0.1', '127.3.2.1', '::1', 'localhost'])('on %s the demo is at home', async (HOST) => {
  await expect(assertDemoStaysLocal(configOf({ HOST }))).resolves.toBeUndefined();
});

test.each([
  ['HOST', '0.0.0.0'],
  ['HOST', '::'],
  ['HOST', '::ffff:0.0.0.0'],
  ['HOST', '192.168.1.7'],
  ['TRUSTED_PROXIES', '10.0.0.1'],
])('%s=%s would open the demo to other machines, and is allowed by DEMO=public', async (name, value) => {
  await expect(assertDemoStaysLocal(configOf({ [name]: value }))).rejects.toThrow(
    `${name}=${value} would open the demo`,
  );
  await expect(assertDemoStaysLocal(configOf({ [name]: value, DEMO: 'public' }))).resolves.toBeUndefined();
});

test('DEMO has one value', () => {
  expect(() => configOf({ DEMO: 'yes' })).toThrow('DEMO must be “public”, or absent; it is “yes”.');
});

test('a hub with an account of the demo does not start for other machines; one without, or with it disabled, does', async () => {
  const database = await TestDatabase.create();
  const environment = { DATABASE_URL: database.url, TOKEN_SECRET, HOST: '0.0.0.0', PORT: '0' };
  await database.sql(
    `insert into accounts (id, email, name, created_at)
    values ('account_01jd3m5a8zf6wvqk2x7r9c4b1e', 'kader@sinergi.test', 'Kader', now())`,
  );
  const refused = new ChildHub('main.js', environment);
  expect(await refused.end()).toBe(1);
  expect(refused.output).toContain('HOST=0.0.0.0 would open the demo to other machines');
  await database.sql('update accounts set disabled_at = now()');
  const allowed = new ChildHub('main.js', environment);
  await allowed.printed('Stop it with Ctrl-C.');
  expect(await allowed.kill('SIGTERM')).toBe(0);
  await database.drop();
});
