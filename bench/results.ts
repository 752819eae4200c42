import { availableParallelism, cpus } from 'node:os';
import { type ContestantName, contestantNames, peerNames, titles } from './contestants.ts';
import type { Shape } from './data/shape.ts';
import { hundredths, table, tenths, versionOf, whole } from './markdown.ts';
import type { Measurement } from './measure.ts';
import type { Records } from './rounds.ts';
import { median } from './statistics.ts';
import { claimNames, type WorkloadName, workloadNames, workloads } from './workloads.ts';

/** Everything that was measured on one set. */
export interface SetResults {
  shape: Shape;
  records: Records;
}

export interface Results {
  sets: readonly SetResults[];
  rounds: number;
  clients: number;
  seconds: number;
  postgres: string;
  /** The machine's load average of one minute, at the start and after each round. */
  loads: readonly number[];
}

/** What is asked of the hub (ratios of one run), of the limit, the best peer and pgbench. */
const goals: Readonly<Partial<Record<WorkloadName, { limit?: number; peer?: number; pgbench?: number }>>> = {
  board: { limit: 0.8, peer: 2 },
  feed: { limit: 0.6, peer: 1.5 },
  point: { peer: 1 },
  spread: { pgbench: 0.6, peer: 1 },
  contended: { pgbench: 0.7, peer: 1 },
};

const packages = [
  'graphql',
  'pg',
  'kysely',
  '@apollo/server',
  'type-graphql',
  '@mikro-orm/core',
  'fastify',
  'postgraphile',
  'mercurius',
  'graphql-jit',
  'graphql-yoga',
  'dataloader',
  'undici',
];

type Figure = (measurement: Measurement) => string;

const NONE = '–';
const fine = (value: number): string => (value < 1 ? hundredths(value) : tenths(value));

function medianOf(all: readonly Measurement[], of: (one: Measurement) => number): number {
  return median(all.map(of));
}

/** One figure of every contestant and workload, as the median over the rounds. */
function figures({ records }: SetResults, names: readonly WorkloadName[], cell: Figure): string[][] {
  return contestantNames
    .filter((name) => [...records.measured.values()].some((of) => (of.get(name)?.length ?? 0) > 0))
    .map((contestant) => [
      titles[contestant],
      ...names.map((name) => {
        const all = records.measured.get(name)?.get(contestant) ?? [];
        return all.length === 0 ? NONE : cell(middle(all));
      }),
    ]);
}

/** A measurement whose every figure is the median of that figure. */
function middle(all: readonly Measurement[]): Measurement {
  const keys = Object.keys(all[0]!) as (keyof Measurement)[];
  return Object.fromEntries(
    keys.map((key) => [key, medianOf(all, (one) => one[key])]),
  ) as unknown as Measurement;
}

/** The median of the ratios of the same rounds, in which the machine was about as busy for both. */
function ratioOf(own: readonly number[], others: readonly number[]): number {
  return median(own.flatMap((rate, round) => (others[round] === undefined ? [] : [rate / others[round]])));
}

interface Ratios {
  limit: number;
  peer: number;
  bestPeer: ContestantName | null;
  pgbench: number;
}

/** The hub's rate by those of the others, in one workload; NaN where there is nothing to compare. */
export function ratiosOf({ records }: SetResults, name: WorkloadName): Ratios {
  const rates = (contestant: ContestantName) =>
    (records.measured.get(name)?.get(contestant) ?? []).map(({ perSecond }) => perSecond);
  const peers = peerNames
    .map((peer) => ({ peer, ratio: ratioOf(rates('hub'), rates(peer)) }))
    .filter(({ ratio }) => !Number.isNaN(ratio))
    .toSorted((a, b) => a.ratio - b.ratio);
  return {
    limit: ratioOf(rates('hub'), rates('limit')),
    peer: peers[0]?.ratio ?? Number.NaN,
    bestPeer: peers[0]?.peer ?? null,
    pgbench: ratioOf(rates('hub'), records.pgbench.get(name) ?? []),
  };
}

