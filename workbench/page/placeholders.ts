// Example variables hold placeholders such as {{need}}: the page fills in what the last answers showed, so
// that nobody has to copy ids by hand.

/** The id kinds to remember, by TypeID prefix, with what to do when none has been seen. */
const HINTS: Record<string, string> = {
  need: 'Jalankan contoh 1 dulu · Run example 1 first',
  village: 'Jalankan contoh 1 dulu · Run example 1 first',
  pledge: 'Klaim dulu (contoh 3) · Claim first (example 3)',
  delivery: 'Laporkan penyaluran dulu (contoh 5) · Report a delivery first (example 5)',
  cursor: 'Jalankan riwayat siaran dulu · Run the history of the feed first',
};
const ID = /^([a-z]+)_[0-9a-z]{26}$/;
const PLACEHOLDER = /^\{\{([a-z]+)(?:\+(\d+))?\}\}$/;
const DAY_MILLISECONDS = 86_400_000;

const seen = new Map<string, string>();

/** Remembers from an answer the first id of each kind and the last feed cursor. */
export function remember(answer: unknown): void {
  const first = new Map<string, string>();
  walk(answer, (key, value) => {
    if (key === 'cursor' || key === 'endCursor') first.set('cursor', value);
    // An event’s states name their objects by `needId` and the like.
    const kind = /^id$|Id$/.test(key) ? ID.exec(value)?.[1] : undefined;
    if (kind && !first.has(kind)) first.set(kind, value);
  });
  for (const [kind, value] of first) seen.set(kind, value);
}

/** Forgets what the answers showed. */
export function forget(): void {
  seen.clear();
}

function walk(value: unknown, visit: (key: string, text: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    // What is suggested instead is not what the next example goes on with.
    if (key === 'suggestions') continue;
    if (typeof child === 'string') visit(key, child);
    else walk(child, visit);
  }
}

/** The variables as JSON text, each placeholder filled in, or replaced by a hint when nothing is known. */
export function fillVariables(variables: Record<string, unknown>): string {
  return JSON.stringify(
    variables,
    (_key, value: unknown) => {
      const match = typeof value === 'string' ? PLACEHOLDER.exec(value) : null;
      return match?.[1] ? fill(match[1], Number(match[2] ?? 0)) : value;
    },
    2,
  );
}

function fill(name: string, days: number): string {
  if (name === 'key') return crypto.randomUUID?.() ?? `key-${Date.now()}-${Math.random()}`;
  if (name === 'today') return new Date(Date.now() + days * DAY_MILLISECONDS).toISOString().slice(0, 10);
  return seen.get(name) ?? `${name}: ${HINTS[name] ?? ''}`;
}
