import { expect, test } from '@jest/globals';
import { auditServer } from 'graphql-http';
import { testHub } from '../support/test-hub.ts';
import { measured, toldOf } from './conformance.ts';

const hub = await testHub();

/** As the hub asks of every GET: with a header that no page of another site can send unasked. */
function honestFetch(url: string, init: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    ...init,
    headers: { ...(init.headers as object), 'apollo-require-preflight': 'true' },
  });
}

/**
 * What the specification recommends for `application/json` and the hub does not do: it answers an operation that was
 * not executed with 400, as Apollo Server does, so that plain HTTP clients notice.
 */
const NOT_FOLLOWED = { '572B': 'warn', FDE2: 'warn', '7B9B': 'warn' };

test('the hub follows GraphQL over HTTP, by graphql-http’s audits', async () => {
  const results = await auditServer({ url: `${hub.url}/graphql`, fetchFn: honestFetch });
  const notOk = results.filter(({ status }) => status !== 'ok');
  expect(Object.fromEntries(notOk.map(({ id, status }) => [id, status]))).toEqual(NOT_FOLLOWED);
  const counted = `${results.length - notOk.length} ok, ${notOk.length} warnings, 0 errors`;
  expect(toldOf('graphql-http')).toEqual(
    measured('graphql-http', 'GraphQL over HTTP, by its `serverAudits`', counted),
  );
});

test('and the hub had nothing to complain of', () => expect(hub.complaints).toEqual([]));
