import { openDatabase } from '../app.ts';
import { type Config, readConfig } from '../config.ts';
import { reasonOf } from '../failure.ts';
import { assertDatabaseAnswers } from '../platform/database-check.ts';
import { startEmbeddedPostgres } from '../platform/embedded/embedded-postgres.ts';
import { weaknessOf } from '../identity/password-strength.ts';
import { createLogger } from '../platform/logger.ts';
import { say as translated } from '../platform/messages.ts';
import { stopSignal } from '../platform/stop-signal.ts';
import { readAreas } from './area-source.ts';
import { DEMO_PASSWORD } from './cast.service.ts';
import { type Loaders, loadDemo, loadersOf } from './loaders.ts';
import { consoleProgress, type Progress } from './progress.ts';
import { readArguments, type SeedArguments, USAGE, UsageError } from './seed-arguments.ts';

const USAGE_EXIT_CODE = 2;

const say = (line: string) => process.stdout.write(`${line}\n`);
const signal = stopSignal();
const show = consoleProgress(process.stdout);
const progress: Progress = (...report) => {
  signal.throwIfAborted();
  show(...report);
};

/** Before anything is started: an unknown province, or an administrator without a password. */
async function assertPossible({ province, admin }: SeedArguments, config: Config): Promise<void> {
  if (admin !== null && config.adminPassword === null) {
    throw new UsageError('--admin needs the new password in the variable ADMIN_PASSWORD.');
  }
  if (admin !== null) await assertHardToGuess(admin, config.adminPassword!);
  if (province === null) return;
  const areas = readAreas({ province });
  await areas.next().catch((cause: unknown) => {
    throw new UsageError(`--province: ${reasonOf(cause)}`, { cause });
  });
  await areas.return(undefined);
}

async function assertHardToGuess(email: string, password: string): Promise<void> {
  const weakness = await weaknessOf(password, { email, name: '', partnerName: null });
  if (weakness !== null) throw new UsageError(`ADMIN_PASSWORD: ${translated('en', { key: weakness })}`);
}

async function addDemo(loaders: Loaders): Promise<void> {
  const loaded = await loadDemo(loaders, progress);
  if (loaded === null) {
    say('The demo is there already.');
    return;
  }
  const { villages, needs, stories, refused } = loaded;
  say(`The demo: ${villages} villages, ${needs} needs, ${stories - refused} pledges (${refused} refused).`);
  say(`Warning: its accounts all have the password ${DEMO_PASSWORD}. Never let them near real data.`);
}

async function load(
  loaders: Loaders,
  { province, demo, admin }: SeedArguments,
  config: Config,
): Promise<void> {
  const { read, added } = await loaders.areas.run(province, progress);
  await loaders.reference.load();
  say(`Official areas: ${read.toLocaleString('en')}, of which ${added.toLocaleString('en')} are new.`);
  say('Clusters and sectors are there.');
  if (demo) await addDemo(loaders);
  if (admin === null) return;
  const isNew = await loaders.accounts.setAdministrator(admin, config.adminPassword!);
  say(isNew ? `${admin} is an administrator now.` : `${admin} is an administrator, with the new password.`);
}

async function run(): Promise<void> {
  const request = readArguments(process.argv.slice(2));
  if (request.help) {
    say(USAGE);
    return;
  }
  const config = readConfig(undefined, { logLevel: 'warn', needsTokenSecret: false });
  await assertPossible(request, config);
  const logger = createLogger(config.logLevel);
  await using opened = new AsyncDisposableStack();
  let url = config.databaseUrl;
  if (url === null) {
    const postgres = await startEmbeddedPostgres({ dataDir: config.dataDir, log: (message) => say(message) });
    opened.defer(() => postgres.stop());
    ({ url } = postgres);
  } else await assertDatabaseAnswers(url);
  const database = await openDatabase(config, url, logger);
  opened.defer(() => database.close());
  await database.migrate();
  await load(loadersOf(database, logger), request, config);
}

function saidOf(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n\n${USAGE}`;
  return error === signal.reason ? 'Stopped; run it again to load what is missing.' : reasonOf(error);
}

try {
  await run();
} catch (error) {
  process.stderr.write(`${saidOf(error)}\n`);
  process.exitCode = error instanceof UsageError ? USAGE_EXIT_CODE : 1;
}
