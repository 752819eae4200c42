import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { fetchDemoAccounts } from './demo.ts';
import type { DemoAccount } from './demo.ts';
import { DocsPanel } from './docs-panel.tsx';
import type { DocsEntry } from './docs-search.ts';
import type { Example } from './example.types.ts';
import { ExamplesPanel } from './examples-panel.tsx';
import { Header } from './header.tsx';
import { fillVariables, forget } from './placeholders.ts';
import { useSchema } from './schema.ts';
import { SignInDialog } from './sign-in-dialog.tsx';
import { useTabs } from './tabs.ts';
import { DEMO_PASSWORD } from './texts.ts';
import { useSession } from './use-session.ts';
import { Workspace } from './workspace.tsx';

export function App(): ReactNode {
  const [accounts, setAccounts] = useState<DemoAccount[]>([]);
  const [opened, setOpened] = useState<Example | null>(null);
  const [dialog, setDialog] = useState<{ notice: string | null } | null>(null);
  const [docs, setDocs] = useState<readonly DocsEntry[] | null>(null);
  const notify = useCallback((notice: string) => setDialog({ notice }), []);
  const { session, connection, enter, leave } = useSession(notify);
  const schema = useSchema(connection);
  const tabs = useTabs();

  useEffect(() => void fetchDemoAccounts().then(setAccounts), []);

  function enterAs({ email }: DemoAccount): void {
    enter(email, DEMO_PASSWORD).catch((error: Error) => notify(error.message));
  }
  /** On a shared computer nothing stays of who was here. */
  function signOut(): void {
    leave();
    setOpened(null);
    tabs.clear();
    forget();
  }
  function openExample(example: Example): void {
    setOpened(example);
    tabs.open(example.document, example.variables ? fillVariables(example.variables) : '');
  }

  return (
    <>
      <Header
        session={session}
        onSignIn={() => setDialog({ notice: null })}
        onSignOut={signOut}
        onShowDocs={() => setDocs((shown) => (shown ? null : []))}
      />
      <main>
        <ExamplesPanel
          accounts={accounts}
          email={session?.email ?? null}
          opened={opened}
          onOpen={openExample}
          onSignInAs={enterAs}
        />
        <Workspace
          connection={connection}
          schema={schema}
          tabs={tabs}
          onShowInDocs={(entry) => setDocs([entry])}
        />
        {docs && <DocsPanel schema={schema} path={docs} onGo={setDocs} onClose={() => setDocs(null)} />}
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
