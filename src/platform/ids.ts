import { createHash } from 'node:crypto';
import { TypeID, typeid } from 'typeid-js';
import type { IdPrefix } from '../kernel/ids.ts';

/** A new TypeID: prefix + UUIDv7, so ids of one kind sort by the time they were made. */
export function newId(prefix: IdPrefix): string {
  return typeid(prefix).toString();
}

const UUID_BYTES = 16;

/** The TypeID that belongs to a text, which no other text shares: 122 bits of its SHA-256 as a UUIDv8 (RFC 9562, 5.8). */
export function idOf(prefix: IdPrefix, text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, UUID_BYTES);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return TypeID.fromUUIDBytes(prefix, bytes).toString();
}
