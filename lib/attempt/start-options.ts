/** What an attempt may be started with, and the one place that rejects what it may not. */

import { type LinkLanguage, linkLanguages } from '../protocol/device-link.js';
import { encodeInteractions, type Interaction } from '../protocol/interactions.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { Flow } from '../shared/undertaking.js';
import { namesOf } from './check-options.js';
import { encodeInteractionsFor } from './flow-interactions.js';

/** What an attempt may be started with; each field defaults to the option of the same name. */
export interface CommonStartOptions {
  /**
   * By a device link or by a push.
   * @default `'device-link'`
   */
  flow?: Flow;
  /**
   * What the app shows before it asks for the PIN, the best first: the first that the app can show.
   * @default the option of the same name
   */
  interactions?: readonly Interaction[];
  /** The language of the page that opens where the app is not installed. */
  lang?: LinkLanguage;
  /** A path of this site, beginning with one slash; it comes back when the attempt is done. */
  returnTo?: string;
}

/** The names of `CommonStartOptions`. */
export const commonStartNames = namesOf<CommonStartOptions>({
  flow: true,
  interactions: true,
  lang: true,
  returnTo: true,
});

const flows = ['device-link', 'app', 'notification'] as const satisfies Flow[];

/** @throws SmartIdInputError naming the field and the rule it breaks. */
export function checkCommonStartOptions(
  { flow, interactions, lang, returnTo }: CommonStartOptions,
  { appCallbackURL }: { appCallbackURL?: string },
): void {
  if (flow !== undefined && !flows.includes(flow)) {
    throw new SmartIdInputError('flow', `must be one of ${flows.join(', ')}.`);
  }
  if (flow === 'app' && appCallbackURL === undefined) {
    throw new SmartIdInputError('appCallbackURL', "must be set for the flow 'app'.");
  }
  if (interactions !== undefined) {
    encodeInteractions(interactions, 'notification');
    encodeInteractionsFor(interactions, 'device-link');
  }
  if (lang !== undefined && !linkLanguages.includes(lang)) {
    throw new SmartIdInputError('lang', `must be one of ${linkLanguages.join(', ')}.`);
  }
  if (returnTo !== undefined && !isPathOfSite(returnTo)) {
    throw new SmartIdInputError('returnTo', 'must be a path of this site that begins with exactly one slash.');
  }
}

/**
 * Whether a redirect to this stays on the site. A backslash counts as a slash in browsers, so it must not be there; nor
 * half of a character, which no address can hold.
 */
export function isPathOfSite(value: unknown): value is string {
  return typeof value === 'string' && /^\/(?![/\\])[^\s\\\p{Surrogate}]{0,2000}$/u.test(value);
}
