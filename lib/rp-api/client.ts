/** The RP API over HTTP: one method per endpoint, named after its path (section "Endpoints"). */

import { setTimeout as sleep } from 'node:timers/promises';
import type { GenericSchema } from 'valibot';
import type { CallbackUrlRules } from '../protocol/callback.js';
import { checkDisplayName } from '../protocol/display-text.js';
import { parseDocumentNumber } from '../protocol/document-number.js';
import { parseSemanticsIdentifier } from '../protocol/semantics-identifier.js';
import { parseUuid } from '../protocol/uuid.js';
import { codeOf, rpApiCalls, sessionEnds } from '../shared/diagnostics.js';
import { SmartIdInputError, SmartIdServiceError } from '../shared/errors.js';
import { exchange, type Fetch, fetchWith } from '../shared/http.js';
import { tlsOfLiveService } from '../shared/tls-failure.js';
import { AddressCheck } from './address-check.js';
import { Circuit } from './circuit.js';
import { callbackUrlRules, type Environment, type ResolvedEnvironment, resolveEnvironment } from './environment.js';
import { httpError, isOverloaded, type ServiceAnswer } from './http-errors.js';
import { checkPinnedKeys, createAgent, warnOfMissingPins } from './pinning.js';
import {
  type DeviceLinkAuthenticationRequest,
  type DeviceLinkCertificateChoiceRequest,
  type DeviceLinkSignatureRequest,
  deviceLinkAuthenticationBody,
  deviceLinkCertificateChoiceBody,
  deviceLinkSignatureBody,
  type LinkedSignatureRequest,
  linkedSignatureBody,
  type NotificationAuthenticationRequest,
  type NotificationCertificateChoiceRequest,
  type NotificationSignatureRequest,
  notificationAuthenticationBody,
  notificationCertificateChoiceBody,
  notificationSignatureBody,
  type RelyingParty,
  type SigningCertificateRequest,
  signingCertificateBody,
} from './requests.js';
import {
  type CodeSession,
  type CompleteSessionStatus,
  codeSessionSchema,
  type DeviceLinkSession,
  deviceLinkSessionSchema,
  type NotificationSession,
  notificationSessionSchema,
  parseResponse,
  publicDeviceLinkSessionSchema,
  type SessionStatus,
  type SigningCertificate,
  sessionStatusSchema,
  signingCertificateSchema,
} from './responses.js';

/** What `SmartIdClient` is told. */
export interface SmartIdClientOptions {
  /** The service that is asked. */
  environment: Environment;
  /** By contract with the service. */
  relyingPartyUUID: string;
  /**
   * By contract with the service, byte for byte: 1 to 32 characters, as JavaScript's `length` counts them, none of
   * which is invisible.
   */
  relyingPartyName: string;
  /** Base64 SHA-256 of the server's SubjectPublicKeyInfo, several for rotation; checked besides normal validation. */
  pinnedKeys?: readonly string[];
  /** Replaces node-fetch, for a proxy or a test. To hold the server's key against pins is then its business. */
  fetch?: Fetch;
}

