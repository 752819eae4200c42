import { isIPv6 } from 'node:net';

const MAPPED = /^::ffff:(?=\d+\.)/i;

/** An address as far as it tells customers apart: of IPv6 its first 64 bits, which one household has for itself. */
function networkOf(address: string): string {
  const plain = address.replace(MAPPED, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('%', 1)[0]!.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const ending = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - groups.length - ending.length;
  const all = [...groups, ...Array.from({ length: zeros }, () => '0'), ...ending];
  return `${all
    .slice(0, 4)
    .map((group) => parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}

/** Whose allowance and connections these are: the account's, or for who has not signed in the network address's. */
export function ownerOf(accountId: string | null, address: string | null): string {
  return accountId ?? `address ${networkOf(address ?? '')}`;
}
