import { expect, test } from '@jest/globals';
import { ConfigError, readConfig } from '../src/config.ts';

const good = {
  OIDC_ISSUER: 'https://id.example.test/realms/banten',
  OIDC_AUDIENCE: 'https://hub.example.test',
  OIDC_ROLES: '{"mitra": "PARTNER", "all": ["AUDITOR", "ADMIN"], "__proto__": "ADMIN"}',
};

test('an issuer is configured by three settings, and the rest has defaults', () => {
  expect(readConfig({}).issuer).toBeNull();
  expect(readConfig(good).issuer).toEqual({
    issuer: good.OIDC_ISSUER,
    audience: good.OIDC_AUDIENCE,
    algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    clockSkewSeconds: 30,
    claims: { roles: 'roles', partner: 'partner', areas: 'areas', villages: 'villages' },
    roles: new Map([
      ['mitra', ['PARTNER']],
      ['all', ['AUDITOR', 'ADMIN']],
      ['__proto__', ['ADMIN']],
    ]),
  });
  expect(
    readConfig({ ...good, OIDC_ISSUER: 'http://127.0.0.1:8080', OIDC_ALGORITHMS: 'ES384, Ed25519' }).issuer,
  ).toMatchObject({ issuer: 'http://127.0.0.1:8080', algorithms: ['ES384', 'Ed25519'] });
});

test.each<[setting: string, values: string[]]>([
  [
    'OIDC_ISSUER',
    [
      'id.example.test',
      'http://id.example.test',
      'http://127.0.0.1.example.test',
      'https://user@id.example.test',
      'https://id.example.test/?a=b',
      'https://id.example.test/#a',
      `https://id.example.test/${'x'.repeat(500)}`,
    ],
  ],
  [
    'OIDC_ROLES',
    [
      'mitra=PARTNER',
      '[]',
      '{}',
      'null',
      '{"mitra": "partner"}',
      '{"mitra": []}',
      '{"mitra": ["PARTNER", 1]}',
    ],
  ],
  ['OIDC_ALGORITHMS', ['none', 'HS256', 'RS256,HS256', 'rs256']],
  ['OIDC_CLOCK_SKEW_SECONDS', ['-1', '301', '1.5', 'x']],
])('%s that is wrong is named', (setting, values) => {
  for (const value of values) {
    const read = () => readConfig({ ...good, [setting]: value });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(new RegExp(`^These settings are wrong:\n  ${setting} must be .*$`));
  }
});

test('one of them without the others is no configuration', () => {
  for (const setting of Object.keys(good) as (keyof typeof good)[]) {
    const { [setting]: _, ...others } = good;
    expect(() => readConfig(others)).toThrow(
      new RegExp(`^These settings are wrong:\n  ${setting} must be set: .*$`),
    );
    const absent = Object.keys(others).map((name) => `  ${name} must be set: .*`);
    expect(() => readConfig({ [setting]: good[setting] })).toThrow(new RegExp(`\n${absent.join('\n')}$`));
  }
});
