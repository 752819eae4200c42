import { sql } from 'kysely';
import type { Database } from '../platform/database.ts';
import { type AreaRecord, readAreas } from './area-source.ts';
import { areaId } from './deterministic-id.ts';
import type { Progress } from './progress.ts';

export interface ImportedAreas {
  read: number;
  /** Those that were not there before. */
  added: number;
}

/** Loads the official area tree, a batch a statement, so that memory does not grow with the country. */
export class AreaImport {
  private readonly database: Database;

  constructor(database: Database) {
    this.database = database;
  }

  /**
   * Adds the areas of one province, or of all when null. Running it again adds what is missing: ids follow from
   * the official codes. Throws Error for an unknown province, which names the known ones.
   */
  async run(province: string | null, progress: Progress): Promise<ImportedAreas> {
    const sum: ImportedAreas = { read: 0, added: 0 };
    for await (const batch of readAreas(province === null ? {} : { province })) {
      sum.added += await this.add(batch);
      sum.read += batch.length;
      progress('Official areas', sum.read, null);
    }
    progress('Official areas', sum.read, sum.read);
    return sum;
  }

  /** Parents stand before their children in a batch, and foreign keys are checked at the statement's end. */
  private async add(batch: readonly AreaRecord[]): Promise<number> {
    const rows = batch.map(({ code, name, level, parentCode }) => ({
      id: areaId(code),
      code,
      name,
      level,
      parent_id: parentCode === null ? null : areaId(parentCode),
    }));
    return this.database.transaction(async (tx) => {
      const added = await sql`
        insert into areas (id, code, name, level, parent_id)
        select id, code, name, level, parent_id from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
          as area(id text, code text, name text, level text, parent_id text)
        on conflict do nothing`.execute(tx.sql);
      return Number(added.numAffectedRows ?? 0);
    });
  }
}
