import { needId } from './world.ts';

const CLAIM = `mutation Claim($input: ClaimNeedInput!) {
  claimNeed(input: $input) { pledge { id status need { remaining } } problems { message } } }`;

/** Where claims go, and who makes them. */
export interface ClaimTarget {
  /** The hub's address. */
  url: string;
  /** Of partners' members; each claim is by one of them, by chance. */
  tokens: readonly string[];
  /** How many of the world's needs are claimed, by chance. */
  needs: number;
}

const oneOf = (count: number) => Math.floor(Math.random() * count);

/** One unit of a need, claimed through the API. Throws when it is refused. */
export async function claim({ url, tokens }: ClaimTarget, needNumber: number): Promise<void> {
  const input = { needId: needId(needNumber), quantity: 1, idempotencyKey: crypto.randomUUID() };
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${tokens[oneOf(tokens.length)]!}` },
    body: JSON.stringify({ query: CLAIM, variables: { input } }),
  });
  const { data } = (await response.json()) as { data?: { claimNeed: { pledge: object | null } } };
  if (data?.claimNeed.pledge == null) throw new Error('a claim failed');
}

/** Each of `clients` claims again as soon as it is answered, for that long; answers how many claims a second. */
export async function claimWithoutPause(
  target: ClaimTarget,
  { clients, seconds, onClaim }: { clients: number; seconds: number; onClaim?: () => void },
): Promise<number> {
  const begun = performance.now();
  const until = begun + seconds * 1000;
  let done = 0;
  const client = async () => {
    while (performance.now() < until) {
      await claim(target, 1 + oneOf(target.needs));
      done += 1;
      onClaim?.();
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return done / ((performance.now() - begun) / 1000);
}

/** Begins that many claims a second, whether earlier ones are answered or not. */
export async function claimAtRate(target: ClaimTarget, perSecond: number, seconds: number): Promise<void> {
  const begun = performance.now();
  const total = perSecond * seconds;
  const claims: Promise<void>[] = [];
  while (claims.length < total) {
    const waitMs = begun + (claims.length * 1000) / perSecond - performance.now();
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    claims.push(claim(target, 1 + oneOf(target.needs)));
  }
  await Promise.all(claims);
}
