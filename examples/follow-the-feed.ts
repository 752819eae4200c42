import { writeFileSync, readFileSync } from 'node:fs';
import { followFeed } from '../client/follow-feed.ts';
import { SignInDocument } from '../client/operations.ts';
import { createSinergiClient } from '../client/sinergi-client.ts';

/**
 * Follows the feed, one line an event, until it is stopped:
 *
 *     node dist/examples/follow-the-feed.js <file of the cursor> [area code]
 *
 * The file remembers the last event, so that the next run goes on where this one ended: each event is shown once.
 * SINERGI_URL, SINERGI_EMAIL and SINERGI_PASSWORD say where, and as whom; without them it is the demo's coordinator.
 */
const {
  SINERGI_URL: url = 'http://127.0.0.1:4000',
  SINERGI_EMAIL: email = 'koordinator@sinergi.test',
  SINERGI_PASSWORD: password = 'kampungkb',
} = process.env;
const [file = 'feed.cursor', areaCode] = process.argv.slice(2);

function readCursor(): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Asked at the beginning, and whenever the token has expired. */
async function freshToken(): Promise<string> {
  const { signIn } = await createSinergiClient({ url }).request(SignInDocument, {
    input: { email, password },
  });
  if (signIn.token === null) throw new Error(signIn.problems.map(({ message }) => message).join(' '));
  return signIn.token;
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());

const client = createSinergiClient({ url, token: await freshToken(), freshToken });
const events = followFeed(client, {
  after: readCursor(),
  filter: { areaCode },
  signal: stopping.signal,
  onLost: ({ message }) => console.error(`${message} Trying again.`),
  onRestored: ({ position, cursor }) => {
    console.error(`The feed was restored: what was shown after event ${position} no longer holds.`);
    writeFileSync(file, `${cursor}\n`);
  },
});
for await (const event of events) {
  const { kind, need, village, partner, pledge } = event;
  const who = partner === null ? '' : ` by ${partner.name}, ${pledge?.quantity}`;
  console.log(`${event.occurredAt} ${kind}${who}: ${need.title}, ${village.name}; ${need.remaining} remain`);
  // After the event has been dealt with: whoever stops in between sees it again, and misses none.
  writeFileSync(file, `${event.cursor}\n`);
}
await client.close();
