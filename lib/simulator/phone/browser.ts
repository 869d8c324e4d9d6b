/**
 * The script of the phone page. It is an ordinary function, checked like all other code, and goes to the browser as its
 * own source text: nothing needs to be bundled or copied. So it may use only its argument and what browsers have.
 */
import type { DecodeQR } from 'qr/decode.js';
import type { PhoneView } from './view.js';

function runPhonePage(decodeQR: DecodeQR): void {
  const element = <Type extends HTMLElement = HTMLElement>(id: string): Type => {
    const found = document.getElementById(id);
    if (!found) throw new Error(`the page has no #${id}`);
    return found as Type;
  };
  const sections = ['start', 'question', 'waiting', 'done'];
  const asks = { auth: 'asks you to log in', sign: 'asks you to sign', cert: 'asks which account you will sign with' };
  let current: PhoneView | undefined;
  let camera: MediaStream | undefined;

  function show(section: string): void {
    for (const id of sections) element(id).hidden = id !== section;
  }

  function showMessage(message: string): void {
    element('message').textContent = message;
    element('message').hidden = message === '';
  }

  /** One phone for all tabs, so that a reloaded page may go on with the link that it opened. */
  function phone(): string {
    const known = localStorage.getItem('phone');
    if (known) return known;
    const made = crypto.randomUUID();
    localStorage.setItem('phone', made);
    return made;
  }

  async function call(path: string, body?: object): Promise<Record<string, unknown>> {
    const init = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    };
    const response = await fetch(path, init);
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail);
    return answer;
  }

  async function attempt(action: () => Promise<unknown> | unknown, onFailure: () => void): Promise<void> {
    showMessage('');
    try {
      await action();
    } catch (error) {
      showMessage(error instanceof TypeError ? 'The simulator cannot be reached.' : (error as Error).message);
      onFailure();
    }
  }

  async function openLink(deviceLink: string): Promise<void> {
    await attempt(
      async () => showSession((await call('/phone/links', { phone: phone(), deviceLink })) as unknown as PhoneView),
      () => show('start'),
    );
  }

  function showSession(view: PhoneView): void {
    current = view;
    stopScanning();
    element('relying-party').textContent = view.brokeredRpName ?? view.relyingPartyName;
    element('asks').textContent = asks[view.sessionType];
    element('brokered').textContent = view.brokeredRpName ? `through ${view.relyingPartyName}` : '';
    element('text').hidden = view.text === undefined;
    element('text').textContent = view.text ?? '';
    element('code').hidden = view.verificationCode === undefined;
    element('code-value').textContent = view.verificationCode ?? '';
    element('codes').hidden = view.verificationCodes === undefined;
    element('code-choices').replaceChildren(...(view.verificationCodes ?? []).map(codeChoice));
    offerAccounts(view.accounts);
    show('question');
  }

  function codeChoice(code: string): HTMLElement {
    const label = document.createElement('label');
    const input = document.createElement('input');
    const text = document.createElement('span');
    input.type = 'radio';
    input.name = 'code';
    input.value = code;
    input.required = true;
    text.textContent = code;
    label.append(input, text);
    return label;
  }

  function offerAccounts(documentNumbers: string[]): void {
    const select = element<HTMLSelectElement>('account');
    for (const option of select.options) {
      option.hidden = !documentNumbers.includes(option.value);
      option.disabled = option.hidden;
    }
    for (const group of select.querySelectorAll('optgroup')) group.hidden = !group.querySelector('option:enabled');
    const lastUsed = localStorage.getItem('account') ?? '';
    select.value = documentNumbers.includes(lastUsed) ? lastUsed : (documentNumbers[0] ?? '');
    describeAccount();
  }

  function describeAccount(): void {
    const [chosen] = element<HTMLSelectElement>('account').selectedOptions;
    element('account-hint').textContent = chosen?.dataset.hint ?? '';
  }

  async function answer(confirmed: boolean): Promise<void> {
    if (!current) return;
    const view = current;
    const documentNumber = element<HTMLSelectElement>('account').value;
    const chosen = document.querySelector<HTMLInputElement>('#code-choices input:checked');
    setBusy(true);
    await attempt(
      async () => {
        const { endResult, callbackUrl, waitsForDocument } = await call('/phone/answers', {
          phone: phone(),
          id: view.id,
          documentNumber,
          confirmed,
          verificationCode: confirmed ? chosen?.value : undefined,
        });
        if (endResult === 'OK') localStorage.setItem('account', documentNumber);
        if (waitsForDocument) void waitForDocument(view);
        else finish(String(endResult), callbackUrl);
      },
      () => {},
    );
    setBusy(false);
  }

  async function waitForDocument(choice: PhoneView): Promise<void> {
    current = undefined;
    element('waiting-for').textContent = choice.brokeredRpName ?? choice.relyingPartyName;
    show('waiting');
    await attempt(
      async () => {
        const { question, callbackUrl } = await call('/phone/linked-signatures', { phone: phone(), id: choice.id });
        if (question) showSession(question as PhoneView);
        else finish('No document came', callbackUrl);
      },
      () => show('start'),
    );
  }

  function setBusy(busy: boolean): void {
    for (const id of ['confirm', 'refuse']) element<HTMLButtonElement>(id).disabled = busy;
    element('confirm').textContent = busy ? 'One moment …' : 'Confirm';
  }

  function finish(endResult: string, callbackUrl: unknown): void {
    current = undefined;
    const isOk = endResult === 'OK';
    element('done-mark').textContent = isOk ? '✓' : '✕';
    element('done-title').textContent = isOk ? 'Done' : endResult;
    element('done-advice').textContent = callbackUrl ? 'Going back to the site …' : 'Go back to your browser.';
    element('done').firstElementChild?.classList.toggle('failed', !isOk);
    show('done');
    // Replaced, so that the back button does not come to a session that is over.
    if (typeof callbackUrl === 'string') location.replace(callbackUrl);
  }

  async function scan(source: () => Promise<MediaStream>): Promise<void> {
    stopScanning();
    await attempt(async () => {
      camera = await source();
      const video = element<HTMLVideoElement>('video');
      video.srcObject = camera;
      element('scanner').hidden = false;
      await video.play();
      requestAnimationFrame(() => readFrame(video, document.createElement('canvas')));
    }, stopScanning);
  }

  function readFrame(video: HTMLVideoElement, canvas: HTMLCanvasElement): void {
    if (!camera) return;
    const link = decodeFrame(video, canvas);
    if (link === undefined) {
      setTimeout(() => readFrame(video, canvas), 150);
      return;
    }
    stopScanning();
    void openLink(link);
  }

  function decodeFrame(video: HTMLVideoElement, canvas: HTMLCanvasElement): string | undefined {
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context || video.videoWidth === 0) return undefined;
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    context.drawImage(video, 0, 0);
    try {
      return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      // No code in this picture; the next one may have it.
      return undefined;
    }
  }

  function stopScanning(): void {
    for (const track of camera?.getTracks() ?? []) track.stop();
    camera = undefined;
    element('scanner').hidden = true;
  }

  async function lookForPushes(): Promise<void> {
    if (element('start').hidden) return;
    const response = await fetch('/phone/pushes').catch(() => undefined);
    const pushes: PhoneView[] = response?.ok ? await response.json() : [];
    element('no-pushes').hidden = pushes.length > 0;
    element('pushes').replaceChildren(...pushes.map(pushItem));
  }

  function pushItem(view: PhoneView): HTMLElement {
    const item = document.createElement('li');
    const button = document.createElement('button');
    const details = document.createElement('small');
    button.type = 'button';
    button.textContent = view.relyingPartyName;
    details.textContent = `${asks[view.sessionType]}: ${view.accounts.join(', ')}`;
    button.append(details);
    button.addEventListener('click', () => showSession(view));
    item.append(button);
    return item;
  }

  element('paste').addEventListener('submit', (event) => {
    event.preventDefault();
    void openLink(element<HTMLTextAreaElement>('link').value.trim());
  });
  element('answer').addEventListener('submit', (event) => {
    event.preventDefault();
    void answer(true);
  });
  element('refuse').addEventListener('click', () => void answer(false));
  element('scan-camera').addEventListener(
    'click',
    () => void scan(() => navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })),
  );
  element('scan-window').addEventListener(
    'click',
    () => void scan(() => navigator.mediaDevices.getDisplayMedia({ video: true })),
  );
  element('account').addEventListener('change', describeAccount);
  element('scan-stop').addEventListener('click', stopScanning);

  const tapped = document.body.dataset.deviceLink;
  if (tapped) {
    void openLink(tapped);
  } else {
    show('start');
    void lookForPushes();
  }
  setInterval(() => void lookForPushes(), 1500);
}

/** `__name` is what a TypeScript loader may put around functions when the simulator runs from its source. */
export const phoneScript = `import { decodeQR } from '/phone/qr/decode.js';
const __name = (value) => value;
(${runPhonePage.toString()})(decodeQR);
`;
