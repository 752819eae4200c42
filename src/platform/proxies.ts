import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { canonicalAddress } from './network.ts';

export type Trust = (address: string, hop: number) => boolean;

const WITH_PORT = /^"?(?:(\d+(?:\.\d+){3}):\d+|\[([^\]]*)\](?::\d+)?)"?$/;

/** Some proxies name the port too, which is another with each connection, and some put it all between quotation marks. */
function withoutPort(address: string): string {
  const [, v4, v6] = WITH_PORT.exec(address) ?? [];
  return v4 ?? v6 ?? address;
}

/** Trusts these addresses and networks (CIDR), from whatever port. */
export function trustIn(proxies: readonly string[]): Trust {
  const isTrusted = proxyAddr.compile([...proxies]);
  return (address, hop) => isTrusted(withoutPort(address), hop);
}

/**
 * Where a request comes from: what trusted proxies say in `X-Forwarded-For`, else the other end of the connection. Canonical
 * and without a port; null when a trusted proxy names none, such as `unknown`.
 */
export function addressOf(request: IncomingMessage, isProxy: Trust): string | null {
  return canonicalAddress(withoutPort(proxyAddr(request, isProxy)));
}
