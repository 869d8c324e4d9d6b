/** What the page shows of a running attempt. */

import { element, setText, showMessage, words } from './page.js';
import { drawQr } from './qr-code.js';
import type { Shown } from './requests.js';

/**
 * Milliseconds before the end from which on the person is warned. A page without its script has the same from the
 * server.
 */
const expiringMs = 30_000;
/**
 * Milliseconds that a warning may lie ahead. Where the end is not known it is infinite, and a timer for that would fire
 * at once.
 */
const maxWarningDelayMs = 600_000;
/** How far the server's clock is ahead of `performance.now`, which, unlike the clock of the device, nobody sets. */
let clockOffsetMs = 0;
let expiryTimer: ReturnType<typeof setTimeout> | undefined;

/** What else is said than what there is to do. */
export interface Besides {
  /** Of the attempt, for as long as it is shown. */
  notice?: string;
  /** While the service or the site fails. */
  trouble?: string;
}

/** From here on the times of the server count as this view has them. */
export function setClock({ expiresAt = 0, expiresInMs = Infinity }: Shown): void {
  clockOffsetMs = expiresAt - expiresInMs - performance.now();
}

export function showRunning(view: Shown, { notice, trouble }: Besides): void {
  const { qrLink, web2AppLink, verificationCode = '', flow, step, isHeld } = view;
  const isInApp = qrLink === undefined && web2AppLink === undefined && verificationCode === '';
  const waiting = isInApp ? (step === 'certificate' ? words.chooseInApp : words.signInApp) : notice;
  showMessage(trouble ?? (scheduleExpiryWarning(view) ? words.expiring : waiting));
  element('try-again').hidden = true;
  element('device-link').hidden = qrLink === undefined;
  element('notification').hidden = verificationCode === '';
  showCode(verificationCode, isHeld ? words.rememberCode : words.compareCode);
  element('other-ways').hidden = flow !== 'notification';
  element('alternative').hidden = flow === 'notification' || isInApp;
  const openApp = element<HTMLAnchorElement>('open-app');
  openApp.hidden = web2AppLink === undefined;
  if (web2AppLink !== undefined) openApp.href = web2AppLink;
  if (qrLink !== undefined) drawQr(qrLink);
}

/**
 * Warns the person at the right time, also where no further view comes by then. Only the message changes: to show the
 * view again would show its QR code, which is old by then.
 * @returns whether the time has come already.
 */
function scheduleExpiryWarning(view: Shown): boolean {
  const untilWarningMs = (view.expiresAt ?? Infinity) - expiringMs - clockOffsetMs - performance.now();
  clearTimeout(expiryTimer);
  if (untilWarningMs <= 0) return true;
  if (untilWarningMs < maxWarningDelayMs) {
    expiryTimer = setTimeout(() => showMessage(words.expiring), untilWarningMs);
  }
  return false;
}

/** Those who cannot see the page hear the digits one by one, once. */
function showCode(code: string, about = ''): void {
  element('verification-code').textContent = code;
  const label = `${words.codeLabel} ${[...code].join(' ')}`;
  element('verification-code').setAttribute('aria-label', label);
  setText(element('about-code'), about);
  setText(element('spoken-code'), code && `${label}. ${about}`);
}

/** Once the attempt is not shown any more. */
export function stopExpiryWarning(): void {
  clearTimeout(expiryTimer);
}

/** Shows no way to the app any more. */
export function hideFlows(): void {
  stopExpiryWarning();
  for (const id of ['device-link', 'notification', 'other-ways', 'alternative']) element(id).hidden = true;
  setText(element('spoken-code'), '');
}
