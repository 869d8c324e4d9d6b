/**
 * The id of the attempt with which a page like this one goes on when it is opened again, also when its tab was closed.
 * Storage may be turned off: then the page does not go on after it was left.
 */

import { reference, returnTo } from './page.js';

const storageKey = `smart-id-attempt ${new URL('./', location.href).pathname} ${reference ?? ''} ${returnTo ?? ''}`;

export function keepAttempt(id: string): void {
  try {
    localStorage.setItem(storageKey, id);
  } catch {}
}

export function keptAttempt(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

/** Another tab may have gone on to an attempt of its own, which stays. */
export function forgetAttempt(id: string): void {
  if (keptAttempt() === id) localStorage.removeItem(storageKey);
}
