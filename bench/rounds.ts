import { deepStrictEqual } from 'node:assert/strict';
import pg from 'pg';
import { type ContestantName, preparePeers, withContestant } from './contestants.ts';
import { proveBooks } from './data/fill.ts';
import { NEEDS_OF_BUSY, type Shape } from './data/shape.ts';
import type { Warehouse } from './data/warehouse.ts';
import type { Ground } from './ground.ts';
import { type LoadChild, measure, type Measurement, type Pace } from './measure.ts';
import { claimsInPgbench } from './pgbench.ts';
import { proveClaim, proveSignIn, readAnswers } from './same-answers.ts';
import { claimants, claimNames, type WorkloadName, workloads } from './workloads.ts';

/** What is measured in one run, on one set. */
export interface Stage {
  warehouse: Warehouse;
  shape: Shape;
  load: LoadChild;
  pace: Pace;
  contestants: readonly ContestantName[];
  workloads: readonly WorkloadName[];
  log: (line: string) => void;
}

/** All that was measured, by workload: of each contestant one measurement a round; of pgbench one rate a round. */
export interface Records {
  measured: Map<WorkloadName, Map<ContestantName, Measurement[]>>;
  pgbench: Map<WorkloadName, number[]>;
}

export function newRecords({ workloads: names, contestants }: Stage): Records {
  const ofEach = () => new Map(contestants.map((name) => [name, []]));
  return {
    measured: new Map(names.map((name) => [name, ofEach()])),
    pgbench: new Map(names.filter((name) => claimNames.includes(name)).map((name) => [name, []])),
  };
}

/** Every contestant's turn, in an order that each round begins elsewhere, so that none always follows the same. */
function* turns<T>(all: readonly T[], round: number): Generator<T> {
  for (let place = 0; place < all.length; place += 1) yield all[(place + round) % all.length]!;
}

async function openGround({ warehouse, shape }: Stage): Promise<Ground> {
  const ground = await warehouse.ground(shape.villages);
  await preparePeers(ground);
  return ground;
}

/** Throws unless all contestants answer the same, claim alike, and leave books in which every proof holds. */
export async function proveSameness(stage: Stage): Promise<void> {
  const { shape, contestants, log } = stage;
  const ground = await openGround(stage);
  const expected = await withContestant('hub', ground, async (hub) => {
    await proveSignIn(hub);
    return readAnswers(hub, shape);
  });
  // Nobody claims before all have read.
  for (const name of contestants) {
    const answers = await withContestant(name, ground, (one) => readAnswers(one, shape));
    deepStrictEqual(answers, expected, `${name} answers other than the hub`);
  }
  for (const name of contestants) {
    await withContestant(name, ground, (one) => proveClaim(one, shape, ground));
  }
  await proveBooks(ground.url);
  log(`${contestants.length} contestants give the same answers, and keep the books`);
}

async function measureTurn(
  stage: Stage,
  records: Records,
  turn: { ground: Ground; contestant: ContestantName; names: readonly WorkloadName[] },
): Promise<void> {
  await withContestant(turn.contestant, turn.ground, async (contestant) => {
    for (const name of turn.names) {
      const measured = await measure(name, contestant, { ...stage, ground: turn.ground });
      records.measured.get(name)!.get(turn.contestant)!.push(measured);
      stage.log(`${workloads[name].title}, ${turn.contestant}: ${measured.perSecond.toFixed(0)}/s`);
    }
  });
}

/** One round of the workloads that read: all contestants on the same database, which nothing changes. */
export async function measureReads(stage: Stage, records: Records, round: number): Promise<void> {
  const names = stage.workloads.filter((name) => !claimNames.includes(name));
  if (names.length === 0) return;
  const ground = await openGround(stage);
  for (const contestant of turns(stage.contestants, round)) {
    await measureTurn(stage, records, { ground, contestant, names });
  }
}

/** A real event's snapshot, which the script of pgbench writes again and again. */
async function eventSnapshot({ url }: Ground): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ snapshot: string }>(
      `select snapshot::text from events where pledge_id is not null order by id limit 1`,
    );
    return rows[0]!.snapshot;
  } finally {
    await client.end();
  }
}

async function measurePgbench(
  stage: Stage,
  records: Records,
  turn: { ground: Ground; names: readonly WorkloadName[] },
): Promise<void> {
  const { shape, pace } = stage;
  const snapshot = await eventSnapshot(turn.ground);
  for (const name of turn.names) {
    const variables = {
      needs: workloads[name].requests(shape),
      partners: claimants(shape),
      per_village: NEEDS_OF_BUSY,
      snapshot,
    };
    const run = { url: turn.ground.url, clients: pace.clients, variables };
    await claimsInPgbench({ ...run, seconds: Math.ceil(pace.warmUpSeconds) });
    const rate = await claimsInPgbench({ ...run, seconds: Math.ceil(pace.seconds) });
    records.pgbench.get(name)!.push(rate);
    stage.log(`${workloads[name].title}, pgbench: ${rate.toFixed(0)}/s`);
  }
}

/** One round of claims: each contestant on a fresh copy of the set, since what one has claimed would slow the next. */
export async function measureClaims(stage: Stage, records: Records, round: number): Promise<void> {
  const names = stage.workloads.filter((name) => claimNames.includes(name));
  if (names.length === 0) return;
  for (const contestant of turns([...stage.contestants, 'pgbench'] as const, round)) {
    const ground = await openGround(stage);
    if (contestant === 'pgbench') await measurePgbench(stage, records, { ground, names });
    else await measureTurn(stage, records, { ground, contestant, names });
  }
}
