/** So many tries at once, and one more each `everyMs`. */
export interface Allowance {
  tries: number;
  everyMs: number;
}

/** For one account, from wherever it is tried. */
export const ACCOUNT_ALLOWANCE: Allowance = { tries: 10, everyMs: 30_000 };
/** For one network address, which may be a whole office’s. */
export const ADDRESS_ALLOWANCE: Allowance = { tries: 100, everyMs: 3000 };

/**
 * Until when a bucket may be busy for one more try at `now`. Each try makes it busy for `everyMs` longer (the generic
 * cell rate algorithm, ITU-T I.371).
 */
export function latestBusy({ tries, everyMs }: Allowance, now: Date): Date {
  return new Date(now.getTime() + (tries - 1) * everyMs);
}

/** When a bucket that is busy until then has room for the next try. */
export function nextTryAt({ tries, everyMs }: Allowance, busyUntil: Date): Date {
  return new Date(busyUntil.getTime() - (tries - 1) * everyMs);
}

/** The eight groups of an IPv6 address that may leave zeros out. */
function groupsOf(address: string): string[] {
  const [before = '', after] = address.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  if (after === undefined) return head;
  return [...head, ...Array.from({ length: Math.max(8 - head.length - tail.length, 0) }, () => '0'), ...tail];
}

/** What one holder of addresses has: an IPv4 address, or the /64 that an IPv6 address lies in. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!address.includes(':')) return address;
  const groups = groupsOf(address.split('%', 1)[0]!.toLowerCase()).slice(0, 4);
  return `${groups.map((group) => group.replace(/^0+(?=.)/, '')).join(':')}::/64`;
}
