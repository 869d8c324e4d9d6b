/**
 * The creation of sessions at the RP API, as far as logins and signings share it: the way back, and what a refusal
 * looks like.
 */

import type { FlowType } from '../protocol/acsp-v2.js';
import type { SignatureChoice } from '../protocol/algorithms.js';
import { createCallbackUrl } from '../protocol/callback.js';
import type { SmartIdClient } from '../rp-api/client.js';
import { callbackUrlRules } from '../rp-api/environment.js';
import type { RequestProperties } from '../rp-api/requests.js';
import type { DeviceLinkSession } from '../rp-api/responses.js';
import { type AccountProblem, SmartIdAccountError } from '../shared/errors.js';
import type { Flow } from '../shared/undertaking.js';
import { callbackParameter, callbackValue, generateCallbackSecret, type RunningSession } from './attempt.js';
import type { Decoys } from './decoy.js';

/** What is the same for all sessions of a site. */
export interface CreationSettings {
  client: SmartIdClient;
  relyingPartyName: string;
  brokeredRpName?: string;
  callbackURL?: string;
  appCallbackURL?: string;
  signature: SignatureChoice;
  requestProperties?: RequestProperties;
  decoys: Decoys;
  clock: () => number;
}

/** How a person can come to a session, and come back. */
export interface OfferedFlows {
  flowTypes: FlowType[];
  initialCallbackUrl?: string;
  callbackSecret?: string;
}

/** @param id the attempt's, which the callback URL carries together with a secret of its own. */
export function offerFlows(settings: CreationSettings, flow: Flow, id: string): OfferedFlows {
  const { client, callbackURL, appCallbackURL } = settings;
  const base = { 'device-link': callbackURL, app: appCallbackURL, notification: undefined }[flow];
  if (base === undefined) return { flowTypes: flow === 'notification' ? ['Notification'] : ['QR'] };
  const callbackSecret = generateCallbackSecret();
  return {
    flowTypes: flow === 'app' ? ['App2App'] : ['QR', 'Web2App'],
    callbackSecret,
    initialCallbackUrl: createCallbackUrl(
      base,
      { [callbackParameter]: callbackValue(id, callbackSecret) },
      callbackUrlRules(client.environment),
    ),
  };
}

/** The name by which the app shows the site: that of the site that a broker asks for, else the one in the contract. */
export function siteNameOf({ brokeredRpName, relyingPartyName }: CreationSettings): string {
  return brokeredRpName ?? relyingPartyName;
}

/** What device links are made of besides the session's own. */
export function linkTerms({ client, relyingPartyName, brokeredRpName }: CreationSettings) {
  return { schemeName: client.environment.schemeName, relyingPartyName, brokeredRpName };
}

/** What a device-link session gives: its secret, what the visitor sees, and why it is a decoy if it is. */
export interface NewDeviceLinkSession extends Pick<RunningSession, 'sessionID' | 'deviceLink'> {
  sessionSecret: string;
  accountProblem?: AccountProblem;
}

/** A session in which nobody is named to the service, so that it exists whoever has an account. */
export async function createAnonymousSession(
  decoys: Decoys,
  creation: Promise<DeviceLinkSession>,
): Promise<NewDeviceLinkSession> {
  const session = await creation;
  decoys.learn(session);
  return shownOf(session);
}

/** A session for a person or document, or a decoy where no account can be used. */
export async function createNamedSession(
  decoys: Decoys,
  creation: Promise<DeviceLinkSession>,
  makeDecoy: () => DeviceLinkSession | Promise<DeviceLinkSession>,
): Promise<NewDeviceLinkSession> {
  const { session, accountProblem } = await orProblem(creation);
  if (session) decoys.learn(session);
  return { ...shownOf(session ?? (await makeDecoy())), accountProblem };
}

/** The session's fields by who may know them. */
export function shownOf({ sessionID, sessionSecret, sessionToken, deviceLinkBase }: DeviceLinkSession) {
  return { sessionID, sessionSecret, deviceLink: { sessionToken, deviceLinkBase } };
}

/** The session, or what is the matter with the account. */
export async function orProblem<T>(creation: Promise<T>): Promise<{ session?: T; accountProblem?: AccountProblem }> {
  try {
    return { session: await creation };
  } catch (error) {
    if (!(error instanceof SmartIdAccountError)) throw error;
    return { accountProblem: error.code };
  }
}
