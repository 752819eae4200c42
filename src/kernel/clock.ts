/**
 * A clock that is asked without a statement. What is decided in a transaction goes by the transaction's own time
 * (platform/transaction-time.ts); this is for the few things that are decided or shown outside of one.
 */
export interface Clock {
  now(): Date;
}