/** How one request is made. */
export interface CallOptions {
  /** Ends the call, which then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** How the status is asked for. */
export interface SessionStatusOptions extends CallOptions {
  /**
   * How long the service may hold the answer back while the session runs: 1000 to 120000 ms (section "Session status").
   * @default `60_500`
   */
  timeoutMs?: number;
}

/** How the end of a session is waited for. */
export interface WaitOptions extends SessionStatusOptions {
  /**
   * Milliseconds after which waiting ends with a `timeout` error.
   * @default `300_000`
   */
  maxWaitMs?: number;
  /** @deprecated Use `maxWaitMs`. */
  deadline?: number;
}

/** Milliseconds that a session-creation request may take. */
const creationTimeoutMs = 30_000;
/** Milliseconds on top of the long poll's own, for the way there and back. */
const pollMarginMs = 10_000;
const defaultPollTimeoutMs = 60_500;
const defaultMaxWaitMs = 300_000;
/** How often in a row a poll may fail before waiting gives up. A poll changes nothing, so asking again is safe. */
const maxPollRetries = 4;
/** Milliseconds; and how long a pause of the service may be that is waited for. */
const firstRetryDelayMs = 500;
const maxPauseMs = 10_000;
/** By contract. */
const maxRelyingPartyNameLength = 32;
/** A real answer with its certificate has about ten thousand. */
const maxAnswerBytes = 64 * 1024;

/**
 * The RP API: one method for each of its endpoints (section "Endpoints"). Nothing that it answers is verified. What
 * breaks a rule of the protocol is a `SmartIdInputError`, before anything is sent, and before there is a promise in most
 * methods. The promises reject with a `SmartIdAccountError` where nobody can be asked; a `SmartIdRequestError` where the
 * service refuses the request; a `SmartIdServiceError` where it is out of reach or answers nonsense; and those of
 * `sessionStatus` and `waitForSession` with a `SmartIdSessionNotFoundError` for a session that is unknown or over.
 */
export class SmartIdClient {
  /** The service that is asked. */
  readonly environment: ResolvedEnvironment;
  private readonly relyingParty: RelyingParty;
  private readonly rules: CallbackUrlRules;
  private readonly deviceLinkSession: GenericSchema<unknown, DeviceLinkSession>;
  private readonly fetch: Fetch;
  private readonly circuit = new Circuit();
  private readonly address: AddressCheck;

  /** @throws SmartIdInputError naming the option that breaks a rule. */
  constructor(options: SmartIdClientOptions) {
    this.environment = resolveEnvironment(options.environment);
    this.relyingParty = checkRelyingParty(options);
    this.rules = callbackUrlRules(this.environment);
    this.deviceLinkSession =
      this.environment.kind === 'other' ? deviceLinkSessionSchema : publicDeviceLinkSessionSchema;
    if (options.pinnedKeys !== undefined) checkPinnedKeys(options.pinnedKeys);
    if (options.fetch !== undefined && typeof options.fetch !== 'function') {
      throw new SmartIdInputError('fetch', 'must be a function like fetch.');
    }
    if (options.fetch !== undefined && options.pinnedKeys !== undefined) {
      throw new SmartIdInputError('pinnedKeys', 'cannot be checked with a fetch of your own: check them there.');
    }
    if (this.environment.isLive && !options.fetch && !options.pinnedKeys) warnOfMissingPins();
    this.fetch = options.fetch ?? fetchWith(createAgent(this.environment.baseUrl, options.pinnedKeys));
    this.address = new AddressCheck(this.environment.baseUrl, (path, signal) =>
      this.post(path, this.relyingParty, signal),
    );
  }

  /** `POST /authentication/device-link/anonymous`: log in somebody not known yet. */
  authenticationDeviceLinkAnonymous(
    request: DeviceLinkAuthenticationRequest,
    options?: CallOptions,
  ): Promise<DeviceLinkSession> {
    return this.deviceLinkAuthentication('anonymous', request, options);
  }

  /** `POST /authentication/device-link/etsi/{semantics-identifier}`: log in this person. */
  authenticationDeviceLinkEtsi(
    semanticsIdentifier: string,
    request: DeviceLinkAuthenticationRequest,
    options?: CallOptions,
  ): Promise<DeviceLinkSession> {
    parseSemanticsIdentifier(semanticsIdentifier);
    return this.deviceLinkAuthentication(`etsi/${semanticsIdentifier}`, request, options);
  }

  /** `POST /authentication/device-link/document/{document-number}`: log in with this very document. */
  authenticationDeviceLinkDocument(
    documentNumber: string,
    request: DeviceLinkAuthenticationRequest,
    options?: CallOptions,
  ): Promise<DeviceLinkSession> {
    parseDocumentNumber(documentNumber);
    return this.deviceLinkAuthentication(`document/${documentNumber}`, request, options);
  }

