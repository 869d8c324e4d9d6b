/** The script of the pages: starts an attempt, keeps the QR code fresh, and goes on when the person has confirmed. */

import { type PersonalCodeCountry, readPersonalCode } from './personal-code.js';
import { encodeQR } from './qr.js';
import { get, getPatiently, pause, post, type Shown, StatusError } from './requests.js';

/** Milliseconds between two looks without live updates; a QR link is new every second. */
const intervalMs = 1000;
/** Milliseconds between two looks of a tab that nobody sees. */
const hiddenIntervalMs = 3000;
/**
 * Milliseconds without an update after which the connection counts as dead: at first and with a QR code, and without.
 */
const deadAfterMs = { ticking: 4000, quiet: 15_000 };
/** Statuses of what stands before the server, which tell nothing of the service: the next look may be answered well. */
const passingStatuses = new Set([408, 429, 502, 504]);
/** Looks in a row that may fail before the page says so. */
const maxFailedLooks = 3;
/**
 * Milliseconds after a failure of the service for which it may look as if all were well: the server asks it once more.
 */
const aftermathMs = 15_000;
/** Live updates that may break down before the page does without. */
const maxBreakdowns = 3;
/** Looks for which an attempt that is gone may be on its way through another tab. */
const maxLooksSinceGone = 5;
/** Milliseconds after which a QR code is hidden: it must not be older than three seconds when it is scanned. */
const maxQrAgeMs = 2500;
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
/** Milliseconds for which the code is seen before a push covers it. */
const timeToRememberMs = 2500;
const isHandheld = matchMedia('(pointer: coarse)').matches;
const isPhone = isHandheld && Math.min(screen.width, screen.height) < 600;
/**
 * Of the screen, in a module of the QR code: at most 10 in CSS pixels, which a phone has no room for, and on a computer
 * at least 6.
 */
const maxPixels = () => (isHandheld ? Math.floor(10 * devicePixelRatio) : Math.ceil(6 * devicePixelRatio));
const quietZone = 4;

const root = document.getElementById('smart-id') as HTMLElement;
const find = <T extends Element = HTMLElement>(id: string) => root.querySelector<T>(`#${id}`);
const element = <T extends Element = HTMLElement>(id: string) => find<T>(id) as T;
const words = root.dataset;
const { lang } = root;
const heading = root.querySelector('h1');
/** What is to be signed, on the signing page. */
const { reference } = words;
const returnTo = words.returnTo || undefined;
/** A page that is opened again goes on with the attempt of pages like it, also when its tab was closed. */
const storageKey = `smart-id-attempt ${new URL('./', location.href).pathname} ${reference ?? ''} ${returnTo ?? ''}`;

/** The attempt that the page shows; what belongs to an earlier one is dropped. */
let current: string | undefined;
/** Said besides the attempt, for as long as it is shown. */
let notice: string | undefined;
/** Ends the updates that come at the moment. */
let stopUpdates = () => {};
let breakdowns = 0;
let failedLooks = 0;
let looksSinceGone = 0;
/** By `performance.now`. */
let isTroubledUntil = 0;
/** Said until then. */
let trouble: string | undefined;
let wasReadyUnseen = false;
/** The last start is the one that counts. */
let starts = 0;
let isLeaving = false;
/** How far the server's clock is ahead of `performance.now`, which, unlike the clock of the device, nobody sets. */
let clockOffsetMs = 0;
let expiryTimer: ReturnType<typeof setTimeout> | undefined;
let qrTimer: ReturnType<typeof setTimeout> | undefined;

const addressOf = (path: string, id: string) => `${path}?${new URLSearchParams({ id, lang })}`;

async function start(choice: object = {}): Promise<void> {
  const count = ++starts;
  const isLast = () => count === starts;
  current = undefined;
  stopUpdates();
  say(words.starting);
  try {
    const isPushedNow = 'flow' in choice && choice.flow === 'notification' && !(isHandheld && codeInput);
    const view = await post(
      'start',
      { ...choice, holdPush: isHandheld, reference, returnTo, lang },
      isLast,
      isPushedNow,
    );
    if (isLast()) follow(view);
  } catch (error) {
    if (isLast()) failStart(error, 'personalCode' in choice);
  }
}

