// A hub behind a proxy that its configuration does not name takes all clients for one: it says so.
import { expect, test } from '@jest/globals';
import { testHub, type TestHub } from './support/test-hub.ts';

/** One for each test, since each warns once. */
const hubs = [await testHub(), await testHub(), await testHub()];
const trusting = await testHub({ environment: { TRUSTED_PROXIES: '127.0.0.1' } });

const readiness = async (hub: TestHub) => {
  const response = await fetch(`${hub.url}/health/ready`);
  return { status: response.status, body: (await response.json()) as { warnings?: string[] } };
};
const ask = (hub: TestHub, headers: Record<string, string>) => fetch(`${hub.url}/health/live`, { headers });

test.each([
  ['x-forwarded-for', '192.0.2.1'],
  ['forwarded', 'for=192.0.2.1'],
  ['x-real-ip', '192.0.2.1'],
])(
  '%s from an address that is not trusted is warned of once, and shown in readiness for an hour',
  async (name, value) => {
    const hub = hubs.pop()!;
    expect((await readiness(hub)).body).not.toHaveProperty('warnings');
    for (let round = 0; round < 3; round += 1) await ask(hub, { [name]: value });
    const { status, body } = await readiness(hub);
    expect(status).toBe(200);
    expect(body.warnings).toEqual(['FORWARDED_BY_UNTRUSTED_ADDRESS']);
    expect(hub.complaints.splice(0).map((line) => JSON.parse(line) as object)).toMatchObject([
      { level: 40, warning: 'FORWARDED_BY_UNTRUSTED_ADDRESS', proxy: '127.0.0.1', header: name },
    ]);
    await hub.clock.moveTo(new Date(hub.clock.now().getTime() + 3_601_000));
    expect((await readiness(hub)).body).not.toHaveProperty('warnings');
    expect(hub.complaints).toEqual([]);
  },
);

test('a trusted proxy that names its clients in X-Forwarded-For is nothing to warn of; in other headers alone it is', async () => {
  const hub = trusting;
  await ask(hub, { 'x-forwarded-for': '192.0.2.1', 'x-real-ip': '192.0.2.1' });
  expect((await readiness(hub)).body).not.toHaveProperty('warnings');
  await ask(hub, { forwarded: 'for=192.0.2.1' });
  expect((await readiness(hub)).body.warnings).toEqual(['FORWARDED_HEADER_NOT_READ']);
  hub.complaints.splice(0);
});
