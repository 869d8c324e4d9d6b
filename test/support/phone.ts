/** The simulator's mock phone, as a test uses it. */

import type { Simulator } from '../../lib/simulator/index.js';
import type { Browser } from './site.js';

export const okDocument = 'PNOEE-40404040009-MOCK-Q';
/** Whose document that is. */
export const okIdentity = {
  semanticsIdentifier: 'PNOEE-40404040009',
  identifierType: 'PNO',
  personalCode: '40404040009',
  country: 'EE',
  givenName: 'OK',
  surname: 'TESTNUMBER',
  dateOfBirth: '1904-04-04',
};

interface Use {
  deviceLink: string;
  flowType: 'QR' | 'Web2App' | 'App2App';
  documentNumber?: string;
}

type Phone = Pick<Simulator, 'mockUrl' | 'phone'>;

/** Scans a QR code, of a simulator in another process too; throws when the phone passes over the link. */
export async function scanQrCode(
  { mockUrl }: Pick<Simulator, 'mockUrl'>,
  { documentNumber = okDocument, deviceLink }: Omit<Use, 'flowType'>,
): Promise<void> {
  const response = await postJson(mockUrl, { documentNumber, deviceLink, flowType: 'QR' });
  const body = await response.json();
  if (response.status !== 200 || body.ignored) throw new Error(`The mock phone refused: ${JSON.stringify(body)}`);
}

/** Uses a device link; throws when the phone refuses it. A callback URL is given back and not opened. */
export async function usePhone(
  simulator: Phone,
  { documentNumber = okDocument, deviceLink, flowType }: Use,
): Promise<{ callbackUrl?: string }> {
  if (flowType !== 'QR') return simulator.phone.confirm(deviceLink, { documentNumber });
  await scanQrCode(simulator, { deviceLink, documentNumber });
  return {};
}

/** Confirms, or refuses, the push that shows this code. For a simulator whose notifications are answered by the phone. */
export async function answerPush(
  { phoneUrl }: Simulator,
  verificationCode: string,
  { confirmed = true, documentNumber = okDocument } = {},
): Promise<void> {
  const pushes: any[] = await (await fetch(`${phoneUrl}/pushes`)).json();
  const push = pushes.find((waiting) =>
    [waiting.verificationCode, ...(waiting.verificationCodes ?? [])].includes(verificationCode),
  );
  if (!push) throw new Error('There is no push with this code.');
  const answer = { phone: 'mine', id: push.id, documentNumber, confirmed, verificationCode };
  const response = await postJson(`${phoneUrl}/answers`, answer);
  if (response.status !== 200) throw new Error(`The phone could not answer: ${await response.text()}`);
}

/** Uses a same-device link, and gives the callback URL, which nobody has opened yet. */
export async function callbackAfter(simulator: Phone, use: Use): Promise<string> {
  const { callbackUrl } = await usePhone(simulator, use);
  if (!callbackUrl) throw new Error('The phone goes back to no callback.');
  return callbackUrl;
}

/** As `callbackAfter`, of a simulator in another process: by what its phone page calls. */
export async function callbackByPhonePage(phoneUrl: string, deviceLink: string): Promise<string> {
  const post = async (path: string, body: object) => {
    const response = await postJson(`${phoneUrl}/${path}`, body);
    if (!response.ok) throw new Error(`The phone page was refused: ${await response.text()}`);
    return response.json();
  };
  const phone = 'mine';
  const { id } = await post('links', { phone, deviceLink });
  const { callbackUrl } = await post('answers', { phone, id, documentNumber: okDocument, confirmed: true });
  return callbackUrl;
}

/** Path and query of a URL, for the browser that it belongs to. */
export function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** Starts and finishes a login by QR code. */
export async function logInByQr(simulator: Simulator, browser: Browser, documentNumber = okDocument) {
  const { id, qrLink = '' } = await browser.start();
  await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
  return browser.post('/finish', { id });
}

function postJson(url: string, body: object): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}
