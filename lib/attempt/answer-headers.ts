/** The headers of each answer about an attempt, whichever framework sends it. */

import type { OutgoingMessage } from 'node:http';

/**
 * No cache keeps it, and its address, which may hold what the app has
 * added, goes to no other site. With `no-referrer` browsers would send `Origin: null` with the page's own forms.
 */
export const answerHeaders = { 'cache-control': 'no-store', 'referrer-policy': 'same-origin' } as const;

export function setAnswerHeaders(res: OutgoingMessage): void {
  if (res.headersSent !== false) return;
  for (const [name, value] of Object.entries(answerHeaders)) res.setHeader(name, value);
}
