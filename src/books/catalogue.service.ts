import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import type { Sql } from '../platform/database.ts';
import type { Breach, Proof } from './proof.service.ts';

/** What the migrations make, as `npm run catalogue` writes it: `<state> <digest>` of each object by its kind and name. */
const MANIFEST = new URL('../../../schema/catalogue.json', import.meta.url);

const OURS = `n.nspname in ('public', 'shown') and c.relname not like 'mikro\\_orm\\_migrations%'`;
const TABLES = `pg_class c join pg_namespace n on n.oid = c.relnamespace`;
const named = `n.nspname || '.' || c.relname`;

/** Each kind of object: what it is called, the state that it is in, and the whole of what defines it. */
const kinds: readonly string[] = [
  `select 'table ' || ${named}, case when c.relrowsecurity then 'row security' else 'open' end
      || case when c.relforcerowsecurity then ' forced' else '' end, concat(c.relkind, c.relpersistence)
    from ${TABLES} where c.relkind in ('r', 'p', 'f') and ${OURS}`,
  `select 'column ' || ${named} || '.' || a.attname, case when a.attnotnull then 'not null' else 'nullable' end,
      concat_ws(' ', format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated,
        (select collname from pg_collation where oid = a.attcollation))
    from ${TABLES} join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relkind in ('r', 'p', 'f') and ${OURS}`,
  `select 'constraint ' || ${named} || '.' || k.conname,
      case when k.convalidated and k.conenforced then 'valid' else 'not valid' end, pg_get_constraintdef(k.oid)
    from ${TABLES} join pg_constraint k on k.conrelid = c.oid where k.contype not in ('n', 't') and ${OURS}`,
  `select 'index ' || ${named} || '.' || i.relname, case when x.indisvalid then 'valid' else 'not valid' end,
      pg_get_indexdef(i.oid)
    from ${TABLES} join pg_index x on x.indrelid = c.oid join pg_class i on i.oid = x.indexrelid where ${OURS}`,
  `select 'trigger ' || ${named} || '.' || t.tgname,
      case t.tgenabled when 'O' then 'enabled' when 'D' then 'disabled' else concat('enabled ', t.tgenabled) end,
      pg_get_triggerdef(t.oid)
    from ${TABLES} join pg_trigger t on t.tgrelid = c.oid where not t.tgisinternal and ${OURS}`,
  // The triggers by which PostgreSQL keeps a foreign key: their names differ from database to database.
  `select 'trigger ' || ${named} || '.' || k.conname || ' by ' || p.proname,
      case t.tgenabled when 'O' then 'enabled' when 'D' then 'disabled' else concat('enabled ', t.tgenabled) end, t.tgtype::text
    from ${TABLES} join pg_trigger t on t.tgrelid = c.oid join pg_constraint k on k.oid = t.tgconstraint
    join pg_proc p on p.oid = t.tgfoid where t.tgisinternal and ${OURS}`,
  `select 'policy ' || ${named} || '.' || p.polname, case when p.polpermissive then 'permissive' else 'restrictive' end,
      concat_ws(' ', p.polcmd, p.polroles::text, pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid))
    from ${TABLES} join pg_policy p on p.polrelid = c.oid where ${OURS}`,
  `select 'view ' || ${named}, coalesce(array_to_string(c.reloptions, ' '), 'plain'), pg_get_viewdef(c.oid)
    from ${TABLES} where c.relkind in ('v', 'm') and ${OURS}`,
  `select 'rule ' || ${named} || '.' || r.rulename, r.ev_enabled::text, pg_get_ruledef(r.oid)
    from ${TABLES} join pg_rewrite r on r.ev_class = c.oid where r.rulename <> '_RETURN' and ${OURS}`,
  `select 'function ' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
      case when p.prosecdef then 'as its owner' else 'as its caller' end, pg_get_functiondef(p.oid)
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'shown') and p.prokind in ('f', 'p')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`,
  // A session of this role fires no trigger and looks at no foreign key.
  `select 'setting of ' || coalesce(r.rolname, 'all roles'), 'set', given
    from pg_db_role_setting s cross join unnest(s.setconfig) as given left join pg_roles r on r.oid = s.setrole
    where given like 'session\\_replication\\_role=%'`,
];

/** All objects of the hub's schemas: `key`, and `found` as in the manifest. */
const catalogue = sql<{ key: string; found: string }>`
  select key, state || ' ' || left(encode(sha256(convert_to(definition, 'UTF8')), 'hex'), 32) as found
  from (${sql.raw(kinds.join(' union all '))}) as object (key, state, definition)`;

/** The catalogue as the manifest has it, by the names of the objects. */
export async function readCatalogue(snapshot: Sql): Promise<Record<string, string>> {
  await fixNames(snapshot);
  const { rows } = await sql<{ key: string; found: string }>`
    select key, found from (${catalogue}) as c order by key collate "C"`.execute(snapshot);
  return Object.fromEntries(rows.map(({ key, found }) => [key, found]));
}

/** The search path decides how PostgreSQL writes names in definitions. Lasts until the transaction ends. */
export async function fixNames(snapshot: Sql): Promise<void> {
  await sql`select set_config('search_path', 'public', true)`.execute(snapshot);
}

/** The catalogue against the manifest: what is missing, what is there besides, and what is not as it was made. */
export async function catalogueProof(): Promise<Proof> {
  const manifest = await readFile(MANIFEST, 'utf8');
  return {
    name: 'Tables, triggers, constraints, policies, functions and views are those of the migrations',
    breaches: sql<Breach>`
      select key, coalesce(made.value, 'nothing of this name') as expected, coalesce(found, 'nothing') as found
      from jsonb_each_text(${manifest}::jsonb) as made full join (${catalogue}) as c using (key)
      where made.value is distinct from found`,
  };
}
