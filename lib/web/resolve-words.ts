/** The words of a page: those of the package, as the site has changed or added to them. */

import { linkLanguages } from '../protocol/device-link.js';
import { SmartIdInputError } from '../shared/errors.js';
import en from './words/en.json' with { type: 'json' };
import et from './words/et.json' with { type: 'json' };
import lt from './words/lt.json' with { type: 'json' };
import lv from './words/lv.json' with { type: 'json' };
import ru from './words/ru.json' with { type: 'json' };
import type { Language, Words, WordsOption } from './words.js';

export const wordsOf: Readonly<Record<Language, Words>> = {
  en: en as Words,
  et: et as Words,
  lv: lv as Words,
  lt: lt as Words,
  ru: ru as Words,
};

/**
 * The words by language, those of the package first.
 * @throws SmartIdInputError naming a text that is missing, not known, empty or no text, or a language that is no
 * language tag.
 */
export function resolveWords(changes: WordsOption = {}): ReadonlyMap<string, Words> {
  if (!isGroup(changes)) throw new SmartIdInputError('words', 'must be an object of words by language.');
  const all = new Map<string, Words>(Object.entries(wordsOf));
  for (const [language, changed] of Object.entries(changes)) {
    if (!/^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(language)) {
      throw new SmartIdInputError(
        'words',
        `must have language tags as names, such as 'pl', and not ${JSON.stringify(language)}.`,
      );
    }
    const words = merge(en, all.get(language), changed, language) as unknown as Words;
    if (!linkLanguages.includes(words.linkLanguage)) {
      throw new SmartIdInputError('words', `${language}.linkLanguage must be one of ${linkLanguages.join(', ')}.`);
    }
    all.set(language, words);
  }
  return all;
}

/** A text, or texts by name. */
type Shape = string | { readonly [name: string]: Shape };

/**
 * The texts of one language: each as changed, else as present.
 * @param shape the English texts, which say what there must be.
 * @param place the language and the names that lead to this part, such as `et.login`, for the message.
 */
function merge(shape: Shape, present: unknown, changed: unknown, place: string): Shape {
  if (typeof shape === 'string') {
    const text = changed ?? present;
    if (text === undefined) throw new SmartIdInputError('words', `lacks ${place}.`);
    if (typeof text !== 'string' || text === '') throw new SmartIdInputError('words', `${place} must be a text.`);
    return text;
  }
  if (changed !== undefined && !isGroup(changed)) throw new SmartIdInputError('words', `${place} must be an object.`);
  const unknown = Object.keys(changed ?? {}).find((name) => !Object.hasOwn(shape, name));
  if (unknown !== undefined) throw new SmartIdInputError('words', `knows no ${place}.${unknown}.`);
  const before = isGroup(present) ? present : {};
  return Object.fromEntries(
    Object.entries(shape).map(([name, part]) => [name, merge(part, before[name], changed?.[name], `${place}.${name}`)]),
  );
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
