import type { Ground } from '../ground.ts';
import { type Durations, type FanOut, measureFanOut } from './fan-out.ts';
import { startHubServer } from './hub-server.ts';
import type { Listening } from './listening.ts';
import { type PeerName, startPeer } from './peer-process.ts';
import type { Audience, Server } from './server.ts';

export const contestants = [
  'hub',
  'raw',
  'outlet',
  'apollo',
  'mercurius',
  'yoga',
] as const satisfies readonly ('hub' | PeerName)[];
export type Contestant = (typeof contestants)[number];

/** What one contestant did before one audience, round by round, or why it failed. */
export interface Record {
  contestant: Contestant;
  audience: Audience;
  rounds: FanOut[];
  failure: string | null;
}

export interface Stage {
  ground: Ground;
  listening: Listening;
  eventsFile: string;
  /** Of the accounts that listen. */
  tokens: readonly string[];
  log: (line: string) => void;
}

export function startContestant(stage: Stage, contestant: Contestant): Promise<Server> {
  return contestant === 'hub'
    ? startHubServer(stage.ground, stage.tokens)
    : startPeer(contestant, stage.eventsFile);
}

/** One round: every contestant before every audience, each in a new process, one after another. */
export async function measureRound(
  stage: Stage,
  records: readonly Record[],
  durationsOf: (audience: Audience) => Durations,
): Promise<void> {
  for (const record of records) {
    // What has failed once is not given the time to fail again.
    if (record.failure !== null) continue;
    const { contestant, audience } = record;
    const name = `${audience.sockets} sockets, ${audience.groups} groups, ${contestant}`;
    const server = await startContestant(stage, contestant);
    try {
      const result = await measureFanOut(stage.listening, server, audience, durationsOf(audience));
      record.rounds.push(result);
      stage.log(`${name}: ${Math.round(result.perSecond)} messages/s`);
    } catch (error) {
      record.failure = error instanceof Error ? error.message : 'unknown';
      stage.log(`${name}: failed: ${record.failure}`);
    } finally {
      await server.stop();
    }
  }
}

export function newRecords(audiences: readonly Audience[]): Record[] {
  return audiences.flatMap((audience) =>
    contestants.map((contestant) => ({ contestant, audience, rounds: [], failure: null })),
  );
}