  /** `POST /authentication/notification/etsi/{semantics-identifier}`: log in this person by push. */
  authenticationNotificationEtsi(
    semanticsIdentifier: string,
    request: NotificationAuthenticationRequest,
    options?: CallOptions,
  ): Promise<NotificationSession> {
    parseSemanticsIdentifier(semanticsIdentifier);
    return this.notificationAuthentication(`etsi/${semanticsIdentifier}`, request, options);
  }

  /** `POST /authentication/notification/document/{document-number}`: log in with this very document by push. */
  authenticationNotificationDocument(
    documentNumber: string,
    request: NotificationAuthenticationRequest,
    options?: CallOptions,
  ): Promise<NotificationSession> {
    parseDocumentNumber(documentNumber);
    return this.notificationAuthentication(`document/${documentNumber}`, request, options);
  }

  /**
   * `POST /signature/certificate/{document-number}`: the signing certificate of a known document, without a session.
   */
  signatureCertificate(
    documentNumber: string,
    request: SigningCertificateRequest = {},
    options?: CallOptions,
  ): Promise<SigningCertificate> {
    parseDocumentNumber(documentNumber);
    const body = signingCertificateBody(this.relyingParty, request);
    return this.create(`signature/certificate/${documentNumber}`, body, signingCertificateSchema, options);
  }

  /** `POST /signature/device-link/document/{document-number}`: sign with this very document. */
  signatureDeviceLinkDocument(
    documentNumber: string,
    request: DeviceLinkSignatureRequest,
    options?: CallOptions,
  ): Promise<DeviceLinkSession> {
    parseDocumentNumber(documentNumber);
    const body = deviceLinkSignatureBody(this.relyingParty, request, this.rules);
    return this.create(`signature/device-link/document/${documentNumber}`, body, this.deviceLinkSession, options);
  }

  /** `POST /signature/device-link/etsi/{semantics-identifier}`: sign with any document of this person. */
  signatureDeviceLinkEtsi(
    semanticsIdentifier: string,
    request: DeviceLinkSignatureRequest,
    options?: CallOptions,
  ): Promise<DeviceLinkSession> {
    parseSemanticsIdentifier(semanticsIdentifier);
    const body = deviceLinkSignatureBody(this.relyingParty, request, this.rules);
    return this.create(`signature/device-link/etsi/${semanticsIdentifier}`, body, this.deviceLinkSession, options);
  }

  /** `POST /signature/notification/document/{document-number}`: sign with this very document by push. */
  signatureNotificationDocument(
    documentNumber: string,
    request: NotificationSignatureRequest,
    options?: CallOptions,
  ): Promise<CodeSession> {
    parseDocumentNumber(documentNumber);
    const body = notificationSignatureBody(this.relyingParty, request);
    return this.create(`signature/notification/document/${documentNumber}`, body, codeSessionSchema, options);
  }

  /** `POST /signature/notification/etsi/{semantics-identifier}`: sign with any document of this person by push. */
  signatureNotificationEtsi(
    semanticsIdentifier: string,
    request: NotificationSignatureRequest,
    options?: CallOptions,
  ): Promise<CodeSession> {
    parseSemanticsIdentifier(semanticsIdentifier);
    const body = notificationSignatureBody(this.relyingParty, request);
    return this.create(`signature/notification/etsi/${semanticsIdentifier}`, body, codeSessionSchema, options);
  }

  /** `POST /signature/certificate-choice/device-link/anonymous`: learn the certificate of a signer not known yet. */
  certificateChoiceDeviceLinkAnonymous(
    request: DeviceLinkCertificateChoiceRequest = {},
    options?: CallOptions,
  ): Promise<DeviceLinkSession> {
    const body = deviceLinkCertificateChoiceBody(this.relyingParty, request, this.rules);
    return this.create('signature/certificate-choice/device-link/anonymous', body, this.deviceLinkSession, options);
  }

