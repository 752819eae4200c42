import { networkOf, type NetworkBits, SUBSCRIBER } from '../platform/network.ts';
import { hashSecret, type KeyedDigest } from './secrets.ts';
import { ALLOWANCES, type Allowance, TRAIL_ALLOWANCES } from './throttle.rules.ts';

/** A row of `sign_in_throttles`, and how many tries it lets through. */
export interface Bucket {
  key: string;
  allowance: Allowance;
  /** Whether it counts tries at one account, and not all that come from one address. */
  isOfAccount: boolean;
}

const NETWORK: NetworkBits = { v4: 24, v6: 64 };
const NEIGHBOURHOOD: NetworkBits = { v4: 24, v6: 48 };
const REGION: NetworkBits = { v4: 16, v6: 48 };

/** Who tries to come in: the email that was typed, whether or not an account has it, and from where. */
export interface Typed {
  email: string;
  address: string | null;
  /** The secret of the device that the client says it is; null for none. */
  device: string | null;
}

/**
 * What the throttle knows of one try. All keys are digests. Those of networks and accounts are keyed, since whoever reads the
 * table could compute a plain digest of every IPv4 network.
 */
export class SignInAttempt {
  private readonly digest: KeyedDigest;
  private readonly typed: Typed;

  constructor(digest: KeyedDigest, typed: Typed) {
    this.digest = digest;
    this.typed = typed;
  }

  /** Of the account that was typed, whether or not there is one. */
  get accountKey(): string {
    return this.digest('account', this.typed.email);
  }

  /** Of the account and the network together, so that two accounts of one network cannot be seen to be so. */
  get networkKey(): string {
    return this.digest('network', this.typed.email, this.within(NETWORK));
  }

  /** Null when the client named no device. */
  get deviceKey(): string | null {
    const { device } = this.typed;
    return device === null ? null : hashSecret(device);
  }

  /** Without room in one of these the password is not looked at. In this order: rows are locked from the widest on. */
  inner(isDeviceKnown: boolean): Bucket[] {
    if (isDeviceKnown) {
      const key = this.digest('device at', this.typed.email, this.deviceKey ?? '');
      return [{ key, allowance: ALLOWANCES.device, isOfAccount: true }];
    }
    return [
      ...addressBuckets(this.digest, this.typed.address),
      { key: this.networkKey, allowance: ALLOWANCES.network, isOfAccount: true },
    ];
  }

  /** Without room in one of these only the password of a known network is looked at. */
  outer(isDeviceKnown: boolean): Bucket[] {
    if (isDeviceKnown) return [];
    const region = this.digest('region', this.typed.email, this.within(REGION));
    return [
      { key: region, allowance: ALLOWANCES.region, isOfAccount: true },
      { key: this.accountKey, allowance: ALLOWANCES.account, isOfAccount: true },
    ];
  }

  /** Without room in one of these a refusal has no entry of its own in the audit trail. */
  trail(): Bucket[] {
    const { account, neighbourhood, hub } = TRAIL_ALLOWANCES;
    const ofNeighbourhood = this.digest('trail of neighbourhood', this.within(NEIGHBOURHOOD));
    return [
      { key: this.digest('trail of account', this.typed.email), allowance: account, isOfAccount: true },
      { key: ofNeighbourhood, allowance: neighbourhood, isOfAccount: false },
      { key: this.digest('trail'), allowance: hub, isOfAccount: false },
    ];
  }

  private within(bits: NetworkBits): string {
    return networkOf(this.typed.address, bits);
  }
}

/** What tries from one address take, at whatever account. */
export function addressBuckets(digest: KeyedDigest, address: string | null): Bucket[] {
  const neighbourhood = digest('neighbourhood', networkOf(address, NEIGHBOURHOOD));
  const subscriber = digest('address', networkOf(address, SUBSCRIBER));
  return [
    { key: neighbourhood, allowance: ALLOWANCES.neighbourhood, isOfAccount: false },
    { key: subscriber, allowance: ALLOWANCES.address, isOfAccount: false },
  ];
}
