import { IntlMessageFormat } from 'intl-messageformat';
import { en, type MessageKey } from '../kernel/messages/en.ts';
import { id } from '../kernel/messages/id.ts';
import type { Message } from '../kernel/problems.ts';

export const locales = ['id', 'en'] as const;
export type Locale = (typeof locales)[number];

const catalogues: Record<Locale, Record<MessageKey, string>> = { en, id };
/** English as it is written in Indonesia would be odd: money keeps the Rp sign in both. */
const formats = {
  number: {
    rupiah: { style: 'currency', currency: 'IDR', currencyDisplay: 'narrowSymbol', maximumFractionDigits: 0 },
    percent: { style: 'percent', maximumFractionDigits: 1 },
  },
} as const;

const compiled = new Map<string, IntlMessageFormat>();

/** The sentence in that language, with plurals, numbers and rupiah as people write them. */
export function say(locale: Locale, message: Message): string {
  const cacheKey = `${locale} ${message.key}`;
  let format = compiled.get(cacheKey);
  if (format === undefined) {
    format = new IntlMessageFormat(catalogues[locale][message.key], locale, formats, { ignoreTag: true });
    compiled.set(cacheKey, format);
  }
  return String(format.format(message.params));
}

/** The first language of an Accept-Language header that the hub speaks; Indonesian when there is none. */
export function localeOf(acceptLanguage: string | undefined): Locale {
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const q = parameters.find((parameter) => parameter.trim().startsWith('q='));
      const weight = q === undefined ? 1 : Number(q.trim().slice(2));
      return { language: tag.toLowerCase().split('-')[0]!, weight };
    })
    .filter(({ weight }) => weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { language } of wanted) {
    // `in` is the code that Indonesian had before 1989; some phones still send it.
    if (language === 'id' || language === 'in') return 'id';
    if (language === 'en') return 'en';
  }
  return 'id';
}
