import { useEffect, useRef, useState } from 'react';
import type { ReactNode, SubmitEvent } from 'react';
import type { DemoAccount } from './demo.ts';
import type { Text } from './example.types.ts';
import { DEMO_PASSWORD } from './texts.ts';

interface Props {
  accounts: DemoAccount[];
  /** Why the dialog opened by itself, e.g. an expired session. */
  notice: string | null;
  onSignIn: (email: string, password: string) => Promise<void>;
  onClose: () => void;
}

/** E-mail and password, with the demo accounts to pick from where the hub offers them. */
export function SignInDialog({ accounts, notice, onSignIn, onClose }: Props): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  useEffect(() => dialog.current?.showModal(), []);

  /** Closing, rather than vanishing, gives the focus back to where it was. */
  const close = (): void => dialog.current?.close();

  const pick = (picked: string): void => {
    setEmail(picked);
    setPassword(picked && DEMO_PASSWORD);
  };
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setBusy(true);
    setFault(null);
    onSignIn(email, password)
      .then(close)
      .catch((error: Error) => setFault(error.message))
      .finally(() => setBusy(false));
  };

  return (
    <dialog ref={dialog} className="sign-in" aria-labelledby="sign-in-title" onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id="sign-in-title">
          Masuk · <span lang="en">Sign in</span>
        </h2>
        {notice && <p role="status">{notice}</p>}
        {accounts.length > 0 && <DemoAccountPicker accounts={accounts} email={email} onPick={pick} />}
        <Credential
          label={{ id: 'Surel', en: 'E-mail' }}
          type="email"
          autoComplete="username"
          value={email}
          onType={setEmail}
        />
        <Credential
          label={{ id: 'Kata sandi', en: 'Password' }}
          type="password"
          autoComplete="current-password"
          value={password}
          onType={setPassword}
        />
        {fault && (
          <p role="alert" className="fault">
            {fault}
          </p>
        )}
        <div className="actions">
          <button type="button" onClick={close}>
            Batal · <span lang="en">Cancel</span>
          </button>
          <button type="submit" className="primary" disabled={busy}>
            Masuk · <span lang="en">Sign in</span>
          </button>
        </div>
      </form>
    </dialog>
  );
}

interface CredentialProps {
  label: Text;
  type: 'email' | 'password';
  autoComplete: string;
  value: string;
  onType: (value: string) => void;
}

function Credential({ label, onType, ...input }: CredentialProps): ReactNode {
  return (
    <label>
      {label.id} · <span lang="en">{label.en}</span>
      <input {...input} required onChange={(event) => onType(event.target.value)} />
    </label>
  );
}

interface PickerProps {
  accounts: DemoAccount[];
  /** What stands in the e-mail field, which may be no demo account's. */
  email: string;
  onPick: (email: string) => void;
}

function DemoAccountPicker({ accounts, email, onPick }: PickerProps): ReactNode {
  return (
    <label>
      Akun demo · <span lang="en">Demo account</span>
      <select
        value={accounts.some((account) => account.email === email) ? email : ''}
        onChange={(event) => onPick(event.target.value)}
      >
        <option value="">Pilih · Pick one</option>
        {accounts.map((account) => (
          <option key={account.email} value={account.email}>
            {account.name} ({account.email.replace(/@.*/, '')})
          </option>
        ))}
      </select>
    </label>
  );
}
