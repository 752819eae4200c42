import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

export type Trust = (address: string, hop: number) => boolean;

/** Trusts these addresses and networks (CIDR). */
export function trustIn(proxies: readonly string[]): Trust {
  return proxyAddr.compile([...proxies]);
}

/** Where a request comes from: what trusted proxies say in `X-Forwarded-For`, else the other end of the connection. */
export function addressOf(request: IncomingMessage, isProxy: Trust): string {
  return proxyAddr(request, isProxy);
}
