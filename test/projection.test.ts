// A projection answers what graphql-js answers, or leaves the event to it.
import { expect, test } from '@jest/globals';
import { type GraphQLSchema, isObjectType, parse } from 'graphql';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Context } from '../src/platform/graphql/context.ts';
import { projectionOf } from '../src/platform/graphql/projection.ts';
import { OperationExecution } from '../src/platform/graphql/shared-execution.ts';
import {
  answersOf,
  complaints,
  context,
  fieldsOf,
  format,
  logger,
  type Resolve,
  schemaWith,
} from './support/small-feed.ts';

const later = <T>(value: T): Promise<T> => nextTurn(value);

const plain = {
  name: 'a “quoted” \\ "name"\n\u2028\ud800 😀',
  sure: '',
  number: -0,
  whole: 2_147_483_647,
  truth: false,
  colour: 'RED',
  anything: 1e21,
  names: ['a', null, 'b'],
  sureNames: [],
};

test.each<[what: string, query: string, event: object]>([
  ['leaves of all kinds', '{ name sure number whole truth colour anything }', plain],
  ['lists, with nulls among them and empty', '{ names sureNames }', plain],
  ['what is not there', '{ name event { name } events { name } names }', {}],
  ['null', '{ name event { name } }', { name: null, event: null }],
  ['nested objects', '{ event { sureEvent { name } } }', { event: { sureEvent: { name: 'deep' } } }],
  ['lists of objects', '{ events { name __typename } }', { events: [{ name: 'a' }, { name: null }] }],
  ['methods of a value', '{ name }', { name: (args: object) => JSON.stringify(args) }],
  [
    'promises',
    '{ event { name sure } sure name }',
    { event: Promise.resolve({ ...plain, name: later('x') }), sure: 'y', name: later(null) },
  ],
  [
    'promises in lists',
    '{ names events { name } }',
    { names: [later('a'), 'b', later(null)], events: later([later({ name: 'c' }), { name: later('d') }]) },
  ],
  [
    'names that objects have of themselves',
    '{ __proto__: name constructor: sure toJSON: number a1: name }',
    plain,
  ],
  ['one field asked for twice', '{ event { name } name event { sure name } }', { name: 'a', event: plain }],
  ['nothing at all', '{ event { name @skip(if: true) } name @include(if: false) }', { event: {} }],
])('%s: by a projection, as by graphql-js', async (_, query, event) => {
  const { answer, expected, errors, times, isProjected } = await answersOf(
    `subscription { event ${query} }`,
    event,
    schemaWith({}),
  );
  expect(answer).toBe(expected);
  expect(errors).toBeUndefined();
  expect([isProjected, times]).toEqual([true, 1]);
});

const throws = (message: string) => () => {
  throw new Error(message);
};
const rejects = (message: string) => () => Promise.reject(new Error(message));

test.each<[what: string, query: string, event: object, resolvers?: Record<string, Resolve>]>([
  ['a resolver that throws', '{ sure name }', { sure: 'a' }, { name: throws('torn') }],
  ['one that rejects', '{ sure name }', { sure: 'a' }, { name: rejects('late') }],
  ['one that answers an error', '{ sure name }', { sure: 'a', name: new Error('answered') }],
  ['an error in place of an object', '{ event { name } }', { event: new Error('answered') }],
  ['errors among items', '{ names }', { names: () => ['a', new Error('item'), rejects('late')()] }],
  ['null where none may be', '{ name event { name sure } }', { name: 'a', event: { name: 'b', sure: null } }],
  ['nothing where something must be', '{ name sureEvent { name } }', { name: 'a' }],
  [
    'an item that is null and may not be',
    '{ name events { name } sureNames }',
    { events: [null], sureNames: [null] },
  ],
  ['a leaf that is no such leaf', '{ name colour whole }', { name: 'a', colour: 'BLUE', whole: 1.5 }],
  ['a leaf that is an object', '{ anything }', { anything: { a: [1, undefined], toJSON: null } }],
  ['a leaf that JSON cannot hold', '{ name anything }', { anything: Infinity }],
  ['a list that is no array', '{ names }', { names: new Set(['a', 'b']) }],
  ['a list that is no list', '{ name names }', { name: 'a', names: 'abc' }],
  [
    'a resolver that asks where it is',
    '{ name }',
    {},
    { name: (_event, _args, _context, { path }) => String(path.key) },
  ],
  [
    'one that copies what it hears',
    '{ name }',
    {},
    { name: (...[, , , info]) => Object.keys({ ...info }).join() },
  ],
  [
    'one that changes its arguments',
    '{ given(tags: ["a"]) }',
    {},
    {
      given: (_event, args: { tags: string[] }) => {
        args.tags.push('b');
        return args.tags.join();
      },
    },
  ],
])('%s: left to graphql-js, with its errors and their causes', async (_, query, event, resolvers = {}) => {
  const asked = `subscription { event ${query} }`;
  const { answer, expected, times } = await answersOf(asked, event, schemaWith(resolvers));
  expect(answer).toBe(expected);
  expect(times).toBe(2);
});

