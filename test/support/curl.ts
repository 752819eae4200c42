import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

/** As much of curl as the README uses: `-s URL -H header … -d @-`. */
const options = {
  silent: { type: 'boolean', short: 's' },
  header: { type: 'string', short: 'H', multiple: true },
  data: { type: 'string', short: 'd' },
} as const;
const { values, positionals } = parseArgs({ options, allowPositionals: true });
const headers = (values.header ?? []).map((header) => header.split(/:\s*/, 2) as [string, string]);
const body = values.data === '@-' ? await text(process.stdin) : values.data;
const response = await fetch(positionals[0]!, { method: 'POST', headers, body });
process.stdout.write(await response.text());
