import { reasonOf } from '../failure.ts';
import { verifyBooks } from '../feed/verify-books.service.ts';
import { onDatabase } from './on-database.ts';

/** `npm run verify-books`: proves every figure from the facts; exit code 1 when one of them is wrong. */
const say = (line: string) => process.stdout.write(`${line}\n`);

try {
  const wrong = await onDatabase(async (database) => {
    let broken = 0;
    for await (const { name, breaches, count } of verifyBooks(database)) {
      say(
        `${count === 0 ? 'true ' : 'WRONG'}  ${name}${count === 0 ? '' : ` (${count.toLocaleString('en')})`}`,
      );
      for (const { key, expected, found } of breaches) {
        say(`         ${key}: expected ${expected}, found ${found}`);
      }
      if (count > 0) broken += 1;
    }
    return broken;
  });
  say(
    wrong === 0 ? 'The books are true.' : 'The books are wrong: keep the database as it is and ask for help.',
  );
  process.exitCode = wrong === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exitCode = 1;
}
