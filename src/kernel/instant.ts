const TIME = '(?:[01]\\d|2[0-3]):[0-5]\\d';
const RFC3339 = new RegExp(`^(\\d{4}-\\d\\d-\\d\\d)T${TIME}:([0-5]\\d|60)(\\.\\d+)?(Z|[+-]${TIME})$`);

/** Whether the calendar has this day, also before 1900; `Date` moves the 30th of February to March. */
function isDay(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}

/** A leap second is only ever the last second of a month, in UTC. */
function endsMonth(secondBefore: Date): boolean {
  const next = new Date(secondBefore.getTime() + 1000);
  next.setUTCMilliseconds(0);
  return next.toISOString().endsWith('-01T00:00:00.000Z');
}

/**
 * The instant that an RFC 3339 date-time names, to the millisecond; null for any other text, and for instants that do
 * not exist. Lower-case `t` and `z` are allowed. A leap second (`23:59:60Z`) is the first second of the next day, as
 * in POSIX time and in PostgreSQL, neither of which has it. Instants outside the years 0000 to 9999 in UTC have no
 * RFC 3339 form of their own, and are null too.
 */
export function parseInstant(text: string): Date | null {
  const upper = text.toUpperCase();
  const parts = RFC3339.exec(upper);
  if (parts === null) return null;
  const [, date = '', second] = parts;
  if (!isDay(date)) return null;
  const isLeap = second === '60';
  const instant = new Date(isLeap ? upper.replace(/:60(?=[.Z+-])/, ':59') : upper);
  if (isLeap) {
    if (!endsMonth(instant)) return null;
    instant.setTime(instant.getTime() + 1000);
  }
  const year = instant.getUTCFullYear();
  return year >= 0 && year <= 9999 ? instant : null;
}
