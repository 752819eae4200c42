import type { Contestant } from './contestants.ts';
import type { Shape } from './data/shape.ts';
import { tokensOf } from './ground.ts';
import { PARTNER_HEADER } from './peers/peer.ts';
import {
  auditors,
  bodyOf,
  claimants,
  claimNames,
  firstAuditor,
  type WorkloadName,
  workloads,
} from './workloads.ts';
import { partnerId } from './world.ts';

/** Everything that a workload sends to a contestant. */
export interface Requests {
  bodies: string[];
  headers: Record<string, string>[];
}

const headersOf = (token: string) => ({
  'content-type': 'application/json',
  authorization: `Bearer ${token}`,
});

/** Whoever claims is a partner's member; whoever reads sees everything. Peers ask for no token, and get it all the same. */
export async function headersFor(name: WorkloadName, shape: Shape): Promise<Record<string, string>[]> {
  if (!claimNames.includes(name)) return (await tokensOf(firstAuditor(shape), auditors)).map(headersOf);
  const tokens = await tokensOf(1, claimants(shape));
  return tokens.map((token, index) => ({ ...headersOf(token), [PARTNER_HEADER]: partnerId(1 + index) }));
}

export async function requestsOf(
  name: WorkloadName,
  { dialect }: Pick<Contestant, 'dialect'>,
  shape: Shape,
): Promise<Requests> {
  const count = workloads[name].requests(shape);
  return {
    // PostGraphile's claimant is in the body, so that one body a claimant at least is needed.
    bodies: Array.from(
      { length: claimNames.includes(name) ? Math.max(count, claimants(shape)) : count },
      (_, index) =>
        bodyOf(workloads[name], dialect, shape, {
          number: index % count,
          claimant: 1 + (index % claimants(shape)),
        }),
    ),
    headers: await headersFor(name, shape),
  };
}