function failStart(error: unknown, isForPerson: boolean): void {
  const status = error instanceof StatusError ? error.status : undefined;
  if (status === 400 && isForPerson) {
    void start();
    openForm(true);
    complain(words.wrongCode);
  } else if (status === 429) fail(words.tooManyStarts);
  else fail((status === 404 && words.notFound) || (error instanceof TypeError ? words.noConnection : faultOf(error)));
}

/**
 * Whose fault it is that a request was not answered well: the site's, unless the site says that it is the service's.
 */
function faultOf(error: unknown): string | undefined {
  return error instanceof StatusError && error.isOfService ? words.unavailable : words.siteFault;
}

function follow(view: Shown): void {
  const { id, expiresAt = 0, expiresInMs = Infinity } = view;
  current = id;
  clockOffsetMs = expiresAt - expiresInMs - performance.now();
  notice = view.message;
  breakdowns = failedLooks = looksSinceGone = isTroubledUntil = 0;
  wasReadyUnseen = false;
  keep(id);
  if (view.isHeld) void sendPush(view);
  else if (receive(view)) connect(id);
}

/** The person sees the code first: on a phone the push covers the page. */
async function sendPush(view: Shown): Promise<void> {
  keepingFocus(() => showRunning(view));
  const isCurrent = () => current === view.id;
  await pause(timeToRememberMs);
  if (!isCurrent()) return;
  try {
    const sent = await post('push', { id: view.id, lang }, isCurrent);
    if (isCurrent() && receive(sent)) connect(view.id);
  } catch (error) {
    if (isCurrent()) failStart(error, false);
  }
}

/** Live updates where somebody sees them, looks of our own where nobody does or they do not get through. */
function connect(id: string): void {
  stopUpdates();
  if (current !== id) return;
  if (document.hidden) lookIn(id, hiddenIntervalMs);
  else if (breakdowns >= maxBreakdowns) lookIn(id, intervalMs);
  else listen(id);
}

function listen(id: string): void {
  const source = new EventSource(addressOf('updates', id));
  // The first update comes at once; where it does not, something on the way keeps them all back.
  let watchdog = setTimeout(() => {
    breakdowns = maxBreakdowns;
    breakDown();
  }, deadAfterMs.ticking);
  function stop(): void {
    clearTimeout(watchdog);
    source.close();
  }
  function breakDown(): void {
    stop();
    breakdowns++;
    lookIn(id, intervalMs);
  }
  stopUpdates = stop;
  source.onerror = breakDown;
  source.onmessage = ({ data }) => {
    const view: Shown = JSON.parse(data);
    clearTimeout(watchdog);
    watchdog = setTimeout(breakDown, view.qrLink ? deadAfterMs.ticking : deadAfterMs.quiet);
    breakdowns = failedLooks = 0;
    if (view.state === 'running') receive(view);
    else {
      stop();
      if (receive(view)) lookIn(id, intervalMs);
    }
  };
}

function lookIn(id: string, milliseconds: number): void {
  const timer = setTimeout(() => void look(id), milliseconds);
  stopUpdates = () => clearTimeout(timer);
}

async function look(id: string): Promise<void> {
  try {
    const view = await get(addressOf('status', id));
    if (current !== id) return;
    failedLooks = 0;
    if (!receive(view)) return;
    if (view.state === 'running') connect(id);
    else lookIn(id, intervalMs);
  } catch (error) {
    if (current !== id) return;
    failedLooks++;
    const isRefused = error instanceof StatusError;
    // The server itself answers so only after it has asked the service for a while, which goes on.
    const fault = error instanceof TypeError ? words.connectionLost : faultOf(error);
    if (isRefused && !passingStatuses.has(error.status)) {
      isTroubledUntil = performance.now() + aftermathMs;
      trouble = fault;
    }
    if (isTroubled() || failedLooks >= maxFailedLooks) say(fault);
    lookIn(id, intervalMs);
  }
}

function isTroubled(): boolean {
  return performance.now() < isTroubledUntil;
}

/** Shows a view of the current attempt. Whether there is more to come. */
function receive(view: Shown): boolean {
  return keepingFocus(() => show(view));
}

function show(view: Shown): boolean {
  switch (view.state) {
    case 'running':
      showRunning(view);
      return true;
    case 'callback':
      hideWays();
      say(words.goOn);
      element('try-again').hidden = false;
      return true;
    case 'ready':
      return !finishIfSeen(view.id);
    case 'done':
      leave(view.next);
      return false;
    case 'failed':
      // Another tab may be about to finish it, most often the one that the app opened.
      if (view.code === 'no_attempt' && looksSinceGone++ < maxLooksSinceGone) return true;
      fail(view.message);
      return false;
  }
}

