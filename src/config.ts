import { isIP } from 'node:net';
import type { IssuerSettings } from './identity/issuer.rules.ts';
import { issuerSettings } from './issuer-config.ts';
import { isPassword, PASSWORD_LENGTH } from './identity/password.rules.ts';
import type { AllowanceRules } from './platform/allowances.ts';
import { LIMITS } from './platform/limits.ts';
import { logLevels, type LogLevel } from './platform/logger.ts';

/** How the hub is set up; read once, never changed. */
export interface Config {
  readonly host: string;
  readonly port: number;
  /** Null: the hub runs a PostgreSQL of its own in `dataDir`. */
  readonly databaseUrl: string | null;
  readonly dataDir: string;
  readonly publicRead: boolean;
  readonly logLevel: LogLevel;
  /** Signs access tokens. Null with an own PostgreSQL: one is made and kept in `dataDir`. */
  readonly tokenSecret: string | null;
  readonly tokenHours: number;
  readonly writeConnections: number;
  readonly readConnections: number;
  /** So many WebSockets and streams of events may be open on this node. */
  readonly maxConnections: number;
  /** So many bytes one answer, or one event of a subscription, may have. */
  readonly maxAnswerBytes: number;
  /** The same for one account, or for one address that has not signed in. */
  readonly connectionsPerAccount: number;
  /** TCP connections that one network address may hold open, of whatever kind; a trusted proxy's own are not counted. */
  readonly connectionsPerAddress: number;
  /** What one account, or one address that has not signed in, may ask of this node. */
  readonly allowance: AllowanceRules;
  /** What one event may cost in all open subscriptions of one of these together, in fields. */
  readonly openFieldsPerAccount: number;
  /** Whether clients may ask what the schema holds, and are told in errors what they may have meant. */
  readonly introspection: boolean;
  /** Origins whose pages may ask, besides the hub's own. */
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** Whether no operations are taken but those that are known before. */
  readonly persistedOnly: boolean;
  /** A manifest, or a folder of manifests, of operations that are known besides the typed client's; null for none. */
  readonly persistedOperations: string | null;
  /** How long a connection is kept open for its next request. */
  readonly keepAliveSeconds: number;
  /** How often readers of live feeds are asked whether they are still there. */
  readonly heartbeatSeconds: number;
  /** The OpenID issuer whose access tokens are taken; null for none. */
  readonly issuer: IssuerSettings | null;
  /** Whether a hub with the accounts of the demo may be open to other machines. */
  readonly isDemoPublic: boolean;
  /** Password of an administrator made by `npm run seed -- --admin`; null when absent. */
  readonly adminPassword: string | null;
}

/** All that is wrong with the environment, one line a variable. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(`These settings are wrong:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads variables, and remembers what is wrong with them. */
export class SettingsReader {
  readonly faults: string[] = [];
  private readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  /** Empty counts as absent. */
  raw(name: string): string | null {
    const value = this.environment[name];
    return value === undefined || value === '' ? null : value;
  }

  /** Without spaces at its ends; blank counts as absent. */
  text(name: string): string | null {
    const value = this.raw(name)?.trim();
    return value === undefined || value === '' ? null : value;
  }

  checked<T>(name: string, fallback: T, expected: string, parse: (text: string) => T | undefined): T {
    const text = this.text(name);
    if (text === null) return fallback;
    const value = parse(text);
    if (value === undefined) this.faults.push(`${name} must be ${expected}; it is “${text}”.`);
    return value ?? fallback;
  }

  whole(name: string, fallback: number, min: number, max: number): number {
    return this.checked(name, fallback, `a whole number from ${min} to ${max}`, (text) => {
      const value = Number(text);
      return /^\d+$/.test(text) && value >= min && value <= max ? value : undefined;
    });
  }

  /** Texts between commas. */
  list(name: string, expected: string, fits: (item: string) => boolean): readonly string[] {
    return this.checked(name, [], `${expected}, with commas between them`, (text) => {
      const items = text.split(',').map((item) => item.trim());
      return items.every(fits) ? Object.freeze(items) : undefined;
    });
  }

  flag(name: string, fallback: boolean): boolean {
    return this.checked(
      name,
      fallback,
      'true or false',
      (text) => ({ true: true, false: false })[text.toLowerCase()],
    );
  }
}

const MAX_FIELDS = 1_000_000_000_000;

const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;

const isNetwork = (text: string): boolean => {
  const [address = '', bits, ...more] = text.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  if (most === undefined || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most);
};

