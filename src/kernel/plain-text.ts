import { isStorable } from './text.ts';

/**
 * The texts that people write. A line is a name, a title or a unit. Prose is a description, a note or a reason: it also
 * has line breaks and tabs.
 */
export type TextForm = 'line' | 'prose';

/** Why a text is refused, with the character that is at fault and its place, counted from 1 in code points. */
export type TextFault =
  | { kind: 'broken' }
  | { kind: 'empty' }
  | { kind: 'control' | 'line-break' | 'invisible' | 'marks'; character: string; position: number };

/**
 * Letters of the scripts that join: there, a zero width joiner or non-joiner changes what is seen. Between letters of the
 * scripts that do not join, both show nothing, and two different names would look the same.
 */
const JOINING = String.raw`[[\p{L}\p{M}]--[\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Zyyy}\p{sc=Zinh}]]`;
const PICTURE = String.raw`[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]`;

/** Format characters, and others that show nothing, where they do: joiners in words and pictures are part of what is seen. */
const INVISIBLE = new RegExp(
  [
    String.raw`[[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]--[\u200C\u200D\uFE0E\uFE0F]]`,
    String.raw`(?<!${JOINING})\u200C|\u200C(?!${JOINING})`,
    String.raw`(?<!${JOINING}|${PICTURE})\u200D|\u200D(?!${JOINING}|\p{Extended_Pictographic})`,
    String.raw`(?<!\p{Extended_Pictographic}|[0-9#*](?=\uFE0F\u20E3))[\uFE0E\uFE0F]`,
  ].join('|'),
  'v',
);
const CONTROL = /(?![\t\n])\p{Cc}/u;
const LINE_BREAK = /[\t\n]/u;
const VISIBLE = /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** More marks on one letter than any script writes; they would hide what stands above and below it. */
const MANY_MARKS = /\p{M}{9}/u;

/** All that ends a line: of Windows, of old word processors, of Unicode. */
const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/gu;
const SPACES = /\p{Zs}/gu;

/**
 * A text as it is kept: in NFC, with ordinary spaces and line feeds, and no white space at its ends. A line has no two spaces
 * in a row, so that names that look the same are the same.
 */
export function tidied(form: TextForm, text: string): string {
  const spaced = text.normalize('NFC').replaceAll(LINE_ENDS, '\n').replaceAll(SPACES, ' ');
  return (form === 'line' ? spaced.replaceAll(/ {2,}/gu, ' ') : spaced).trim();
}

function firstOf(text: string, pattern: RegExp): { character: string; position: number } | null {
  const match = pattern.exec(text);
  if (match === null) return null;
  const point = text.codePointAt(match.index)!;
  return {
    character: `U+${point.toString(16).toUpperCase().padStart(4, '0')}`,
    position: Array.from(text.slice(0, match.index)).length + 1,
  };
}

/** What is wrong with a tidied text; null for one that can be kept. */
export function faultIn(form: TextForm, text: string): TextFault | null {
  const found = (
    kind: 'control' | 'line-break' | 'invisible' | 'marks',
    pattern: RegExp,
  ): TextFault | null => {
    const first = firstOf(text, pattern);
    return first && { kind, ...first };
  };
  // NUL is storable nowhere, and reads better as the control character that it is.
  const control = found('control', CONTROL);
  if (control !== null) return control;
  if (!isStorable(text)) return { kind: 'broken' };
  if (!VISIBLE.test(text)) return { kind: 'empty' };
  return (
    found('invisible', INVISIBLE) ??
    (form === 'line' ? found('line-break', LINE_BREAK) : null) ??
    found('marks', MANY_MARKS)
  );
}

/** A text from a source that cannot be asked to write it anew, as a line without what would be refused; '' if nothing is left. */
export function forcedToLine(text: string): string {
  const whole = tidied('line', text.toWellFormed().replaceAll('\uFFFD', ''));
  const plain = whole
    .replaceAll(/\p{Cc}/gu, ' ')
    .replaceAll(new RegExp(INVISIBLE, 'gv'), '')
    .replaceAll(/(\p{M}{8})\p{M}+/gu, '$1');
  const line = tidied('line', plain);
  return faultIn('line', line) === null ? line : '';
}
