/** What the page says at first, besides what it shows; afterwards its script speaks. */

import type { AttemptView } from '../attempt/view.js';
import type { Undertaking } from '../shared/undertaking.js';
import { nonEmptyText } from './answers.js';
import { failureMessage } from './failure-message.js';
import type { Words } from './words.js';

/** The key of a text that the page says besides what it shows, or in its place. */
export type Notice = 'scanFirst' | 'nothingToSign';

/** Milliseconds before the end from which on the person is warned. The script of the page has the same. */
const expiringMs = 30_000;

/** What the message may be about. */
interface Shown {
  /** Of the failure, if there is one. */
  code: string | undefined;
  /** As the query of the page has it. */
  failed?: unknown;
  /** As the query of the page has it. */
  notice?: unknown;
  view: AttemptView | undefined;
}

/** It says one thing: a failure before what the person can do now, and that before a warning. */
export function messageFor(
  { what, clock }: { what: Undertaking; clock: () => number },
  words: Words,
  { code, failed, notice, view }: Shown,
): string | undefined {
  const { page } = words;
  if (code !== undefined) return failureMessage(code, words, what);
  if (view?.state === 'callback') return page.goOnInOtherTab;
  const isRunning = view?.state === 'running';
  // A finish failed while the attempt is still open: the person has not confirmed yet.
  if (isRunning && nonEmptyText(failed) !== undefined) return page.notYet;
  const text = noticeText(notice, what, words);
  if (text !== undefined) return text;
  return isRunning && isExpiring(view, clock) ? page.expiring : undefined;
}

/** What a notice says; nothing where it is none of this page. */
export function noticeText(notice: unknown, what: Undertaking, { login, signing }: Words): string | undefined {
  if (what === 'login') return notice === 'scanFirst' ? login.scanFirst : undefined;
  return notice === 'nothingToSign' ? signing.nothingToSign : undefined;
}

/** Whether a code says that an attempt is not there any more, which may be because it has ended well. */
export function isGone(code: string | undefined): boolean {
  return code === 'no_attempt' || code === 'already_used';
}

function isExpiring({ expiresAt = Infinity }: AttemptView, clock: () => number): boolean {
  return expiresAt - clock() <= expiringMs;
}
