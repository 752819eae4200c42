import { SharedMessages } from '../platform/live/shared-messages.ts';
import type { GroupReader, Performed } from './feed-group.ts';

/** So many readers are written to in one turn of the hub: a millisecond or two. */
const SLICE = 200;

interface Slice {
  readers: readonly GroupReader[];
  /** How many of the events they were handed. */
  handed: number;
}

/**
 * Events on their way to a large crowd, slice after slice. What joins them while the first slices are written goes out in
 * the same write to those who come after, and is handed to the first in another round.
 */
export class Handing {
  /** So far, in milliseconds. */
  writingMs = 0;
  private readonly events: Performed[];
  private readonly slices: Slice[] = [];
  private readonly known: Set<GroupReader>;
  /** By how many of the events were handed before. */
  private readonly messages = new Map<number, SharedMessages>();
  private turn = 0;

  constructor(events: readonly Performed[], readers: readonly GroupReader[]) {
    this.events = [...events];
    this.known = new Set(readers);
    for (let start = 0; start < readers.length; start += SLICE) {
      this.slices.push({ readers: readers.slice(start, start + SLICE), handed: 0 });
    }
  }

  get count(): number {
    return this.events.length;
  }

  /** In characters. */
  get length(): number {
    return this.events.reduce((sum, { message }) => sum + message.body.length, 0);
  }

  /** Whether it is still in its first round: what joined it later would wait for a third. */
  get isBeginning(): boolean {
    return this.turn < this.slices.length;
  }

  get isDone(): boolean {
    return this.slices.every(({ handed }) => handed === this.events.length);
  }

  /** More events, also for those of the readers who have come since. */
  join(events: readonly Performed[], readers: readonly GroupReader[]): void {
    const newcomers = readers.filter((reader) => !this.known.has(reader));
    for (const reader of newcomers) this.known.add(reader);
    if (newcomers.length > 0) this.slices.push({ readers: newcomers, handed: this.events.length });
    this.events.push(...events);
    this.messages.clear();
  }

  /** Writes to the next slice, but for those who are there no more. */
  writeNext(isThere: (reader: GroupReader) => boolean): void {
    const slice = this.slices[this.turn % this.slices.length];
    this.turn += 1;
    if (slice === undefined || slice.handed === this.events.length) return;
    const begun = performance.now();
    const part = this.events.slice(slice.handed);
    const messages = this.messagesAfter(slice.handed, part);
    for (const reader of slice.readers) if (isThere(reader)) reader.take(part, messages);
    slice.handed = this.events.length;
    this.writingMs += performance.now() - begun;
  }

  private messagesAfter(handed: number, part: readonly Performed[]): SharedMessages {
    let messages = this.messages.get(handed);
    if (messages === undefined) {
      messages = new SharedMessages(part.map(({ message }) => message));
      this.messages.set(handed, messages);
    }
    return messages;
  }
}
