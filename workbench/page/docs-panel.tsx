import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import { useState } from 'react';
import type { ReactNode } from 'react';
import { type AnyField, type DocsEntry, fieldsOf, found, isSame } from './docs-search.ts';

interface Props {
  schema: GraphQLSchema | null;
  /** The way to what is shown, from the roots on; its last entry is shown. */
  path: readonly DocsEntry[];
  onGo: (path: readonly DocsEntry[]) => void;
  onClose: () => void;
}

type Open = (entry: DocsEntry) => void;

const titleOf = ({ parent, field }: DocsEntry): string => (field === null ? parent : `${parent}.${field}`);

/** What the schema says of every type and field, as the hub itself tells it. */
export function DocsPanel({ schema, path, onGo, onClose }: Props): ReactNode {
  const [search, setSearch] = useState('');
  const open: Open = (entry) => {
    setSearch('');
    const place = path.findIndex((one) => isSame(one, entry));
    onGo(place < 0 ? [...path, entry] : path.slice(0, place + 1));
  };
  const entry = path.at(-1);
  return (
    <aside className="docs" aria-label="Skema · Schema">
      <header>
        <button type="button" disabled={path.length === 0} onClick={() => onGo(path.slice(0, -1))}>
          ← Kembali · <span lang="en">Back</span>
        </button>
        <button type="button" aria-label="Tutup skema · Close the schema" onClick={onClose}>
          ✕
        </button>
      </header>
      {schema === null ? (
        <p>
          Hub ini tidak membuka skemanya. <span lang="en">This hub does not open its schema.</span>
        </p>
      ) : (
        <>
          <input
            type="search"
            placeholder="Cari tipe atau bidang · Find a type or a field"
            aria-label="Cari dalam skema · Search the schema"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
          {search.trim() !== '' && <Entries entries={found(schema, search)} onOpen={open} />}
          {search.trim() === '' && entry && <Shown schema={schema} entry={entry} onOpen={open} />}
          {search.trim() === '' && !entry && <Roots schema={schema} onOpen={open} />}
        </>
      )}
    </aside>
  );
}

function Roots({ schema, onOpen }: { schema: GraphQLSchema; onOpen: Open }): ReactNode {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return roots.map(
    (type) => type && <TypeFields key={type.name} type={type} heading={type.name} onOpen={onOpen} />,
  );
}

function Entries({ entries, onOpen }: { entries: readonly DocsEntry[]; onOpen: Open }): ReactNode {
  if (entries.length === 0) {
    return (
      <p>
        Tidak ditemukan. <span lang="en">Nothing was found.</span>
      </p>
    );
  }
  return (
    <ul>
      {entries.map((entry) => (
        <li key={titleOf(entry)}>
          <button type="button" className="name" onClick={() => onOpen(entry)}>
            {titleOf(entry)}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Shown({
  schema,
  entry,
  onOpen,
}: {
  schema: GraphQLSchema;
  entry: DocsEntry;
  onOpen: Open;
}): ReactNode {
  const type = schema.getType(entry.parent);
  const field = type && entry.field !== null ? fieldsOf(type)[entry.field] : undefined;
  return (
    <article>
      <h2>{titleOf(entry)}</h2>
      {field ? (
        <FieldDocs field={field} onOpen={onOpen} />
      ) : (
        type && <TypeDocs schema={schema} type={type} onOpen={onOpen} />
      )}
    </article>
  );
}

function Description({ text }: { text: string | null | undefined }): ReactNode {
  return text ? <p className="description">{text}</p> : null;
}

function TypeLink({ type, onOpen }: { type: GraphQLType; onOpen: Open }): ReactNode {
  const { name } = getNamedType(type);
  const [before, after] = String(type).split(name);
  return (
    <code>
      {before}
      <button type="button" className="type" onClick={() => onOpen({ parent: name, field: null })}>
        {name}
      </button>
      {after}
    </code>
  );
}

function FieldDocs({ field, onOpen }: { field: AnyField; onOpen: Open }): ReactNode {
  const args = 'args' in field ? field.args : [];
  return (
    <>
      <TypeLink type={field.type} onOpen={onOpen} />
      <Description text={field.description} />
      {args.length > 0 && <Inputs title="Argumen · Arguments" inputs={args} onOpen={onOpen} />}
    </>
  );
}

function Inputs({
  title,
  inputs,
  onOpen,
}: {
  title: string;
  inputs: readonly (GraphQLArgument | GraphQLInputField)[];
  onOpen: Open;
}): ReactNode {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {inputs.map(({ name, type, description }) => (
          <div key={name}>
            <dt>
              <code>{name}</code>: <TypeLink type={type} onOpen={onOpen} />
            </dt>
            <dd>{description}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function TypeDocs({
  schema,
  type,
  onOpen,
}: {
  schema: GraphQLSchema;
  type: GraphQLNamedType;
  onOpen: Open;
}): ReactNode {
  return (
    <>
      <Description text={type.description} />
      {isAbstractType(type) && (
        <section>
          <h3>Bentuk · Possible types</h3>
          <Entries
            entries={schema.getPossibleTypes(type).map(({ name }) => ({ parent: name, field: null }))}
            onOpen={onOpen}
          />
        </section>
      )}
      {isEnumType(type) && (
        <dl>
          {type.getValues().map(({ name, description }) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>{description}</dd>
            </div>
          ))}
        </dl>
      )}
      {isInputObjectType(type) && (
        <Inputs title="Bidang · Fields" inputs={Object.values(type.getFields())} onOpen={onOpen} />
      )}
      {(isObjectType(type) || isInterfaceType(type)) && (
        <TypeFields type={type} heading="Bidang · Fields" onOpen={onOpen} />
      )}
    </>
  );
}

function TypeFields({
  type,
  heading,
  onOpen,
}: {
  type: GraphQLNamedType;
  heading: string;
  onOpen: Open;
}): ReactNode {
  return (
    <section>
      <h3>{heading}</h3>
      <dl>
        {Object.values(fieldsOf(type)).map((field) => (
          <div key={field.name}>
            <dt>
              <button
                type="button"
                className="name"
                onClick={() => onOpen({ parent: type.name, field: field.name })}
              >
                {field.name}
              </button>
              : <TypeLink type={field.type} onOpen={onOpen} />
            </dt>
            <dd>{field.description}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
