/** The middle value; the upper one of two. Throws RangeError when there is none. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  if (middle === undefined) throw new RangeError('no values, no median');
  return middle;
}

/** The value that the share `part` (0 to 1) of the sorted values does not exceed; NaN of none. */
export function percentile(sorted: ArrayLike<number>, part: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * part) - 1)] ?? Number.NaN;
}

/** Milliseconds since 1970 with their fractions: a clock that all processes of one machine share. */
export function clockMs(): number {
  return performance.timeOrigin + performance.now();
}
