import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../app.ts';
import { readCatalogue } from '../books/catalogue.service.ts';
import { readConfig } from '../config.ts';
import { startEmbeddedPostgres } from '../platform/embedded/embedded-postgres.ts';
import { createLogger } from '../platform/logger.ts';

/**
 * `npm run catalogue`: writes what the migrations make to schema/catalogue.json, from an empty database on a server
 * that is thrown away. `npm run verify-books` compares a database with it; a test keeps it up to date.
 */
const PATH = 'schema/catalogue.json';

await using opened = new AsyncDisposableStack();
const dataDir = await mkdtemp(join(tmpdir(), 'sinergi-catalogue-'));
opened.defer(() => rm(dataDir, { recursive: true, force: true }));
// The server's user, who is not root, must reach the folder.
await chmod(dataDir, 0o711);
const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined });
opened.defer(() => postgres.stop());
const config = readConfig({ DATABASE_URL: postgres.url }, { needsTokenSecret: false });
const database = await openDatabase(config, postgres.url, createLogger('warn'));
opened.defer(() => database.close());
await database.migrate();
const catalogue = await database.systemReads.transaction().execute(readCatalogue);
await writeFile(PATH, `${JSON.stringify(catalogue, null, 2)}\n`);
