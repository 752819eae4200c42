/** So many tries at once, and one more each `everyMs`. */
export interface Allowance {
  tries: number;
  everyMs: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Tries to sign in. docs/decisions/0033 argues the numbers; `mostIn` says what they come to. */
export const ALLOWANCES = {
  /** From one subscriber's address, at whatever accounts: a hall of 200 people behind one address, twice. */
  address: { tries: 400, everyMs: 10 * SECOND },
  /** From an IPv4 /24 or an IPv6 /48, at whatever accounts. */
  neighbourhood: { tries: 2000, everyMs: 2 * SECOND },
  /** At one account from an IPv4 /24 or an IPv6 /64. */
  network: { tries: 10, everyMs: 30 * MINUTE },
  /** At one account from an IPv4 /16 or an IPv6 /48. */
  region: { tries: 20, everyMs: HOUR },
  /** At one account from everywhere that it is not known to come from. */
  account: { tries: 50, everyMs: 30 * MINUTE },
  /** At one account from a device from which it came in before. */
  device: { tries: 10, everyMs: 20 * MINUTE },
} as const satisfies Record<string, Allowance>;

/** Entries of the audit trail about single refused tries; all others are summed up each hour. */
export const TRAIL_ALLOWANCES = {
  account: { tries: 10, everyMs: HOUR },
  neighbourhood: { tries: 100, everyMs: 10 * MINUTE },
  hub: { tries: 1000, everyMs: MINUTE },
} as const satisfies Record<string, Allowance>;

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

/** The most tries that a bucket lets through in any span of that length. */
export function mostIn({ tries, everyMs }: Allowance, spanMs: number): number {
  return tries + Math.floor(spanMs / everyMs);
}
