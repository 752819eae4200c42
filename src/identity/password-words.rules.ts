/** Words that everybody around the hub knows, and that guesses begin with. */
export const PRODUCT_WORDS: readonly string[] = [
  'sinergi',
  'kampungkb',
  'kampung kb',
  'kampung keluarga berkualitas',
  'keluarga berencana',
  'keluarga berkualitas',
  'bkkbn',
  'kemendukbangga',
  'bangga kencana',
  'dua anak cukup',
  'dua anak lebih sehat',
  'kader',
  'mitra',
  'gotong royong',
];

/** What many people in Indonesia choose, beyond the lists of single words. */
export const COMMON_PHRASES: readonly string[] = [
  'aku cinta kamu',
  'aku sayang kamu',
  'sayang kamu',
  'cinta kamu',
  'indonesia raya',
  'indonesia merdeka',
  'bhinneka tunggal ika',
  'alhamdulillah',
  'bismillahirrahmanirrahim',
  'assalamualaikum',
  'kata sandi',
  'rahasia saya',
  'password saya',
];

/** Phrases with their spaces and without. */
export function squeezed(phrases: readonly string[]): string[] {
  return [...new Set(phrases.flatMap((phrase) => [phrase, phrase.replaceAll(' ', '')]))];
}

/** Shorter words say nothing of an account: `ke`, `pt`. */
const LEAST_LETTERS = 4;

/** Whose password it is. */
export interface PasswordOwner {
  email: string;
  name: string;
  partnerName: string | null;
}

/** The words by which others know the account, whole and in parts, in small letters. */
export function ownWords({ email, name, partnerName }: PasswordOwner): string[] {
  const texts = [email, name, partnerName ?? ''].map((text) => text.toLowerCase());
  const words = texts.flatMap((text) => [
    text,
    text.replace(/[^\p{L}\p{N}]/gu, ''),
    ...text.split(/[^\p{L}\p{N}]+/u),
  ]);
  return [...new Set(words)].filter((word) => word.length >= LEAST_LETTERS);
}
