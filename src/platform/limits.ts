/**
 * How much one request may ask for, on every transport. docs/limits.md tells clients of each; test/limits.test.ts proves that all of the project's own operations pass at half of them.
 */
export const LIMITS = {
  /** Bytes of a request's body, and of a WebSocket message. */
  bodyBytes: 262_144,
  /** Operations in one request. */
  batch: 1,
  /** Of a document's text. The parser gives up behind these, so that what is more is never looked at. */
  tokens: 2000,
  comments: 200,
  /** Levels of fields within fields. */
  depth: 32,
  /** Of a whole document, where what a fragment holds counts as often as the fragment is spread. */
  aliases: 60,
  /** Of one alias: an answer repeats it for each object of a list. */
  aliasCharacters: 100,
  directives: 30,
  /** Fields, spreads and inline fragments. */
  selections: 1000,
  /** Fields that an answer could hold, were every page full: what an operation costs. */
  answerFields: 100_000,
  /** The same of one event of a subscription, which is paid for once, and executed for every event there is. */
  eventFields: 10_000,
  /** What any operation costs at the least, whatever it asks for. */
  leastFields: 100,
  /** Characters of a subscription's variables, as JSON: they are kept for as long as it is open. */
  keptCharacters: 32_768,
  /** The same of an operation's id on a WebSocket. */
  idCharacters: 4096,
  /** Operations at once on one WebSocket. */
  operationsPerConnection: 100,
} as const;

/** Names of limits as clients hear them, in `extensions.limit`. */
export type LimitName = keyof typeof LIMITS;

/** What the parser of documents may be asked to read. */
export const PARSE_LIMITS = { maxTokens: LIMITS.tokens, maxComments: LIMITS.comments } as const;
