/**
 * What the service checks when an app shows it a device link. RP API 3.2.3, "Device link" and "authCode".
 * Nothing is URL-decoded: the link is compared and authenticated as the text it is.
 */
import { timingSafeEqual } from 'node:crypto';
import { authCodeOf } from './calculations.js';
import { schemeName } from './options.js';
import { atField, Problem, problem } from './problem.js';
import { challengeOrDigestOf, type SessionType, sessionTypeOf } from './requests/session-request.js';
import type { Session } from './session.js';
import type { SessionRegistry } from './session-registry.js';
import type { FlowType } from './session-status.js';

export interface ParsedDeviceLink {
  flowType: Exclude<FlowType, 'Notification'>;
  /** QR only. */
  elapsedSeconds?: number;
  sessionToken: string;
  sessionType: SessionType;
  authCode: string;
  unprotectedLink: string;
}

/**
 * How old a QR link may be. The relying party counts from when the creation response reached it, later than
 * the service does, so that a fresh link's age is a little above zero; two seconds below allow for rounding. Above, ten
 * seconds are for pointing a camera: a screenshot sent to somebody else is too old by then.
 */
const minLinkAgeSeconds = -2;
const maxLinkAgeSeconds = 10;

const sameDeviceParameters = ['deviceLinkType', 'sessionToken', 'sessionType', 'version', 'lang', 'authCode'];
const parametersInOrder: Record<string, string[]> = {
  QR: ['deviceLinkType', 'elapsedSeconds', ...sameDeviceParameters.slice(1)],
  Web2App: sameDeviceParameters,
  App2App: sameDeviceParameters,
};

export function parseDeviceLink(link: string, deviceLinkBase: string): ParsedDeviceLink {
  if (!link.startsWith(`${deviceLinkBase}?`)) {
    throw refused('malformed_link', 'The link does not begin with the deviceLinkBase of this service.');
  }
  const parameters = link
    .slice(deviceLinkBase.length + 1)
    .split('&')
    .map((parameter) => parameter.split('='));
  const value = Object.fromEntries(parameters) as Record<string, string | undefined>;
  const expected = parametersInOrder[value.deviceLinkType ?? ''];
  if (!expected) throw refused('malformed_link', 'deviceLinkType must be QR, Web2App or App2App.');
  if (parameters.map(([name]) => name).join() !== expected.join() || parameters.some(({ length }) => length !== 2)) {
    throw refused('malformed_link', `The parameters must be, in this order: ${expected.join(', ')}.`);
  }
  const { deviceLinkType, elapsedSeconds, sessionToken = '', sessionType, version, lang = '', authCode = '' } = value;
  if (version !== '1.0') throw refused('wrong_version', 'version must be 1.0.');
  if (!isSessionType(sessionType)) throw refused('wrong_session_type', 'sessionType must be auth, sign or cert.');
  if (!/^[a-z]{3}$/.test(lang)) throw refused('malformed_link', 'lang must be a code of ISO 639-2.');
  if (elapsedSeconds !== undefined && !/^\d{1,9}$/.test(elapsedSeconds)) {
    throw refused('malformed_link', 'elapsedSeconds must be a whole number.');
  }
  return {
    flowType: deviceLinkType as ParsedDeviceLink['flowType'],
    elapsedSeconds: elapsedSeconds === undefined ? undefined : Number(elapsedSeconds),
    sessionToken,
    sessionType,
    authCode,
    unprotectedLink: link.slice(0, link.lastIndexOf('&authCode=')),
  };
}

/** A well-formed link that leads to no session, or to none that this phone may answer. */
export class UnusableLink extends Problem {}

/**
 * The session that the link belongs to, if this phone may use it. The phone that claimed a session may use the link
 * again. A wrong authCode ends the session: nobody but the relying party should have made a link for it.
 * @throws UnusableLink saying why it may not.
 */
export function admitLink(link: ParsedDeviceLink, phone: string, sessions: SessionRegistry, now: number): Session {
  const session = sessions.all().find(({ deviceLink }) => deviceLink?.sessionToken === link.sessionToken);
  if (!session) throw unusable('unknown_session', 'There is no session with this sessionToken.');
  const { initialCallbackUrl } = session.request;
  if (link.flowType !== 'QR' && initialCallbackUrl === undefined) {
    throw unusable('flow_not_offered', `The session has no initialCallbackUrl, so ${link.flowType} is not offered.`);
  }
  if (link.sessionType !== sessionTypeOf(session.request)) {
    throw unusable('wrong_session_type', `sessionType must be ${sessionTypeOf(session.request)} for this session.`);
  }
  if (!isEqual(link.authCode, expectedAuthCode(link, session))) {
    sessions.complete(session, { state: 'COMPLETE', result: { endResult: 'PROTOCOL_FAILURE' } });
    throw unusable('wrong_auth_code', 'The authCode is not that of this link and session, which is over now.');
  }
  if (session.status.state === 'COMPLETE') throw unusable('session_over', 'The session is over.');
  if (session.claim) {
    if (session.claim.phone === phone && session.claim.flowType === link.flowType) return session;
    throw unusable('link_used', 'Another device already uses a link of this session.');
  }
  if (link.elapsedSeconds !== undefined && !isFresh(link.elapsedSeconds, session, now)) {
    throw unusable('stale_link', 'The link is too old, or its elapsedSeconds do not count from the session creation.');
  }
  return session;
}

function expectedAuthCode({ flowType, unprotectedLink }: ParsedDeviceLink, session: Session): string {
  const { request, relyingParty, deviceLink } = session;
  return authCodeOf(deviceLink?.sessionSecret ?? '', {
    schemeName,
    signatureProtocol: request.signatureProtocol ?? '',
    challengeOrDigest: challengeOrDigestOf(request),
    relyingPartyName: request.relyingPartyName,
    brokeredRpName: relyingParty.brokeredRpName ?? '',
    interactions: request.interactions?.encoded ?? '',
    initialCallbackUrl: flowType === 'QR' ? '' : (request.initialCallbackUrl ?? ''),
    unprotectedLink,
  });
}

function isFresh(elapsedSeconds: number, { createdAt, respondedAt }: Session, now: number): boolean {
  const ageSince = (begin: number) => (now - begin) / 1000 - elapsedSeconds;
  return ageSince(createdAt) >= minLinkAgeSeconds && ageSince(respondedAt) <= maxLinkAgeSeconds;
}

function isSessionType(text: string | undefined): text is SessionType {
  return text === 'auth' || text === 'sign' || text === 'cert';
}

function isEqual(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function refused(code: string, detail: string): Problem {
  return problem(400, code, detail, atField('deviceLink'));
}

function unusable(code: string, detail: string): UnusableLink {
  return new UnusableLink(400, detail, [{ code, detail, ...atField('deviceLink') }]);
}
