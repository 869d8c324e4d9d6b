/** The start of an attempt: creates the session at the RP API and puts together what must be remembered of it. */

import { randomUUID } from 'node:crypto';
import { type AccountProblem, SmartIdAccountError, SmartIdInputError } from '../errors.js';
import type { FlowType } from '../protocol/acsp-v2.js';
import type { AuthenticationCertificateLevel, SignatureChoice } from '../protocol/algorithms.js';
import { createCallbackUrl } from '../protocol/callback.js';
import { generateChallenge } from '../protocol/challenge.js';
import type { LinkLanguage } from '../protocol/device-link.js';
import { verificationCode } from '../protocol/verification-code.js';
import type { SmartIdClient } from '../rp-api/client.js';
import type {
  DeviceLinkAuthenticationRequest,
  NotificationAuthenticationRequest,
  RequestProperties,
} from '../rp-api/requests.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import {
  type Attempt,
  callbackParameter,
  callbackValue,
  type Flow,
  generateAttemptId,
  generateCallbackSecret,
  type RunningSession,
} from './attempt.js';
import type { Decoys } from './decoy.js';

/** What is the same for all attempts of a site. */
export interface BeginSettings {
  client: SmartIdClient;
  relyingPartyName: string;
  brokeredRpName?: string;
  callbackURL?: string;
  appCallbackURL?: string;
  certificateLevel: AuthenticationCertificateLevel;
  signature: SignatureChoice;
  requestProperties?: RequestProperties;
  decoys: Decoys;
  clock: () => number;
}

/** What is decided for each attempt. */
export interface BeginRequest {
  flow: Flow;
  expected?: ExpectedSigner;
  /** Base64, for the interaction set of the flow. */
  interactions: string;
  lang: LinkLanguage;
  returnTo?: string;
}

/** Milliseconds that a person has to confirm, as long as the service keeps a session. */
export const attemptLifetime = 300_000;

/**
 * A new attempt. Where no account can be used, it is one with a decoy: a visitor is to learn that no sooner and
 * no otherwise than that a login was not confirmed.
 * @throws SmartIdInputError, SmartIdRequestError, SmartIdServiceError.
 */
export async function beginAttempt(settings: BeginSettings, request: BeginRequest): Promise<Attempt> {
  const id = generateAttemptId();
  const { flow, returnTo } = request;
  const { accountProblem, ...session } = await createSession(settings, request, id);
  return { id, flow, returnTo, expiresAt: session.receivedAt + attemptLifetime, session, accountProblem };
}

async function createSession(
  settings: BeginSettings,
  request: BeginRequest,
  id: string,
): Promise<RunningSession & Pick<Created, 'accountProblem'>> {
  const { client, certificateLevel, signature, requestProperties } = settings;
  const { flow, expected, interactions, lang } = request;
  const rpChallenge = generateChallenge();
  const common = { ...signature, rpChallenge, interactions, certificateLevel, requestProperties };
  const callbackBase = { 'device-link': settings.callbackURL, app: settings.appCallbackURL, notification: undefined }[
    flow
  ];
  const callbackSecret = callbackBase === undefined ? undefined : generateCallbackSecret();
  const initialCallbackUrl =
    callbackBase !== undefined && callbackSecret !== undefined
      ? createCallbackUrl(
          callbackBase,
          { [callbackParameter]: callbackValue(id, callbackSecret) },
          { allowLoopbackHttp: !client.environment.isLive },
        )
      : undefined;
  const { sessionID, sessionSecret, ...shown } =
    flow === 'notification'
      ? await createNotificationSession(client, common, expected)
      : await createDeviceLinkSession(settings, { ...common, initialCallbackUrl }, expected);
  return {
    sessionID,
    receivedAt: settings.clock(),
    lang,
    callbackSecret,
    authentication: {
      schemeName: client.environment.schemeName,
      relyingPartyName: settings.relyingPartyName,
      brokeredRpName: settings.brokeredRpName,
      rpChallenge,
      interactions,
      certificateLevel,
      ...signature,
      flowTypes: offeredFlowTypes(flow, initialCallbackUrl),
      initialCallbackUrl,
      sessionSecret,
      expected,
    },
    ...shown,
  };
}

/** What the two kinds of session give: the secret of the first, what the visitor sees, and why it is a decoy if it is. */
type Created = Pick<RunningSession, 'sessionID' | 'deviceLink' | 'verificationCode'> & {
  sessionSecret?: string;
  accountProblem?: AccountProblem;
};

async function createDeviceLinkSession(
  { client, decoys }: BeginSettings,
  request: DeviceLinkAuthenticationRequest,
  expected?: ExpectedSigner,
): Promise<Created> {
  const anonymous = () => client.authenticationDeviceLinkAnonymous(request);
  const { session, accountProblem } = await orProblem(
    !expected
      ? anonymous()
      : 'documentNumber' in expected
        ? client.authenticationDeviceLinkDocument(expected.documentNumber, request)
        : client.authenticationDeviceLinkEtsi(expected.semanticsIdentifier, request),
  );
  if (session) decoys.learn(session);
  const { sessionToken, deviceLinkBase, ...created } = session ?? (await decoys.deviceLinkSession(anonymous));
  return { ...created, accountProblem, deviceLink: { sessionToken, deviceLinkBase } };
}

async function createNotificationSession(
  client: SmartIdClient,
  request: NotificationAuthenticationRequest,
  expected?: ExpectedSigner,
): Promise<Created> {
  if (!expected) {
    throw new SmartIdInputError('identify', 'must name a person or a document in a notification flow.');
  }
  const { session, accountProblem } = await orProblem(
    'documentNumber' in expected
      ? client.authenticationNotificationDocument(expected.documentNumber, request)
      : client.authenticationNotificationEtsi(expected.semanticsIdentifier, request),
  );
  const sessionID = session?.sessionID ?? randomUUID();
  return { sessionID, accountProblem, verificationCode: verificationCode(request.rpChallenge) };
}

/** The session, or what is the matter with the account. */
async function orProblem<T>(creation: Promise<T>): Promise<{ session?: T; accountProblem?: AccountProblem }> {
  try {
    return { session: await creation };
  } catch (error) {
    if (!(error instanceof SmartIdAccountError)) throw error;
    return { accountProblem: error.code };
  }
}

function offeredFlowTypes(flow: Flow, initialCallbackUrl: string | undefined): FlowType[] {
  switch (flow) {
    case 'device-link':
      return initialCallbackUrl === undefined ? ['QR'] : ['QR', 'Web2App'];
    case 'app':
      return ['App2App'];
    case 'notification':
      return ['Notification'];
  }
}
