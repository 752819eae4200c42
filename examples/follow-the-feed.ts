import { writeFileSync, readFileSync } from 'node:fs';
import { followFeed } from '../client/follow-feed.ts';
import { createSinergiClient } from '../client/sinergi-client.ts';

/**
 * Follows the feed, one line an event, until it is stopped:
 *
 *     node dist/examples/follow-the-feed.js <file of the cursor> [area code]
 *
 * The file remembers the last event, so that the next run goes on where this one ended: each event is shown once.
 * SINERGI_URL, SINERGI_EMAIL and SINERGI_PASSWORD say where, and as whom; without them it is the demo's coordinator.
 */
const { SINERGI_URL, SINERGI_EMAIL, SINERGI_PASSWORD } = process.env;
const [file = 'feed.cursor', areaCode] = process.argv.slice(2);

function readCursor(): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

const client = createSinergiClient({ url: SINERGI_URL ?? 'http://127.0.0.1:4000' });
await client.signIn(SINERGI_EMAIL ?? 'koordinator@sinergi.test', SINERGI_PASSWORD ?? 'kampungkb');

const onLost = ({ message }: Error) => console.error(`${message} Trying again.`);
for await (const event of followFeed(client, { after: readCursor(), filter: { areaCode }, onLost })) {
  const { kind, need, village, partner, pledge } = event;
  const who = partner === null ? '' : ` by ${partner.name}, ${pledge?.quantity}`;
  console.log(`${event.occurredAt} ${kind}${who}: ${need.title}, ${village.name}; ${need.remaining} remain`);
  writeFileSync(file, `${event.cursor}\n`);
}
