/**
 * What happens, told on channels of `node:diagnostics_channel` to whoever subscribes: for metrics, logs and alarms.
 * Nothing in a message names a person, or can be used to log in. Without a subscriber it costs nothing. What a log gets
 * without one is in `log.ts`.
 */

import { channel } from 'node:diagnostics_channel';
import { SmartIdVerificationError } from './errors.js';
import { areStepsLogged, logStep, warnOfVerificationFailure } from './log.js';
import type { Flow, Undertaking } from './undertaking.js';

/** A login or signing was begun, or could not be. */
export interface StartMessage {
  /** What was started. */
  what: Undertaking;
  /** By a device link or by a push. */
  flow: Flow;
  /** `ok`, or the code of the error. */
  code: string;
  /** How long the start took. */
  milliseconds: number;
}

/** A link for a QR code was made, which happens each second for each page that waits. */
export interface LinkMessage {
  /** By a device link always: a push has none. */
  flow: Flow;
}

/** A session of the service has ended, as one process saw it. */
export interface SessionEndMessage {
  /** The service's word, such as `OK` or `TIMEOUT`. */
  endResult: string;
  /** How the person came to it, where the service says so, such as `QR`. */
  flowType?: string;
}

/** A login or signing was to be finished: it was, or why not. */
export interface OutcomeMessage {
  /** What has ended. */
  what: Undertaking;
  /** By a device link or by a push; missing where there was no attempt. */
  flow?: Flow;
  /** `ok`, or the precise code of the failure or error. */
  code: string;
  /** Since the attempt was begun, where it is known. */
  milliseconds?: number;
}

/** A request to the RP API was answered, or was not. */
export interface RpApiCallMessage {
  /** Its path without names of persons, documents and sessions, such as `authentication/device-link/etsi`. */
  endpoint: string;
  /** The HTTP status, where there was an answer. */
  status?: number;
  /** Why there was none: the code of the error. */
  code?: string;
  /** How long the request took. */
  milliseconds: number;
}

/** Somebody was asked whether a certificate is revoked. What is remembered of earlier answers is not asked. */
export interface RevocationCheckMessage {
  /** Whether a responder was asked, or a list was loaded. */
  by: 'ocsp' | 'crl';
  /** `unanswered`: no answer, or one that is not valid. A list says `listed` when it is valid. */
  result: 'good' | 'revoked' | 'unknown' | 'listed' | 'unanswered';
  /** How long the request took. */
  milliseconds: number;
}

/** An answer did not verify. One that came before there was an attempt has no `attemptId`. */
export interface VerificationFailureMessage {
  /** Its `check` names what did not hold. */
  error: SmartIdVerificationError;
  /** The attempt's id, as the browser knows it. */
  attemptId?: string;
}

/**
 * A signature could not be begun after the choice of a certificate, because `prepare` threw or the service failed. The
 * next request about it, if there is one in this process, gets the error too.
 */
export interface StepFailureMessage {
  /** Why the signature could not be begun. */
  error: unknown;
  /** The attempt's id, as the browser knows it. */
  attemptId: string;
}

/**
 * The name of the `node:diagnostics_channel` that gets a `StartMessage` for each login or signing that begins, or
 * cannot.
 */
export const startChannel = 'passport-smart-id:start';
/** The name of the `node:diagnostics_channel` that gets a `LinkMessage` for each link made for a QR code. */
export const linkChannel = 'passport-smart-id:link';
/**
 * The name of the `node:diagnostics_channel` that gets a `SessionEndMessage` for each session that the service has
 * ended.
 */
export const sessionEndChannel = 'passport-smart-id:session-end';
/**
 * The name of the `node:diagnostics_channel` that gets an `OutcomeMessage` for each login or signing that has ended
 * here.
 */
export const outcomeChannel = 'passport-smart-id:outcome';
/** The name of the `node:diagnostics_channel` that gets an `RpApiCallMessage` for each request to the RP API. */
export const rpApiCallChannel = 'passport-smart-id:rp-api-call';
/** The name of the `node:diagnostics_channel` that gets a `RevocationCheckMessage` for each OCSP or CRL request. */
export const revocationCheckChannel = 'passport-smart-id:revocation-check';
/**
 * The name of the `node:diagnostics_channel` that gets a `VerificationFailureMessage` for each answer that did not
 * verify.
 */
export const verificationFailureChannel = 'passport-smart-id:verification-failure';
/**
 * The name of the `node:diagnostics_channel` that gets a `StepFailureMessage` for each signature that could not be
 * begun.
 */
export const stepFailureChannel = 'passport-smart-id:step-failure';

export const starts = told<StartMessage>(startChannel, 'what', 'flow', 'code', 'milliseconds');
/** No steps of the log, since they come each second. */
export const links = told<LinkMessage>(linkChannel);
export const sessionEnds = told<SessionEndMessage>(sessionEndChannel, 'endResult', 'flowType');
const outcomes = told<OutcomeMessage>(outcomeChannel, 'what', 'flow', 'code', 'milliseconds');
export const rpApiCalls = told<RpApiCallMessage>(rpApiCallChannel, 'endpoint', 'status', 'code', 'milliseconds');
export const revocationChecks = told<RevocationCheckMessage>(revocationCheckChannel, 'by', 'result', 'milliseconds');
const verificationFailuresTold = told<VerificationFailureMessage>(verificationFailureChannel, 'error');
export const stepFailures = told<StepFailureMessage>(stepFailureChannel, 'error');

/** Logins, signings and choices of a certificate all pass here, so this is where the site's log gets its line too. */
export const verificationFailures: typeof verificationFailuresTold = {
  publish(message) {
    warnOfVerificationFailure(message.error.check);
    verificationFailuresTold.publish(message);
  },
};

/** @param logged the fields that the log says of a message, where steps are logged. None is an id. */
function told<Message>(name: string, ...logged: (keyof Message)[]): { publish(message: Message): void } {
  const subscribers = channel(name);
  if (!areStepsLogged || logged.length === 0) return subscribers;
  const step = name.slice(name.indexOf(':') + 1);
  return {
    publish(message) {
      const known = logged.filter((field) => message[field] !== undefined);
      logStep(
        step,
        known.map((field) => wordFor(field, message[field])),
      );
      subscribers.publish(message);
    },
  };
}

/** The message of an error may say more than a log should hold. */
function wordFor(field: PropertyKey, value: unknown): string {
  if (field === 'milliseconds') return `${Math.round(value as number)} ms`;
  if (field !== 'error') return String(value);
  return value instanceof SmartIdVerificationError ? value.check : codeOf(value);
}

/** What is told of an attempt that has ended. */
interface BegunAttempt {
  flow: Flow;
  session: { receivedAt: number };
}

/**
 * @param now milliseconds since the epoch, by the clock that the attempt was begun by.
 * @param attempt where there was one.
 */
export function publishOutcome(what: Undertaking, code: string, now: number, attempt: BegunAttempt | undefined): void {
  const milliseconds = attempt && now - attempt.session.receivedAt;
  outcomes.publish({ what, flow: attempt?.flow, code, milliseconds });
}

/** The code by which an error is counted. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  if (name === 'AbortError') return 'aborted';
  return typeof code === 'string' ? code : 'error';
}
