import { writeFile } from 'node:fs/promises';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { createSchema } from '../schema.ts';

/** `npm run schema`: writes what the resolvers make of the API to schema/schema.graphql. */
const sdl = `${printSchema(lexicographicSortSchema(await createSchema()))}\n`;
await writeFile('schema/schema.graphql', sdl);