  /**
   * `POST /signature/notification/linked/{document-number}`: the signature that must follow a device-link certificate
   * choice at once, with the document that was chosen.
   */
  signatureNotificationLinked(
    documentNumber: string,
    request: LinkedSignatureRequest,
    options?: CallOptions,
  ): Promise<NotificationSession> {
    parseDocumentNumber(documentNumber);
    const body = linkedSignatureBody(this.relyingParty, request);
    return this.create(`signature/notification/linked/${documentNumber}`, body, notificationSessionSchema, options);
  }

  /**
   * `POST /signature/certificate-choice/notification/etsi/{semantics-identifier}`: learn the certificate of this person
   * by push; `signatureNotificationDocument` must follow, and nothing can be linked to it.
   */
  certificateChoiceNotificationEtsi(
    semanticsIdentifier: string,
    request: NotificationCertificateChoiceRequest = {},
    options?: CallOptions,
  ): Promise<NotificationSession> {
    parseSemanticsIdentifier(semanticsIdentifier);
    const body = notificationCertificateChoiceBody(this.relyingParty, request);
    const path = `signature/certificate-choice/notification/etsi/${semanticsIdentifier}`;
    return this.create(path, body, notificationSessionSchema, options);
  }

  /**
   * `GET /session/{sessionID}`: one long poll, which answers `RUNNING` after `timeoutMs`.
   * @param sessionID as the service has given it.
   * @throws SmartIdInputError when it is no UUID.
   */
  async sessionStatus(sessionID: string, options: SessionStatusOptions = {}): Promise<SessionStatus> {
    const { timeoutMs = defaultPollTimeoutMs, signal } = options;
    if (!Number.isInteger(timeoutMs) || timeoutMs < 1000 || timeoutMs > 120_000) {
      throw new SmartIdInputError('timeoutMs', 'must be a whole number of milliseconds from 1000 to 120000.');
    }
    const path = `session/${parseUuid(sessionID, 'sessionID')}?timeoutMs=${timeoutMs}`;
    const answer = await this.send({
      method: 'GET',
      path,
      timeoutMs: timeoutMs + pollMarginMs,
      signal,
    });
    if (answer.status !== 200) throw await this.errorOf(answer, path, signal);
    return this.read(sessionStatusSchema, answer);
  }

  /**
   * Polls until the session is complete, whatever its outcome, asking again after a passing fault.
   * @param sessionID as the service has given it.
   * @throws SmartIdInputError when it is no UUID.
   * @throws SmartIdServiceError `timeout` after `maxWaitMs`; what `sessionStatus` throws when it keeps failing, or fails
   * at that time.
   */
  async waitForSession(sessionID: string, options: WaitOptions = {}): Promise<CompleteSessionStatus> {
    const { deadline = defaultMaxWaitMs, maxWaitMs = deadline, timeoutMs = defaultPollTimeoutMs, signal } = options;
    const end = performance.now() + maxWaitMs;
    let failure: unknown;
    for (let failures = 0; ; ) {
      const left = end - performance.now();
      if (left <= 0) throw failure ?? new SmartIdServiceError('timeout', 'The Smart-ID session did not end in time.');
      try {
        const poll = Math.max(1000, Math.min(timeoutMs, Math.floor(left)));
        const status = await this.sessionStatus(sessionID, { timeoutMs: poll, signal });
        if (status.state === 'COMPLETE') {
          const { result, signature } = status;
          sessionEnds.publish({ endResult: result.endResult, flowType: signature?.flowType });
          return status;
        }
        failures = 0;
        failure = undefined;
      } catch (error) {
        failure = error;
        const pause = pauseAfter(error, ++failures);
        if (pause === undefined) throw error;
        await sleep(Math.min(pause, Math.max(0, end - performance.now())), undefined, { signal });
      }
    }
  }

  private deviceLinkAuthentication(
    path: string,
    request: DeviceLinkAuthenticationRequest,
    options?: CallOptions,
  ): Promise<DeviceLinkSession> {
    const body = deviceLinkAuthenticationBody(this.relyingParty, request, this.rules);
    return this.create(`authentication/device-link/${path}`, body, this.deviceLinkSession, options);
  }

