import { once } from 'node:events';

/** What an attacker is told. */
export interface Attack {
  url: string;
  token: string;
  query: string;
  atOnce: number;
  ms: number;
}

/** What it has come to. */
export interface Attacked {
  answered: number;
  refused: number;
}

/** One account that asks for the same as often as it can, so many at once; a refusal holds it up for a moment. */
async function attack({ url, token, query, atOnce, ms }: Attack): Promise<Attacked> {
  const result = { answered: 0, refused: 0 };
  const until = performance.now() + ms;
  const body = JSON.stringify({ query });
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const ask = async (): Promise<void> => {
    while (performance.now() < until) {
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
      await response.arrayBuffer();
      if (response.status === 429) {
        result.refused += 1;
        await new Promise((resolve) => setTimeout(resolve, 50));
      } else result.answered += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return result;
}

const [told] = (await once(process, 'message')) as [Attack];
const attacked = await attack(told);
if (process.connected) process.send?.(attacked);
