import { sql } from 'kysely';
import type { Database } from '../platform/database.ts';
import { CLUSTERS, SECTORS } from './demo/clusters.ts';

/** The clusters and sectors that every hub begins with. */
export class ReferenceData {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /** Adds what is missing, and brings names and colours of what is there up to date. */
  async load(): Promise<void> {
    const sectors = SECTORS.map(({ code, name, cluster }) => ({ code, name, cluster_code: cluster }));
    await this.database.transaction(async (tx) => {
      await sql`
        insert into clusters (code, name, colour)
        select code, name, colour from jsonb_to_recordset(${JSON.stringify(CLUSTERS)}::jsonb)
          as cluster(code text, name text, colour text)
        on conflict (code) do update set name = excluded.name, colour = excluded.colour`.execute(tx.sql);
      await sql`
        insert into sectors (code, name, cluster_code)
        select code, name, cluster_code from jsonb_to_recordset(${JSON.stringify(sectors)}::jsonb)
          as sector(code text, name text, cluster_code text)
        on conflict (code) do update
          set name = excluded.name, cluster_code = excluded.cluster_code`.execute(tx.sql);
    });
  }
}
