import type { ReactNode } from 'react';
import { Bilingual } from './bilingual.tsx';
import type { Text } from './example.types.ts';
import type { RefusedTries, Session } from './session.ts';

const TAGLINE = {
  id: 'Satu daftar kebutuhan tiap Kampung KB, diklaim bersama, terlihat langsung.',
  en: 'One list of needs per Kampung KB village, claimed together, seen live.',
};

/** What the owner of an account should know: somebody else may have tried it. */
function refusedText({ count, lastAt }: RefusedTries): Text {
  const at = (locale: string): string =>
    new Date(lastAt).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
  return {
    id: `${count} percobaan masuk ke akun ini ditolak sejak terakhir Anda masuk, yang terakhir ${at('id-ID')}. Bila bukan Anda, beri tahu administrator.`,
    en: `${count} ${count === 1 ? 'try' : 'tries'} to sign in to this account were refused since you last signed in, the last one at ${at('en-GB')}. If it was not you, tell an administrator.`,
  };
}

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
      {session?.refusedSince && (
        <p className="refused" role="status">
          <Bilingual text={refusedText(session.refusedSince)} />
        </p>
      )}
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
