/**
 * A term is the time for which one relay gives the places. Two histories of one feed part where a relay begins anew on a
 * restored database, so they agree up to the end of the last term that both know.
 */
export interface Term {
  /** Contiguous from 1. */
  ordinal: number;
  /** The last position before it. */
  after: number;
  /** Six random hexadecimal digits: no other relay that takes over at the same position has the same. */
  id: string;
}

/** What a cursor says of the terms behind it: the latest first, as many ordinals behind the latest as TERMS_BEHIND says. */
export interface TermTrail {
  /** Of the latest term; 0 before the first. */
  ordinal: number;
  terms: readonly Term[];
}

export const NO_TERMS: TermTrail = { ordinal: 0, terms: [] };

/** The latest four one by one, which tells exactly where histories part; older ones further and further apart. */
export const TERMS_BEHIND = [0, 1, 2, 3, 8, 32, 128] as const;
/** A trail takes no more bytes: a cursor has to fit into the reason of a WebSocket's close. */
const MAX_BYTES = 44;
const ID_BYTES = 3;

/** The ordinals of which the trail of that term tells. */
export function ordinalsOf(ordinal: number): number[] {
  return TERMS_BEHIND.map((behind) => ordinal - behind).filter((one) => one >= 1);
}

/** LEB128: seven bits a byte, the lowest first. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

/** Reads numbers and ids one after the other; null past the end, or for a number that is no safe integer. */
export class ByteReader {
  private at = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at === this.bytes.length;
  }

  varint(): number | null {
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 128) {
      const byte = this.bytes[this.at];
      if (byte === undefined) return null;
      this.at += 1;
      value += (byte % 128) * scale;
      if (byte < 128) return Number.isSafeInteger(value) ? value : null;
    }
    return null;
  }

  hex(length: number): string | null {
    const taken = this.bytes.subarray(this.at, this.at + length);
    if (taken.length < length) return null;
    this.at += length;
    return Buffer.from(taken).toString('hex');
  }
}

/** The trail as events keep it, hexadecimal: the ordinal, then each term's distance to the one after it, and its id. */
export function writeTrail({ ordinal, terms }: TermTrail): string {
  if (ordinal === 0) return '';
  const bytes = varint(ordinal);
  let later = 0;
  for (const [index, { after, id }] of terms.entries()) {
    const next = [...varint(index === 0 ? after : later - after), ...Buffer.from(id, 'hex')];
    if (bytes.length + next.length > MAX_BYTES) break;
    bytes.push(...next);
    later = after;
  }
  return Buffer.from(bytes).toString('hex');
}

/** The trail of such bytes; null for anything else. */
export function readTrail(bytes: Uint8Array): TermTrail | null {
  if (bytes.length === 0) return NO_TERMS;
  const reader = new ByteReader(bytes);
  const latest = reader.varint();
  if (latest === null || latest < 1) return null;
  const terms: Term[] = [];
  for (const ordinal of ordinalsOf(latest)) {
    if (reader.isAtEnd) break;
    const distance = reader.varint();
    const id = reader.hex(ID_BYTES);
    if (distance === null || id === null) return null;
    const after = terms.length === 0 ? distance : terms.at(-1)!.after - distance;
    if (after < 0) return null;
    terms.push({ ordinal, after, id });
  }
  return reader.isAtEnd && terms.length > 0 ? { ordinal: latest, terms } : null;
}