test('the log hears of what failed in a projection, and neither in graphql-js nor as unusual', async () => {
  const changing: Resolve = (_event, args: { tags: string[] }) => String(args.tags.push('b'));
  const asking: Resolve = (...[, , , { path }]) => String(path.key);
  complaints.length = 0;
  for (const given of [throws('torn'), asking, changing]) {
    await answersOf('subscription { event { given(tags: ["a"]) } }', {}, schemaWith({ given }));
  }
  const told = complaints.map((line) => JSON.parse(line) as object);
  const one = { msg: 'an event failed in a projection, and not in graphql-js', requestId: 'test' };
  const expected = { ...one, err: expect.objectContaining({ type: 'TypeError' }) };
  expect(told).toEqual([expect.objectContaining(expected), expect.objectContaining(expected)]);
});

test('an event that goes wrong is told as it is by graphql-js, and the next goes well by the projection', async () => {
  const schema = schemaWith({});
  const args = { schema, document: parse('subscription { sureEvent { sure } }'), contextValue: context };
  const execution = new OperationExecution(args, format, 100, logger);
  const answers = await Promise.all(
    ['a', 'b', null, 'd'].map((sure) => execution.perform({ sureEvent: { sure } })),
  );
  expect(answers.map((answer) => JSON.parse(answer) as unknown)).toEqual([
    { data: { sureEvent: { sure: 'a' } } },
    { data: { sureEvent: { sure: 'b' } } },
    {
      errors: [
        expect.objectContaining({
          message: 'Cannot return null for non-nullable field Event.sure.',
          path: ['sureEvent', 'sure'],
        }),
      ],
      data: null,
    },
    { data: { sureEvent: { sure: 'd' } } },
  ]);
});

test('a projection that cannot tell five events in a row is let go, and each is executed once from then on', async () => {
  let times = 0;
  const name: Resolve = (event) => {
    times += 1;
    if ((event as { isTorn: boolean }).isTorn) throw new Error('torn');
    return 'whole';
  };
  const args = {
    schema: schemaWith({ name }),
    document: parse('subscription { sureEvent { name } }'),
    contextValue: context,
  };
  const execution = new OperationExecution(args, format, 100, logger);
  const four = Array.from({ length: 4 }, () => true);
  const counts: number[] = [];
  for (const isTorn of [false, ...four, false, ...four, true, true, false]) {
    times = 0;
    const answer = await execution.perform({ sureEvent: { isTorn } });
    expect(JSON.parse(answer)).toMatchObject({ data: { sureEvent: { name: isTorn ? null : 'whole' } } });
    counts.push(times);
  }
  expect(counts).toEqual([1, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 1, 1]);
});

