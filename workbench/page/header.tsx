import type { ReactNode } from 'react';
import { Bilingual } from './bilingual.tsx';
import type { Session } from './session.ts';

const TAGLINE = {
  id: 'Satu daftar kebutuhan tiap Kampung KB, diklaim bersama, terlihat langsung.',
  en: 'One list of needs per Kampung KB village, claimed together, seen live.',
};

interface Props {
  session: Session | null;
  onSignIn: () => void;
  onSignOut: () => void;
  onShowDocs: () => void;
}

export function Header({ session, onSignIn, onSignOut, onShowDocs }: Props): ReactNode {
  return (
    <header className="page-header">
      <h1>Sinergi</h1>
      <p className="tagline">
        <Bilingual text={TAGLINE} />
      </p>
      <nav aria-label="Sinergi">
        <button type="button" className="link" onClick={onShowDocs}>
          Skema · <span lang="en">Docs</span>
        </button>
        <a href="health/ready" target="_blank" rel="noreferrer">
          Status
        </a>
      </nav>
      <div className="account">
        {session ? (
          <>
            <span className="who" title={session.email}>
              {session.name}
            </span>
            <button type="button" onClick={onSignOut}>
              Keluar · <span lang="en">Sign out</span>
            </button>
          </>
        ) : (
          <button type="button" className="primary" onClick={onSignIn}>
            Masuk · <span lang="en">Sign in</span>
          </button>
        )}
      </div>
    </header>
  );
}
