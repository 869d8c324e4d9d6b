/** The script of the pages: starts an attempt, shows how it goes, and goes on when the person has confirmed. */

import { isHandheld, isPhone } from './device.js';
import { forgetAttempt, keepAttempt, keptAttempt } from './kept-attempt.js';
import {
  element,
  faultOf,
  find,
  heading,
  keepingFocus,
  lang,
  reference,
  returnTo,
  showMessage,
  words,
} from './page.js';
import { checkCode, codeInput, complain, openForm, watchPersonForm } from './person-form.js';
import { setQrHidden } from './qr-code.js';
import { getPatiently, pause, post, type Shown, StatusError } from './requests.js';
import { hideFlows, setClock, showRunning, stopExpiryWarning } from './running-view.js';
import { addressOf, Updates } from './updates.js';

/** Views for which an attempt that is gone may be on its way through another tab. */
const maxViewsSinceGone = 5;
/** Milliseconds for which the code is seen before a push covers it. */
const timeToRememberMs = 2500;

/** The attempt that the page shows; what belongs to an earlier one is dropped. */
let current: string | undefined;
/** Said besides the attempt, for as long as it is shown. */
let notice: string | undefined;
let viewsSinceGone = 0;
let wasReadyUnseen = false;
/** The last start is the one that counts. */
let starts = 0;
let isLeaving = false;
const updates = new Updates((id) => current === id, receive);

async function start(choice: object = {}): Promise<void> {
  const count = ++starts;
  const isLast = () => count === starts;
  stopShowing();
  showMessage(words.starting);
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

function follow(view: Shown): void {
  const { id } = view;
  current = id;
  setClock(view);
  notice = view.message;
  updates.reset();
  viewsSinceGone = 0;
  wasReadyUnseen = false;
  keepAttempt(id);
  if (view.isHeld) void sendPush(view);
  else if (receive(view)) updates.connect(id);
}

/** The person sees the code first: on a phone the push covers the page. */
async function sendPush(view: Shown): Promise<void> {
  keepingFocus(() => showRunning(view, { notice }));
  const isCurrent = () => current === view.id;
  await pause(timeToRememberMs);
  if (!isCurrent()) return;
  try {
    const sent = await post('push', { id: view.id, lang }, isCurrent);
    if (isCurrent() && receive(sent)) updates.connect(view.id);
  } catch (error) {
    if (isCurrent()) failStart(error, false);
  }
}

/** Shows a view of the current attempt. Whether there is more to come. */
function receive(view: Shown): boolean {
  return keepingFocus(() => show(view));
}

function show(view: Shown): boolean {
  switch (view.state) {
    case 'running':
      showRunning(view, { notice, trouble: updates.trouble });
      return true;
    case 'callback':
      hideFlows();
      showMessage(words.goOn);
      element('try-again').hidden = false;
      return true;
    case 'ready':
      return !finishIfSeen(view.id);
    case 'done':
      goTo(view.next);
      return false;
    case 'failed':
      // Another tab may be about to finish it, most often the one that the app opened.
      if (view.code === 'no_attempt' && viewsSinceGone++ < maxViewsSinceGone) return true;
      fail(view.message);
      return false;
  }
}

function fail(text: string | undefined): void {
  forget();
  keepingFocus(() => {
    hideFlows();
    showMessage(text);
    element('alternative').hidden = false;
    element('try-again').hidden = false;
  });
}

function goTo(next = words.next ?? '/'): void {
  forget();
  isLeaving = true;
  location.assign(next);
}

/** Of several tabs that show one attempt, the one that is seen finishes it. */
function finishIfSeen(id: string): boolean {
  hideFlows();
  showMessage(words.confirmed);
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
  if (!isOurs) return updates.requestIn(id);
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

function stopShowing(): void {
  current = undefined;
  updates.stop();
  stopExpiryWarning();
}

function forget(): void {
  if (current !== undefined) forgetAttempt(current);
  stopShowing();
}

/** Goes on with the attempt of a page that was left and opened again, or starts one. */
async function open(): Promise<void> {
  const earlier = words.id ?? keptAttempt();
  const view = earlier && (await getPatiently(addressOf('status', earlier), () => starts === 0).catch(() => undefined));
  // Somebody may have been faster than the answer.
  if (starts > 0) return;
  if (view && view.state !== 'failed' && view.state !== 'done') return follow(view);
  return start();
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
watchPersonForm();
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
document.addEventListener('visibilitychange', () => current !== undefined && updates.connect(current));
addEventListener('pagehide', () => {
  updates.stop();
  setQrHidden(true);
});
addEventListener('pageshow', ({ persisted }) => {
  if (!persisted) return;
  // What it was about is over.
  if (isLeaving) location.reload();
  else if (current !== undefined) updates.connect(current);
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
