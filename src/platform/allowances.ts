import QuickLRU from 'quick-lru';
import type { Clock } from '../kernel/clock.ts';
import { RequestError } from '../kernel/problems.ts';
import { PASSWORD_FIELDS } from './graphql/prices.ts';
import { LIMITS } from './limits.ts';

/** What one account, or one address that has not signed in, may ask of one node. */
export interface AllowanceRules {
  /** Fields of answers that could be asked for, by and by. */
  fieldsPerSecond: number;
  /** So many at once, after a rest. */
  burstFields: number;
  /** Operations that run at the same time. */
  operations: number;
}

/**
 * What one address may ask of one node to sign in, apart from its queries: a sign-in costs PASSWORD_FIELDS, so a hall of 500
 * people comes in at once, and then ten people a second. How often a password is looked at is bounded elsewhere, over all nodes.
 */
export const SIGN_INS: AllowanceRules = {
  fieldsPerSecond: 10 * PASSWORD_FIELDS,
  burstFields: 500 * (PASSWORD_FIELDS + LIMITS.leastFields),
  operations: 500,
};

/** The longest without use are forgotten first, and begin anew when they come back. */
const MAX_REMEMBERED = 20_000;

/** Nobody waits longer than this for what one operation has taken, whatever held it up. */
const MAX_DEBT_SECONDS = 60;

/** One account's token bucket, in fields, and the count of its operations that run. Below zero it is in debt. */
export class Allowance {
  private readonly rules: AllowanceRules;
  private readonly clock: Clock;
  private fields: number;
  private filledAt: number;
  private running = 0;

  constructor(rules: AllowanceRules, clock: Clock) {
    this.rules = rules;
    this.clock = clock;
    this.fields = rules.burstFields;
    this.filledAt = clock.now().getTime();
  }

  /** Takes the fields, or throws RATE_LIMITED with the whole seconds until there will be enough. */
  take(fields: number): void {
    const { fieldsPerSecond } = this.rules;
    this.fill();
    if (fields > this.fields) {
      const seconds = Math.max(1, Math.ceil((fields - this.fields) / fieldsPerSecond));
      throw new RequestError(
        'RATE_LIMITED',
        { key: 'rate.too-fast', params: { seconds, counted: fields, max: fieldsPerSecond } },
        { limit: 'fieldsPerSecond', counted: fields, max: fieldsPerSecond, retryAfterSeconds: seconds },
      );
    }
    this.fields -= fields;
  }

  /**
   * Takes the fields for work that can wait, which leaves half of the burst to what cannot. Answers in how many
   * milliseconds there may be enough; 0 when they are taken.
   */
  takeSpare(fields: number): number {
    const { fieldsPerSecond, burstFields } = this.rules;
    this.fill();
    // More than there ever is besides that half is taken from a full allowance.
    const missing = Math.min(fields + burstFields / 2, burstFields) - this.fields;
    if (missing > 0) return Math.ceil((missing / fieldsPerSecond) * 1000);
    this.fields -= fields;
    return 0;
  }

  /**
   * Takes what was needed beyond what was taken, which may leave a debt that later operations wait for; or gives back what
   * was not needed, where `fields` is negative.
   */
  charge(fields: number): void {
    const { fieldsPerSecond, burstFields } = this.rules;
    this.fill();
    const left = Math.max(this.fields - fields, -MAX_DEBT_SECONDS * fieldsPerSecond);
    this.fields = Math.min(burstFields, left);
  }

  /** What every operation takes before anybody looks at it. */
  knock(): void {
    this.take(LIMITS.leastFields);
  }

  /** The rest, once it is known what the operation costs. */
  pay(cost: number): void {
    if (cost > LIMITS.leastFields) this.take(cost - LIMITS.leastFields);
  }

  /** Counts an operation until the answer is called; throws TOO_MANY_OPERATIONS when as many run as may. */
  begin(): () => void {
    const { operations: max } = this.rules;
    if (this.running >= max) {
      throw new RequestError(
        'TOO_MANY_OPERATIONS',
        { key: 'rate.too-many-at-once', params: { max } },
        { limit: 'operationsPerAccount', counted: this.running + 1, max, retryAfterSeconds: 1 },
      );
    }
    this.running += 1;
    let isRunning = true;
    return () => {
      if (isRunning) this.running -= 1;
      isRunning = false;
    };
  }

  private fill(): void {
    const { fieldsPerSecond, burstFields } = this.rules;
    const now = this.clock.now().getTime();
    const sinceMs = Math.max(0, now - this.filledAt);
    this.fields = Math.min(burstFields, this.fields + (sinceMs / 1000) * fieldsPerSecond);
    this.filledAt = now;
  }
}

/** The allowances of all who ask this node, in bounded memory. */
export class Allowances {
  private readonly rules: AllowanceRules;
  private readonly clock: Clock;
  private readonly byOwner = new QuickLRU<string, Allowance>({ maxSize: MAX_REMEMBERED });

  constructor(rules: AllowanceRules, clock: Clock) {
    this.rules = rules;
    this.clock = clock;
  }

  of(owner: string): Allowance {
    let allowance = this.byOwner.get(owner);
    if (allowance === undefined) {
      allowance = new Allowance(this.rules, this.clock);
      this.byOwner.set(owner, allowance);
    }
    return allowance;
  }
}
