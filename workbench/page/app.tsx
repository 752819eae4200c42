import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { fetchDemoAccounts } from './demo.ts';
import type { DemoAccount } from './demo.ts';
import { EditorBridge } from './editor-bridge.tsx';
import type { Example } from './example.types.ts';
import { ExamplesPanel } from './examples-panel.tsx';
import { connect } from './fetcher.ts';
import { Header } from './header.tsx';
import { remember } from './placeholders.ts';
import { loadSession, signIn, storeSession } from './session.ts';
import { SignInDialog } from './sign-in-dialog.tsx';
import { DEMO_PASSWORD, WELCOME } from './texts.ts';

const GRAPHQL_URL = new URL('graphql', document.baseURI).href;
const SESSION_OVER = 'Sesi berakhir, silakan masuk lagi · Your session is over, please sign in again';
const SIGN_IN_FIRST = 'Untuk ini perlu masuk dulu · Sign in first to do this';

/** GraphiQL keeps the state of its docs pane to itself, so the header presses GraphiQL's own button. */
function showDocs(): void {
  document.querySelector<HTMLButtonElement>('.graphiql-sidebar button[aria-label*="Documentation"]')?.click();
}

export function App(): ReactNode {
  const [session, setSession] = useState(loadSession);
  const [accounts, setAccounts] = useState<DemoAccount[]>([]);
  const [request, setRequest] = useState<{ example: Example } | null>(null);
  const [dialog, setDialog] = useState<{ notice: string | null } | null>(null);

  const token = session?.token;
  const connection = useMemo(() => {
    const onUnauthenticated = (): void => {
      setSession((current) => (current?.token === token ? null : current));
      setDialog({ notice: token ? SESSION_OVER : SIGN_IN_FIRST });
    };
    return connect(GRAPHQL_URL, token, { onAnswer: remember, onUnauthenticated });
  }, [token]);

  useEffect(() => connection.dispose, [connection]);
  useEffect(() => storeSession(session), [session]);
  useEffect(() => void fetchDemoAccounts().then(setAccounts), []);

  async function enter(email: string, password: string): Promise<void> {
    setSession(await signIn(GRAPHQL_URL, email, password));
  }
  function enterAs({ email }: DemoAccount): void {
    enter(email, DEMO_PASSWORD).catch((error: Error) => setDialog({ notice: error.message }));
  }

  return (
    <>
      <Header
        session={session}
        onSignIn={() => setDialog({ notice: null })}
        onSignOut={() => setSession(null)}
        onShowDocs={showDocs}
      />
      <main>
        <ExamplesPanel
          accounts={accounts}
          email={session?.email ?? null}
          opened={request?.example ?? null}
          onOpen={(example) => setRequest({ example })}
          onSignInAs={enterAs}
        />
        <GraphiQL
          fetcher={connection.fetcher}
          defaultQuery={WELCOME}
          defaultEditorToolsVisibility="variables"
          shouldPersistHeaders={false}
          showPersistHeadersSettings={false}
        >
          <GraphiQL.Logo>
            <span />
          </GraphiQL.Logo>
          <EditorBridge request={request} />
        </GraphiQL>
      </main>
      {dialog && (
        <SignInDialog
          accounts={accounts}
          notice={dialog.notice}
          onSignIn={enter}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}
