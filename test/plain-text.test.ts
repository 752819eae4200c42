import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { faultIn, forcedToLine, type TextForm, tidied } from '../src/kernel/plain-text.ts';
import { hasCredentials, isEmailAddress, isWebAddress } from '../src/kernel/text.ts';
import { seed } from './balance/seed.ts';
import { TestDatabase } from './support/test-database.ts';

/** The texts that people write, in the code and in the database. */

const faultOf = (form: TextForm, text: string) => faultIn(form, tidied(form, text));
const kindOf = (form: TextForm, text: string) => faultOf(form, text)?.kind ?? null;

test.each([
  ['zero width spaces', '\u200b\u200b'],
  ['joiners', '\u200c\u200d'],
  ['Hangul fillers', '\u3164\u115f\uffa0'],
  ['blank braille', '\u2800'],
  ['a byte order mark between spaces', ' \ufeff '],
  ['selectors without a picture', '\ufe0f'],
  ['a mark without a letter', '\u0301'],
  ['tags', '\u{e0061}\u{e0062}'],
])('a text of %s shows nothing and counts as empty', (_, text) => {
  expect([kindOf('line', text), kindOf('prose', text)]).toEqual(['empty', 'empty']);
});

test.each([
  ['a right-to-left override', 'Air \u202ehisreb'],
  ['an isolate', 'Air \u2066bersih\u2069'],
  ['a left-to-right mark', 'Air\u200e'],
  ['a soft hyphen', 'ber\u00adsih'],
  ['a zero width space in a word', 'Ad\u200bmin'],
  ['a non-joiner between Latin letters', 'Ad\u200cmin'],
  ['a joiner between Cyrillic letters', 'Ад\u200dмин'],
  ['a joiner at the end of a word', 'Admin\u200d baru'],
  ['a filler in a name', 'Ad\u3164min'],
  ['blank braille in a name', 'Ad\u2800min'],
  ['a tag behind a letter', 'A\u{e0062}'],
  ['a selector behind a letter', 'A\ufe0f'],
  ['an interlinear annotation', 'a\ufff9b'],
])('%s is refused by its code and place', (_, text) => {
  const fault = faultOf('prose', text);
  expect(fault).toMatchObject({ kind: 'invisible', character: expect.stringMatching(/^U\+[0-9A-F]{4,5}$/) });
});

test('the place of a character is counted in characters, from 1, past pictures too', () => {
  expect(faultOf('line', '👍🏽 a\u200b')).toEqual({ kind: 'invisible', character: 'U+200B', position: 5 });
});

test.each([
  ['Jum’at sehat “bersih”', 'quotation marks of a phone'],
  ['می\u200cخواهم', 'a Persian word with a non-joiner'],
  ['क्\u200dष', 'an Indic conjunct with a joiner'],
  ['ꦲꦏ꧀ꦱꦫꦗꦮ', 'Javanese letters'],
  ['ᮞᮥᮔ᮪ᮓ', 'Sundanese letters'],
  ['👨\u200d👩\u200d👧 ❤️ 1️⃣ 👍🏽', 'pictures made of several'],
  ['Tiếng Việt', 'letters with two marks'],
])('%s is kept: %s', (text) => {
  expect([faultOf('line', text), tidied('line', text)]).toEqual([null, text.normalize('NFC')]);
});

test('a line keeps ordinary single spaces, prose keeps its lines, and both are composed and trimmed', () => {
  expect(tidied('line', '\u00a0Air \u2003 bersih\u3000')).toBe('Air bersih');
  expect(tidied('prose', 'satu\r\ndua\vtiga\u2028empat\tlima \u00a0')).toBe('satu\ndua\ntiga\nempat\tlima');
  expect(tidied('line', 'se\u0301hat')).toBe('séhat');
});

test('tabs and line breaks belong to prose alone', () => {
  expect(faultOf('line', 'Air\nbersih')).toEqual({ kind: 'line-break', character: 'U+000A', position: 4 });
  expect(kindOf('line', 'Air\tbersih')).toBe('line-break');
  expect(kindOf('prose', 'Air\n\tbersih')).toBeNull();
});

test('no more marks stand on a letter than a script writes', () => {
  expect(kindOf('line', `q${'\u0323'.repeat(8)}`)).toBeNull();
  expect(kindOf('line', `q${'\u0323'.repeat(9)}`)).toBe('marks');
});

test('a broken character is not called a control character', () => {
  expect([kindOf('line', 'a\ud800b'), kindOf('line', 'a\u0000b')]).toEqual(['broken', 'control']);
});

test('addresses of mail and evidence hold nothing unseen and no password', () => {
  expect(
    ['budi@x.test', 'bu\u200bdi@x.test', 'budi@x\u202e.test', 'a\u00a0b@x.test', 'a@x\ud800'].map(
      isEmailAddress,
    ),
  ).toEqual([true, false, false, false, false]);
  expect(
    ['https://x.test/é', 'https://x.test/\u200b', 'https://x.test/\ud800', 'https://x.test/a b'].map(
      isWebAddress,
    ),
  ).toEqual([true, false, false, false]);
  const withUser = [
    'https://a:b@x.test/',
    'https://a@x.test/',
    'http:\\\\a@x.test',
    'https://x.test/?q=a@b',
    'https://x.test/@a',
  ];
  expect(withUser.map(hasCredentials)).toEqual([true, true, true, false, false]);
});

const anyText = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    fc.constantFrom(
      ' ',
      '\n',
      '\t',
      '\r',
      '\u200c',
      '\u200d',
      '\ufe0f',
      '\u0301',
      '\u00a0',
      'a',
      'é',
      'ک',
      'क',
      '❤',
      '1',
    ),
  ),
  maxLength: 20,
});

const database = await TestDatabase.create();

test('what the code keeps, the database keeps', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 200, maxLength: 200 }), async (texts) => {
      for (const form of ['line', 'prose'] as const) {
        const kept = texts.map((text) => tidied(form, text)).filter((text) => faultIn(form, text) === null);
        const [refused] = await database.sql<{ text: string | null }>(
          `select min(one) as text from unnest($1::text[]) as one where not is_${form}(one)`,
          [kept],
        );
        expect(refused!.text).toBeNull();
      }
    }),
    { seed, numRuns: 30 },
  );
});

test('of every character, the code and the database say the same, but for joiners and selectors', async () => {
  const rows = await database.sql<{ point: number }>(
    `select point from generate_series(1, 1114111) as point
    where point not between 55296 and 57343 and not is_prose('a' || chr(point) || 'b')`,
  );
  const refused = new Set(rows.map(({ point }) => point));
  const differing: string[] = [];
  for (let point = 1; point <= 0x10ffff; point += 1) {
    if (point >= 0xd800 && point <= 0xdfff) continue;
    const text = `a${String.fromCodePoint(point)}b`;
    const isKept = tidied('prose', text) === text && faultIn('prose', text) === null;
    if (isKept === refused.has(point)) differing.push(`U+${point.toString(16).toUpperCase()}`);
  }
  expect(differing).toEqual(['U+200C', 'U+200D', 'U+FE0E', 'U+FE0F']);
  await database.drop();
});

test('a name that cannot be asked for anew is made one that is kept, or nothing', () => {
  expect(forcedToLine('Auditor\u202e nimdA')).toBe('Auditor nimdA');
  expect(forcedToLine('\u200b\u2800')).toBe('');
  fc.assert(
    fc.property(anyText, (text) => {
      const name = forcedToLine(text);
      expect(name === '' || (faultIn('line', name) === null && tidied('line', name) === name)).toBe(true);
    }),
    { seed, numRuns: 2000 },
  );
});
