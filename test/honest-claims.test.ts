// A busy hour of honest partners meets no limit, on a hub with the usual limits whose clock stands still.
import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { insertAccount, insertPartner } from './support/inserts.ts';
import { publish } from './support/acts.ts';
import { Asker } from './support/asker.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const PARTNERS = 24;
const CLAIMS = 30;
const TWINS = 40;

const hub = await testHub({
  environment: { FIELDS_PER_SECOND: '20000', FIELDS_BURST: '400000', OPERATIONS_PER_ACCOUNT: '50' },
});
const { as, villages } = await buildWorld(hub);

const CLAIM = `mutation ($input: ClaimNeedInput!) {
  claimNeed(input: $input) { pledge { id quantity status } problems { __typename message } } }`;

async function askerOf(index: number): Promise<Asker> {
  const code = `helper-${index}`;
  const { id } = await insertPartner(hub.database, { code, cluster: 'economy', areas: ['36'] });
  const account = await insertAccount(hub.database, {
    email: `${code}@sinergi.test`,
    roles: ['PARTNER'],
    partnerId: id,
  });
  return new Asker(hub.url, await hub.tokenOf(account));
}

test('720 claims by 24 partners, and then 40 twins of one key, are all made', async () => {
  const need = await publish(as.kader, { villageId: villages.cimarga.id, quantity: 10_000, unitValue: 1000 });
  const askers = await Promise.all(Array.from({ length: PARTNERS }, (_, index) => askerOf(index)));
  const claim = (asker: Asker, idempotencyKey: string) =>
    asker.ask('http', {
      query: CLAIM,
      variables: { input: { needId: need.id, quantity: 1, idempotencyKey } },
    });
  const keys = Array.from({ length: CLAIMS }, () => randomUUID());
  const claims = await Promise.all(askers.flatMap((asker) => keys.map((key) => claim(asker, key))));
  const made = { status: 200, data: { claimNeed: { pledge: { quantity: 1 }, problems: [] } } };
  for (const answer of claims) expect(answer).toMatchObject(made);
  const twinKey = randomUUID();
  const twins = await Promise.all(Array.from({ length: TWINS }, () => claim(askers[0]!, twinKey)));
  for (const answer of twins) expect(answer).toMatchObject(made);
  expect(new Set(twins.map(({ data }) => JSON.stringify(data))).size).toBe(1);
});
