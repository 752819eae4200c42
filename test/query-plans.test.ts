import { afterAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { bookStatements } from '../bench/data/books.ts';
import { eventStatements } from '../bench/data/events.ts';
import { peopleStatements } from '../bench/data/people.ts';
import { shapeOf } from '../bench/data/shape.ts';
import { FRESH_KEY, firstAuditor, type WorkloadName, workloads } from '../bench/workloads.ts';
import { accountId } from '../bench/world.ts';
import { gql } from './support/query.ts';
import { type Statement, statementsWithValuesOf } from './support/statements.ts';
import { TestDatabase } from './support/test-database.ts';
import { testHub } from './support/test-hub.ts';

/** Large enough for the planner to have a choice, small enough for the guards to look at every row. */
const shape = shapeOf(4032, 1);
const database = await TestDatabase.create();
const client = new pg.Client({ connectionString: database.url });

/** Tables of fewer pages are read in whole, and rightly so. */
const LARGE_PAGES = 10;

/** Everything in one transaction, at whose end the database's own guards look at it; answers the large tables. */
async function fill(): Promise<string[]> {
  await client.connect();
  await client.query('begin');
  for (const statement of [...peopleStatements(shape, 'no hash of any password'), ...bookStatements(shape)]) {
    await client.query(statement);
  }
  for (const statement of await eventStatements(client)) await client.query(statement);
  await client.query('commit');
  await client.query('analyze');
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
     and relpages > ${LARGE_PAGES} order by relname`,
  );
  return rows.map(({ name }) => name);
}

const large = await fill();
const hub = await testHub({ database });
afterAll(async () => {
  await client.end();
  await database.drop();
});

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  Plans?: PlanNode[];
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

async function planOf({ text, values }: Statement): Promise<PlanNode[]> {
  const { rows } = await client.query<{ 'QUERY PLAN': { Plan: PlanNode }[] }>(
    `explain (format json) ${text}`,
    values,
  );
  return nodesOf(rows[0]!['QUERY PLAN'][0]!.Plan);
}

/** What has a plan, unlike `begin` and `commit`. */
const PLANNED = /^\s*(select|insert|update|delete|with)\b/i;

/** The large tables that these statements touch, and those of them that any reads from end to end. */
async function tablesOf(statements: readonly Statement[]): Promise<{ touched: string[]; scanned: string[] }> {
  const plans: PlanNode[][] = [];
  for (const statement of statements) {
    if (PLANNED.test(statement.text)) plans.push(await planOf(statement));
  }
  const nodes = plans.flat().filter((node) => large.includes(node['Relation Name'] ?? ''));
  const names = (all: PlanNode[]) => [...new Set(all.map((node) => node['Relation Name']!))].toSorted();
  return { touched: names(nodes), scanned: names(nodes.filter((node) => node['Node Type'] === 'Seq Scan')) };
}

/** What the hub sends to the database for one request of a workload. */
async function hotPath(name: WorkloadName): Promise<Statement[]> {
  const workload = workloads[name];
  const variables = workload.variables(shape, 0) as { input?: object };
  const asked = JSON.parse(JSON.stringify(variables).replace(FRESH_KEY, name)) as Record<string, unknown>;
  const account = variables.input === undefined ? firstAuditor(shape) : 1;
  const as = await hub.client(accountId(account));
  return statementsWithValuesOf(async () => {
    const data = await as.request(gql<object>(workload.document), asked);
    expect(JSON.stringify(data)).not.toMatch(/"(pledge|need)":null|"nodes":\[\]/);
  });
}

test('the set is one that the guards let pass, with tables that are worth an index', () => {
  expect(large).toEqual(expect.arrayContaining(['events', 'needs', 'pledges', 'villages', 'ledger_entries']));
});

test('a statement that reads a large table from end to end is found out', async () => {
  const text = 'select v.id from villages v join needs n on n.village_id = v.id where n.title = $1';
  const { touched, scanned } = await tablesOf([{ text, values: ['nothing'] }]);
  expect(touched).toEqual(['needs', 'villages']);
  expect(scanned).toContain('needs');
});

test.each<[WorkloadName, string[]]>([
  ['board', ['needs', 'pledges', 'villages']],
  ['feed', ['needs', 'pledges', 'villages']],
  ['point', ['needs']],
  ['areas', ['areas']],
  ['spread', ['needs', 'pledges', 'villages']],
])('%s reads no large table from end to end', async (name, tables) => {
  const { touched, scanned } = await tablesOf(await hotPath(name));
  expect(touched).toEqual(expect.arrayContaining(tables));
  expect(scanned).toEqual([]);
});

test('claims that are made together read no large table from end to end either', async () => {
  const as = await hub.client(accountId(1));
  const { document, variables } = workloads.spread;
  const asked = (turn: number) =>
    JSON.parse(JSON.stringify(variables(shape, turn)).replace(FRESH_KEY, `together-${turn}`)) as Record<
      string,
      unknown
    >;
  const statements = await statementsWithValuesOf(() =>
    Promise.all(Array.from({ length: 24 }, (_, turn) => as.request(gql<object>(document), asked(turn)))),
  );
  const written = statements.filter(({ text }) => text.includes('insert into pledges'));
  expect(written.length).toBeLessThan(24);
  const { touched, scanned } = await tablesOf(statements);
  expect(touched).toEqual(expect.arrayContaining(['needs', 'pledges', 'villages']));
  expect(scanned).toEqual([]);
});
