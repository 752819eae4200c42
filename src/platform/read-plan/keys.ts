import { sql } from 'kysely';
import { type IdPrefix, isId } from '../../kernel/ids.ts';
import { badArgument } from '../../kernel/problems.ts';
import { one, type OneField, type Text } from './mapping.ts';

const assertId = (prefix: IdPrefix) => (id: string) => {
  if (!isId(prefix, id)) throw badArgument('id', 'input.bad-id');
};

/** Any text names a thing, or none. */
const anyCode = () => undefined;

/** The thing whose `id` is asked for. */
export const byId = (type: string, prefix: IdPrefix): OneField =>
  one<{ id: Text }>(type, ({ its, args }) => sql`${its('id')} = ${args.id}`, { id: assertId(prefix) });

/** The thing whose `id` or whose `code` is asked for; one of them must be. */
export const byIdOrCode = (type: string, prefix: IdPrefix): OneField =>
  one<{ id?: Text | null; code?: Text | null }>(
    type,
    ({ its, args: { id, code } }) => {
      if ((id == null) === (code == null)) throw badArgument('id', 'input.one-of');
      return code == null ? sql`${its('id')} = ${id}` : sql`${its('code')} = ${code}`;
    },
    { id: assertId(prefix), code: anyCode },
  );