  private notificationAuthentication(
    path: string,
    request: NotificationAuthenticationRequest,
    options?: CallOptions,
  ): Promise<NotificationSession> {
    const body = notificationAuthenticationBody(this.relyingParty, request);
    return this.create(`authentication/notification/${path}`, body, notificationSessionSchema, options);
  }

  /**
   * Not repeated after a failure: a session that was created and whose answer was lost would be created twice. The one
   * exception, a kept connection that was closed in that moment, is the business of `fetchWith`; the service allows it.
   */
  private async create<T>(
    path: string,
    body: unknown,
    schema: GenericSchema<unknown, T>,
    options: CallOptions = {},
  ): Promise<T> {
    const answer = await this.post(path, body, options.signal);
    if (answer.status !== 200) throw await this.errorOf(answer, path, options.signal);
    return this.read(schema, answer);
  }

  private post(path: string, body: unknown, signal?: AbortSignal): Promise<ServiceAnswer> {
    return this.send({ method: 'POST', path, body, timeoutMs: creationTimeoutMs, signal });
  }

  private read<T>(schema: GenericSchema<unknown, T>, { body }: ServiceAnswer): T {
    const read = parseResponse(schema, body);
    this.address.confirm();
    return read;
  }

  private async errorOf(answer: ServiceAnswer, path: string, signal?: AbortSignal): Promise<Error> {
    // Another status says nothing of what is missing.
    const missing = answer.status === 404 ? await this.address.findMissing(path, signal) : 'path';
    return httpError(answer, missing);
  }

  private async send(sending: Sending): Promise<ServiceAnswer> {
    this.circuit.enter();
    const since = performance.now();
    const publish = (answered: { status: number } | { code: string }) =>
      rpApiCalls.publish({ endpoint: endpointOf(sending.path), ...answered, milliseconds: performance.now() - since });
    try {
      const answer = await this.exchange(sending);
      publish({ status: answer.status });
      if (isOverloaded(answer)) this.circuit.fail(answer.retryAfterMs);
      else this.circuit.succeed();
      return answer;
    } catch (error) {
      publish({ code: codeOf(error) });
      throw error;
    }
  }

  private async exchange({ method, path, body, timeoutMs, signal }: Sending): Promise<ServiceAnswer> {
    const answer = await exchange(this.fetch, {
      service: 'The Smart-ID service',
      method,
      url: `${this.environment.baseUrl}/${path}`,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs,
      maxBytes: maxAnswerBytes,
      acceptedTls: tlsOfLiveService,
      signal,
    });
    return { ...answer, body: answer.body.toString('utf8') };
  }
}

interface Sending {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
  timeoutMs: number;
  signal?: AbortSignal;
}

/** A path without the names of persons, documents and sessions. */
function endpointOf(path: string): string {
  return path.replace(/(^session|\/(?:etsi|document|certificate|linked))\/.+$/, '$1');
}

function checkRelyingParty({ relyingPartyUUID, relyingPartyName }: RelyingParty): RelyingParty {
  parseUuid(relyingPartyUUID, 'relyingPartyUUID');
  checkDisplayName(relyingPartyName, 'relyingPartyName', maxRelyingPartyNameLength);
  return { relyingPartyUUID, relyingPartyName };
}

/**
 * Milliseconds until it is worth asking again; undefined where it is not. Doubles with each failure, and is what the
 * service asks for at least; the random part keeps many waiting logins from asking again in step.
 */
function pauseAfter(error: unknown, failures: number): number | undefined {
  if (!(error instanceof SmartIdServiceError) || error.code === 'bad_response' || failures > maxPollRetries)
    return undefined;
  const asked = (error.retryAfterSeconds ?? 0) * 1000;
  if (asked > maxPauseMs) return undefined;
  return asked + firstRetryDelayMs * 2 ** (failures - 1) * (0.5 + Math.random());
}
