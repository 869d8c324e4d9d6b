/** The link that a QR code holds or that opens the app on the same device (section "Device links"). */

import { SmartIdInputError } from '../shared/errors.js';
import { type AuthCodeInput, calculateAuthCode } from './auth-code.js';
import { checkCallbackUrl } from './callback.js';
import { challengeBytes } from './challenge.js';

/** The languages of the page that opens where the app is not installed, as ISO 639-2 codes. */
export const linkLanguages = ['eng', 'est', 'lav', 'lit', 'rus', 'nld', 'fra', 'deu'] as const;
/**
 * A language of the page that a link opens where there is no app, by ISO 639-2.
 * @useDeclaredType
 */
export type LinkLanguage = (typeof linkLanguages)[number];

const linkTypes = ['QR', 'Web2App', 'App2App'] as const;
const sessionTypes = ['auth', 'sign', 'cert'] as const;
const textFields = ['schemeName', 'deviceLinkBase', 'sessionToken', 'relyingPartyName'] as const;

/** What a device link is made of. */
export interface DeviceLinkInput extends AuthCodeInput {
  /** Of the session: what the link begins with. */
  deviceLinkBase: string;
  /** Of the session. */
  sessionToken: string;
  /** The language of the page that the link opens where there is no app. */
  lang: LinkLanguage;
  /** `QR` only: whole seconds since the session-creation response arrived. */
  elapsedSeconds?: number;
}

/**
 * The whole device link with its authCode (section "Device links"). A QR link must be made anew every second, on the
 * server; the others once.
 * @throws SmartIdInputError when a field that this kind of link needs is missing or malformed.
 */
export function createDeviceLink(input: DeviceLinkInput): string {
  checkDeviceLinkInput(input);
  const link = unprotectedDeviceLink(input);
  return `${link}&authCode=${calculateAuthCode(input, link)}`;
}

/** No value is URL-encoded: the app and the service compare the text as it stands. */
function unprotectedDeviceLink(input: DeviceLinkInput): string {
  const elapsed = input.deviceLinkType === 'QR' ? `&elapsedSeconds=${input.elapsedSeconds}` : '';
  return (
    `${input.deviceLinkBase}?deviceLinkType=${input.deviceLinkType}${elapsed}&sessionToken=${input.sessionToken}` +
    `&sessionType=${input.sessionType}&version=1.0&lang=${input.lang}`
  );
}

function checkDeviceLinkInput(input: DeviceLinkInput): void {
  const { deviceLinkType, sessionType, elapsedSeconds } = input;
  if (!linkTypes.includes(deviceLinkType)) {
    throw new SmartIdInputError('deviceLinkType', 'must be QR, Web2App or App2App.');
  }
  if (!sessionTypes.includes(sessionType)) {
    throw new SmartIdInputError('sessionType', 'must be auth, sign or cert.');
  }
  if (!linkLanguages.includes(input.lang)) {
    throw new SmartIdInputError('lang', `must be one of ${linkLanguages.join(', ')}.`);
  }
  for (const field of textFields) {
    if (typeof input[field] !== 'string' || input[field] === '') {
      throw new SmartIdInputError(field, 'must be a text that is not empty.');
    }
  }
  if (deviceLinkType === 'QR' && (!Number.isSafeInteger(elapsedSeconds) || (elapsedSeconds as number) < 0)) {
    throw new SmartIdInputError('elapsedSeconds', 'must be a whole number of seconds, 0 or more, in a QR link.');
  }
  if (deviceLinkType !== 'QR') {
    checkCallbackUrl(input.initialCallbackUrl ?? '', 'initialCallbackUrl', { allowLoopbackHttp: true });
  }
  if (sessionType === 'auth') challengeBytes(input.rpChallenge as string);
  if (sessionType === 'sign' && !input.digest) {
    throw new SmartIdInputError('digest', 'must be the Base64 digest that was sent.');
  }
  if (sessionType !== 'cert' && !input.interactions) {
    throw new SmartIdInputError('interactions', 'must be the Base64 text that was sent.');
  }
}
