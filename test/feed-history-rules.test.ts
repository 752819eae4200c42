import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  NO_TERMS,
  ordinalsOf,
  readTrail,
  type Term,
  type TermTrail,
  writeTrail,
} from '../src/events/feed-terms.rules.ts';
import { type KnownTerms, sharedPosition } from '../src/feed/feed-history.rules.ts';

interface Placing {
  count: number;
  takesOver: boolean;
}

/** A feed as one database has it: who it is at each position, and the terms of its relays. */
interface History {
  events: { id: number; trail: TermTrail }[];
  terms: Term[];
  /** Whether the relay of the last term is connected to this database: never to a copy that was just made. */
  hasRelay: boolean;
}

const copyOf = ({ events, terms }: History): History => ({
  events: [...events],
  terms: [...terms],
  hasRelay: false,
});

/** So many events, placed by the relay that is there, or by one that takes over. */
function tell(history: History, { count, takesOver }: Placing, draw: () => number): void {
  const { events, terms } = history;
  if (takesOver || !history.hasRelay) {
    const id = draw().toString(16).padStart(6, '0');
    terms.push({ ordinal: terms.length + 1, after: events.length, id });
    history.hasRelay = true;
  }
  const ordinal = terms.length;
  const trail = { ordinal, terms: ordinalsOf(ordinal).map((one) => terms[one - 1]!) };
  for (let index = 0; index < count; index += 1) {
    events.push({ id: draw(), trail: readTrail(Buffer.from(writeTrail(trail), 'hex'))! });
  }
}

function knownIn({ events, terms }: History, trail: TermTrail): KnownTerms {
  const same = trail.terms.flatMap((term) => {
    const own = terms[term.ordinal - 1];
    if (own === undefined || own.id !== term.id || own.after !== term.after) return [];
    return [{ ...own, end: terms[term.ordinal]?.after ?? events.length }];
  });
  return { same, firstAfter: terms[0]?.after ?? events.length };
}

/** How many events at their beginning are the same. */
function forkOf(one: History, other: History): number {
  const index = one.events.findIndex(({ id }, place) => other.events[place]?.id !== id);
  return index === -1 ? one.events.length : index;
}

/** How a history comes from another: it is copied, and each then goes on by itself. */
const placings = fc.array(fc.record({ count: fc.integer({ min: 0, max: 9 }), takesOver: fc.boolean() }), {
  maxLength: 6,
});
const step = fc.record({ from: fc.nat(), own: placings, copys: placings });

/** Histories that come from each other by copies, after a time before the first term. */
const histories = fc
  .tuple(fc.integer({ min: 0, max: 5 }), fc.array(step, { minLength: 1, maxLength: 4 }))
  .map(([early, steps]) => {
    let drawn = 0;
    const draw = () => (drawn += 1);
    const all: History[] = [{ events: [], terms: [], hasRelay: false }];
    for (let index = 0; index < early; index += 1) all[0]!.events.push({ id: draw(), trail: NO_TERMS });
    for (const { from, own, copys } of steps) {
      const original = all[from % all.length]!;
      const copy = copyOf(original);
      for (const one of own) tell(original, one, draw);
      for (const one of copys) tell(copy, one, draw);
      all.push(copy);
    }
    return all;
  });

function expectTruth(theirs: History, ours: History): void {
  const fork = forkOf(theirs, ours);
  for (const [index, { id, trail }] of theirs.events.entries()) {
    if (ours.events[index]?.id === id) {
      expect(index).toBeLessThan(fork);
      continue;
    }
    const shared = sharedPosition(index + 1, trail, knownIn(ours, trail));
    expect(shared).toBeLessThanOrEqual(fork);
    // Four terms are named one by one: where the histories parted within them, it is exact.
    const begunSince = theirs.terms.filter(({ after }) => after >= fork && after <= index).length;
    if (begunSince <= 3) expect(shared).toBe(fork);
  }
}

test('a cursor of one history either stands in another, or leads to a position that both share, and never to a later one', () => {
  fc.assert(
    fc.property(histories, (all) => {
      for (const theirs of all) for (const ours of all) expectTruth(theirs, ours);
    }),
  );
});

test('a history that begins anew within a term, as no database does, leads no further than to the term’s beginning', () => {
  const one: History = { events: [], terms: [], hasRelay: false };
  let drawn = 0;
  tell(one, { count: 10, takesOver: true }, () => (drawn += 1));
  const { trail } = one.events[9]!;
  expect(sharedPosition(10, trail, knownIn(one, trail))).toBe(0);
});

const term = fc.record({
  after: fc.nat({ max: 2 ** 35 }),
  id: fc.nat({ max: 0xffffff }).map((id) => id.toString(16).padStart(6, '0')),
});

test('a trail is read as it was written, in at most 44 bytes; the oldest terms are left out where they do not fit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.array(term, { minLength: 7, maxLength: 7 }),
      (ordinal, given) => {
        const sorted = given.toSorted((a, b) => b.after - a.after);
        const terms = ordinalsOf(ordinal).map((one, index) => ({ ...sorted[index]!, ordinal: one }));
        const bytes = Buffer.from(writeTrail({ ordinal, terms }), 'hex');
        expect(bytes.length).toBeLessThanOrEqual(44);
        const read = readTrail(bytes)!;
        expect(read.ordinal).toBe(ordinal);
        expect(read.terms).toEqual(terms.slice(0, read.terms.length));
        expect(read.terms.length).toBeGreaterThanOrEqual(Math.min(terms.length, 4));
      },
    ),
  );
});

test('bytes that are no trail are refused, whatever they are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const trail = readTrail(bytes);
      if (trail === null) return;
      expect(trail.terms.length).toBeLessThanOrEqual(7);
      for (const { after } of trail.terms) expect(Number.isSafeInteger(after) && after >= 0).toBe(true);
    }),
  );
});
