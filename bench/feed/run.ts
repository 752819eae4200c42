import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ground, openGround, tokensOf } from '../ground.ts';
import {
  type Claiming,
  type ClaimRound,
  measureClaimRound,
  startClaimants,
} from './claims-beside-listeners.ts';
import { type Contestant, measureRound, newRecords, type Stage, startContestant } from './fan-out-rounds.ts';
import { startHubProcess } from '../hub-process.ts';
import { Listening } from './listening.ts';
import { makeModelEvents } from './model-events.ts';
import type { FeedEvent } from './peers/peer.ts';
import { reportOf, type Results } from './report.ts';
import { measureClaimedEvents, measurePublishedEvents, type SingleEvents } from './single-events.ts';
import { measureStopped } from './stopped-readers.ts';

/**
 * The live feed's fan-out against a raw broadcast and three peers, and what listeners cost those who claim. Prints its
 * tables and writes them to bench/FEED.md; with --quick it measures once and briefly, and only prints. On a machine that
 * is busy it makes fewer rounds, so that it ends within ten minutes.
 *
 * Usage: npm run bench:feed [-- --quick]
 */
const isQuick = process.argv.includes('--quick');
const SIZE = { villages: 310, needsPerVillage: 5, partners: 64, auditors: 500 };
const AUDIENCES = [
  { sockets: 200, groups: 1 },
  { sockets: 1000, groups: 1 },
  { sockets: 5000, groups: 1 },
  { sockets: 1000, groups: SIZE.villages },
];
const PLAN = isQuick
  ? {
      rounds: 1,
      claimSeconds: 2,
      singles: { warmUpSeconds: 1, seconds: 3 },
      loneSeconds: 0.4,
      warmUpSeconds: 0.5,
      seconds: 1,
    }
  : {
      rounds: 3,
      claimSeconds: 3,
      singles: { warmUpSeconds: 2, seconds: 8 },
      loneSeconds: 1,
      warmUpSeconds: 0.7,
      seconds: 2,
    };
/** No round begins that would last longer than this by what the one before took. */
const MOST_SECONDS = 570;

const begunAt = performance.now();
const elapsedSeconds = () => (performance.now() - begunAt) / 1000;
const log = (line: string) => console.log(`${elapsedSeconds().toFixed(0).padStart(4)} s  ${line}`);

async function measureSingles(stage: Stage, contestant: Contestant): Promise<SingleEvents> {
  const server = await startContestant(stage, contestant);
  try {
    const singles = await measurePublishedEvents(stage.listening, server, PLAN.singles);
    log(`single events, ${contestant}: p99 ${singles.p99Ms.toFixed(1)} ms`);
    return singles;
  } finally {
    await server.stop();
  }
}

/** All that is measured with real claims: on one hub, with nobody else's relay. */
async function measureClaims(stage: Stage, partners: readonly string[]): Promise<Results['claims']> {
  const { ground, listening, tokens } = stage;
  const claimants = startClaimants();
  const hub = await startHubProcess(ground);
  const target = { url: hub.url, tokens: partners, needs: SIZE.villages * SIZE.needsPerVillage };
  const startRaw = () => startContestant(stage, 'raw');
  const claiming: Claiming = { ground, hub, listening, claimants, target, tokens, startRaw };
  try {
    await claimants.ask({ kind: 'without-pause', target, clients: 32, seconds: PLAN.claimSeconds });
    const singles = await measureClaimedEvents(claiming, PLAN.singles);
    log(`single events of claims: p99 ${singles.p99Ms.toFixed(1)} ms`);
    const rounds: ClaimRound[] = [];
    while (rounds.length < PLAN.rounds) {
      const round = await measureClaimRound(claiming, PLAN.claimSeconds);
      rounds.push(round);
      const rates = [round.alone, round.listened, round.burnt, round.broadcast];
      log(`claims/s: ${rates.map(({ perSecond }) => perSecond.toFixed(0)).join(', ')}`);
    }
    return { singles, rounds };
  } finally {
    await hub.stop();
    await claimants.stop();
  }
}

async function modelEvents(ground: Ground, partners: readonly string[]): Promise<FeedEvent[]> {
  const hub = await startHubProcess(ground);
  try {
    return await makeModelEvents({ url: hub.url, tokens: partners, needs: 0 }, SIZE);
  } finally {
    await hub.stop();
  }
}

const work = await mkdtemp(join(tmpdir(), 'sinergi-bench-feed-'));
const ground = await openGround(SIZE, { track_commit_timestamp: 'on' });
const listening = new Listening();
try {
  const partners = await tokensOf(1, SIZE.partners);
  const events = await modelEvents(ground, partners);
  const eventsFile = join(work, 'events.json');
  await writeFile(eventsFile, JSON.stringify(events));
  const tokens = await tokensOf(1 + SIZE.partners, SIZE.auditors);
  const stage: Stage = { ground, listening, eventsFile, tokens, log };
  const loads = [loadavg()[0]!];
  const claims = await measureClaims(stage, partners);
  const singles = { hub: await measureSingles(stage, 'hub'), raw: await measureSingles(stage, 'raw') };
  const stopped = await measureStopped(stage);
  log(`RSS beside stopped readers: ${stopped.during.megabytes.toFixed(0)} MB`);
  const records = newRecords(AUDIENCES);
  let roundSeconds = 0;
  let rounds = 0;
  while (rounds < PLAN.rounds && elapsedSeconds() + roundSeconds < MOST_SECONDS) {
    const roundBegun = elapsedSeconds();
    await measureRound(stage, records, ({ sockets }) => ({
      ...PLAN,
      // The largest audience gets few events in a second.
      seconds: sockets > 1000 ? 1.5 * PLAN.seconds : PLAN.seconds,
    }));
    rounds += 1;
    roundSeconds = elapsedSeconds() - roundBegun;
    loads.push(loadavg()[0]!);
  }
  const eventBytes = Buffer.byteLength(JSON.stringify({ data: { pledgeFeed: events[0] } }));
  const report = reportOf({ records, rounds, claims, singles, stopped, eventBytes, loads });
  console.log(`\n${report}`);
  if (!isQuick) await writeFile('bench/FEED.md', report);
  log('done');
} finally {
  await listening.stop();
  await ground.stop();
  await rm(work, { recursive: true });
}
process.exit();
