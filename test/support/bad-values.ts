/** Values that no field of their kind takes, the clock standing at 2 March 2026. */

export const LONG = 'x'.repeat(100_000);
export const NUL = 'a\u0000b';
/** Half of a surrogate pair, which is no text that could be stored. */
export const HALF = 'a\ud800b';

/** A well-formed id of nothing. */
export const nothingsId = (prefix: string) => `${prefix}_01jd3m5a8zf6wvqk2x7r9c4b1e`;

/** What is no id of that kind: ids of other kinds, and no ids at all. */
export function noIds(prefix: string, others: readonly string[]): string[] {
  const malformed = [nothingsId(prefix).toUpperCase(), `${prefix}_`, '', ' ', 'abc', '1', NUL, HALF, LONG];
  return [...others.filter((id) => !id.startsWith(`${prefix}_`)), ...malformed];
}

export const BAD_AREA_CODES = '3|36.|36.2|36.02.11.205|36.02.11.2005.1|36%|banten'
  .split('|')
  .concat('', NUL, HALF, LONG);
export const BAD_PAGE_SIZES = [0, -1, 101, 2 ** 31 - 1];

export const cursorOf = (text: string) => Buffer.from(text).toString('base64url');
/** Of no list at all. */
export const BAD_CURSORS = [
  '',
  ' ',
  'abc',
  '1',
  NUL,
  LONG,
  cursorOf('elsewhere:1'),
  `${cursorOf('needs:1')}=`,
  cursorOf(`needs:${NUL}`),
];

export const BAD_QUANTITIES = [0, -1, 1.5, 2 ** 31, 2 ** 53, -(2 ** 31), '3'];
export const BAD_RUPIAH = [0, -1, 1.5, 2 ** 53, '3', true];
export const BAD_VERSIONS = [0, -1, 99, 1.5, 2 ** 31, 2 ** 53, null];
/** Texts that show nothing, or other than what they hold. */
const DECEITFUL = [
  '\u200b\u200b\u200b',
  '\u2800\u2800\u2800',
  'Air \u202ehisreb',
  `a${'\u0301'.repeat(60)}b`,
];
export const BAD_OPTIONAL_TEXTS = [NUL, HALF, '\u0007', LONG, 7, ...DECEITFUL];
export const BAD_TEXTS = ['', '   ', '\u0000', 'a\u001bb', ...BAD_OPTIONAL_TEXTS];
/** The same of what stands on one line. */
export const BAD_LINES = [...BAD_TEXTS, 'Air\nbersih', 'Air\tbersih'];
export const BAD_KEYS = ['', ' a', 'a ', NUL, 'kunci-é', 'k'.repeat(201), LONG];
export const BAD_CODES = ['', 'unknown', 'Sanitation', NUL, HALF, LONG];

const NO_DATES = '2026-02-30|2026-13-01|0000-00-00|20260630|2026-6-30|tomorrow|2026-06-30T00:00:00Z'
  .split('|')
  .concat('', NUL, LONG);
export const BAD_DUE_DATES = [
  ...NO_DATES,
  20260630,
  '2026-03-01',
  '1999-12-31',
  '0001-01-01',
  '2031-03-03',
  '9999-12-31',
];
export const BAD_DELIVERY_DATES = [...NO_DATES, 20260630, '2026-03-03', '9999-12-31'];

export const BAD_EVIDENCE = [
  'ftp://x.test/a',
  'http://',
  'javascript:alert(1)',
  '',
  NUL,
  LONG,
  'https://budi:rahasia@x.test/a',
  'https://budi@x.test/a',
  'https://x.test/\u202egpj.exe',
  'https://x.test/\ud800',
]
  .map((address) => [address])
  .concat([Array.from({ length: 11 }, () => 'http://x.test/a')]);
