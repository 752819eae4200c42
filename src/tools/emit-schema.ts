import { readFile, writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../schema.ts';

/**
 * `npm run schema`: writes what the resolvers make of the API to schema/schema.graphql. With `--check` it writes
 * nothing, and fails when the file says anything else.
 */
const PATH = 'schema/schema.graphql';
const sdl = `${printSchema(lexicographicSortSchema(await createSchema()))}\n`;
if (!process.argv.includes('--check')) {
  await writeFile(PATH, sdl);
} else if ((await readFile(PATH, 'utf8')) !== sdl) {
  process.stderr.write(`${PATH} is not what the resolvers make of it; run: npm run schema\n`);
  process.exitCode = 1;
}
