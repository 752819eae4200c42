import { availableParallelism } from 'node:os';
import { hundredths, table, tenths, versionOf, whole } from '../markdown.ts';
import { median } from '../statistics.ts';
import type { ClaimRate, ClaimRound } from './claims-beside-listeners.ts';
import type { FanOut } from './fan-out.ts';
import type { Contestant, Record } from './fan-out-rounds.ts';
import type { Audience } from './server.ts';
import { EVENTS_A_SECOND, type SingleEvents } from './single-events.ts';
import { type BesideStopped, STOPPED, type StoppedReaders } from './stopped-readers.ts';

export interface Results {
  records: readonly Record[];
  rounds: number;
  claims: { singles: SingleEvents; rounds: readonly ClaimRound[] };
  /** Events that cost no claim. */
  singles: { hub: SingleEvents; raw: SingleEvents };
  stopped: StoppedReaders;
  /** Of one result, without the message around it. */
  eventBytes: number;
  /** The machine's load average of one minute, at the start and after each round. */
  loads: readonly number[];
}

const names: { [name in Contestant]: string } = {
  hub: 'Sinergi',
  raw: 'raw `ws` broadcast',
  outlet: 'Sinergi’s outlet, a write an event',
  apollo: 'Apollo Server + graphql-ws',
  mercurius: 'Mercurius, jit',
  yoga: 'GraphQL Yoga + graphql-ws',
};
const packages = [
  'ws',
  'graphql',
  '@apollo/server',
  'graphql-ws',
  'graphql-subscriptions',
  'mercurius',
  'graphql-jit',
  'graphql-yoga',
];

/** The median, over rounds, of one record's figure by another's of the same round; NaN when either has none. */
function ratioOfRounds(a: Record, b: Record): number {
  const ratios = a.rounds.flatMap(({ perSecond }, round) => {
    const other = b.rounds[round];
    return other === undefined ? [] : [perSecond / other.perSecond];
  });
  return median(ratios);
}

const cores: ((result: FanOut) => number)[] = [
  ({ serverCores }) => serverCores,
  ({ databaseCores }) => databaseCores,
  ({ clientCores }) => clientCores,
];

function fanOutRow(record: Record, raw: Record): string[] {
  const name = names[record.contestant];
  if (record.rounds.length === 0) return [name, `failed: ${record.failure}`, ...Array<string>(6).fill('–')];
  const of = (figure: (result: FanOut) => number) => median(record.rounds.map(figure));
  return [
    name,
    whole(of(({ perSecond }) => perSecond)),
    hundredths(ratioOfRounds(record, raw)),
    `${tenths(of(({ lone }) => lone.p50Ms))} / ${tenths(of(({ lone }) => lone.p99Ms))}`,
    `${whole(of(({ loaded }) => loaded.p50Ms))} / ${whole(of(({ loaded }) => loaded.p99Ms))}`,
    tenths(of(({ serverMicroseconds }) => serverMicroseconds)),
    cores.map((figure) => hundredths(of(figure))).join(' / '),
    whole(of(({ serverMegabytes }) => serverMegabytes)),
  ];
}

function audienceSection(records: readonly Record[], { sockets, groups }: Audience): string {
  const ours = records.filter(({ audience }) => audience.sockets === sockets && audience.groups === groups);
  const of = (contestant: Contestant) => ours.find((record) => record.contestant === contestant)!;
  const peers = (['apollo', 'mercurius', 'yoga'] as const).map(of);
  const againstPeers = peers
    .map((peer) => ratioOfRounds(of('hub'), peer))
    .filter((one) => !Number.isNaN(one));
  const failures = ours.filter(({ rounds, failure }) => rounds.length > 0 && failure !== null);
  return [
    `### ${whole(sockets)} sockets, ${groups === 1 ? 'one group' : `${groups} groups`}`,
    '',
    table(
      [
        'server',
        'messages/s',
        '× raw',
        'lone event, p50 / p99 ms',
        'full load, p50 / p99 ms',
        'CPU µs a message',
        'cores: server / database / clients',
        'RSS MB',
      ],
      ours.map((record) => fanOutRow(record, of('raw'))),
    ),
    '',
    againstPeers.length === 0
      ? 'No ratio to the peers.'
      : `Sinergi against the best peer: ${hundredths(Math.min(...againstPeers))} times.`,
    ...failures.map(({ contestant, failure }) => `A later round of ${names[contestant]} failed: ${failure}.`),
    '',
  ].join('\n');
}

function singleSection({ claims, singles }: Results): string {
  const cells = (name: string, { p50Ms, p99Ms, perSecond, heardShare }: SingleEvents) => [
    name,
    tenths(perSecond),
    tenths(p50Ms),
    tenths(p99Ms),
    `${(heardShare * 100).toFixed(1)} %`,
  ];
  return [
    `## ${EVENTS_A_SECOND} events a second to 1,000 listeners`,
    '',
    table(
      ['', 'events/s', 'p50 ms', 'p99 ms', 'delivered'],
      [
        cells('Sinergi: real claims, from the commit of each', claims.singles),
        cells('Sinergi: events of another node, from their writing', singles.hub),
        cells('raw `ws` broadcast, from publishing', singles.raw),
      ],
    ),
    '',
    'Counted from the third second on. Claims are begun at that rate and made by the hub that tells of them, on the same',
    'cores. The other two cost no claim.',
    '',
  ].join('\n');
}

