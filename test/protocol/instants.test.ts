// DateTime takes what RFC 3339 allows, and no instant that does not exist.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant } from '../../src/kernel/instant.ts';
import { Asker, transports } from '../support/asker.ts';
import { testHub } from '../support/test-hub.ts';
import { buildWorld } from '../support/world.ts';

const hub = await testHub();
const { accounts } = await buildWorld(hub);
const asker = new Asker(hub.url, await hub.tokenOf(accounts.auditor));

const allowed: Record<string, string> = {
  '2026-06-30T08:00:00Z': '2026-06-30T08:00:00.000Z',
  '2026-06-30t08:00:00z': '2026-06-30T08:00:00.000Z',
  '2026-06-30T08:00:00.5+07:00': '2026-06-30T01:00:00.500Z',
  '2026-06-30T08:00:00-00:00': '2026-06-30T08:00:00.000Z',
  '2026-06-30T23:59:59.123456789Z': '2026-06-30T23:59:59.123Z',
  '2024-02-29T00:00:00Z': '2024-02-29T00:00:00.000Z',
  '0000-02-29T00:00:00Z': '0000-02-29T00:00:00.000Z',
  '2016-12-31T23:59:60Z': '2017-01-01T00:00:00.000Z',
  '2016-12-31t23:59:60.25z': '2017-01-01T00:00:00.250Z',
  '2017-01-01T06:59:60+07:00': '2017-01-01T00:00:00.000Z',
};

const impossible = [
  '2026-02-30T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2026-06-31T00:00:00Z',
  '2026-06-00T00:00:00Z',
  '2026-00-10T00:00:00Z',
  '2026-13-10T00:00:00Z',
  '2026-06-30T24:00:00Z',
  '2026-06-30T08:60:00Z',
  '2026-06-30T08:00:60Z',
  '2026-06-30T08:00:61Z',
  '2026-06-29T23:59:60Z',
  '2026-06-30T23:59:60+07:00',
  '2026-06-30T08:00:00+24:00',
  '2026-06-30T08:00:00+07:60',
  '2026-06-30T08:00:00+7:00',
  '0000-01-01T00:00:00+00:01',
  '9999-12-31T23:59:59-00:01',
  '2026-06-30 08:00:00Z',
  '2026-06-30T08:00:00',
  '2026-06-30T08:00:00,5Z',
  '2026-06-30T08:00Z',
  '+002026-06-30T08:00:00Z',
  ' 2026-06-30T08:00:00Z',
  '',
];

test.each(Object.entries(allowed))('%s is %s', (text, instant) => {
  expect(parseInstant(text)?.toISOString()).toBe(instant);
});

test.each(impossible)('“%s” is no instant', (text) => {
  expect(parseInstant(text)).toBeNull();
});

test('what an instant is written as is read as that instant, at any offset and in either case', () => {
  const instants = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9998-12-31T00:00:00Z'),
    noInvalidDate: true,
  });
  const offsets = fc.integer({ min: -1439, max: 1439 });
  fc.assert(
    fc.property(instants, offsets, fc.boolean(), (instant, minutes, isLower) => {
      const local = new Date(instant.getTime() + minutes * 60_000).toISOString().slice(0, -1);
      const two = (part: number) => String(Math.abs(part)).padStart(2, '0');
      const offset = `${minutes < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}:${two(minutes % 60)}`;
      const text = `${local}${offset}`;
      expect(parseInstant(isLower ? text.toLowerCase() : text)).toEqual(instant);
    }),
  );
});

test('a day that the calendar does not have is refused, and no other', () => {
  const part = fc.integer({ min: 0, max: 99 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), part, part, (year, month, day) => {
      const text = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}T12:00:00Z`;
      const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
      const days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
      expect(parseInstant(text) !== null).toBe(day >= 1 && day <= days);
    }),
  );
});

describe('in a query', () => {
  const query = 'query ($since: DateTime) { auditTrail(filter: { since: $since }) { nodes { action } } }';
  const literal = (since: string) => `{ auditTrail(filter: { since: "${since}" }) { nodes { action } } }`;

  test.each(transports)(
    'over %s they are refused by their argument, as literals and variables',
    async (transport) => {
      for (const since of impossible.slice(0, 6)) {
        for (const asked of [{ query, variables: { since } }, { query: literal(since) }]) {
          const { errors } = await asker.ask(transport, asked);
          expect(errors).toMatchObject([{ extensions: { argument: 'filter.since' } }]);
          expect(errors![0]!.message).toContain('RFC 3339');
        }
      }
      for (const since of Object.keys(allowed)) {
        for (const asked of [{ query, variables: { since } }, { query: literal(since) }]) {
          expect((await asker.ask(transport, asked)).errors).toBeUndefined();
        }
      }
    },
  );
});
