/**
 * The fields of one line of comma-separated values (RFC 4180): a field may stand in double quotes, inside
 * which a comma is text and a doubled quote is one quote. A record that runs over several lines is not
 * supported.
 *
 * @throws Error when a quote is not closed or text follows a closing quote.
 */
export function csvFields(line: string): string[] {
  if (!line.includes('"')) return line.split(',');
  const fields: string[] = [];
  let start = 0;
  for (;;) {
    const end = line[start] === '"' ? quotedEnd(line, start) : unquotedEnd(line, start);
    fields.push(unquoted(line.slice(start, end)));
    if (end === line.length) return fields;
    if (line[end] !== ',') throw new Error(`text after a closing quote: ${line}`);
    start = end + 1;
  }
}

function unquotedEnd(line: string, start: number): number {
  const comma = line.indexOf(',', start);
  return comma === -1 ? line.length : comma;
}

/** The index after the closing quote of the field whose opening quote is at `start`. */
function quotedEnd(line: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const quote = line.indexOf('"', at);
    if (quote === -1) throw new Error(`a quote is not closed: ${line}`);
    if (line[quote + 1] !== '"') return quote + 1;
    at = quote + 2;
  }
}

function unquoted(field: string): string {
  return field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field;
}
