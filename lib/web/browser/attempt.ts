/** The script of the pages: starts an attempt, keeps the QR code fresh, and goes on when the person has confirmed. */

import type { AttemptView } from '../../attempt/view.js';
import { encodeQR } from './qr.js';

/** What the router answers: the view, and the words for a failure. */
type Shown = AttemptView & { message?: string };

/** Milliseconds between two looks; a QR link is new every second. */
const interval = 1000;
/** Looks in a row that may fail before the page says so. */
const patience = 3;
const isHandheld = matchMedia('(hover: none), (pointer: coarse)').matches;
/** At the most: a narrow screen makes it less. */
const pixelsPerModule = isHandheld ? 10 : 6;
const quietZone = 4;

const element = <T extends Element = HTMLElement>(id: string) => document.getElementById(id) as unknown as T;
const main = element('attempt');
const words = main.dataset;
/** What is to be signed, on the signing page. */
const { reference } = words;
/** A page that is opened again goes on with its own attempt, not with that of another page. */
const storageKey = `smart-id-attempt ${location.pathname} ${reference ?? ''}`;
/** The attempt that the page shows; what belongs to an earlier one is dropped. */
let current: string | undefined;

class Refused extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

async function ask(path: string, body?: object): Promise<Shown> {
  const init = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, { ...init, headers: { accept: 'application/json', ...init?.headers } });
  if (!response.ok) throw new Refused(response.status);
  return response.json();
}

async function start(choice: object = {}): Promise<void> {
  current = undefined;
  say(words.starting);
  try {
    const view = await ask('start', { ...choice, reference, returnTo: words.returnTo || undefined });
    await follow(view);
  } catch (error) {
    const status = error instanceof Refused ? error.status : undefined;
    if (status === 400 && 'personalCode' in choice) return complain();
    if (status === 429) return fail(words.tooManyStarts);
    fail((status === 404 && words.notFound) || words.unavailable);
  }
}

/** Shows an attempt and looks at it until it is over or another one has taken its place. */
async function follow(first: Shown): Promise<void> {
  const { id } = first;
  current = id;
  sessionStorage.setItem(storageKey, id);
  let view = first;
  let failures = 0;
  while (current === id) {
    if (failures === 0 && !show(view)) return;
    if (failures === patience) say(words.connectionLost);
    await new Promise((resolve) => setTimeout(resolve, interval));
    try {
      const next = await ask(`status?id=${encodeURIComponent(id)}`);
      // Another tab of this browser has finished the attempt, most often the one that the app opened.
      if (next.code === 'no_attempt') return leave();
      view = next;
      failures = 0;
    } catch {
      failures += 1;
    }
  }
}

/** Whether there is more to come. */
function show(view: Shown): boolean {
  switch (view.state) {
    case 'running':
      showRunning(view);
      return true;
    case 'callback':
      hideWays();
      say(words.goOn);
      return true;
    case 'ready':
      hideWays();
      say(words.confirmed);
      finish(view.id);
      return false;
    case 'failed':
      fail(view.message);
      return false;
  }
}

function showRunning({ qrLink, web2AppLink, verificationCode, flow, step }: Shown): void {
  const isInApp = qrLink === undefined && web2AppLink === undefined && verificationCode === undefined;
  say(isInApp ? (step === 'certificate' ? words.chooseInApp : words.signInApp) : undefined);
  element('try-again').hidden = true;
  element('device-link').hidden = qrLink === undefined;
  element('notification').hidden = verificationCode === undefined;
  element('verification-code').textContent = verificationCode ?? '';
  element('other-ways').hidden = flow !== 'notification';
  element('alternative').hidden = flow === 'notification' || isInApp;
  const openApp = element<HTMLAnchorElement>('open-app');
  openApp.hidden = web2AppLink === undefined;
  if (web2AppLink !== undefined) openApp.href = web2AppLink;
  if (qrLink !== undefined) drawQr(qrLink);
}

/** One path of unit squares: the link is never put into the page as markup. */
function drawQr(link: string): void {
  const modules = encodeQR(link, 'raw', { ecc: 'low', border: quietZone });
  const squares = modules.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')));
  const svg = element<SVGSVGElement>('qr-code');
  const size = modules.length;
  svg.setAttribute('viewBox', `0 0 ${size} ${size}`);
  svg.setAttribute('shape-rendering', 'crispEdges');
  svg.style.maxWidth = `${size * pixelsPerModule}px`;
  svg.querySelector('path')?.setAttribute('d', squares.join(''));
}

function hideWays(): void {
  for (const id of ['device-link', 'notification', 'other-ways', 'alternative']) element(id).hidden = true;
}

function say(text: string | undefined): void {
  const message = element('message');
  message.hidden = !text;
  // Only a change is announced to those who cannot see the page.
  if (message.textContent !== (text ?? '')) message.textContent = text ?? '';
}

function fail(text: string | undefined): void {
  current = undefined;
  sessionStorage.removeItem(storageKey);
  hideWays();
  say(text);
  element('alternative').hidden = false;
  element('try-again').hidden = false;
}

function complain(): void {
  void start();
  const error = element('choice-error');
  error.textContent = words.checkPersonalCode ?? '';
  error.hidden = false;
  element('personal-code').focus();
}

function leave(): void {
  current = undefined;
  sessionStorage.removeItem(storageKey);
  location.assign(words.next ?? '/');
}

function finish(id: string): void {
  sessionStorage.removeItem(storageKey);
  const form = element<HTMLFormElement>('finish');
  (form.elements.namedItem('id') as HTMLInputElement).value = id;
  form.submit();
}

/** Goes on with the attempt of a page that was left and opened again, or starts one. */
async function open(): Promise<void> {
  const earlier = sessionStorage.getItem(storageKey);
  const view = earlier && (await ask(`status?id=${encodeURIComponent(earlier)}`).catch(() => undefined));
  if (view && view.state !== 'failed') return follow(view);
  return start();
}

if (isHandheld && innerWidth < 600) {
  element<HTMLDetailsElement>('qr').open = false;
}
element('try-again').addEventListener('click', () => void start());
element('other-ways').addEventListener('click', () => void start());
document.getElementById('choice')?.addEventListener('submit', (event) => {
  event.preventDefault();
  document.getElementById('choice-error')?.setAttribute('hidden', '');
  const { submitter } = event as SubmitEvent;
  const form = new FormData(event.target as HTMLFormElement, submitter);
  void start(Object.fromEntries(form));
});
if (element('try-again').hidden) void open();
else {
  // Loaded again, the page starts anew, about the same thing.
  const address = new URL(location.href);
  address.searchParams.delete('failed');
  history.replaceState(null, '', address);
  element('alternative').hidden = false;
}
