/** What a visitor is told of a failure. */

import type { Undertaking } from '../shared/undertaking.js';
import type { Words } from './words.js';

/** What to tell a visitor, by the visible code of a failure; one text for all codes that are not known. */
export function failureMessage(code: string, words: Words, what: Undertaking): string {
  const known: Record<string, string> = what === 'login' ? words.loginFailures : words.signingFailures;
  return (Object.hasOwn(known, code) ? known[code] : known.other) as string;
}
