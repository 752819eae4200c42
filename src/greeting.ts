import { DEMO_PASSWORD } from './seed/cast.service.ts';

export interface Greeting {
  url: string;
  /** How long the start took. */
  seconds: number;
  /** Where the hub's own database is; null when it has none of its own. */
  dataDir: string | null;
  /** Addresses of the demo's accounts; none outside of the demo. */
  demoAccounts: readonly string[];
}

/** Those that a newcomer tries first, and who they are. */
const SHOWN_ACCOUNTS: readonly (readonly [email: string, who: string])[] = [
  ['perkim-banten@sinergi.test', 'a partner: the housing agency'],
  ['kader.36.02.11.2005@sinergi.test', 'a village: the cadre of Cimarga'],
  ['koordinator@sinergi.test', 'the coordinator of Banten'],
  ['auditor@sinergi.test', 'reads everything, changes nothing'],
  ['admin@sinergi.test', 'administrator'],
];

/** An address that others can be pasted from: nobody can visit “all addresses”. */
function visitable(url: string): string {
  return url.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:');
}

function firstSteps(url: string, email: string): string[] {
  const post = `curl -s ${url}/graphql -H 'content-type: application/json'`;
  const signIn = `mutation { signIn(input: { email: \\"${email}\\", password: \\"${DEMO_PASSWORD}\\" }) { token } }`;
  const query =
    '{ needs(areaCode: \\"36.02.11\\", first: 3) { totalCount nodes { title unit quantity remaining village { name } } } }';
  return [
    '  A first query, to paste into another terminal:',
    '',
    `    TOKEN=$(${post} \\`,
    `      -d '{"query":"${signIn}"}' \\`,
    `      | sed 's/.*"token":"\\([^"]*\\)".*/\\1/')`,
    `    ${post} -H "authorization: Bearer $TOKEN" \\`,
    `      -d '{"query":"${query}"}'`,
    '',
  ];
}

function demo(url: string, present: readonly string[]): string[] {
  const shown = SHOWN_ACCOUNTS.filter(([email]) => present.includes(email));
  if (shown.length === 0) return [];
  return [
    `  Demo accounts, all with the password ${DEMO_PASSWORD} (${present.length} in all, one for each partner):`,
    ...shown.map(([email, who]) => `    ${email.padEnd(34)} ${who}`),
    '',
    ...firstSteps(url, shown[0]![0]),
  ];
}

/** What a newcomer needs once the hub is at work. */
export function greetingOf({ url: listening, seconds, dataDir, demoAccounts }: Greeting): string {
  const url = visitable(listening);
  const lines = [
    '',
    `Sinergi is ready, after ${seconds.toFixed(1)} s.`,
    '',
    `  The page, to try everything   ${url}/`,
    `  GraphQL over HTTP             ${url}/graphql`,
    `  GraphQL over WebSocket        ${url.replace(/^http/, 'ws')}/graphql`,
    `  Health                        ${url}/health/ready`,
    ...(dataDir === null ? [] : [`  Its data                      ${dataDir}`]),
    '',
    ...demo(url, demoAccounts),
    'Stop it with Ctrl-C.',
    '',
  ];
  return `${lines.join('\n')}\n`;
}
