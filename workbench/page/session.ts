/** Who is signed in, and by which token. Kept in sessionStorage alone: closing the browser tab forgets it. */
export interface Session {
  token: string;
  /** RFC 3339; null when the token does not say. */
  expiresAt: string | null;
  name: string;
  email: string;
}

interface SignInAnswer {
  data?: {
    signIn: {
      token: string | null;
      expiresAt: string | null;
      viewer: { name: string } | null;
      problems: { message: string }[];
    };
  } | null;
  errors?: { message: string }[];
}

const STORAGE_KEY = 'sinergi.session';
const SIGN_IN = `mutation WorkbenchSignIn($input: SignInInput!) {
  signIn(input: $input) { token expiresAt viewer { name } problems { message } }
}`;

/** The stored session, or null when there is none or it is over. */
export function loadSession(): Session | null {
  const stored = sessionStorage.getItem(STORAGE_KEY);
  if (!stored) return null;
  const session = JSON.parse(stored) as Session;
  if (session.expiresAt && Date.parse(session.expiresAt) <= Date.now()) {
    sessionStorage.removeItem(STORAGE_KEY);
    return null;
  }
  return session;
}

export function storeSession(session: Session | null): void {
  if (session) sessionStorage.setItem(STORAGE_KEY, JSON.stringify(session));
  else sessionStorage.removeItem(STORAGE_KEY);
}

/** Trades the credentials for a session. Throws an Error with the server's words when they are refused. */
export async function signIn(url: string, email: string, password: string): Promise<Session> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ query: SIGN_IN, variables: { input: { email, password } } }),
  });
  const answer = (await response.json().catch(() => ({}))) as SignInAnswer;
  const payload = answer.data?.signIn;
  if (payload?.token) {
    const { token, expiresAt, viewer } = payload;
    return { token, expiresAt, name: viewer?.name ?? email, email };
  }
  const reasons = [...(payload?.problems ?? []), ...(answer.errors ?? [])].map((problem) => problem.message);
  throw new Error(reasons.join(' ') || `HTTP ${response.status}`);
}
