/**
 * The most characters that each kind of text has. The database's constraints, the checks of input and the weight of the
 * text in an answer all come from here.
 */
export const CHARACTERS = {
  /** Of partners, clusters and sectors. */
  code: 60,
  areaCode: 13,
  colour: 7,
  /** Of accounts, partners, areas and villages. */
  name: 200,
  tokenName: 100,
  /** Of a need. */
  title: 200,
  description: 5000,
  unit: 40,
  note: 2000,
  reason: 2000,
  email: 254,
  issuer: 500,
  /** Of an address in evidence. */
  evidence: 500,
  /** Of a text in an entry of the audit trail. */
  auditWord: 200,
  /** SHA-256 in hex. */
  digest: 64,
  /** Of an access token, or of a secret that becomes one. */
  token: 1000,
  /** Of a sentence from the catalogues, with its figures. */
  message: 1000,
  /** Of one part of a problem’s path. */
  pathPart: 100,
  /** Of the name of a state or of a measure. */
  word: 40,
} as const;

/**
 * The most entries of each list that an answer shows whole. What makes the list refuses one more; clusters, sectors and
 * areas come from files alone, which a test compares with these.
 */
export const ENTRIES = {
  clusters: 20,
  sectors: 40,
  /** Areas right below one; the official tree has 108 in one district of Yalimo. */
  children: 150,
  /** Where a partner works. */
  partnerAreas: 100,
  /** Areas, and villages, that an account is responsible for. */
  accountPlaces: 100,
  /** Balance rules, and so verdicts on a claim. */
  rules: 5,
  /** Needs that are suggested in place of a claim. */
  suggestions: 5,
  evidence: 10,
  /** Problems of one refused mutation. */
  problems: 20,
  /** Parts of a problem’s path. */
  path: 10,
  /** Ids in an entry of the audit trail. */
  subjects: 5,
  /** Sessions and API tokens that are shown at once. */
  tokens: 100,
} as const;