/** As it stands, since spaces at its ends are a part of it. */
function adminPassword(read: SettingsReader): string | null {
  const text = read.raw('ADMIN_PASSWORD');
  if (text === null) return null;
  const { min, max } = PASSWORD_LENGTH;
  if (!isPassword(text)) read.faults.push(`ADMIN_PASSWORD must have ${min} to ${max} characters.`);
  return text;
}

function databaseUrl(read: SettingsReader): string | null {
  const text = read.text('DATABASE_URL');
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  const fits = url !== null && ['postgres:', 'postgresql:'].includes(url.protocol) && url.pathname.length > 1;
  // What it holds is not repeated: there is a password in it.
  if (!fits) {
    read.faults.push('DATABASE_URL must be an address such as postgres://user:password@host:5432/database.');
  }
  return text;
}

function secret(read: SettingsReader, isRequired: boolean): string | null {
  const text = read.text('TOKEN_SECRET');
  if (text === null && isRequired) {
    read.faults.push(
      'TOKEN_SECRET must be set together with DATABASE_URL, the same on every node; make one with: openssl rand -base64 48',
    );
  }
  if (text !== null && text.length < 32) read.faults.push('TOKEN_SECRET must have at least 32 characters.');
  return text;
}

export interface ConfigDefaults {
  logLevel?: LogLevel;
  /** False for a command that signs nobody in. */
  needsTokenSecret?: boolean;
}

/** Reads the environment. Throws ConfigError that names every wrong variable. */
export function readConfig(
  environment: Environment = process.env,
  { logLevel = 'info', needsTokenSecret = true }: ConfigDefaults = {},
): Config {
  const read = new SettingsReader(environment);
  const url = databaseUrl(read);
  const config: Config = {
    host: read.checked('HOST', '127.0.0.1', 'a host name or address', (text) =>
      /^[\w.:-]+$/.test(text) ? text : undefined,
    ),
    port: read.whole('PORT', 4000, 0, 65535),
    databaseUrl: url,
    dataDir: read.text('DATA_DIR') ?? '.data',
    publicRead: read.flag('PUBLIC_READ', false),
    logLevel: read.checked<LogLevel>('LOG_LEVEL', logLevel, `one of ${logLevels.join(', ')}`, (text) =>
      logLevels.find((level) => level === text),
    ),
    tokenSecret: secret(read, needsTokenSecret && url !== null),
    tokenHours: read.whole('TOKEN_HOURS', 12, 1, 24 * 30),
    writeConnections: read.whole('WRITE_CONNECTIONS', 10, 1, 200),
    readConnections: read.whole('READ_CONNECTIONS', 10, 1, 200),
    maxConnections: read.whole('MAX_CONNECTIONS', 10_000, 1, 1_000_000),
    maxAnswerBytes: read.whole('MAX_ANSWER_BYTES', 8_388_608, 65_536, 134_217_728),
    connectionsPerAccount: read.whole('CONNECTIONS_PER_ACCOUNT', 200, 1, 1_000_000),
    connectionsPerAddress: read.whole('CONNECTIONS_PER_ADDRESS', 1000, 10, 1_000_000),
    allowance: {
      fieldsPerSecond: read.whole('FIELDS_PER_SECOND', 20_000, 100, MAX_FIELDS),
      burstFields: read.whole('FIELDS_BURST', 400_000, LIMITS.answerFields, MAX_FIELDS),
      operations: read.whole('OPERATIONS_PER_ACCOUNT', 50, 1, 1_000_000),
    },
    openFieldsPerAccount: read.whole('OPEN_FIELDS_PER_ACCOUNT', 250_000, LIMITS.eventFields, MAX_FIELDS),
    introspection: read.flag('INTROSPECTION', url === null),
    allowedOrigins: read.list('ALLOWED_ORIGINS', 'origins such as https://app.example', isOrigin),
    trustedProxies: read.list('TRUSTED_PROXIES', 'addresses and networks such as 10.0.0.0/8', isNetwork),
    persistedOnly: read.flag('PERSISTED_ONLY', false),
    persistedOperations: read.text('PERSISTED_OPERATIONS'),
    keepAliveSeconds: read.whole('KEEP_ALIVE_SECONDS', 72, 1, 7200),
    heartbeatSeconds: read.whole('HEARTBEAT_SECONDS', 12, 1, 120),
    issuer: issuerSettings(read),
    isDemoPublic: read.checked('DEMO', false, '“public”, or absent', (text) =>
      text === 'public' ? true : undefined,
    ),
    adminPassword: adminPassword(read),
  };
  if (read.faults.length > 0) throw new ConfigError(read.faults);
  return Object.freeze(config);
}
