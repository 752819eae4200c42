import { createHash } from 'node:crypto';
import { TypeID } from 'typeid-js';

// 2025-01-01T00:00:00Z in milliseconds: every id made from a name shares it, so such ids sort before all
// live ones.
const TIMESTAMP_MS = 1_735_689_600_000;
const UUID_BYTES = 16;

/**
 * The TypeID text (`prefix_…`) that belongs to a name: the same in every database and on every run.
 * The value has the layout of a UUIDv7 (RFC 9562, 5.7): 48 bits of fixed time, version 7, variant 10, and
 * 74 bits of SHA-256 over `prefix:name` where chance would stand.
 *
 * @throws Error when the prefix is not a TypeID prefix (lower-case letters and underscores, at most 63).
 */
export function deterministicId(prefix: string, name: string): string {
  const bytes = createHash('sha256').update(`${prefix}:${name}`, 'utf8').digest().subarray(0, UUID_BYTES);
  bytes.writeUIntBE(TIMESTAMP_MS, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return TypeID.fromUUIDBytes(prefix, bytes).toString();
}

/** The id (`area_…`) of the official area with this Kemendagri code, such as `36.02`. */
export function areaId(code: string): string {
  return deterministicId('area', code);
}

/** The id (`village_…`) of the Kampung KB in the official village with this code, such as `36.02.11.2005`. */
export function villageId(code: string): string {
  return deterministicId('village', code);
}
