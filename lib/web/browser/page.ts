/** The page itself: its parts, its words, and what is done with any of them. */

import { StatusError } from './requests.js';

export const root = document.getElementById('smart-id') as HTMLElement;
export const find = <T extends Element = HTMLElement>(id: string) => root.querySelector<T>(`#${id}`);
export const element = <T extends Element = HTMLElement>(id: string) => find<T>(id) as T;
export const words = root.dataset;
export const { lang } = root;
export const heading = root.querySelector('h1');
/** What is to be signed, on the signing page. */
export const { reference } = words;
export const returnTo = words.returnTo || undefined;

export function showMessage(text: string | undefined): void {
  const message = element('message');
  const isMute = !text;
  if (message.hidden !== isMute) message.hidden = isMute;
  root.classList.toggle('starting', text === words.starting);
  setText(message, text ?? '');
}

/** Only a change is announced to those who cannot see the page. */
export function setText(place: Element, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

/**
 * What had the focus may be gone from the page then: whoever uses no pointer must not be thrown back to its beginning.
 */
export function keepingFocus<T>(change: () => T): T {
  const focused = document.activeElement;
  const result = change();
  if (focused && root.contains(focused) && !isShown(focused)) {
    const again = element('try-again');
    (isShown(again) ? again : heading)?.focus();
  }
  return result;
}

/** Some browsers keep the place of what is in a closed `details`. */
function isShown(place: Element): boolean {
  return place.getClientRects().length > 0 && !place.closest('details:not([open]) > :not(summary)');
}

/**
 * Whose fault it is that a request was not answered well: the site's, unless the site says that it is the service's.
 */
export function faultOf(error: unknown): string | undefined {
  return error instanceof StatusError && error.isOfService ? words.unavailable : words.siteFault;
}
