/** What the visitor's page may know of an attempt. Nothing in it is secret. */

import { isSameDevice } from '../protocol/acsp-v2.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import { links } from '../shared/diagnostics.js';
import { outcomeCode } from '../shared/errors.js';
import { publicCode } from '../shared/outcome.js';
import type { Flow } from '../shared/undertaking.js';
import type { Attempt } from './attempt.js';
import { linksOf } from './qr-link.js';

/** What the page may know of a login or signing: nothing in it is secret. */
export interface AttemptView {
  /** Ours; post it to finish. */
  id: string;
  /**
   * `ready`: post to finish. `callback`: the person came by the same device, where the callback URL finishes.
   * `failed`: it is over, and `code` says why in a way that tells nothing of an account.
   */
  state: 'running' | 'ready' | 'callback' | 'failed';
  /** By a device link or by a push; missing where there is no attempt. */
  flow?: Flow;
  /** Signings only: the person chooses a certificate, after which the signature has no link of its own, or signs. */
  step?: 'certificate' | 'signature';
  /** For a QR code; made anew for each view, and stale a few seconds later. */
  qrLink?: string;
  /** Opens the app on this device, from the browser. */
  web2AppLink?: string;
  /** Opens the app on this device, from a native app. */
  app2AppLink?: string;
  /** Four digits to show to the person. */
  verificationCode?: string;
  /** The push has not gone out: show the verification code, then post the id to `push`. */
  isHeld?: true;
  /** Why it failed, where `state` is `failed`; the same for everything that would tell of an account. */
  code?: string;
  /** Until when the person may confirm: milliseconds since the epoch. */
  expiresAt?: number;
  /**
   * For the site alone: the precise code, also while a visitor who asked for a person without an account still sees a
   * running attempt. Not enumerable, so `res.json(req.smartId)` leaves it out.
   */
  readonly reason?: string;
}

const steps = { auth: undefined, cert: 'certificate', sign: 'signature' } as const;

export function failedView(id: string, code: string, attempt?: Attempt): AttemptView {
  const view = { id, state: 'failed', code: publicCode(code), flow: attempt?.flow, expiresAt: attempt?.expiresAt };
  return withReason(view as AttemptView, code);
}

/**
 * @param now milliseconds since the epoch.
 * @param reason why it only looks as if it were running, if so.
 */
export function runningView(attempt: Attempt, now: number, reason?: string): AttemptView {
  const { id, flow, expiresAt, session, isHeld } = attempt;
  const { verificationCode } = session;
  const step = stepOf(attempt);
  const view: AttemptView = {
    id,
    state: 'running',
    flow,
    step,
    expiresAt,
    verificationCode,
    isHeld,
    ...linksOf(session, now),
  };
  if (view.qrLink !== undefined) links.publish({ flow });
  return reason === undefined ? view : withReason(view, reason);
}

function withReason(view: AttemptView, reason: string): AttemptView {
  return Object.defineProperty(view, 'reason', { value: reason, enumerable: false });
}

/** The view once the session is complete: whether and where the attempt may be finished. */
export function completeView(attempt: Attempt, status: CompleteSessionStatus): AttemptView {
  const { id, flow, expiresAt } = attempt;
  const { endResult } = status.result;
  if (endResult !== 'OK') return failedView(id, outcomeCode(endResult), attempt);
  return { id, state: endsByCallback(attempt, status) ? 'callback' : 'ready', flow, step: stepOf(attempt), expiresAt };
}

/** Whether the person came by the same device. For a linked signature it is the certificate choice that tells. */
export function endsByCallback({ session: { asked } }: Attempt, { signature }: CompleteSessionStatus): boolean {
  const linked = asked.sessionType === 'sign' ? asked.linked : undefined;
  return isSameDevice(linked ? linked.flowType : signature?.flowType);
}

function stepOf({ session }: Attempt): AttemptView['step'] {
  return steps[session.asked.sessionType];
}