test('arguments are kept once, in however many places their fragment is spread', async () => {
  const heard = new Map<unknown, number>();
  const given: Resolve = (_event, args: object) => {
    heard.set(args, (heard.get(args) ?? 0) + 1);
    return JSON.stringify(args);
  };
  const document =
    parse(`subscription { event { ...G event { ...G sureEvent { ...G other: given(first: 7) } } } }
    fragment G on Event { given(first: 7, tags: ["x"]) }`);
  const projection = projectionOf({ schema: schemaWith({ given }), document });
  await projection!({ event: { event: { sureEvent: {} } } }, context);
  expect([...heard]).toEqual([
    [{ first: 7, tags: ['x'] }, 3],
    [{ first: 7, tags: ['a'] }, 1],
  ]);
});

test('a projection knows who asks only where the document is declared to differ by viewer', async () => {
  const asks: Resolve = (_event, _args, asked) => String((asked as Context).actor.accountId);
  for (const perViewer of [false, true]) {
    const schema = schemaWith({ name: asks });
    fieldsOf(schema, 'Event')['name']!.extensions = { perViewer };
    const args = { schema, document: parse('subscription { sureEvent { name } }'), contextValue: context };
    const execution = new OperationExecution(args, format, 100, logger);
    const event = { sureEvent: {} };
    const answers = await Promise.all([1, 2, 3].map(() => execution.perform(event)));
    for (const answer of answers) {
      expect(JSON.parse(answer)).toMatchObject({
        data: { sureEvent: { name: perViewer ? 'null' : null } },
        ...(perViewer ? {} : { errors: [{ message: expect.stringContaining('not declared perViewer') }] }),
      });
    }
  }
});

test('what still rejects when an event was given up is heard', async () => {
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => void unheard.push(reason);
  process.on('unhandledRejection', hear);
  const failing = () => later('x').then(throws('late'));
  const schema = schemaWith({ name: failing, sure: throws('at once') });
  const query = 'subscription { event { events { name } name sure } }';
  const { answer, expected } = await answersOf(query, { events: [{}, {}] }, schema);
  await nextTurn();
  await nextTurn();
  process.off('unhandledRejection', hear);
  expect(answer).toBe(expected);
  expect(unheard).toEqual([]);
});

const manyFields = Array.from({ length: 251 }, (_, index) => `a${index}: name`).join(' ');

test.each<[what: string, query: string, event: object, prepare?: (schema: GraphQLSchema) => void]>([
  ['an interface', '{ named { name } }', { named: { __typename: 'Event', name: 'a' } }],
  ['a union', '{ thing { ... on Event { name } } }', { thing: { __typename: 'Event', name: 'a' } }],
  ['more fields than are kept', `{ ${manyFields} }`, { name: 'a' }],
  [
    'a type that knows its values',
    '{ name }',
    { name: 'a' },
    (schema) => {
      const event = schema.getType('Event');
      if (isObjectType(event)) event.isTypeOf = () => true;
    },
  ],
])('%s: executed by graphql-js alone', async (_, query, event, prepare = () => undefined) => {
  const schema = schemaWith({});
  prepare(schema);
  const { answer, expected, errors, isProjected } = await answersOf(
    `subscription { event ${query} }`,
    event,
    schema,
  );
  expect(answer).toBe(expected);
  expect(errors).toBeUndefined();
  expect(isProjected).toBe(false);
});

test('arguments are the group’s: literals, defaults and variables, of which some say what is shown', async () => {
  const given: Resolve = (_event, args: object) => JSON.stringify(args);
  const query = `subscription ($first: Int, $tags: [String!], $shown: Boolean = true, $hidden: Boolean!) {
    event {
      given(first: $first, tags: $tags)
      b: given(first: 7) @skip(if: $hidden)
      c: given @include(if: $shown)
      ... @include(if: $hidden) { d: given(tags: ["x", "y"]) }
    }
  }`;
  for (const variables of [
    { hidden: true },
    { hidden: false, first: 3, tags: ['z'] },
    { hidden: false, shown: false, first: null },
    { hidden: 'no boolean' },
    {},
  ]) {
    const { answer, expected } = await answersOf(query, {}, schemaWith({ given }), variables);
    expect(answer).toBe(expected);
  }
});
