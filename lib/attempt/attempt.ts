/**
 * One login or signing between its requests: what the server must remember from start to finish. Plain data, for any
 * store.
 */

import { randomBytes } from 'node:crypto';
import { equalInConstantTime } from '../protocol/constant-time.js';
import type { LinkLanguage } from '../protocol/device-link.js';
import type { DeviceLinkSession } from '../rp-api/responses.js';
import type { AccountProblem } from '../shared/errors.js';
import type { Flow } from '../shared/undertaking.js';
import type { AuthenticationSession } from '../verify/authentication.js';
import type { CertificateChoiceSession } from '../verify/certificate-choice.js';
import type { SignatureSession } from '../verify/signature.js';
import type { SiteRequest } from './site-request.js';
import type { AttemptLimits } from './start-limit.js';

/** One login or signing of a browser, as a store keeps it: plain data, for the server alone. */
export interface Attempt {
  /** Unpredictable, known to the browser, and useless without the browser's session. */
  id: string;
  /**
   * What it may end in, where and on which terms: what one strategy or signing has started is not there for another
   * one.
   */
  purpose: string;
  /** By a device link or by a push. */
  flow: Flow;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** A path of the site, handed back when the attempt is done. */
  returnTo?: string;
  /** The service's session, or what is known of it while its push waits. Secret: it leads to a login. */
  session: RunningSession | HeldSession;
  /**
   * Logins by push only: the push waits until the page has shown the verification code. `session` is a `HeldSession`
   * then.
   */
  isHeld?: true;
  /**
   * Signings only: what the site has said of it, and whether the step from the certificate to the signature was begun.
   */
  signing?: {
    /** As the site has given it to `start`. */
    reference?: string;
    /** Base64 of the JSON array that goes to the service with the signature. */
    interactions: string;
    /** Whether the signature was begun after its choice of a certificate. */
    isStepBegun?: boolean;
  };
  /** Signings only: the web session in which it began, hashed. Whoever logs in there afterwards has another one. */
  boundTo?: string;
  /** Why it is over although no session says so: a code. */
  ended?: string;
  /**
   * Why the service refused a session, for the site alone; set where it did, so that `session` is one that only looks
   * like it (see `decoy.ts`).
   */
  accountProblem?: AccountProblem | 'document_unusable';
}

/** What device links are made of besides the session's own. */
export interface LinkTerms {
  /** `smart-id` in the live service, `smart-id-demo` in the demo. */
  schemeName: string;
  /** As it was sent to the service. */
  relyingPartyName: string;
  /** The name of the site behind a broker, which the app shows. */
  brokeredRpName?: string;
}

/** What was asked for, by the name that device links have for it. */
export type RequestedSession =
  | (AuthenticationSession & {
      /** An authentication. */
      sessionType: 'auth';
    })
  | (SignatureSession &
      LinkTerms & {
        /** A signature. */
        sessionType: 'sign';
      })
  | (CertificateChoiceSession &
      LinkTerms & {
        /** A choice of a certificate. */
        sessionType: 'cert';
      });

/** A session of the service that a login or signing waits for. */
export interface RunningSession {
  /** A UUID, by which the service tells the status. */
  sessionID: string;
  /** When the session-creation response arrived, in milliseconds since the epoch: a QR link counts from here. */
  receivedAt: number;
  /** The language of the page that a link opens where there is no app. */
  lang: LinkLanguage;
  /** What the answer is verified against. */
  asked: RequestedSession;
  /** Device-link flows only. */
  deviceLink?: Pick<DeviceLinkSession, 'sessionToken' | 'deviceLinkBase'>;
  /** Notification flows only: four digits. */
  verificationCode?: string;
  /** The unpredictable value in the callback URL; same-device flows only. */
  callbackSecret?: string;
}

/**
 * What is kept of a login whose push has not gone out, so that the RP API has no session yet; `receivedAt` is when it
 * was started. A type of its own, without an identifier that could be asked about: what needs one must first tell the
 * two apart.
 */
export interface HeldSession extends Omit<RunningSession, 'sessionID'> {
  /** The service has not been asked for a session yet. */
  sessionID?: undefined;
}

/**
 * Where attempts live between requests. An attempt belongs to the browser session that started it:
 * a store must not find it for a request of another one.
 */
export interface AttemptStore {
  /**
   * Counts starts and pushes for all who share this store.
   * @default each strategy and signing of each process counts its own
   */
  readonly limits?: AttemptLimits;
  /** Keeps a new attempt; resolves once it is stored. */
  create(req: SiteRequest, attempt: Attempt): Promise<void>;
  /** The attempt, or undefined when this browser session has none of that id. Writes nothing. */
  read(req: SiteRequest, id: string): Promise<Attempt | undefined>;
  /**
   * Replaces an attempt that is still there as it was read or created before; resolves once it is stored, to whether it
   * was. Of several that replace the same one at once, in whatever process, one succeeds. The request may have been
   * answered long before.
   */
  update(req: SiteRequest, after: Attempt, before: Attempt): Promise<boolean>;
  /** Removes the attempt and gives it to exactly one caller, however many ask at once; undefined to the others. */
  take(req: SiteRequest, id: string): Promise<Attempt | undefined>;
}

/** Milliseconds that a person has to confirm, since the service keeps a session for as long. */
export const attemptLifetimeMs = 120_000;

/**
 * Milliseconds after that in which what was confirmed in time may still be finished: the app and the browser take a
 * while, too.
 */
export const finishGraceMs = 60_000;

/** Until when an attempt may be finished that was confirmed in time: milliseconds since the epoch. */
export function finishableUntil({ expiresAt }: Attempt): number {
  return expiresAt + finishGraceMs;
}

/** 128 random bits. */
export function generateAttemptId(): string {
  return randomBytes(16).toString('base64url');
}

/** 256 random bits. */
export function generateCallbackSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Query parameter of the callback URL that finds the attempt: its id and the callback secret. */
export const callbackParameter = 'smartIdAttempt';

export function callbackValue(id: string, callbackSecret: string): string {
  return `${id}.${callbackSecret}`;
}

/** The attempt id in a callback parameter, or undefined when it has not the form of one. */
export function attemptIdOfCallback(value: string): string | undefined {
  return /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/.exec(value)?.[1];
}

/** Whether a callback parameter is the one of this attempt. */
export function isCallbackOf({ id, session: { callbackSecret } }: Attempt, value: string): boolean {
  return callbackSecret !== undefined && equalInConstantTime(value, callbackValue(id, callbackSecret));
}
