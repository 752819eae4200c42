import { typeid } from 'typeid-js';
import type { IdPrefix } from '../kernel/ids.ts';

/** A new TypeID: prefix + UUIDv7, so ids of one kind sort by the time they were made. */
export function newId(prefix: IdPrefix): string {
  return typeid(prefix).toString();
}
