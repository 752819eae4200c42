/** An empty parameter, with the `&` behind it. */
const EMPTY = /(?<=^\?|&)(?:operationName|variables|extensions)=?(?:&|$)/g;

/**
 * The request target without the parameters of a GET that are empty, which GraphQL over HTTP takes as absent. Apollo
 * Server reads the target itself, and takes them as given.
 */
export function withoutEmptyParameters(target: string): string {
  const [path = '', search] = target.split(/\?(.*)/s);
  if (search === undefined || !path.startsWith('/graphql')) return target;
  return `${path}${`?${search}`.replaceAll(EMPTY, '')}`;
}
