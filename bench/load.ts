import { randomUUID } from 'node:crypto';
import { Pool } from 'undici';
import { answerParent } from './child.ts';
import { percentile } from './statistics.ts';
import { FRESH_KEY } from './workloads.ts';

/** Requests sent without pause by so many clients, each the next as soon as it is answered. */
export interface Load {
  /** The server's address, with its path. */
  url: string;
  /** One of them by chance a request. */
  bodies: readonly string[];
  /** The same of headers. */
  headers: readonly Record<string, string>[];
  clients: number;
  seconds: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  /** Of one answer's body, in the mean. */
  bytes: number;
  medianMs: number;
  p99Ms: number;
}

/** What no answer may hold: an error, or a claim that was refused. */
const FAULTS = [Buffer.from('"errors":'), Buffer.from('"pledge":null')];

async function run({ url, bodies, headers, clients, seconds }: Load): Promise<LoadResult> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections: clients, pipelining: 1 });
  const latencies: number[] = [];
  let bytes = 0;
  const begun = performance.now();
  const until = begun + seconds * 1000;
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(Math.random() * all.length)]!;
  const client = async () => {
    for (let sent = performance.now(); sent < until; sent = performance.now()) {
      const body = oneOf(bodies).replace(FRESH_KEY, () => randomUUID());
      const answer = await pool.request({ path, method: 'POST', headers: oneOf(headers), body });
      const text = Buffer.from(await answer.body.arrayBuffer());
      if (answer.statusCode !== 200 || FAULTS.some((fault) => text.includes(fault))) {
        throw new Error(`${answer.statusCode} to ${body}: ${text.toString().slice(0, 1000)}`);
      }
      latencies.push(performance.now() - sent);
      bytes += text.length;
    }
  };
  try {
    await Promise.all(Array.from({ length: clients }, client));
  } finally {
    await pool.destroy();
  }
  const sorted = Float64Array.from(latencies).toSorted();
  return {
    requests: latencies.length,
    seconds: (performance.now() - begun) / 1000,
    bytes: bytes / latencies.length,
    medianMs: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
  };
}

answerParent(run);
