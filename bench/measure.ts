import type { Child } from './child.ts';
import type { Contestant } from './contestants.ts';
import type { Shape } from './data/shape.ts';
import type { Ground } from './ground.ts';
import type { Load, LoadResult } from './load.ts';
import { cpuSeconds, familyCpuSeconds } from './process-usage.ts';
import { requestsOf } from './requests.ts';
import type { WorkloadName } from './workloads.ts';

export type LoadChild = Child<Load, LoadResult>;

/** What one load showed; CPU in milliseconds a request, of every process that takes part. */
export interface Measurement {
  perSecond: number;
  medianMs: number;
  p99Ms: number;
  bytes: number;
  serverMs: number;
  postgresMs: number;
  clientMs: number;
}

export interface Pace {
  clients: number;
  warmUpSeconds: number;
  seconds: number;
}

/** Loads a contestant, first to warm it up, and measures what it does and what that costs. */
export async function measure(
  name: WorkloadName,
  contestant: Contestant,
  { ground, shape, load, pace }: { ground: Ground; shape: Shape; load: LoadChild; pace: Pace },
): Promise<Measurement> {
  const requests = await requestsOf(name, contestant, shape);
  const asked = { url: contestant.url, ...requests, clients: pace.clients };
  await load.ask({ ...asked, seconds: pace.warmUpSeconds });
  const usage = () => ({
    server: cpuSeconds(contestant.pid),
    postgres: familyCpuSeconds(ground.pid),
    client: cpuSeconds(load.pid),
  });
  const before = usage();
  const result = await load.ask({ ...asked, seconds: pace.seconds });
  const after = usage();
  const each = (part: keyof typeof before) => ((after[part] - before[part]) * 1000) / result.requests;
  const { medianMs, p99Ms, bytes } = result;
  return {
    perSecond: result.requests / result.seconds,
    medianMs,
    p99Ms,
    bytes,
    serverMs: each('server'),
    postgresMs: each('postgres'),
    clientMs: each('client'),
  };
}
