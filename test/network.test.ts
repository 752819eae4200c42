import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalAddress, networkOf, SUBSCRIBER } from '../src/platform/network.ts';

test.each([
  ['203.0.113.9', '203.0.113.9/32', '203.0.113.0/24'],
  ['::ffff:203.0.113.9', '203.0.113.9/32', '203.0.113.0/24'],
  ['::FFFF:cb00:7109', '203.0.113.9/32', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:0db8:0001:0002::1', '2001:db8:1:2::/64', '2001:db8:1::/48'],
  ['2001:DB8:1::9', '2001:db8:1::/64', '2001:db8:1::/48'],
  ['fe80::1%eth0', 'fe80::/64', 'fe80::/48'],
  ['::1', '::/64', '::/48'],
  ['unknown', '', ''],
  ['0x7f.1', '', ''],
  ['', '', ''],
])('the address %s lies in the networks %s and %s', (address, subscriber, wider) => {
  expect(networkOf(address, SUBSCRIBER)).toBe(subscriber);
  expect(networkOf(address, { v4: 24, v6: 48 })).toBe(wider);
});

test('who has no address that is known shares a network with all others of whom none is', () => {
  expect(networkOf(null, SUBSCRIBER)).toBe('');
});

test('any spelling of an address has one canonical form, and whatever is no address has none', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const canonical = canonicalAddress(address)!;
      expect(canonicalAddress(canonical)).toBe(canonical);
      expect(canonicalAddress(address.toUpperCase())).toBe(canonical);
      expect(networkOf(address, SUBSCRIBER)).toBe(networkOf(canonical, SUBSCRIBER));
    }),
  );
  fc.assert(
    fc.property(fc.string(), (text) => {
      const canonical = canonicalAddress(text);
      expect(canonical === null || /^[\d.]+$|^[\da-f:]+$/.test(canonical)).toBe(true);
    }),
  );
});
