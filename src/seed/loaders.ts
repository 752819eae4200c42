import type { Logger } from 'pino';
import { compose } from '../composition.ts';
import type { Database } from '../platform/database.ts';
import { AccountSetup } from './account-setup.service.ts';
import { AreaImport } from './area-import.service.ts';
import { PROVINCE } from './demo/banten.ts';
import { DemoSeed, type LoadedDemo } from './demo-seed.service.ts';
import type { Progress } from './progress.ts';
import { ReferenceData } from './reference-data.service.ts';

export interface Loaders {
  areas: AreaImport;
  reference: ReferenceData;
  demo: DemoSeed;
  accounts: AccountSetup;
}

/** All that loads something into a migrated database; nothing is started. */
export function loadersOf(database: Database, logger: Logger): Loaders {
  // What the demo's people do is no news for the hub's own log.
  const quiet = logger.child({}, { level: 'error' });
  const demo = new DemoSeed(database, (inside, clock) =>
    // Nobody signs in there, so that no secret is needed.
    compose({ database: inside, clock, logger: quiet, tokenSecret: '', tokenHours: 1 }),
  );
  const areas = new AreaImport(database);
  return { areas, reference: new ReferenceData(database), demo, accounts: new AccountSetup(database) };
}

/** The official areas of Banten, clusters, sectors and the demo; null when the demo was there. */
export async function loadDemo(
  { areas, reference, demo }: Loaders,
  progress: Progress,
  signal?: AbortSignal,
): Promise<LoadedDemo | null> {
  await areas.run(PROVINCE.code, progress);
  await reference.load();
  return demo.load(progress, signal);
}
