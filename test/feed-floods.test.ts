import diagnostics from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { afterAll, expect, test } from '@jest/globals';
import { copyEvents } from './faults/event-copies.ts';
import { ObservedNeed } from './faults/observed-need.ts';
import { OpenedReaders } from './faults/opened-readers.ts';
import type { RawReader } from './faults/raw-reader.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { until } from './support/until.ts';

// Their silence is the subject of other tests.
const hub = await testHub({ environment: { HEARTBEAT_SECONDS: '120' } });
const { as, villages, accounts } = await buildWorld(hub);

/** The hub's ends of its connections, the newest last: what waits in them is what the hub keeps. */
const hubEnds: Socket[] = [];
const keep = (message: unknown) => void hubEnds.push((message as { socket: Socket }).socket);
diagnostics.subscribe('net.server.socket', keep);
afterAll(() => void diagnostics.unsubscribe('net.server.socket', keep));

const readers = new OpenedReaders(hub);

const KIBIBYTE = 1024;
/** The first byte of a frame that closes a WebSocket. */
const FIN_CLOSE = 0x88;

/** A reader, and the most that ever waited for it in the hub after one of its writes. */
class Watched {
  readonly reader: RawReader;
  readonly end: Socket;
  mostWaiting = 0;
  /** Whether the hub has said that it closes the connection. */
  isClosing = false;

  constructor(reader: RawReader, end: Socket) {
    this.reader = reader;
    this.end = end;
    const write = end.write.bind(end) as (...args: unknown[]) => boolean;
    end.write = (...args: unknown[]) => {
      const isTaken = write(...args);
      if (args[0] instanceof Uint8Array) this.isClosing ||= args[0][0] === FIN_CLOSE;
      this.mostWaiting = Math.max(this.mostWaiting, end.writableLength);
      return isTaken;
    };
  }

  static async open(): Promise<Watched> {
    const known = hubEnds.length;
    const reader = await readers.of(accounts.auditor);
    expect(hubEnds.length).toBe(known + 1);
    return new Watched(reader, hubEnds.at(-1)!);
  }

  /** The hub has heard all of it, or listens no more until its replies are taken. */
  heardOrHeldUp(): Promise<void> {
    const { socket } = this.reader;
    return until(() => socket.bufferedAmount === 0 || this.end.isPaused(), 'the hub to listen or to stop');
  }
}

const filler = 'x'.repeat(2 * KIBIBYTE);
const FLOOD = 15_000;

test.each<[what: string, flood: (reader: RawReader, number: number) => void, answer: string]>([
  ['pings', (reader) => reader.send({ type: 'ping', payload: { filler } }), 'pong'],
  ['operations that are refused', (reader, number) => reader.subscribe('{', {}, filler + number), 'error'],
])('who floods the hub with %s and reads nothing is not heard until he reads', async (_, flood, answer) => {
  const watched = await Watched.open();
  const { reader } = watched;
  reader.socket.pause();
  for (let number = 0; number < FLOOD; number += 1) flood(reader, number);
  await watched.heardOrHeldUp();
  expect(watched.end.isPaused()).toBe(true);
  expect(watched.mostWaiting).toBeLessThan(512 * KIBIBYTE);
  reader.socket.resume();
  const answers = () => reader.messages.filter(({ type }) => type === answer).length;
  await until(() => answers() === FLOOD, 'an answer to each');
});

/** Of 100 events with eight descriptions of 4 KiB each. */
const bytesOfPage = 100 * 8 * 4 * KIBIBYTE;
const heavyFields = `need { ${'abcdefgh'.replaceAll(/./g, '$&: description ')} }`;

