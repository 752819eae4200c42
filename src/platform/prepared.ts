import {
  type DatabaseConnection,
  DefaultQueryExecutor,
  PostgresAdapter,
  PostgresQueryCompiler,
  type QueryExecutorProvider,
} from 'kysely';
import pg from 'pg';

/** Rows as JS sees them: bigint as number (all are within 2^53), date as text, timestamptz as Date. */
export const readTypes = new pg.TypeOverrides();
readTypes.setTypeParser(pg.types.builtins.INT8, Number);
readTypes.setTypeParser(pg.types.builtins.DATE, String);

/** The name under which each text is prepared, the same on every connection. Texts have no values in them. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `hub_${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}

const camelCase = (column: string) =>
  column.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** The same rows with their columns in camelCase. */
function renamed({ rows, fields }: pg.QueryResult<Record<string, unknown>>): object[] {
  if (rows.length === 0) return rows;
  const columns = fields.map(({ name }) => [name, camelCase(name)] as const);
  return rows.map((row) => Object.fromEntries(columns.map(([name, property]) => [property, row[name]])));
}

type Send = (query: pg.QueryConfig) => Promise<pg.QueryResult<Record<string, unknown>>>;

/**
 * Where a `sql` statement can be executed so that the server parses it once for each connection. For the few statements
 * that are sent for every request; they name their columns, since a prepared `*` breaks when a migration adds one.
 */
export function preparedOn(send: Send): QueryExecutorProvider {
  const connection = {
    async executeQuery({ sql: text, parameters }) {
      const result = await send({ name: nameOf(text), text, values: [...parameters], types: readTypes });
      return { rows: renamed(result) };
    },
    streamQuery() {
      throw new Error('a prepared statement is not streamed');
    },
  } as DatabaseConnection;
  const executor = new DefaultQueryExecutor(new PostgresQueryCompiler(), new PostgresAdapter(), {
    provideConnection: (consumer) => consumer(connection),
  });
  return { getExecutor: () => executor };
}
