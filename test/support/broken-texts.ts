import { BUMP, issuersAccount, type Targets, set, type Violation } from './violations.ts';

const RULE = 'texts_show_what_they_hold';

/** Statements past all services that would keep a text of which something cannot be seen. */
export function brokenTexts({
  untouched,
  aDraft,
  promised,
  reported,
  partners,
  villages,
}: Targets): Violation[] {
  const one = (table: string, column: string, what: string, statement: string): Violation => [
    `${table}_${column}_text`,
    RULE,
    what,
    statement,
  ];
  const named = (table: string, what: string, name: string) =>
    one(table, 'name', what, `update ${table} set name = ${name}`);
  const ofNeed = (column: string, what: string, text: string) =>
    one('needs', column, what, set('needs', untouched, `${column} = ${text}, ${BUMP}`));
  const ofDelivery = (column: string, what: string, text: string) =>
    one('deliveries', column, what, set('deliveries', reported, `${column} = ${text}`));
  return [
    named('areas', 'a soft hyphen', `U&'Ban\\00ADten'`),
    named('clusters', 'an Arabic letter mark', `U&'Sosial\\061C'`),
    named('sectors', 'a line separator', `U&'Air\\2028bersih'`),
    one('partners', 'name', 'a Hangul filler', set('partners', partners.semen, `name = U&'PT\\3164Semen'`)),
    one('villages', 'name', 'two spaces', set('villages', villages.cimarga, `name = 'Cimarga  Jaya'`)),
    one('accounts', 'name', 'a direction override', issuersAccount({ name: `U&'Auditor\\202E nimdA'` })),
    one('accounts', 'email', 'a zero width space', issuersAccount({ email: `U&'a@b\\200Bc'` })),
    one(
      'api_tokens',
      'name',
      'blank braille alone',
      `insert into api_tokens (id, account_id, name, scopes, secret_hash, created_at, expires_at)
        select 'api_token_01jd3m5a8zf6wvqk2x7r9c4b1e', id, U&'\\2800', '{READ}', repeat('0', 64), now(), now() + '1 day'
        from accounts limit 1`,
    ),
    ofNeed('title', 'a letter and its mark apart', `U&'Jamban se\\0301hat'`),
    ofNeed('unit', 'a line break', `E'buah\\nlagi'`),
    ofNeed('description', 'an invisible plus', `U&'satu\\2064dua'`),
    one(
      'needs',
      'cancel_reason',
      'a tag of another plane',
      set('needs', untouched, `status = 'CANCELLED', cancel_reason = U&'tidak\\+0E0041', ${BUMP}`),
    ),
    one('pledges', 'note', 'joiners alone', set('pledges', promised, `note = U&'\\200D\\200C', ${BUMP}`)),
    one('pledges', 'reason', 'a carriage return', set('pledges', promised, `reason = E'a\\rb', ${BUMP}`)),
    ofDelivery('note', 'a no-break space', `U&'dua\\00A0karung'`),
    ofDelivery('reason', 'a byte order mark', `U&'\\FEFFrusak'`),
    ofDelivery('verification_note', 'an escape', `E'baik\\x1B[31m'`),
    ofDelivery('evidence', 'a password in an address', `array['https://budi:rahasia@x.test/foto']`),
    one(
      'policies',
      'note',
      'a word joiner',
      `insert into policies select p.* from policies o,
        lateral jsonb_populate_record(o, jsonb_build_object('id', 'policy_01jd3m5a8zf6wvqk2x7r9c4b1e', 'note', U&'a\\2060b')) p
        limit 1`,
    ),
    one(
      'needs',
      'title',
      'a title of a draft that shows nothing',
      set('needs', aDraft, `title = U&'\\200D\\200D\\200D', ${BUMP}`),
    ),
  ];
}
