import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** How many leading bits of an address tell one holder of addresses from another, by the kind of the address. */
export interface NetworkBits {
  v4: number;
  v6: number;
}

/** One subscriber: an IPv4 address, or the /64 that an IPv6 address lies in. */
export const SUBSCRIBER: NetworkBits = { v4: 32, v6: 64 };

/** The address in its canonical form, without a zone; IPv4 that is mapped into IPv6 is IPv4. Null for any other text. */
export function canonicalAddress(text: string): string | null {
  const [address = ''] = text.split('%', 1);
  return isIP(address) === 0 ? null : ipaddr.process(address).toString();
}

/** The network of an address as CIDR, `192.0.2.0/24`; empty where the address is not known. */
export function networkOf(address: string | null, { v4, v6 }: NetworkBits): string {
  const canonical = address === null ? null : canonicalAddress(address);
  if (canonical === null) return '';
  const bits = isIP(canonical) === 4 ? v4 : v6;
  const kind = isIP(canonical) === 4 ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${kind.networkAddressFromCIDR(`${canonical}/${bits}`).toString()}/${bits}`;
}
