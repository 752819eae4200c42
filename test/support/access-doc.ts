import { privateFields, rootAccess } from '../../src/access/api-access.ts';
import { type Act, type Permission, permissions, relations } from '../../src/access/permissions.ts';

function fieldsRuledBy(act: Act): string[] {
  const roots = Object.values(rootAccess).flatMap((fields) => Object.entries<Act>(fields));
  return [...roots, ...Object.entries<Act>(privateFields)].flatMap(([name, by]) =>
    by === act ? [name] : [],
  );
}

/** The table of docs/access.md, one line a permission. */
export function accessTable(): string {
  const rows = Object.entries<Permission>(permissions).map(([act, { to, who, never, because }]) => {
    const may = who.map((relation) => relations[relation]).join('; ');
    const but = never === undefined ? '' : `; never ${relations[never]}`;
    const fields = fieldsRuledBy(act as Act).map((name) => `\`${name}\``);
    return `| ${to} | ${may}${but} | ${because} | ${fields.join(' ')} |`;
  });
  return ['| to | who | because | fields of the API |', '|---|---|---|---|', ...rows].join('\n');
}
