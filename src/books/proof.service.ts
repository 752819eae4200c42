import type { RawBuilder } from 'kysely';

/** A row, or an object of the database, that is not what it has to be. */
export interface Breach {
  /** Names the row: its id, or the words of its key. */
  key: string;
  expected: string;
  found: string;
}

/** One thing that must hold over the whole database, as a query for what breaks it. */
export interface Proof {
  name: string;
  /** Selects `key`, `expected` and `found` of every row that breaks it. */
  breaches: RawBuilder<Breach>;
}
