/** What `signIn` answers, with the kinds of its problems. */
export interface SignedIn {
  token: string | null;
  device: string | null;
  refusedSince: { count: number; lastAt: string } | null;
  problems: { __typename: string; message: string; retryAt?: string }[];
}

export interface SignInRequest {
  email: string;
  password: string;
  device?: string | null;
  rememberDevice?: boolean;
}

const MUTATION = `mutation ($input: SignInInput!) { signIn(input: $input) {
  token device refusedSince { count lastAt } problems { __typename message ... on TooManyAttempts { retryAt } } } }`;

/** Signs in as from that address, which the hub believes where it trusts this machine as a proxy. */
export async function signInFrom(url: string, address: string, input: SignInRequest): Promise<SignedIn> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'accept-language': 'en',
      'x-forwarded-for': address,
    },
    body: JSON.stringify({ query: MUTATION, variables: { input } }),
  });
  const { data, errors } = (await response.json()) as { data?: { signIn: SignedIn }; errors?: unknown };
  if (data === undefined || errors !== undefined) {
    throw new Error(`signIn was not answered: ${response.status} ${JSON.stringify(errors)}`);
  }
  return data.signIn;
}

/** `IN` for a token, else the kind of the problem. */
export function outcomeOf({ token, problems }: SignedIn): string {
  const [kind = 'UNKNOWN'] = problems.map(({ __typename: name }) => name);
  return token === null ? kind : 'IN';
}
