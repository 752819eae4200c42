// A step of `npm run codegen`: the manifest of the typed client's operations, by which the hub knows them by their ids.
// With `--check` it writes nothing, and fails when the file says anything else.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { type DocumentNode, Kind, print } from 'graphql';
import * as client from '../client/operations.ts';

const PATH = 'schema/persisted-operations.json';

function entryOf(document: DocumentNode): object[] {
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) return [];
  // As the client sends it: the text is what the id is made of.
  const body = print(document);
  const id = createHash('sha256').update(body).digest('hex');
  return [{ id, name: operation.name?.value, type: operation.operation, body }];
}

const documents = Object.values(client).filter(
  (value): value is typeof client.NeedDocument => 'kind' in value,
);
const operations = documents.flatMap(entryOf);
const manifest = { format: 'apollo-persisted-query-manifest', version: 1, operations };
const text = `${JSON.stringify(manifest, null, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(PATH, text);
} else if (readFileSync(PATH, 'utf8') !== text) {
  console.error(`${PATH} is not what the client’s operations make of it; run: npm run codegen`);
  process.exitCode = 1;
}
