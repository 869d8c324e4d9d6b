/**
 * The texts that a person reads on their phone: what an interaction shows, and the names of the relying party and of
 * the site behind a broker (sections "Interactions" and "Request bodies").
 *
 * Lengths are counted as JavaScript's `length` counts them, in UTF-16 code units. The documentation says "characters"
 * and not which: neither code points nor what a reader takes for one character are ever more, so what passes here
 * passes by any of these.
 */

import { SmartIdInputError } from '../shared/errors.js';
import { codePointOf } from './characters.js';

/**
 * What nobody sees, and what makes a text look like another one: control characters and line breaks, which the
 * documentation allows nowhere, halves of a character, and invisible characters, those of bidirectional text and
 * letters that only fill a place among them. The two joiners and the marks may stay: some scripts and many emoji are
 * written with them.
 */
const unseen = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])(?=\p{Default_Ignorable_Code_Point})[\p{Cf}\p{Lo}\p{Cn}]/u;
/** Without it a text is blank, however long it is. */
const seen = /[^\s\p{Default_Ignorable_Code_Point}]/u;

/** Whether a person who reads the text sees nothing. */
export function isBlank(text: string): boolean {
  return !seen.test(text);
}

/**
 * Only the characters of a text; whether it is one, and how long it may be, is for the field to say.
 * @throws SmartIdInputError naming the character by its code, as it cannot be seen.
 */
export function checkDisplayText(text: string, field: string): void {
  const [found] = unseen.exec(text) ?? [];
  if (found === undefined) return;
  throw new SmartIdInputError(
    field,
    `must not contain ${codePointOf(found)}: control characters, line breaks and invisible characters are not shown as text.`,
  );
}

/** The beginning of a text, as long as fits, without half a character at its end. */
export function cutDisplayText(text: string, maxLength: number): string {
  return text.slice(0, maxLength).replace(/\p{Cs}$/u, '');
}

/**
 * The name of a relying party, or of the site behind a broker.
 * @throws SmartIdInputError where the app cannot show it.
 */
export function checkDisplayName(name: string, field: string, maxLength: number): void {
  if (typeof name !== 'string' || isBlank(name) || name.length > maxLength) {
    throw new SmartIdInputError(field, `must be a text of 1 to ${maxLength} characters.`);
  }
  checkDisplayText(name, field);
}
