/** The start of a login: creates the session at the RP API and puts together what must be remembered of it. */

import { randomUUID } from 'node:crypto';
import {
  type Attempt,
  attemptLifetimeMs,
  generateAttemptId,
  type HeldSession,
  type RunningSession,
} from '../attempt/attempt.js';
import {
  type CreationSettings,
  createAnonymousSession,
  createNamedSession,
  linkTerms,
  type NewDeviceLinkSession,
  offerFlows,
  orProblem,
} from '../attempt/create-session.js';
import type { AuthenticationCertificateLevel } from '../protocol/algorithms.js';
import { generateChallenge } from '../protocol/challenge.js';
import type { LinkLanguage } from '../protocol/device-link.js';
import { verificationCode } from '../protocol/verification-code.js';
import { type AccountProblem, SmartIdInputError } from '../shared/errors.js';
import type { Flow } from '../shared/undertaking.js';
import type { AuthenticationSession } from '../verify/authentication.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';

/** What is the same for all logins of a site. */
export interface LoginSettings extends CreationSettings {
  certificateLevel: AuthenticationCertificateLevel;
  purpose: string;
}

/** What is decided for each login. */
export interface LoginRequest {
  flow: Flow;
  /** In a notification flow: whether the push waits until it is asked for. */
  holdPush: boolean;
  expected?: ExpectedSigner;
  /** Base64, for the interaction set of the flow. */
  interactions: string;
  lang: LinkLanguage;
  returnTo?: string;
}

/**
 * What comes of the creation of a session. Without a `sessionID` where the push is held back, so that there is none
 * yet.
 */
type NewLoginSession = Pick<RunningSession | HeldSession, 'sessionID' | 'deviceLink'> & {
  sessionSecret?: string;
  accountProblem?: AccountProblem;
};

/**
 * A new attempt. Where no account can be used, it is one with a decoy: a visitor is to learn that no sooner and no
 * otherwise than that a login was not confirmed. Where the push is held back, the RP API has not been asked for
 * anything.
 * @throws SmartIdInputError, SmartIdRequestError, SmartIdServiceError.
 */
export async function beginLogin(settings: LoginSettings, request: LoginRequest): Promise<Attempt> {
  const { certificateLevel, signature, purpose, clock } = settings;
  const { flow, holdPush, expected, interactions, lang, returnTo } = request;
  const id = generateAttemptId();
  const { callbackSecret, ...ways } = offerFlows(settings, flow, id);
  const rpChallenge = generateChallenge();
  const terms = {
    ...linkTerms(settings),
    ...ways,
    ...signature,
    rpChallenge,
    interactions,
    certificateLevel,
    expected,
  };
  const { accountProblem, sessionSecret, ...shown } = await createSession(settings, request, terms);
  const receivedAt = clock();
  return {
    id,
    purpose,
    flow,
    returnTo,
    expiresAt: receivedAt + attemptLifetimeMs,
    isHeld: holdPush || undefined,
    session: {
      receivedAt,
      lang,
      callbackSecret,
      verificationCode: flow === 'notification' ? verificationCode(rpChallenge) : undefined,
      asked: { sessionType: 'auth', ...terms, sessionSecret },
      ...shown,
    },
    accountProblem,
  };
}

async function createSession(
  settings: LoginSettings,
  { flow, holdPush }: LoginRequest,
  terms: AuthenticationSession,
): Promise<NewLoginSession> {
  if (flow !== 'notification') return createDeviceLink(settings, terms);
  // Who is named is checked now, although nobody may be asked about before the push.
  recipientOf(terms);
  return holdPush ? {} : createNotification(settings, terms);
}

/**
 * The first session of a process names nobody to the service, even if the site has named somebody: a decoy could not
 * look like the service's own sessions before one has been seen, and to ask for one after the service has refused a
 * person would tell by a second request that it has. Whoever confirms must be the one whom the site has named all the
 * same: that is verified in the end.
 */
function createDeviceLink(settings: LoginSettings, terms: AuthenticationSession): Promise<NewDeviceLinkSession> {
  const { client, decoys } = settings;
  const { expected, initialCallbackUrl } = terms;
  const request = { ...requestFor(settings, terms), initialCallbackUrl };
  // Whether or not it is needed, which is not known yet: the start then takes as long with an account as without.
  const decoy = expected && decoys.make();
  if (!expected || !decoy) return createAnonymousSession(decoys, client.authenticationDeviceLinkAnonymous(request));
  const creation =
    'documentNumber' in expected
      ? client.authenticationDeviceLinkDocument(expected.documentNumber, request)
      : client.authenticationDeviceLinkEtsi(expected.semanticsIdentifier, request);
  return createNamedSession(decoys, creation, () => decoy);
}

/**
 * Sends a push: now, or once the page has shown the verification code. Without a usable account, a session that there
 * is not.
 * @throws SmartIdInputError, SmartIdRequestError, SmartIdServiceError.
 */
export async function createNotification(
  settings: LoginSettings,
  terms: AuthenticationSession,
): Promise<{ sessionID: string; accountProblem?: AccountProblem }> {
  const { client } = settings;
  const to = recipientOf(terms);
  const request = requestFor(settings, terms);
  const { session, accountProblem } = await orProblem(
    'documentNumber' in to
      ? client.authenticationNotificationDocument(to.documentNumber, request)
      : client.authenticationNotificationEtsi(to.semanticsIdentifier, request),
  );
  return { sessionID: session?.sessionID ?? randomUUID(), accountProblem };
}

/** Whom a push goes to. @throws SmartIdInputError where nobody is named. */
export function recipientOf({ expected }: AuthenticationSession): ExpectedSigner {
  if (!expected) throw new SmartIdInputError('identify', 'must name a person or a document in a notification flow.');
  return expected;
}

function requestFor({ requestProperties }: LoginSettings, terms: AuthenticationSession) {
  const { rpChallenge, interactions, certificateLevel, signatureAlgorithm, hashAlgorithm } = terms;
  return { rpChallenge, interactions, certificateLevel, signatureAlgorithm, hashAlgorithm, requestProperties };
}