test('all operations of a connection share one bound: a hundred histories wait as one does', async () => {
  const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id, 1000, filler.repeat(2));
  await copyEvents(hub.database, need.id, 100);
  await hub.feedStamped();
  const watched = await Watched.open();
  const { reader } = watched;
  reader.socket.pause();
  const query = `subscription ($filter: FeedFilter, $after: Cursor) {
    pledgeFeed(filter: $filter, after: $after) { cursor ${heavyFields} }
  }`;
  const variables = { filter: need.filter, after: need.cursor };
  const { log } = hub.services;
  const read = log.read.bind(log);
  /** How many pages were held whenever one was read: with it, all of those before that are not yet written. */
  const held: number[] = [];
  log.read = (filter, after, limit) => {
    if (filter.needIds?.[0] === need.id) {
      held.push(held.length + 1 - Math.floor(watched.end.bytesWritten / bytesOfPage));
    }
    return read(filter, after, limit);
  };
  const ids = Array.from({ length: 100 }, () => reader.subscribe(query, variables));
  await hub.feedsOpen(100);
  await until(() => watched.end.writableLength > 0, 'a connection on which something waits');
  reader.socket.resume();
  await until(() => ids.every((id) => reader.resultsOf(id).length === 100), 'all of the histories');
  // What makes it full, and one write more.
  expect(watched.mostWaiting).toBeLessThan(512 * KIBIBYTE);
  log.read = read;
  expect(held).toHaveLength(100);
  expect(Math.max(...held)).toBe(1);
});

test('what waits for a slow reader stays his, while the same goes on to others under their own ids', async () => {
  const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id, 1000, filler.repeat(2));
  const query = `subscription ($filter: FeedFilter, $after: Cursor) {
    pledgeFeed(filter: $filter, after: $after) { cursor ${heavyFields} }
  }`;
  const variables = { filter: need.filter, after: need.cursor };
  const [slow, before, behind] = [await Watched.open(), await Watched.open(), await Watched.open()];
  const all = [before, slow, behind];
  const ids = all.map(({ reader }) => reader.subscribe(query, variables));
  await hub.feedsOpen(3);
  slow.reader.socket.pause();
  let published = 0;
  const publish = async () => {
    await copyEvents(hub.database, need.id, 20);
    published += 20;
    const quick = [0, 2].map((index) => () => all[index]!.reader.resultsOf(ids[index]!).length);
    await until(() => quick.every((count) => count() === published), 'the others to read on');
  };
  while (slow.end.writableLength === 0) await publish();
  await publish();
  slow.reader.socket.resume();
  await until(() => slow.reader.resultsOf(ids[1]!).length === published, 'all of it, under his own id');
  const idsHeard = all.map(({ reader }) => [
    ...new Set(reader.messages.filter(({ type }) => type === 'next').map(({ id }) => id)),
  ]);
  expect(idsHeard).toEqual(ids.map((id) => [id]));
  const cursorsOf = (index: number) =>
    all[index]!.reader.resultsOf<{ pledgeFeed: { cursor: string } }>(ids[index]!).map(
      ({ pledgeFeed }) => pledgeFeed.cursor,
    );
  expect(cursorsOf(1)).toEqual(cursorsOf(0));
});

test('answers that nobody takes end the connection with 4413, before more than 4 MiB and one of them wait', async () => {
  const need = await ObservedNeed.publish(as.coordinator, villages.cimarga.id, 1000, filler.repeat(2));
  await copyEvents(hub.database, need.id, 100);
  await hub.feedStamped();
  const watched = await Watched.open();
  const { reader } = watched;
  const variables = { filter: need.filter };
  const query = `query ($filter: FeedFilter) { feed(filter: $filter, first: 50) { nodes { ${heavyFields} } } }`;
  const first = reader.subscribe(query, variables);
  const bytesOfOne = JSON.stringify(await reader.answerTo(first)).length;
  reader.socket.pause();
  for (let number = 0; number < 40; number += 1) reader.subscribe(query, variables);
  await until(() => watched.isClosing, 'the hub to close it');
  reader.socket.resume();
  const { code, reason } = await reader.closed;
  expect([code, reason]).toEqual([4413, '{"code":"FEED_OVERFLOW","cursor":null}']);
  expect(watched.mostWaiting).toBeLessThan(4096 * KIBIBYTE + bytesOfOne + KIBIBYTE);
});

test('the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
