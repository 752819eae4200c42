// What may be asked for at once, and how what is more is refused: the same over HTTP, WebSocket and event stream.
import { expect, test } from '@jest/globals';
import { parse } from 'graphql';
import { LIMITS } from '../src/platform/limits.ts';
import { answerFields } from '../src/platform/graphql/answer-size.ts';
import { documentSize } from '../src/platform/graphql/document-size.ts';
import { tokenCount } from './support/tokens.ts';
import { clientDocuments, greatestVariables, ownTexts } from './support/own-documents.ts';
import { createSchema } from '../src/schema.ts';
import { Asker, transports } from './support/asker.ts';
import { testHub } from './support/test-hub.ts';
import { buildWorld } from './support/world.ts';
import { readdirSync } from 'node:fs';

const hub = await testHub();
const { accounts } = await buildWorld(hub);
const asker = new Asker(hub.url, await hub.tokenOf(accounts.auditor));
const schema = await createSchema();

const times = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

/** So many levels of fields in all; each is one object, so that depth alone makes it large. */
const nested = (levels: number) =>
  `{ area(code: "36") ${'{ parent '.repeat(levels - 2)}{ code }${' }'.repeat(levels - 2)} }`;

test('every operation of the typed client, with its greatest pages, the examples of the page and the introspection of tools pass at half of the limits', () => {
  expect(clientDocuments.length).toBe(readdirSync('schema/operations').length - 1);
  const half = (limit: keyof typeof LIMITS) => LIMITS[limit] / 2;
  for (const text of ownTexts) {
    const document = parse(text);
    const { depth, aliases, aliasCharacters, directives, selections } = documentSize(document);
    const fields = answerFields({ schema, document, variableValues: greatestVariables(schema, text) });
    const sizes = {
      depth,
      aliases,
      aliasCharacters,
      directives,
      selections,
      tokens: tokenCount(text),
      comments: text.split('\n').filter((line) => line.trim().startsWith('#')).length,
      bodyBytes: Buffer.byteLength(JSON.stringify(text)),
      [text.trimStart().startsWith('subscription') ? 'eventFields' : 'answerFields']: fields as number,
    };
    const over = Object.entries(sizes).filter(
      ([limit, size]) => !(size <= half(limit as keyof typeof LIMITS)),
    );
    expect([text.slice(0, 60), over]).toEqual([text.slice(0, 60), []]);
  }
});

/** Of each limit, a text that reaches it just so, or goes past it by one. */
const texts: [limit: string, code: string, of: (size: number) => string][] = [
  ['tokens', 'OPERATION_TOO_LARGE', (size) => `{ clusters { ${times(size - 5 - 0, () => 'code')} } }`],
  ['comments', 'OPERATION_TOO_LARGE', (size) => `${'# x\n'.repeat(size)}{ clusters { code } }`],
  ['depth', 'OPERATION_TOO_LARGE', nested],
  [
    'aliases',
    'OPERATION_TOO_LARGE',
    (size) => `{ clusters { ${times(size, (index) => `a${index}: code`)} } }`,
  ],
  ['aliasCharacters', 'OPERATION_TOO_LARGE', (size) => `{ clusters { ${'a'.repeat(size)}: code } }`],
  [
    'directives',
    'OPERATION_TOO_LARGE',
    (size) => `{ clusters { ${times(size, (index) => `code @skip(if: ${index > 0})`)} } }`,
  ],
  ['selections', 'OPERATION_TOO_LARGE', (size) => `{ clusters { ${times(size - 1, () => 'code')} } }`],
];

test.each(texts)(
  'of %s there may be as many as the limit says, and one more is refused',
  async (limit, code, of) => {
    const max = LIMITS[limit as keyof typeof LIMITS];
    for (const transport of transports) {
      const [atLimit, past] = [await asker.ask(transport, of(max)), await asker.ask(transport, of(max + 1))];
      const codes = (atLimit.errors ?? []).map(({ extensions }) => extensions['limit']);
      // A text with so many tokens has too many selections, too.
      expect([transport, codes]).toEqual([transport, limit === 'tokens' ? ['selections'] : []]);
      expect(past.errors).toMatchObject([{ extensions: { code, limit, counted: max + 1, max } }]);
      expect(past.errors![0]!.message).toContain(max.toLocaleString('en'));
      expect(past.status).toBe(transport === 'http' ? 400 : null);
    }
  },
);

test('a refusal names limit and figures in the language of whoever asked', async () => {
  const { errors } = await asker.ask('http', nested(33), { 'accept-language': 'id' });
  expect(errors![0]!.message).toBe(
    'Dokumen ini sedalam 33 tingkat, sedangkan batasnya 32: kurangi tingkatnya.',
  );
});
