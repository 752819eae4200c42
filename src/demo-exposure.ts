import { lookup } from 'node:dns/promises';
import { BlockList, isIPv6 } from 'node:net';
import type { Config } from './config.ts';

/** Other machines could sign in with the demo's passwords; `message` says what to do. */
export class DemoExposed extends Error {
  override readonly name = 'DemoExposed';
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** True when all addresses of the host are this machine's own, which no other machine can reach. */
async function isLoopback(host: string): Promise<boolean> {
  const addresses = await lookup(host, { all: true });
  return addresses.every(({ address }) => LOOPBACK.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
}

/** By which setting other machines reach this hub; null when none does. */
async function exposureOf({ host, trustedProxies }: Config): Promise<string | null> {
  if (trustedProxies.length > 0) return `TRUSTED_PROXIES=${trustedProxies.join(',')}`;
  return (await isLoopback(host)) ? null : `HOST=${host}`;
}

/**
 * Throws DemoExposed where a hub with the demo's accounts, whose password everybody knows, would be open to other machines:
 * by its address, or by a proxy before it. DEMO=public allows it.
 */
export async function assertDemoStaysLocal(config: Config): Promise<void> {
  if (config.isDemoPublic) return;
  const exposure = await exposureOf(config);
  if (exposure === null) return;
  throw new DemoExposed(
    `${exposure} would open the demo to other machines, and everybody knows its passwords. ` +
      'Leave that setting out, disable the demo’s accounts, or set DEMO=public if you mean it.',
  );
}