function showRunning(view: Shown): void {
  const { qrLink, web2AppLink, verificationCode = '', flow, step, isHeld } = view;
  const isInApp = qrLink === undefined && web2AppLink === undefined && verificationCode === '';
  const waiting = isInApp ? (step === 'certificate' ? words.chooseInApp : words.signInApp) : notice;
  say(isTroubled() ? trouble : scheduleExpiryWarning(view) ? words.expiring : waiting);
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
    expiryTimer = setTimeout(() => current === view.id && say(words.expiring), untilWarningMs);
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

/** One path of unit squares: the link is never put into the page as markup. */
function drawQr(link: string): void {
  const modules = encodeQR(link, 'raw', { ecc: 'low', border: quietZone });
  const squares = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
  const svg = element<SVGSVGElement>('qr-code');
  const size = modules.length;
  // Whole pixels of the screen, so that all modules are of one size.
  const pixels = Math.min(Math.floor((roomFor(svg) / size) * devicePixelRatio), maxPixels());
  const side = `${(size * Math.max(pixels, 1)) / devicePixelRatio}px`;
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.style.width = side;
  svg.style.height = side;
  svg.querySelector('path')?.setAttribute('d', squares.join(''));
  setQrHidden(false);
  clearTimeout(qrTimer);
  qrTimer = setTimeout(() => setQrHidden(true), maxQrAgeMs);
}

/** Keeps the place of the QR code, so that nothing on the page moves. */
function setQrHidden(isHidden: boolean): void {
  if (isHidden) element('qr-code').querySelector('path')?.removeAttribute('d');
  element('qr-code').classList.toggle('old', isHidden);
  element('qr-wait').hidden = !isHidden;
}

/** The width that the QR code may have; also while it is not seen, and has none itself. */
function roomFor({ parentElement: frame }: Element): number {
  const { paddingLeft, paddingRight } = getComputedStyle(root);
  const { marginLeft, marginRight } = getComputedStyle(frame as Element);
  const taken = [paddingLeft, paddingRight, marginLeft, marginRight].map(Number.parseFloat);
  return taken.reduce((room, pixels) => room - pixels, root.clientWidth);
}

function hideWays(): void {
  clearTimeout(expiryTimer);
  for (const id of ['device-link', 'notification', 'other-ways', 'alternative']) element(id).hidden = true;
  setText(element('spoken-code'), '');
}

function say(text: string | undefined): void {
  const message = element('message');
  const isMute = !text;
  if (message.hidden !== isMute) message.hidden = isMute;
  root.classList.toggle('starting', text === words.starting);
  setText(message, text ?? '');
}

/** Only a change is announced to those who cannot see the page. */
function setText(place: Element, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}

function fail(text: string | undefined): void {
  forget();
  keepingFocus(() => {
    hideWays();
    say(text);
    element('alternative').hidden = false;
    element('try-again').hidden = false;
  });
}

/**
 * What had the focus may be gone from the page then: whoever uses no pointer must not be thrown back to its beginning.
 */
function keepingFocus<T>(change: () => T): T {
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

function leave(next = words.next ?? '/'): void {
  forget();
  isLeaving = true;
  location.assign(next);
}

/** Of several tabs that show one attempt, the one that is seen finishes it. */
function finishIfSeen(id: string): boolean {
  hideWays();
  say(words.confirmed);
  if (document.hidden && !wasReadyUnseen) {
    wasReadyUnseen = true;
    return false;
  }
  void finish(id);
  return true;
}

async function finish(id: string): Promise<void> {
  const isOurs = await claim(id);
  if (current !== id) return;
  if (!isOurs) return lookIn(id, intervalMs);
  forget();
  isLeaving = true;
  const form = element<HTMLFormElement>('finish');
  (form.elements.namedItem('id') as HTMLInputElement).value = id;
  form.submit();
}

/** Two windows may be seen. The claim lasts as long as the page. */
function claim(id: string): Promise<boolean> {
  return new Promise((resolve) => {
    // Browsers have locks where the connection is secure.
    if (!navigator.locks) return resolve(true);
    void navigator.locks.request(`smart-id-finish ${id}`, { ifAvailable: true }, (lock) => {
      resolve(lock !== null);
      return lock && new Promise(() => {});
    });
  });
}

/** Storage may be turned off: then the page does not go on after it was left. */
function keep(id: string): void {
  try {
    localStorage.setItem(storageKey, id);
  } catch {}
}

function kept(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

/** Another tab may have gone on to an attempt of its own. */
function forget(): void {
  const isKept = current !== undefined && kept() === current;
  current = undefined;
  stopUpdates();
  if (isKept) localStorage.removeItem(storageKey);
}

/** Goes on with the attempt of a page that was left and opened again, or starts one. */
async function open(): Promise<void> {
  const earlier = words.id ?? kept();
  const view = earlier && (await getPatiently(addressOf('status', earlier), () => starts === 0).catch(() => undefined));
  // Somebody may have been faster than the answer.
  if (starts > 0) return;
  if (view && view.state !== 'failed' && view.state !== 'done') return follow(view);
  return start();
}

const codeInput = find<HTMLInputElement>('personal-code');
const countryInput = find<HTMLSelectElement>('country');

function readCode() {
  return readPersonalCode(countryInput?.value as PersonalCodeCountry, codeInput?.value ?? '');
}

/** The signing page has none. */
function openForm(isOpen: boolean): void {
  if (codeInput) element<HTMLDetailsElement>('alternative').open = isOpen;
}

function complain(text: string | undefined): void {
  const error = find('choice-error');
  if (!error || !codeInput) return;
  setText(error, text ?? '');
  codeInput.toggleAttribute('aria-invalid', false);
  if (text) codeInput.setAttribute('aria-invalid', 'true');
}

/** A slip of the finger is told at once; that a code is not complete only when it is sent. */
function checkCode(isSent: boolean): boolean {
  const { state } = readCode();
  const isMissing = isSent && state === 'incomplete';
  complain(state === 'wrong' ? words.wrongCode : isMissing ? words.incompleteCode : undefined);
  return state === 'complete';
}

function showExample(): void {
  const hint = element('personal-code-hint');
  hint.hidden = false;
  hint.textContent = countryInput?.selectedOptions[0]?.dataset.example ?? '';
}

element<HTMLDetailsElement>('qr').open = !isPhone;
// Where it was opened it is to be scanned: a small screen shows the whole of it then.
if (isPhone) element('qr').addEventListener('toggle', () => element('qr-code').scrollIntoView({ block: 'nearest' }));
for (const id of ['try-again', 'other-ways']) {
  element(id).addEventListener('click', (event) => {
    event.preventDefault();
    void start();
  });
}
if (codeInput && countryInput) {
  showExample();
  codeInput.addEventListener('input', () => checkCode(false));
  countryInput.addEventListener('change', () => {
    showExample();
    checkCode(false);
  });
}
find('choice')?.addEventListener('submit', (event) => {
  event.preventDefault();
  if (codeInput && !checkCode(true)) return codeInput.focus();
  const { submitter } = event as SubmitEvent;
  const choice = Object.fromEntries(new FormData(event.target as HTMLFormElement, submitter));
  keepingFocus(() => {
    // What is shown now is above it.
    openForm(false);
    void start(choice);
  });
});
// The form takes along the id of the attempt that it is to end, and the page forgets the attempt.
find<HTMLFormElement>('cancel')?.addEventListener('submit', ({ target }) => {
  const field = (target as HTMLFormElement).elements.namedItem('id') as HTMLInputElement;
  field.value = current ?? field.value;
  starts++;
  forget();
  isLeaving = true;
});
// A tab that nobody sees takes no connection for itself, of which a browser has few.
document.addEventListener('visibilitychange', () => current !== undefined && connect(current));
addEventListener('pagehide', () => {
  stopUpdates();
  setQrHidden(true);
});
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  // What it was about is over.
  if (isLeaving) location.reload();
  else if (current !== undefined) connect(current);
});
if (heading) heading.tabIndex = -1;
// The page that answers a refused form has the form's address, which is in the same folder.
const address = new URL(`./${location.search}`, location.href);
const isTold = element('try-again').hidden === false && words.id === undefined;
for (const name of ['failed', 'problem', 'notice', 'id']) address.searchParams.delete(name);
// Loaded again, the page goes on or starts anew, about the same thing.
history.replaceState(null, '', address);
// A page that the browser loads ahead begins nothing before somebody sees it.
if ((document as { prerendering?: boolean }).prerendering && !isTold) {
  document.addEventListener('prerenderingchange', () => void open(), { once: true });
} else if (!isTold) void open();
