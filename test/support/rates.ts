/** Settings of a hub that is asked more at once than a client ever would. */
export const withoutRates = {
  FIELDS_PER_SECOND: '1000000000',
  FIELDS_BURST: '1000000000',
  OPERATIONS_PER_ACCOUNT: '1000000',
  CONNECTIONS_PER_ADDRESS: '1000000',
  OPEN_FIELDS_PER_ACCOUNT: '1000000000',
} as const;
