import type { ReactNode } from 'react';
import { Bilingual } from './bilingual.tsx';
import type { DemoAccount } from './demo.ts';
import type { Example } from './example.types.ts';
import { EXAMPLE_GROUPS } from './examples.ts';

interface Props {
  accounts: DemoAccount[];
  /** E-mail address of who is signed in. */
  email: string | null;
  opened: Example | null;
  onOpen: (example: Example) => void;
  onSignInAs: (account: DemoAccount) => void;
}

/** The examples by group; the opened one shows its note and whose task it is. */
export function ExamplesPanel(props: Props): ReactNode {
  return (
    <aside className="examples" aria-label="Contoh · Examples">
      {EXAMPLE_GROUPS.map((group) => (
        <section key={group.title.en} aria-label={`${group.title.id} · ${group.title.en}`}>
          <h2>
            {group.title.id} · <span lang="en">{group.title.en}</span>
          </h2>
          <ul>
            {group.examples.map((example) => (
              <ExampleItem key={example.title.en} example={example} {...props} />
            ))}
          </ul>
        </section>
      ))}
    </aside>
  );
}

function ExampleItem({
  example,
  accounts,
  email,
  opened,
  onOpen,
  onSignInAs,
}: Props & { example: Example }): ReactNode {
  const isOpened = opened === example;
  const account = accounts.find((candidate) => candidate.email === example.account);
  return (
    <li className={isOpened ? 'opened' : undefined}>
      <button type="button" aria-current={isOpened} onClick={() => onOpen(example)}>
        <Bilingual text={example.title} />
      </button>
      {isOpened && example.note && (
        <p className="note">
          <Bilingual text={example.note} />
        </p>
      )}
      {isOpened && account && account.email !== email && (
        <button type="button" className="switch" onClick={() => onSignInAs(account)}>
          Masuk sebagai · <span lang="en">Sign in as</span> <strong>{account.name}</strong>
        </button>
      )}
    </li>
  );
}
