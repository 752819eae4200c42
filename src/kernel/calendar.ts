/** Dates are RFC 3339 full-dates (`2026-06-30`), read in western Indonesian time (WIB, UTC+7, no daylight saving). */
const WIB_OFFSET_MS = 7 * 3_600_000;
const DAY_MS = 86_400_000;

/** The date in Banten at that instant. */
export function dateInBanten(instant: Date): string {
  return new Date(instant.getTime() + WIB_OFFSET_MS).toISOString().slice(0, 10);
}

/** The instant at which `date` plus `days` is over in Banten. */
export function endOfDay(date: string, days: number): Date {
  return new Date(Date.parse(`${date}T00:00:00Z`) - WIB_OFFSET_MS + (days + 1) * DAY_MS);
}

export function addDays(instant: Date, days: number): Date {
  return new Date(instant.getTime() + days * DAY_MS);
}

/** The same day `years` later; the 28th of February for the 29th where that year has none. */
export function addYears(date: string, years: number): string {
  const later = `${Number(date.slice(0, 4)) + years}${date.slice(4)}`;
  return isDate(later) ? later : later.replace(/-29$/, '-28');
}

/** True for a real day between the years 1900 and 9999, written as a full-date. */
export function isDate(text: string): boolean {
  if (!/^(19|[2-9]\d)\d\d-\d\d-\d\d$/.test(text)) return false;
  const parsed = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text);
}
