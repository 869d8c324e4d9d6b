/** The start of a login: creates the session at the RP API and puts together what must be remembered of it. */

import { randomUUID } from 'node:crypto';
import { type Attempt, attemptLifetime, type Flow, generateAttemptId } from '../attempt/attempt.js';
import {
  type CreatedDeviceLink,
  type CreationSettings,
  createDeviceLinkSession,
  linkTerms,
  offerWays,
  orProblem,
} from '../attempt/creation.js';
import { SmartIdInputError } from '../errors.js';
import type { AuthenticationCertificateLevel } from '../protocol/algorithms.js';
import { generateChallenge } from '../protocol/challenge.js';
import type { LinkLanguage } from '../protocol/device-link.js';
import { verificationCode } from '../protocol/verification-code.js';
import type { DeviceLinkAuthenticationRequest, NotificationAuthenticationRequest } from '../rp-api/requests.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';

/** What is the same for all logins of a site. */
export interface LoginSettings extends CreationSettings {
  certificateLevel: AuthenticationCertificateLevel;
  purpose: string;
}

/** What is decided for each login. */
export interface LoginRequest {
  flow: Flow;
  expected?: ExpectedSigner;
  /** Base64, for the interaction set of the flow. */
  interactions: string;
  lang: LinkLanguage;
  returnTo?: string;
}

/**
 * A new attempt. Where no account can be used, it is one with a decoy: a visitor is to learn that no sooner and
 * no otherwise than that a login was not confirmed.
 * @throws SmartIdInputError, SmartIdRequestError, SmartIdServiceError.
 */
export async function beginLogin(settings: LoginSettings, request: LoginRequest): Promise<Attempt> {
  const { certificateLevel, signature, requestProperties, purpose, clock } = settings;
  const { flow, expected, interactions, lang, returnTo } = request;
  const id = generateAttemptId();
  const { callbackSecret, ...ways } = offerWays(settings, flow, id);
  const rpChallenge = generateChallenge();
  const common = { ...signature, rpChallenge, interactions, certificateLevel, requestProperties };
  const { accountProblem, sessionSecret, ...shown } =
    flow === 'notification'
      ? await createNotification(settings, common, expected)
      : await createDeviceLink(settings, { ...common, initialCallbackUrl: ways.initialCallbackUrl }, expected);
  const receivedAt = clock();
  return {
    id,
    purpose,
    flow,
    returnTo,
    expiresAt: receivedAt + attemptLifetime,
    session: {
      receivedAt,
      lang,
      callbackSecret,
      asked: {
        sessionType: 'auth',
        ...linkTerms(settings),
        ...ways,
        ...signature,
        rpChallenge,
        interactions,
        certificateLevel,
        sessionSecret,
        expected,
      },
      ...shown,
    },
    accountProblem,
  };
}

function createDeviceLink(
  { client, decoys }: LoginSettings,
  request: DeviceLinkAuthenticationRequest,
  expected?: ExpectedSigner,
): Promise<CreatedDeviceLink> {
  const anonymous = () => client.authenticationDeviceLinkAnonymous(request);
  const creation = !expected
    ? anonymous()
    : 'documentNumber' in expected
      ? client.authenticationDeviceLinkDocument(expected.documentNumber, request)
      : client.authenticationDeviceLinkEtsi(expected.semanticsIdentifier, request);
  return createDeviceLinkSession(decoys, creation, anonymous);
}

async function createNotification(
  { client }: LoginSettings,
  request: NotificationAuthenticationRequest,
  expected?: ExpectedSigner,
) {
  if (!expected) {
    throw new SmartIdInputError('identify', 'must name a person or a document in a notification flow.');
  }
  const { session, accountProblem } = await orProblem(
    'documentNumber' in expected
      ? client.authenticationNotificationDocument(expected.documentNumber, request)
      : client.authenticationNotificationEtsi(expected.semanticsIdentifier, request),
  );
  return {
    sessionID: session?.sessionID ?? randomUUID(),
    sessionSecret: undefined,
    accountProblem,
    verificationCode: verificationCode(request.rpChallenge),
  };
}
