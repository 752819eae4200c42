import { createHash, randomBytes } from 'node:crypto';

interface Wanted {
  subject: string;
  clientId: string;
  resource: string;
}

/** Where the client would be; nobody goes there. */
export const REDIRECT = 'https://app.sinergi.test/signed-in';
const MOST_STEPS = 10;

/** A browser's part: follows redirects with its cookies, until it is sent back to the client. Answers the code. */
async function codeAt(start: string, subject: string): Promise<string> {
  const cookies = new Map<string, string>();
  let address = start;
  for (let step = 0; !address.startsWith(REDIRECT); step += 1) {
    if (step === MOST_STEPS) throw new Error(`sent on and on, at last to ${address}`);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, {
      redirect: 'manual',
      headers: { cookie, 'x-subject': subject },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      cookies.set(name!, value!);
    }
    const next = response.headers.get('location');
    if (next === null) throw new Error(`${address} answered ${response.status}: ${await response.text()}`);
    address = new URL(next, address).href;
  }
  const code = new URL(address).searchParams.get('code');
  if (code === null) throw new Error(`no code in ${address}`);
  return code;
}

/** Signs somebody in at a provider by authorization code and PKCE (RFC 6749, RFC 7636), for one resource (RFC 8707). */
export async function signInAt(
  issuer: string,
  { subject, clientId, resource }: Wanted,
): Promise<{ accessToken: string; idToken: string }> {
  const verifier = randomBytes(32).toString('base64url');
  const asked = new URLSearchParams({
    client_id: clientId,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid hub',
    resource,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const code = await codeAt(`${issuer}/auth?${asked}`, subject);
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: REDIRECT,
      code,
      code_verifier: verifier,
      resource,
    }),
  });
  const answer = (await response.json()) as { access_token: string; id_token: string };
  if (!response.ok) throw new Error(JSON.stringify(answer));
  return { accessToken: answer.access_token, idToken: answer.id_token };
}
