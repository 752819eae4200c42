import { Migration } from '@mikro-orm/migrations';
import { broken } from './0002-invariants.ts';

/**
 * Texts that people write show what they hold. A line (a name, a title, a unit) and prose (a description, a note, a
 * reason) are in NFC, with ordinary spaces, and without control characters, format characters, and others that show nothing
 * (Unicode 16: general category Cf, Default_Ignorable_Code_Point, and blank braille). Joiners and the selectors of pictures
 * are allowed here; src/kernel/plain-text.ts, which is stricter, says where.
 *
 * These are triggers and not CHECK constraints: a claim rewrites its need's row, and would pay for its description each time.
 */
const INVISIBLE = String.raw`\u00AD\u034F\u0600-\u0605\u061C\u06DD\u070F\u0890\u0891\u08E2\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFE00-\uFE0D\uFEFF\uFFA0\uFFF0-\uFFFB\U000110BD\U000110CD\U00013430-\U0001343F\U0001BCA0-\U0001BCA3\U0001D173-\U0001D17A\U000E0000-\U000E0FFF`;
const CONTROL = String.raw`\u0001-\u0008\u000B-\u001F\u007F-\u009F\u2028\u2029`;
const SPACES = String.raw`\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000`;
const JOINERS = String.raw`\u200C\u200D\uFE0E\uFE0F`;

const functions: Record<string, string> = {
  'is_prose(text)': `$1 is nfc normalized and $1 !~ '[${CONTROL}${SPACES}${INVISIBLE}]'
    and $1 ~ '[^\\u0009\\u000A\\u0020${JOINERS}]'`,
  'is_line(text)': `is_prose($1) and $1 !~ '[\\u0009\\u000A]|\\u0020\\u0020'`,
  'is_email(text)': `$1 is nfc normalized and $1 !~ '[\\u0009\\u000A\\u0020${CONTROL}${SPACES}${INVISIBLE}${JOINERS}]'`,
  'are_web_addresses(text[])': `coalesce((select bool_and(one ~ '^https?://.'
    and one !~ '[\\u0009\\u000A\\u0020${CONTROL}${SPACES}${INVISIBLE}${JOINERS}]' and one !~ '^https?:/*[^/?#]*@')
    from unnest($1) as one), true)`,
};

const columns: [table: string, column: string, form: string][] = [
  ['areas', 'name', 'is_line'],
  ['clusters', 'name', 'is_line'],
  ['sectors', 'name', 'is_line'],
  ['partners', 'name', 'is_line'],
  ['villages', 'name', 'is_line'],
  ['accounts', 'name', 'is_line'],
  ['accounts', 'email', 'is_email'],
  ['api_tokens', 'name', 'is_line'],
  ['needs', 'title', 'is_line'],
  ['needs', 'unit', 'is_line'],
  ['needs', 'description', 'is_prose'],
  ['needs', 'cancel_reason', 'is_prose'],
  ['pledges', 'note', 'is_prose'],
  ['pledges', 'reason', 'is_prose'],
  ['deliveries', 'note', 'is_prose'],
  ['deliveries', 'reason', 'is_prose'],
  ['deliveries', 'verification_note', 'is_prose'],
  ['deliveries', 'evidence', 'are_web_addresses'],
  ['policies', 'note', 'is_prose'],
];

export class Texts extends Migration {
  override up(): void {
    for (const [signature, body] of Object.entries(functions)) {
      this.addSql(
        `create function ${signature} returns boolean immutable strict parallel safe return ${body}`,
      );
    }
    this.addSql(
      `create function texts_guard() returns trigger language plpgsql as $$ begin ${broken('texts_show_what_they_hold', 'tg_name')} end $$`,
    );
    for (const [table, column, form] of columns) {
      this.addSql(`create trigger ${table}_${column}_text before insert or update of ${column} on ${table}
        for each row when (not ${form}(new.${column})) execute function texts_guard()`);
    }
  }

  override down(): void {
    for (const [table, column] of columns) this.addSql(`drop trigger ${table}_${column}_text on ${table}`);
    this.addSql('drop function texts_guard()');
    for (const signature of Object.keys(functions).toReversed()) this.addSql(`drop function ${signature}`);
  }
}
