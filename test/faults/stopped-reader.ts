// A subscriber in a process of its own, which a test can stop: `stopped-reader.js <url> <token> <query> <variables>`.
// Prints `subscribed`, and at its end how many messages it got and with what it was closed.
import { RawReader } from './raw-reader.ts';

const [url, token, query, variables] = process.argv.slice(2) as [string, string, string, string];
const reader = await RawReader.open(url, token);
reader.subscribe(query, JSON.parse(variables) as object);
process.stdout.write('subscribed\n');
const closed = await reader.closed;
const results = reader.messages.filter(({ type }) => type === 'next');
const last = results.at(-1)?.payload as { data: { pledgeFeed: { cursor: string } } } | undefined;
process.stdout.write(
  `${JSON.stringify({ ...closed, count: results.length, cursor: last?.data.pledgeFeed.cursor ?? null })}\n`,
);
