import { statfs, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { Child } from './child.ts';
import { contestantNames } from './contestants.ts';
import { NATIONAL_VILLAGES, shapeOf } from './data/shape.ts';
import { Warehouse } from './data/warehouse.ts';
import { growthOf } from './growth.ts';
import type { Load, LoadResult } from './load.ts';
import { resultsOf, type SetResults } from './results.ts';
import { measureClaims, measureReads, newRecords, proveSameness, type Stage } from './rounds.ts';
import { workloadNames } from './workloads.ts';

/**
 * The hub and its peers over the same tables: reads and claims, in turns. Writes bench/RESULTS.md, or with --scale
 * bench/GROWTH.md; whoever leaves anything out gets the tables on the terminal only. See bench/README.md.
 *
 * Usage: npm run bench [-- --quick] [-- --scale 0.1,1] [-- --villages 84000,310] [-- --only board,point]
 *   [-- --contestants hub,limit] [-- --rounds 3] [-- --seconds 5]
 */
const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    scale: { type: 'string' },
    villages: { type: 'string' },
    only: { type: 'string' },
    contestants: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
  },
});
const SMALL_VILLAGES = 310;
const CLIENTS = 32;
/** On disk, with room for the copy that a run works on and for the log of its writes. */
const BYTES_A_VILLAGE = 100_000;

const begunAt = performance.now();
const log = (line: string) =>
  console.log(`${((performance.now() - begunAt) / 1000).toFixed(0).padStart(5)} s  ${line}`);

/** Those of `known` that an option names; all when it is absent. */
function chosen<T extends string>(option: string | undefined, known: readonly T[]): readonly T[] {
  const names = option?.split(',');
  const unknown = names?.filter((name) => !known.includes(name as T)) ?? [];
  if (unknown.length > 0) throw new Error(`not known: ${unknown.join(', ')}; choose of ${known.join(', ')}`);
  return names === undefined ? known : known.filter((name) => names.includes(name));
}

function sizes(): number[] {
  const { scale, villages, quick } = values;
  if (scale !== undefined) return scale.split(',').map((one) => Math.round(Number(one) * NATIONAL_VILLAGES));
  if (villages !== undefined) return villages.split(',').map(Number);
  return quick ? [SMALL_VILLAGES] : [NATIONAL_VILLAGES, SMALL_VILLAGES];
}

async function assertRoom(villages: number): Promise<void> {
  const { bavail, bsize } = await statfs('.');
  if (bavail * bsize < villages * BYTES_A_VILLAGE) {
    throw new Error(
      `${villages} villages need about ${Math.ceil((villages * BYTES_A_VILLAGE) / 1e9)} GB of free disk`,
    );
  }
}

const plan = {
  rounds: Number(values.rounds ?? (values.quick ? 1 : 3)),
  seconds: Number(values.seconds ?? (values.quick ? 1 : 5)),
};
const loads = [loadavg()[0]!];
const warehouse = await Warehouse.open(log);
const load = new Child<Load, LoadResult>('load.js');
try {
  const sets: SetResults[] = [];
  for (const villages of sizes()) {
    await assertRoom(villages);
    const stage: Stage = {
      warehouse,
      shape: shapeOf(villages),
      load,
      pace: { clients: CLIENTS, warmUpSeconds: plan.seconds / 2, seconds: plan.seconds },
      contestants: chosen(values.contestants ?? (values.scale && 'limit,hub'), contestantNames),
      workloads: chosen(values.only, workloadNames),
      log,
    };
    await proveSameness(stage);
    const records = newRecords(stage);
    for (let round = 0; round < plan.rounds; round += 1) {
      await measureReads(stage, records, round);
      await measureClaims(stage, records, round);
      loads.push(loadavg()[0]!);
    }
    sets.push({ shape: stage.shape, records });
  }
  const results = { ...plan, sets, clients: CLIENTS, postgres: await warehouse.version(), loads };
  const report = values.scale === undefined ? resultsOf(results) : growthOf(results);
  console.log(`\n${report}`);
  const isWhole =
    !values.quick && [values.villages, values.only, values.contestants].every((one) => one === undefined);
  if (isWhole) await writeFile(values.scale === undefined ? 'bench/RESULTS.md' : 'bench/GROWTH.md', report);
  log('done');
} finally {
  await load.stop();
  await warehouse.stop();
}
process.exit();
