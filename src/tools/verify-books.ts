import { reasonOf } from '../failure.ts';
import { verifyBooks } from '../books/verify-books.service.ts';
import type { Database } from '../platform/database.ts';
import { onDatabase } from './on-database.ts';

/**
 * `npm run verify-books`: proves every figure from the facts, also beside a hub at work. Each proof is named as it
 * begins, since it may take minutes on a large database. Exit code 1 when a figure is wrong, or nothing was proved.
 */
const write = (text: string) => process.stdout.write(text);

/** How many proofs failed. */
async function verify(database: Database): Promise<number> {
  let wrong = 0;
  let begun = 0;
  const begins = (name: string, place: number, of: number) => {
    begun = performance.now();
    write(`${String(place).padStart(2)} of ${of}  ${name} … `);
  };
  for await (const { breaches, count } of verifyBooks(database, begins)) {
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    write(count === 0 ? `true (${seconds} s)\n` : `WRONG: ${count.toLocaleString('en')} (${seconds} s)\n`);
    for (const { key, expected, found } of breaches) {
      write(`          ${key}: expected ${expected}, found ${found}\n`);
    }
    if (count > 0) wrong += 1;
  }
  return wrong;
}

try {
  const wrong = await onDatabase(verify);
  write(
    wrong === 0
      ? 'The books are true.\n'
      : 'The books are wrong: keep the database as it is and ask for help.\n',
  );
  process.exitCode = wrong === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
