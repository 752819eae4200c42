import { writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Child } from './child.ts';
import { type Contestant, withContestant } from './contestants.ts';
import { NATIONAL_VILLAGES, type Shape, shapeOf } from './data/shape.ts';
import { Warehouse } from './data/warehouse.ts';
import type { Load, LoadResult } from './load.ts';
import { table, whole } from './markdown.ts';
import type { LoadChild } from './measure.ts';
import { residentMegabytes } from './process-usage.ts';
import { requestsOf } from './requests.ts';
import { median } from './statistics.ts';
import type { WorkloadName } from './workloads.ts';

/**
 * Whether the hub's memory stays flat: all workloads but one in turns, for so many minutes, without a pause. Claims of one
 * need alone are left out, since it would be fulfilled. A full run writes bench/SOAK.md.
 *
 * Usage: npm run bench:soak [-- --minutes 10] [--villages 84000]
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    villages: { type: 'string', default: String(NATIONAL_VILLAGES) },
  },
});
const MINUTES = Number(values.minutes);
const CLIENTS = 32;
const TURN_SECONDS = 2;
const NAMES: readonly WorkloadName[] = ['board', 'feed', 'point', 'areas', 'spread'];

interface Minute {
  requests: number;
  /** In RAM, in MB, at the end of each turn. */
  resident: number[];
}

const begunAt = performance.now();
const secondsSince = () => (performance.now() - begunAt) / 1000;
const log = (line: string) => console.log(`${secondsSince().toFixed(0).padStart(5)} s  ${line}`);

/** The slope of the least squares line through the values, by step. */
function slopeOf(all: readonly number[]): number {
  const middle = (all.length - 1) / 2;
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
  const pairs = all.map((one, index) => [index - middle, one - mean] as const);
  return pairs.reduce((sum, [x, y]) => sum + x * y, 0) / pairs.reduce((sum, [x]) => sum + x * x, 0);
}

function reportOf(minutes: readonly Minute[], villages: number): string {
  const medians = minutes.map(({ resident }) => median(resident));
  const later = medians.slice(Math.floor(medians.length / 2));
  const rows = minutes.map(({ requests, resident }, index) => [
    String(index + 1),
    whole(requests),
    whole(median(resident)),
    whole(Math.max(...resident)),
  ]);
  return [
    '# Memory under load',
    '',
    `By \`npm run bench:soak\`: ${CLIENTS} clients without a pause, ${NAMES.join(', ')} in turns of ${TURN_SECONDS} s, on`,
    `${whole(villages)} villages; ${cpus().length} × ${cpus()[0]!.model.trim()}, ${whole(totalmem() / 2 ** 30)} GiB, Node ${process.version}.`,
    'Memory is what the hub’s process has in RAM, read after each turn.',
    '',
    table(['minute', 'requests', 'median, MB', 'most, MB'], rows),
    '',
    `In the second half it moved by ${slopeOf(later).toFixed(2)} MB a minute.`,
    '',
  ].join('\n');
}

/** Loads the hub in turns; a minute's figures hold the turns that begin in it. */
async function soak(hub: Contestant, shape: Shape, load: LoadChild): Promise<Minute[]> {
  const asked = await Promise.all(NAMES.map((name) => requestsOf(name, hub, shape)));
  const minutes: Minute[] = [];
  const startedAt = secondsSince();
  for (let turn = 0; secondsSince() - startedAt < MINUTES * 60; turn += 1) {
    const number = Math.floor((secondsSince() - startedAt) / 60);
    if (minutes[number] === undefined) log(`minute ${number + 1}, ${whole(residentMegabytes(hub.pid))} MB`);
    const minute = (minutes[number] ??= { requests: 0, resident: [] });
    const requests = asked[turn % asked.length]!;
    const done = await load.ask({ url: hub.url, ...requests, clients: CLIENTS, seconds: TURN_SECONDS });
    minute.requests += done.requests;
    minute.resident.push(residentMegabytes(hub.pid));
  }
  return minutes;
}

const shape = shapeOf(Number(values.villages));
const warehouse = await Warehouse.open(log);
const load: LoadChild = new Child<Load, LoadResult>('load.js');
try {
  const ground = await warehouse.ground(shape.villages);
  const minutes = await withContestant('hub', ground, (hub) => soak(hub, shape, load));
  const report = reportOf(minutes, shape.villages);
  console.log(`\n${report}`);
  if (MINUTES >= 10) await writeFile('bench/SOAK.md', report);
} finally {
  await load.stop();
  await warehouse.stop();
}
process.exit();