function stoppedSection({ before, during, after }: StoppedReaders): string {
  const cells = (name: string, { perSecond, megabytes }: BesideStopped) => [
    name,
    whole(perSecond),
    whole(megabytes),
  ];
  return [
    `## ${STOPPED.sockets} readers beside ${STOPPED.sockets} that are stopped`,
    '',
    table(
      ['', 'messages/s of those who read', 'most RSS MB'],
      [
        cells('all of them read', before),
        cells('the process of the others is stopped (SIGSTOP)', during),
        cells('the same, later', after),
      ],
    ),
    '',
    'Full load, one group. Those who are stopped are cut off when what waits for them passes its bound. They share the machine as long as',
    'they read, so the others’ rate may rise afterwards.',
    '',
  ].join('\n');
}

function claimsSection({ rounds }: Results['claims']): string {
  const phases: [name: string, of: (round: ClaimRound) => ClaimRate][] = [
    ['no listeners', ({ alone }) => alone],
    ['1,000 listeners on the hub', ({ listened }) => listened],
    ['no listeners; the same CPU burnt by their process', ({ burnt }) => burnt],
    ['no listeners; a raw broadcast sends them the same', ({ broadcast }) => broadcast],
  ];
  const figures: ((rate: ClaimRate) => number)[] = [
    ({ hubCores }) => hubCores,
    ({ postgresCores }) => postgresCores,
    ({ claimantsCores }) => claimantsCores,
    ({ listenersCores }) => listenersCores,
    ({ broadcastCores }) => broadcastCores,
  ];
  const ratioTo = (of: (round: ClaimRound) => ClaimRate) =>
    hundredths(median(rounds.map((round) => round.listened.perSecond / of(round).perSecond)));
  return [
    '## Claims beside 1,000 listeners',
    '',
    table(
      [
        '',
        'claims/s',
        'with listeners × this',
        'cores: hub',
        'PostgreSQL',
        'claimants',
        'listeners',
        'broadcast',
      ],
      phases.map(([name, of]) => [
        name,
        whole(median(rounds.map((round) => of(round).perSecond))),
        ratioTo(of),
        ...figures.map((figure) => hundredths(median(rounds.map((round) => figure(of(round)))))),
      ]),
    ),
    '',
    `32 clients claim without a pause. Of what was claimed ${(median(rounds.map(({ heardShare }) => heardShare)) * 100).toFixed(1)} %`,
    `reached the listeners; ${Math.max(...rounds.map(({ lost }) => lost))} of them were cut off. The listeners share the machine`,
    'with the hub, so the first ratio counts their CPU against the hub; the third line burns as much with nothing to',
    'deliver, and the fourth also pays for sending.',
    '',
  ].join('\n');
}

const METHOD = `Each server runs in a process of its own, one at a time, new for each measurement; all clients are one other process,
whose sockets (of \`ws\`) count and time messages without parsing them. All serve the operation PledgeFeed on real events of the
hub: peers from memory, in each server's documented way; the hub from its database, into which copies of events are
written as by another node, for its relay to place. Every message is counted: a measurement in which one is lost or comes twice fails.

- **full load**: new events are published as messages arrive, so that as many are on their way as come in 500 ms (but at least
  8,000, and 2 events). Delay is then mostly this queue.
- **lone event**: each is published after everybody has the one before.
- **raw broadcast**: the same bytes, serialised beforehand, sent by \`ws\` to socket after socket.
- **Sinergi’s outlet, a write an event**: the hub’s way out alone, without database, execution and writing together, on the events
  that the peers get: each is serialised when it comes, framed once, and written to one reader after another under his own id.
- **CPU** is that of the server's process, without PostgreSQL's; **RSS** at the end of the full load. The hub runs with the
  memory limits of \`npm start\`, the peers with Node's own. **database** is the hub's PostgreSQL, which also has to take the
  copies.`;

/** All results as Markdown. */
export function reportOf(results: Results): string {
  const { records, rounds, claims, eventBytes, loads } = results;
  const audiences = records.filter(({ contestant }) => contestant === 'hub').map(({ audience }) => audience);
  const versions = packages.map((name) => `${name} ${versionOf(name)}`).join(', ');
  return [
    '# The live feed, measured',
    '',
    `By \`npm run bench:feed\`: medians of ${rounds} round${rounds === 1 ? '' : 's'}, on ${availableParallelism()} cores, with a load average of`,
    `${loads.map(tenths).join(', ')} (before, and after each round). Node ${process.versions.node}, ${versions}; one result has`,
    `${eventBytes} bytes.`,
    '',
    METHOD,
    '',
    '## Fan-out',
    '',
    ...audiences.map((audience) => audienceSection(records, audience)),
    singleSection(results),
    stoppedSection(results.stopped),
    claimsSection(claims),
  ].join('\n');
}
