import type { Role } from './access/actor.ts';
import type { SettingsReader } from './config.ts';
import { roles as knownRoles } from './identity/account.entity.ts';
import { issuerAlgorithms, type IssuerSettings } from './identity/issuer.rules.ts';

const DEFAULT_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
const ISSUER_LENGTH = 500;

/** Plain HTTP is only for what never leaves this machine. */
function isIssuer(text: string): boolean {
  if (!URL.canParse(text) || text.length > ISSUER_LENGTH || /[?#]/.test(text)) return false;
  const { protocol, hostname, username } = new URL(text);
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
  return username === '' && (protocol === 'https:' || (protocol === 'http:' && isLocal));
}

const isRole = (value: unknown): value is Role => knownRoles.some((role) => role === value);

/** `{"value of the claim": "ROLE", "another": ["ROLE", "ROLE"]}`. */
function rolesOf(text: string): ReadonlyMap<string, readonly Role[]> | undefined {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  const entries = Object.entries(given).map(([value, roles]) => [value, [roles].flat()] as const);
  const isGood = entries.length > 0 && entries.every(([, roles]) => roles.length > 0 && roles.every(isRole));
  return isGood ? new Map(entries as [string, Role[]][]) : undefined;
}

function algorithmsOf(text: string): readonly string[] | undefined {
  const names = text.split(/[\s,]+/);
  return names.every((name) => issuerAlgorithms.some((known) => known === name)) ? names : undefined;
}

/** The settings `OIDC_*`; null when there are none. */
export function issuerSettings(read: SettingsReader): IssuerSettings | null {
  const issuer = read.checked(
    'OIDC_ISSUER',
    '',
    'the https address that the issuer’s tokens name as “iss”, at most 500 characters long',
    (text) => (isIssuer(text) ? text : undefined),
  );
  const audience = read.text('OIDC_AUDIENCE');
  const roles = read.checked<ReadonlyMap<string, readonly Role[]>>(
    'OIDC_ROLES',
    new Map(),
    `JSON such as {"value of the claim": "PARTNER", "another": ["AUDITOR", "ADMIN"]}, of the roles ${knownRoles.join(', ')}`,
    rolesOf,
  );
  const algorithms = read.checked(
    'OIDC_ALGORITHMS',
    DEFAULT_ALGORITHMS,
    `some of ${issuerAlgorithms.join(', ')}`,
    algorithmsOf,
  );
  const settings = {
    issuer,
    audience: audience ?? '',
    algorithms,
    clockSkewSeconds: read.whole('OIDC_CLOCK_SKEW_SECONDS', 30, 0, 300),
    claims: {
      roles: read.text('OIDC_ROLES_CLAIM') ?? 'roles',
      partner: read.text('OIDC_PARTNER_CLAIM') ?? 'partner',
      areas: read.text('OIDC_AREAS_CLAIM') ?? 'areas',
      villages: read.text('OIDC_VILLAGES_CLAIM') ?? 'villages',
    },
    roles,
  };
  const needed = ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_ROLES'];
  const absent = needed.filter((name) => read.text(name) === null);
  if (absent.length === needed.length) return null;
  for (const name of absent) {
    read.faults.push(`${name} must be set: ${needed.join(', ')} belong together.`);
  }
  return settings;
}
