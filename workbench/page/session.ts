import { load, loadDevice, store, storeDevice } from './storage.ts';

/** Who is signed in, and by which token. */
export interface Session {
  token: string;
  /** RFC 3339; null when the token does not say. */
  expiresAt: string | null;
  name: string;
  email: string;
  /** Tries at the account that were refused since the last sign-in. */
  refusedSince: RefusedTries | null;
}

export interface RefusedTries {
  count: number;
  /** RFC 3339. */
  lastAt: string;
}

interface SignInAnswer {
  data?: {
    signIn: {
      token: string | null;
      expiresAt: string | null;
      device: string | null;
      refusedSince: RefusedTries | null;
      viewer: { name: string } | null;
      problems: { message: string }[];
    };
  } | null;
  errors?: { message: string }[];
}

const STORED = 'session';
const SIGN_IN = `mutation WorkbenchSignIn($input: SignInInput!) {
  signIn(input: $input) { token expiresAt device refusedSince { count lastAt } viewer { name } problems { message } }
}`;

const isSession = (value: unknown): value is Session =>
  typeof value === 'object' && value !== null && 'token' in value && 'name' in value && 'email' in value;

const SIGN_OUT = `mutation WorkbenchSignOut { signOut { session { id } problems { message } } }`;

/** The stored session, or null when there is none or it is over. */
export function loadSession(): Session | null {
  const session = load(STORED, isSession);
  if (session?.expiresAt && Date.parse(session.expiresAt) <= Date.now()) {
    store(STORED, null);
    return null;
  }
  return session;
}

export function storeSession(session: Session | null): void {
  store(STORED, session);
}

/** Ends the session at the hub, so that its token is worth nothing from then on. False when the hub does not answer. */
export async function signOut(url: string, token: string): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: SIGN_OUT }),
      keepalive: true,
    });
    await response.json();
    return true;
  } catch {
    return false;
  }
}

/** Trades the credentials for a session. Throws an Error with the server's words when they are refused. */
export async function signIn(url: string, email: string, password: string): Promise<Session> {
  const input = { email, password, device: loadDevice(), rememberDevice: true };
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: SIGN_IN, variables: { input } }),
  });
  const answer = (await response.json().catch(() => ({}))) as SignInAnswer;
  const payload = answer.data?.signIn;
  if (payload?.token) {
    const { token, expiresAt, viewer, refusedSince } = payload;
    if (payload.device) storeDevice(payload.device);
    return { token, expiresAt, name: viewer?.name ?? email, email, refusedSince };
  }
  const reasons = [...(payload?.problems ?? []), ...(answer.errors ?? [])].map((problem) => problem.message);
  throw new Error(reasons.join(' ') || `HTTP ${response.status}`);
}
