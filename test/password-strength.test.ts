import { describe, expect, test } from '@jest/globals';
import { ownWords } from '../src/identity/password-words.rules.ts';
import { weaknessOf } from '../src/identity/password-strength.ts';
import { hashSecret } from '../src/identity/secrets.ts';
import { AcceptInvitationDocument } from '../client/operations.ts';
import { invite } from './support/account-acts.ts';
import { insertAccount } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';

const hub = await testHub();
const { partners } = await buildWorld(hub);
const owner = {
  email: 'siti.rahmawati@dinkes-lebak.test',
  name: 'Siti Rahmawati',
  partnerName: 'Dinas Kesehatan Lebak',
};

describe('a password is refused', () => {
  test.each([
    '111111111111',
    'password1234',
    '            ',
    'abcdefghijkl',
    '123456789012',
    'qwertyuiop12',
    'aaaaaaaaaaaaaaaaaaaaaaaa',
    'bismillah123',
    'indonesia2024',
    'rahasia12345',
    'jakarta123456',
    'semangat2026',
    'sayangkamu12',
    'P4ssw0rd1234',
    '0812345678900',
    'akusayangkamu',
    'merdeka17081945',
    'Banten2026!!',
  ])('since it is guessed first: %j', async (password) => {
    expect(await weaknessOf(password, owner)).toBe('password.common');
  });

  test.each([
    'kampungkb123',
    'Kampungkb2026',
    'sinergi123456',
    'bkkbn2026bkkbn',
    'duaanakcukup',
    'dua anak cukup',
    'k4mpungkb2026',
    'Kampungkb2026!',
  ])('since all here know its words: %j', async (password) => {
    expect(await weaknessOf(password, owner)).toBe('password.product-words');
  });

  test.each([
    'siti.rahmawati@dinkes-lebak.test',
    'SITI.RAHMAWATI@DINKES-LEBAK.TEST',
    'sitirahmawati',
    'Rahmawati2026',
    'dinas kesehatan lebak',
    'dinaskesehatanlebak1',
  ])('since others know its words of the account: %j', async (password) => {
    expect(await weaknessOf(password, owner)).toBe('password.own-words');
  });
});

test.each([
  'correct horse battery',
  'one that nobody guesses',
  'kucing-hujan-sepeda-lemari',
  'x7Kp!v2Qm9sLw4',
  `${'a'.repeat(40)}x7Kp!v2Qm9sLw4`,
  `x7Kp!v2Qm9sLw4${'a'.repeat(150)}`,
  'Siti suka hujan di bulan Juni',
  'ibu dan bapak tani',
])('a password of several words, or of chance, is taken: %j', async (password) => {
  expect(await weaknessOf(password, owner)).toBeNull();
});

test('the account’s own words are its address, name and partner’s name, whole and in parts', () => {
  expect(ownWords(owner).toSorted()).toEqual(
    [
      'siti.rahmawati@dinkes-lebak.test',
      'siti rahmawati',
      'dinas kesehatan lebak',
      'sitirahmawatidinkeslebaktest',
      'siti',
      'rahmawati',
      'dinkes',
      'lebak',
      'test',
      'sitirahmawati',
      'dinaskesehatanlebak',
      'dinas',
      'kesehatan',
    ].toSorted(),
  );
});

describe('who accepts an invitation', () => {
  test('hears why a password is refused, by its field, and may choose another with the same secret', async () => {
    const admin = await hub.client(
      await insertAccount(hub.database, { email: 'a@sinergi.test', roles: ['ADMIN'] }),
    );
    const { secret } = await invite(admin, {
      email: 'budi@lebak.test',
      name: 'Budi Santoso',
      roles: ['PARTNER'],
      partnerId: partners.semen.id,
    });
    const client = hub.clientWith(undefined, 'id');
    const accept = async (password: string, given = secret!) =>
      (await client.request(AcceptInvitationDocument, { input: { secret: given, password } }))
        .acceptInvitation;
    for (const [password, message] of [
      ['111111111111', /paling dahulu ditebak/],
      ['kampungkb123', /dikenal semua orang/],
      ['budisantoso1', /nama, atau organisasi Anda/],
      ['budi@lebak.test', /alamat/],
    ] as const) {
      expect(await accept(password)).toMatchObject({
        token: null,
        problems: [
          {
            __typename: 'InvalidInput',
            path: ['input', 'password'],
            message: expect.stringMatching(message),
          },
        ],
      });
    }
    // Whoever has no secret learns nothing of the account's words.
    const [wrong, weak] = [
      await accept('111111111111', 'wrong'),
      await accept('kucing hujan sepeda', 'wrong'),
    ];
    expect(wrong).toEqual(weak);
    const kept = await hub.database.sql<{ hash: string }>('select secret_hash as hash from invitations');
    expect(kept).toEqual([{ hash: hashSecret(secret!) }]);
    expect(await accept('kucing hujan sepeda')).toMatchObject({ problems: [] });
    expect(hub.complaints).toEqual([]);
  });
});
