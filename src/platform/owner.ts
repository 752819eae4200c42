import { networkOf, SUBSCRIBER } from './network.ts';

/** Whose allowance and connections these are: the account's, or for who has not signed in the network address's. */
export function ownerOf(accountId: string | null, address: string | null): string {
  return accountId ?? `address ${networkOf(address, SUBSCRIBER)}`;
}
