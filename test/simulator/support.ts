/** What the tests of the simulator share: a relying party in a few functions, and a simulator that is quick to use. */
import { randomBytes } from 'node:crypto';
import { authCodeOf } from '../../lib/simulator/calculations.js';
import { type Simulator, type SimulatorOptions, simulatedAccounts, startSimulator } from '../../lib/simulator/index.js';
import { demoWithAdvanced } from '../support/relying-parties.js';

// Plain JSON, read field by field.
export type Json = any;

export interface Answer {
  status: number;
  headers: Headers;
  body: Json;
}

export interface DeviceLinkSession {
  request: Json;
  response: Json;
}

export const personOk = 'PNOEE-40404040009';
export const documentOk = 'PNOEE-40404040009-MOCK-Q';
export const callbackUrl = 'https://rp.example.com/callback?value=RrKjjT4aggzu27YBddX1bQ';

/** All accounts share one key: making one for each would take most of the tests' time. */
export async function startQuickSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const sim = await startSimulator({
    port: 0,
    notificationDelayMs: 10,
    relyingParties: [demoWithAdvanced],
    ...options,
  });
  for (const { documentNumber } of simulatedAccounts) {
    for (const purpose of ['authentication', 'signature'] as const) {
      sim.useCertificate(documentNumber, sim.pki.issueUserCertificate({ account: documentNumber, purpose }), purpose);
    }
  }
  return sim;
}

export function encode(interactions: unknown): string {
  return Buffer.from(JSON.stringify(interactions)).toString('base64');
}

export const textInteraction = { type: 'displayTextAndPIN', displayText60: 'Log in to the shop?' };
export const messageInteraction = { type: 'confirmationMessage', displayText200: 'Log in to the shop, please' };
export const choiceInteraction = {
  type: 'confirmationMessageAndVerificationCodeChoice',
  displayText200: 'Log in to the shop with a code',
};

export function deviceLinkRequest(changes: Json = {}): Json {
  return {
    relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
    relyingPartyName: 'DEMO',
    signatureProtocol: 'ACSP_V2',
    signatureProtocolParameters: {
      rpChallenge: randomBytes(64).toString('base64'),
      signatureAlgorithm: 'rsassa-pss',
      signatureAlgorithmParameters: { hashAlgorithm: 'SHA-512' },
    },
    interactions: encode([textInteraction]),
    ...changes,
  };
}

export function notificationRequest(changes: Json = {}): Json {
  return deviceLinkRequest({ vcType: 'numeric4', ...changes });
}

export function signatureRequest(changes: Json = {}): Json {
  return {
    relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
    relyingPartyName: 'DEMO',
    signatureProtocol: 'RAW_DIGEST_SIGNATURE',
    signatureProtocolParameters: {
      digest: randomBytes(64).toString('base64'),
      signatureAlgorithm: 'rsassa-pss',
      signatureAlgorithmParameters: { hashAlgorithm: 'SHA-512' },
    },
    interactions: encode([textInteraction]),
    ...changes,
  };
}

/** The nonce makes each a request of its own. */
export function certificateChoiceRequest(changes: Json = {}): Json {
  return { ...certificateRequest(), nonce: randomBytes(9).toString('base64'), ...changes };
}

export function certificateRequest(changes: Json = {}): Json {
  return { relyingPartyUUID: '00000000-0000-4000-8000-000000000000', relyingPartyName: 'DEMO', ...changes };
}

export async function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return answerOf(response);
}

export async function get(url: string): Promise<Answer> {
  return answerOf(await fetch(url));
}

/** Some errors have no body. */
async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

export async function createAnonymous(sim: Simulator, changes: Json = {}): Promise<DeviceLinkSession> {
  const request = deviceLinkRequest(changes);
  const { body } = await post(`${sim.baseUrl}/authentication/device-link/anonymous`, request);
  return { request, response: body };
}

/** One of the sessions about signing: `path` is below `/signature/`. */
export async function createSigning(sim: Simulator, path: string, request: Json): Promise<DeviceLinkSession> {
  const { status, body } = await post(`${sim.baseUrl}/signature/${path}`, request);
  if (status !== 200) throw new Error(`${path} was refused: ${JSON.stringify(body)}`);
  return { request, response: body };
}

export function createChoice(sim: Simulator, changes: Json = {}): Promise<DeviceLinkSession> {
  return createSigning(sim, 'certificate-choice/device-link/anonymous', certificateChoiceRequest(changes));
}

export function sessionStatus(sim: Simulator, sessionID: string, timeoutMs = 2000): Promise<Answer> {
  return get(`${sim.baseUrl}/session/${sessionID}?timeoutMs=${timeoutMs}`);
}

function sessionTypeOf({ signatureProtocol }: Json): string {
  if (signatureProtocol === undefined) return 'cert';
  return signatureProtocol === 'ACSP_V2' ? 'auth' : 'sign';
}

function challengeOrDigestOf({ signatureProtocolParameters = {} }: Json): string {
  return signatureProtocolParameters.rpChallenge ?? signatureProtocolParameters.digest ?? '';
}

export interface LinkChanges {
  elapsedSeconds?: number | undefined;
  sessionType?: string;
  version?: string;
  lang?: string;
  brokeredRpName?: string;
}

export function deviceLink(
  { request, response }: DeviceLinkSession,
  type: 'QR' | 'Web2App' | 'App2App',
  changes: LinkChanges = {},
): string {
  const {
    elapsedSeconds = type === 'QR' ? 0 : undefined,
    sessionType = sessionTypeOf(request),
    version = '1.0',
    lang = 'eng',
  } = changes;
  const unprotectedLink =
    `${response.deviceLinkBase}?deviceLinkType=${type}` +
    (elapsedSeconds === undefined ? '' : `&elapsedSeconds=${elapsedSeconds}`) +
    `&sessionToken=${response.sessionToken}&sessionType=${sessionType}&version=${version}&lang=${lang}`;
  const authCode = authCodeOf(response.sessionSecret, {
    schemeName: 'smart-id-demo',
    signatureProtocol: request.signatureProtocol ?? '',
    challengeOrDigest: challengeOrDigestOf(request),
    relyingPartyName: request.relyingPartyName,
    brokeredRpName: changes.brokeredRpName ?? '',
    interactions: request.interactions ?? '',
    initialCallbackUrl: type === 'QR' ? '' : request.initialCallbackUrl,
    unprotectedLink,
  });
  return `${unprotectedLink}&authCode=${authCode}`;
}

/** By QR code, unless the body says otherwise. */
export function usePhone(sim: Simulator, body: Json): Promise<Answer> {
  return post(sim.mockUrl, { flowType: 'QR', documentNumber: documentOk, ...body });
}

/** What the mock phone needs besides, to go back to the site. */
export const browser = { browserCookie: 'sid=old; theme=dark', initialCallbackUrl: 'http://127.0.0.1:9/callback' };
