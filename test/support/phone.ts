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

/** Uses a device link; throws when the phone refuses it. */
export async function usePhone(
  { mockUrl }: Pick<Simulator, 'mockUrl'>,
  { documentNumber = okDocument, ...use }: Use & { browserCookie?: string },
): Promise<{ callbackUrl?: string; callbackStatus?: number }> {
  const response = await fetch(mockUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ documentNumber, ...use }),
  });
  const body = await response.json();
  if (response.status !== 200) throw new Error(`The mock phone refused the link: ${JSON.stringify(body)}`);
  return body;
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
  const response = await fetch(`${phoneUrl}/answers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ phone: 'mine', id: push.id, documentNumber, confirmed, verificationCode }),
  });
  if (response.status !== 200) throw new Error(`The phone could not answer: ${await response.text()}`);
}

/** Uses a same-device link with another browser's cookie, so that the callback URL is known but still unused. */
export async function callbackAfter(simulator: Simulator, use: Use): Promise<string> {
  const { callbackUrl } = await usePhone(simulator, { ...use, browserCookie: 'none=1' });
  if (!callbackUrl) throw new Error('The mock phone opened no callback.');
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