function ratioCell(ratio: number, goal: number | undefined): string {
  if (Number.isNaN(ratio)) return NONE;
  if (goal === undefined) return hundredths(ratio);
  return `${hundredths(ratio)} (goal ${goal}, ${ratio >= goal ? 'met' : 'missed'})`;
}

function ratioRows(set: SetResults, names: readonly WorkloadName[]): string[][] {
  return names.map((name) => {
    const { limit, peer, bestPeer, pgbench } = ratiosOf(set, name);
    const goal = goals[name] ?? {};
    return [
      workloads[name].title,
      ratioCell(limit, goal.limit),
      ratioCell(peer, goal.peer),
      bestPeer === null ? NONE : titles[bestPeer],
      ratioCell(pgbench, goal.pgbench),
    ];
  });
}

function setSection(set: SetResults): string {
  const { shape, records } = set;
  const names = workloadNames.filter((name) => records.measured.has(name));
  const head = (first: string) => [first, ...names.map((name) => workloads[name].title)];
  const pgbench = [
    'pgbench, the hub’s statements',
    ...names.map((name) =>
      claimNames.includes(name) ? whole(median(records.pgbench.get(name) ?? [])) : NONE,
    ),
  ];
  const kilobytes = names.map((name) => {
    const all = records.measured.get(name)!.get('hub') ?? [];
    return `${workloads[name].title} ${tenths(medianOf(all, ({ bytes }) => bytes) / 1000)} kB`;
  });
  return [
    `## ${whole(shape.villages)} villages, ${whole(shape.needs)} needs, ${whole(shape.pledges)} pledges`,
    '',
    'Requests a second:',
    '',
    table(head('requests/s'), [...figures(set, names, ({ perSecond }) => whole(perSecond)), pgbench]),
    '',
    'Sinergi by the others, in the same rounds:',
    '',
    table(['workload', 'by the limit', 'by the best peer', 'which is', 'by pgbench'], ratioRows(set, names)),
    '',
    'CPU a request in ms, of the server’s process + of PostgreSQL:',
    '',
    table(
      head('server + PostgreSQL'),
      figures(set, names, ({ serverMs, postgresMs }) => `${fine(serverMs)} + ${fine(postgresMs)}`),
    ),
    '',
    'CPU a request in ms of the load generator, which runs on the same cores:',
    '',
    table(
      head('client'),
      figures(set, names, ({ clientMs }) => hundredths(clientMs)),
    ),
    '',
    'Time to the answer in ms, median / 99th percentile:',
    '',
    table(
      head('p50 / p99'),
      figures(set, names, ({ medianMs, p99Ms }) => `${tenths(medianMs)} / ${tenths(p99Ms)}`),
    ),
    '',
    `Sinergi’s answers: ${kilobytes.join(', ')}.`,
    '',
  ].join('\n');
}

/** How it was measured, and on what. */
export function headOf(command: string, results: Results): string[] {
  const { rounds, clients, seconds, postgres, loads } = results;
  const versions = packages.map((name) => `${name} ${versionOf(name)}`).join(', ');
  return [
    `By \`${command}\`: medians of ${rounds} round${rounds === 1 ? '' : 's'} of ${seconds} s each after a warm-up, ${clients} clients, on`,
    `${availableParallelism()} cores (${cpus()[0]!.model}) with a load average of ${loads.map(tenths).join(', ')} (before, and after each`,
    `round). PostgreSQL ${postgres} with durable commits, Node ${process.versions.node}, ${versions}. What is measured, and how to read it, is`,
    'in [README.md](README.md). Only ratios of one run mean anything.',
  ];
}

/** All results as Markdown. */
export function resultsOf(results: Results): string {
  return [
    '# Sinergi and its peers, measured',
    '',
    ...headOf('npm run bench', results),
    '',
    ...results.sets.map(setSection),
  ].join('\n');
}
