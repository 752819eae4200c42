import { useEffect, useMemo, useState } from 'react';
import { connect, type Connection } from './connection.ts';
import { remember } from './placeholders.ts';
import { loadSession, type Session, signIn, signOut, storeSession } from './session.ts';

export const GRAPHQL_URL = new URL('graphql', document.baseURI).href;

const SESSION_OVER = 'Sesi berakhir, silakan masuk lagi · Your session is over, please sign in again';
const SIGN_IN_FIRST = 'Untuk ini perlu masuk dulu · Sign in first to do this';
const NOT_ENDED =
  'Hub tidak menjawab: sesi di hub belum diakhiri dan akan berakhir sendiri · The hub did not answer: your session there is not ended, and will end by itself';

export interface CurrentSession {
  session: Session | null;
  /** Asks in the name of the session, and is another for each. */
  connection: Connection;
  /** Signs in; a session before it ends. Throws an Error with the hub's words when it is refused. */
  enter: (email: string, password: string) => Promise<void>;
  /** Signs out, here at once and then at the hub. */
  leave: () => void;
}

/** Who is signed in. `notify` shows why somebody has to sign in again. */
export function useSession(notify: (notice: string) => void): CurrentSession {
  const [session, setSession] = useState(loadSession);
  const token = session?.token;
  const connection = useMemo(() => {
    const onUnauthenticated = (): void => {
      setSession((current) => (current?.token === token ? null : current));
      notify(token ? SESSION_OVER : SIGN_IN_FIRST);
    };
    return connect(GRAPHQL_URL, token, { onAnswer: remember, onUnauthenticated });
  }, [token, notify]);

  useEffect(() => connection.dispose, [connection]);
  useEffect(() => storeSession(session), [session]);

  async function end(over: Session | null): Promise<void> {
    if (over && !(await signOut(GRAPHQL_URL, over.token))) notify(NOT_ENDED);
  }
  async function enter(email: string, password: string): Promise<void> {
    setSession(await signIn(GRAPHQL_URL, email, password));
    await end(session);
  }
  function leave(): void {
    setSession(null);
    void end(session);
  }
  return { session, connection, enter, leave };
}
