import { residentMegabytes } from '../process-usage.ts';
import { gather, measureLoaded } from './fan-out.ts';
import { type Stage, startContestant } from './fan-out-rounds.ts';
import { Listening } from './listening.ts';

export const STOPPED = { sockets: 200, groups: 1 } as const;
const SECONDS = { warmUpSeconds: 1, seconds: 3 };
const SAMPLE_MS = 50;

/** What those who read get, and the most memory that the hub has meanwhile. */
export interface BesideStopped {
  perSecond: number;
  megabytes: number;
}

export interface StoppedReaders {
  before: BesideStopped;
  /** While the process of as many others is stopped, until all of them are cut off. */
  during: BesideStopped;
  after: BesideStopped;
}

/** 200 readers under full load, beside 200 others whose process is stopped (SIGSTOP). */
export async function measureStopped(stage: Stage): Promise<StoppedReaders> {
  const { listening } = stage;
  const others = new Listening();
  const server = await startContestant(stage, 'hub');
  const measure = async (): Promise<BesideStopped> => {
    let megabytes = 0;
    const sample = () => (megabytes = Math.max(megabytes, residentMegabytes(server.pid)));
    const timer = setInterval(sample, SAMPLE_MS);
    const { perSecond } = await measureLoaded(listening, server, STOPPED, SECONDS);
    clearInterval(timer);
    return { perSecond, megabytes };
  };
  try {
    await gather(others, server, STOPPED);
    await gather(listening, server, STOPPED);
    const before = await measure();
    process.kill(others.pid, 'SIGSTOP');
    return { before, during: await measure(), after: await measure() };
  } finally {
    await others.stop();
    await listening.disconnect();
    await server.stop();
  }
}
