/** A simulator with a client whose exchanges are recorded, and what people do there with a session. */

import { type Fetch, SmartIdClient } from '../../lib/client.js';
import { createDeviceLink } from '../../lib/protocol/device-link.js';
import type { CompleteSessionStatus, DeviceLinkSession } from '../../lib/rp-api/responses.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { demoRelyingParty } from '../../lib/simulator/options.js';
import { type AnyRequest, capability, type Endpoint, endpoints, hasDeviceLink, requestFor } from './endpoints.js';
import { RecordedExchanges } from './recorded-exchanges.js';

type LinkType = 'QR' | 'Web2App' | 'App2App';

export interface Stage {
  simulator: Simulator;
  client: SmartIdClient;
  recorded: RecordedExchanges;
}

/** Of the accounts that confirm: one for signatures, and one for choices, whose apps wait for linked signatures alone. */
export const confirming = 'PNOEE-40404040009-MOCK-Q';
const choosing = 'PNOLT-40404040009-MOCK-Q';

export const allowed = demoRelyingParty;
export const notAllowed = { uuid: '00000000-0000-4000-8000-000000000001', name: 'NOT ALLOWED' };

export async function startStage(): Promise<Stage> {
  const simulator = await startSimulator({
    port: 0,
    notificationDelayMs: 0,
    relyingParties: [
      { ...allowed, mayShareIpAddress: true, mayUseAdvanced: true, capabilities: [capability] },
      notAllowed,
    ],
  });
  const recorded = new RecordedExchanges();
  return { simulator, recorded, client: new SmartIdClient({ ...simulator, fetch: recorded.fetch }) };
}

/** A client whose requests reach nobody: `fetch` gets them. */
export function clientWith(fetch: Fetch, { uuid, name } = allowed): SmartIdClient {
  const environment = { baseUrl: 'https://rp-api.example.com/v3', schemeName: 'smart-id-demo' };
  return new SmartIdClient({ environment, relyingPartyUUID: uuid, relyingPartyName: name, fetch });
}

export interface Run {
  documentNumber?: string;
  request?: AnyRequest;
  linkType?: LinkType;
}

/** A session from its beginning to its end, whatever that is. */
export async function runSession(stage: Stage, endpoint: Endpoint, run: Run = {}): Promise<CompleteSessionStatus> {
  const { documentNumber = confirming, request = requestFor(endpoint), linkType = 'QR' } = run;
  if (endpoint === choice) return runLinked(stage, run, {});
  if (endpoint === linkedSignature) return runLinked(stage, {}, run);
  const session = await endpoint.call(stage.client, documentNumber, request);
  if (hasDeviceLink(endpoint)) await usePhone(stage, endpoint, { documentNumber, request, session, linkType });
  return stage.client.waitForSession(session.sessionID);
}

const choice = endpointNamed('signCertChoiceDeviceLinkAnonymous');
const linkedSignature = endpointNamed('signNotificationLinked');

/** A choice by device link and the signature that must follow it at once; the last end there is. */
async function runLinked(
  stage: Stage,
  { documentNumber = choosing, request = requestFor(choice), linkType = 'QR' }: Run,
  { request: signatureRequest = requestFor(linkedSignature) }: Run,
): Promise<CompleteSessionStatus> {
  const session = await choice.call(stage.client, documentNumber, request);
  // On the same device the phone is done after the signature.
  const phone = usePhone(stage, choice, { documentNumber, request, session, linkType });
  const chosen = await stage.client.waitForSession(session.sessionID);
  if (chosen.result.endResult !== 'OK') return chosen;
  const { sessionID } = await linkedSignature.call(stage.client, chosen.result.documentNumber ?? '', {
    ...signatureRequest,
    linkedSessionID: session.sessionID,
  });
  const status = await stage.client.waitForSession(sessionID);
  await phone;
  return status;
}

/** A choice by device link that signatures can name, though its app soon waits no longer. */
export async function madeChoice(stage: Stage): Promise<string> {
  const request = requestFor(choice);
  const session = await choice.call(stage.client, choosing, request);
  await usePhone(stage, choice, { documentNumber: choosing, request, session, linkType: 'QR' });
  return session.sessionID;
}

interface Use {
  documentNumber: string;
  request: AnyRequest;
  session: DeviceLinkSession;
  linkType: LinkType;
}

async function usePhone({ simulator, recorded }: Stage, { kind }: Endpoint, use: Use): Promise<void> {
  const { documentNumber, request, session, linkType } = use;
  const { rpChallenge, digest, interactions, initialCallbackUrl } = request;
  const isSameDevice = linkType !== 'QR';
  const deviceLink = createDeviceLink({
    ...session,
    schemeName: simulator.environment.schemeName,
    relyingPartyName: simulator.relyingPartyName,
    sessionType: kind === 'certificate' ? 'cert' : kind,
    rpChallenge,
    digest,
    interactions,
    deviceLinkType: linkType,
    lang: 'eng',
    ...(isSameDevice ? { initialCallbackUrl } : { elapsedSeconds: 0 }),
  });
  const callback = isSameDevice ? { browserCookie: 'site=1', initialCallbackUrl } : {};
  const answer = await recorded.send(simulator.mockUrl, {
    documentNumber,
    deviceLink,
    flowType: linkType,
    ...callback,
  });
  if (answer.status !== 200) throw new Error(`The mock phone refused a link: ${JSON.stringify(answer.body)}`);
}

export function endpointNamed(operation: string): Endpoint {
  const endpoint = endpoints.find((candidate) => candidate.operation === operation);
  if (!endpoint) throw new Error(`There is no endpoint ${operation}.`);
  return endpoint;
}

/** The body that the client sends for a request, which is then free to be changed. */
export async function bodyOf(endpoint: Endpoint, request: AnyRequest, relyingParty = allowed): Promise<AnyRequest> {
  let sent = '{}';
  const client = clientWith(async (_url, { body }) => {
    sent = `${body}`;
    return new Response('', { status: 400 });
  }, relyingParty);
  await endpoint.call(client, confirming, request).catch(() => {});
  return JSON.parse(sent);
}
