import { setTimeout as during } from 'node:timers/promises';
import type { TestDatabase } from '../support/test-database.ts';
import { relayHolder, terminate } from './backends.ts';
import type { Chance } from './chance.ts';
import type { FaultyNode } from './faulty-node.ts';

/** What a fault happens to. */
interface Stage {
  node: FaultyNode;
  database: TestDatabase;
  /** From 0 to 99: how far its length is from its shortest to its longest. */
  percent: number;
}

/** Resolves when it is over, but for a half-open way to the database, which the hub has to find out by itself. */
type Fault = (stage: Stage) => Promise<unknown> | void;

type Wire = 'door' | 'toDatabase';

/** Longer than the server bears the silence of the session that holds the relay's lock. */
const LONG_MS = 3600;
/** When the server's own keepalive would have told it that nobody is there. */
const FORGOTTEN_AFTER_MS = 8000;

async function held({ node, percent }: Stage, wire: Wire): Promise<void> {
  node[wire].hold();
  await during(50 + 4 * percent);
  node[wire].letGo();
}

async function sliced({ node, percent }: Stage, wire: Wire): Promise<void> {
  let pieces = percent;
  node[wire].slice(() => 1 + (((pieces += 1) * 37) % 200));
  await during(300 + 5 * percent);
  node[wire].slice(null);
}

async function frozen({ node }: Stage, ms: number): Promise<void> {
  node.freeze();
  await during(ms);
  node.thaw();
}

/** A client's network that swallows everything, until the client's side gives up. */
async function deafDoor({ node, percent }: Stage): Promise<void> {
  const giveUp = node.door.silence();
  await during(100 + 4 * percent);
  giveUp();
}

async function deafDatabase({ node }: Stage): Promise<void> {
  const giveUp = node.toDatabase.silence();
  setTimeout(giveUp, FORGOTTEN_AFTER_MS).unref();
  await during(500);
}

async function unreachableDatabase({ node, percent }: Stage): Promise<void> {
  node.toDatabase.isUp = false;
  node.toDatabase.reset();
  await during(100 + 5 * percent);
  node.toDatabase.isUp = true;
}

/** Every kind of fault, and how often it is in the deck: 30 in all. */
const kinds: readonly [name: string, count: number, fault: Fault][] = [
  ['door cut', 3, ({ node }) => node.door.cut()],
  ['door reset', 3, ({ node }) => node.door.reset()],
  ['door held', 2, (stage) => held(stage, 'door')],
  ['door half-open', 3, deafDoor],
  ['door in slices', 2, (stage) => sliced(stage, 'door')],
  ['database cut', 2, ({ node }) => node.toDatabase.cut()],
  ['database reset', 2, ({ node }) => node.toDatabase.reset()],
  ['database held', 2, (stage) => held(stage, 'toDatabase')],
  ['database half-open', 2, deafDatabase],
  ['database in slices', 2, (stage) => sliced(stage, 'toDatabase')],
  ['database away', 1, unreachableDatabase],
  ['relay’s session ended', 1, async ({ database }) => terminate(database, [(await relayHolder(database))!])],
  ['frozen shortly', 2, (stage) => frozen(stage, 100 + 4 * stage.percent)],
  ['frozen for long', 1, (stage) => frozen(stage, LONG_MS)],
  ['killed and started', 2, ({ node }) => node.crash()],
];

/** A fault with all of its chance, so that one seed deals the same again however the run goes. */
export interface DealtFault {
  name: string;
  happen: Fault;
  /** Which of two nodes it meets. */
  nodeIndex: number;
  percent: number;
}

/** All faults of the deck, in an order of chance. */
export function dealFaults(chance: Chance): DealtFault[] {
  const deck = kinds.flatMap(([name, count, happen]) =>
    Array.from({ length: count }, () => ({ name, happen })),
  );
  const dealt = deck.map((fault) => ({
    place: chance.whole(2 ** 30),
    fault: { ...fault, nodeIndex: chance.whole(2), percent: chance.whole(100) },
  }));
  return dealt.toSorted((a, b) => a.place - b.place).map(({ fault }) => fault);
}
