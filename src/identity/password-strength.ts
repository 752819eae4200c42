import type { ZxcvbnFactory } from '@zxcvbn-ts/core';
import type { MessageKey } from '../kernel/messages/en.ts';
import {
  COMMON_PHRASES,
  ownWords,
  type PasswordOwner,
  PRODUCT_WORDS,
  squeezed,
} from './password-words.rules.ts';

/**
 * A password that takes fewer guesses is refused. It is the estimator's highest score: below it are three easy parts in a row,
 * such as a known word, a year and a sign, which count as 10^8 guesses at the least.
 */
const LEAST_GUESSES_LOG10 = 10;
/** What is looked at of each end. The time that it takes grows with the square of the length, and more. */
const LOOKED_AT = 32;
/** Each letter that was replaced (`4` for `a`) doubles what is tried; this many are enough to see through. */
const MAX_SUBSTITUTIONS = 4;

let estimator: Promise<ZxcvbnFactory> | undefined;

/** The lists take a fifth of a second and some megabytes, which a hub that sets no password does not need. */
function loadEstimator(): Promise<ZxcvbnFactory> {
  estimator ??= (async () => {
    const [core, common, indonesian] = await Promise.all([
      import('@zxcvbn-ts/core'),
      import('@zxcvbn-ts/language-common'),
      import('@zxcvbn-ts/language-id'),
    ]);
    return new core.ZxcvbnFactory({
      dictionary: { ...common.dictionary, ...indonesian.dictionary },
      graphs: common.adjacencyGraphs,
      l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
    });
  })();
  return estimator;
}

/** Why a password is too easily guessed by whoever knows the account and the product; null when it is not. */
export async function weaknessOf(password: string, owner: PasswordOwner): Promise<MessageKey | null> {
  const estimate = await loadEstimator();
  const own = ownWords(owner);
  const inputs = [...own, ...squeezed(PRODUCT_WORDS), ...squeezed(COMMON_PHRASES)];
  const ends = [...new Set([password.slice(0, LOOKED_AT), password.slice(-LOOKED_AT)])];
  const looks = ends.map((end) => estimate.check(end, inputs));
  // A part that is hard to guess makes the whole hard to guess.
  if (looks.some(({ guessesLog10 }) => guessesLog10 >= LEAST_GUESSES_LOG10)) return null;
  const known = looks.flatMap(({ sequence }) =>
    sequence.flatMap((match) =>
      'dictionaryName' in match && match.dictionaryName === 'userInputs' ? [String(match.matchedWord)] : [],
    ),
  );
  if (known.some((word) => own.includes(word))) return 'password.own-words';
  const isProduct = known.some((word) => squeezed(PRODUCT_WORDS).includes(word));
  return isProduct ? 'password.product-words' : 'password.common';
}
