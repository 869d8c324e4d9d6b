/** Every option of the strategy, its default, and the one place that rejects a bad one. */

import type { Request } from 'express';
import type { AttemptStore, Flow } from './attempt/attempt.js';
import { Decoys } from './attempt/decoy.js';
import { SessionAttemptStore } from './attempt/session-store.js';
import { SmartIdInputError } from './errors.js';
import {
  type AuthenticationCertificateLevel,
  checkSignatureChoice,
  type HashAlgorithm,
  type SignatureAlgorithm,
  type SignatureChoice,
} from './protocol/algorithms.js';
import { checkCallbackUrl } from './protocol/callback.js';
import { type LinkLanguage, linkLanguages } from './protocol/device-link.js';
import { parseDocumentNumber } from './protocol/document-number.js';
import {
  encodeInteractions,
  type Interaction,
  type InteractionSet,
  interactionTypes,
} from './protocol/interactions.js';
import { parseSemanticsIdentifier } from './protocol/semantics-identifier.js';
import { createRevocationChecker } from './revocation.js';
import { SmartIdClient, type SmartIdClientOptions } from './rp-api/client.js';
import type { RequestProperties } from './rp-api/requests.js';
import { loadTrustAnchors, type TrustAnchorSource, type TrustAnchors } from './trust/anchors.js';
import type { RevocationChecker, RevocationPolicy } from './trust/revocation/revocation.js';
import type { ExpectedSigner } from './verify/certificate-checks.js';

/** Who is to log in: nobody in particular, a person, or one document. Decided by the site's code, for each request. */
export type Identify = (req: Request) => ExpectedSigner | undefined | Promise<ExpectedSigner | undefined>;

/** What a login may be started with; each field defaults to the strategy's option of the same name. */
export interface StartOptions {
  flow?: Flow;
  identify?: Identify;
  interactions?: readonly Interaction[];
  /** The language of the page that opens where the app is not installed. */
  lang?: LinkLanguage;
  /** A path of this site, beginning with one slash; it comes back in `info.returnTo` after the login. */
  returnTo?: string;
}

export interface SmartIdStrategyOptions extends SmartIdClientOptions {
  /** Only for a broker: the name of the site on whose behalf it asks. */
  brokeredRpName?: string;
  /** PEM text, DER buffers, or the path of a file or folder: the CAs that may issue certificates, and no others. */
  trustAnchors: TrustAnchorSource;
  /** Where the app returns to in the browser: https, and turns on Web2App links. http only for localhost, never with 'live'. */
  callbackURL?: string;
  /** Where the app returns to in a native app of the site: turns on the `app` flow; another base URL than `callbackURL`. */
  appCallbackURL?: string;
  /**
   * What the app shows, in order of preference. `confirmationMessageAndVerificationCodeChoice` is left out of
   * device-link flows, which do not know it. Default: the site's name.
   */
  interactions?: readonly Interaction[];
  /**
   * How revoked certificates are found: `ocsp-then-crl` (default) asks OCSP and, where that gives no answer, the CRL;
   * `ocsp` asks OCSP alone; `off` asks nobody. Revoked, unknown and no answer at all refuse the login.
   */
  revocation?: RevocationPolicy;
  /** The lowest level that may log in. Default `QUALIFIED`. */
  certificateLevel?: AuthenticationCertificateLevel;
  /** Default `rsassa-pss`; the others are deprecated. */
  signatureAlgorithm?: SignatureAlgorithm;
  /** With `rsassa-pss` only. Default `SHA-512`. */
  hashAlgorithm?: HashAlgorithm;
  /** Default `eng`. */
  lang?: LinkLanguage;
  /** Default: nobody in particular. A `notification` flow needs somebody. */
  identify?: Identify;
  /** Default `device-link`. */
  flow?: Flow;
  /** Sent with the request; `shareMdClientIpAddress` needs a privilege. */
  requestProperties?: RequestProperties;
  /** Where attempts are kept between requests. Default: in `req.session`. */
  store?: AttemptStore;
  /** Where `authenticate` sends a request that has no attempt. Without it, such a request fails. */
  loginURL?: string;
  /** Milliseconds since the epoch, for tests. Default `Date.now`. */
  clock?: () => number;
}

export interface ResolvedOptions {
  client: SmartIdClient;
  relyingPartyName: string;
  brokeredRpName?: string;
  trustAnchors: TrustAnchors;
  revocation: RevocationChecker;
  acceptDemoPolicies: boolean;
  callbackURL?: string;
  appCallbackURL?: string;
  certificateLevel: AuthenticationCertificateLevel;
  signature: SignatureChoice;
  requestProperties?: RequestProperties;
  start: Required<Pick<StartOptions, 'flow' | 'identify' | 'interactions' | 'lang'>>;
  store: AttemptStore;
  decoys: Decoys;
  loginURL?: string;
  clock: () => number;
}

export const flows = ['device-link', 'app', 'notification'] as const satisfies Flow[];

const known = new Set([
  'environment',
  'relyingPartyUUID',
  'relyingPartyName',
  'brokeredRpName',
  'pinnedKeys',
  'fetch',
  'trustAnchors',
  'revocation',
  'callbackURL',
  'appCallbackURL',
  'interactions',
  'certificateLevel',
  'signatureAlgorithm',
  'hashAlgorithm',
  'lang',
  'identify',
  'flow',
  'requestProperties',
  'store',
  'loginURL',
  'clock',
  'passReqToCallback',
]);

/** @throws SmartIdInputError naming the option and the rule it breaks. */
export function resolveOptions(options: SmartIdStrategyOptions): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw new SmartIdInputError('options', 'must be an object.');
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw new SmartIdInputError(name, 'is not an option of SmartIdStrategy.');
  }
  const { certificateLevel = 'QUALIFIED', signatureAlgorithm = 'rsassa-pss', clock = Date.now } = options;
  checkFunction('clock', clock);
  const client = new SmartIdClient(options);
  if (certificateLevel !== 'QUALIFIED' && certificateLevel !== 'ADVANCED') {
    throw new SmartIdInputError('certificateLevel', 'must be ADVANCED or QUALIFIED.');
  }
  const signature: SignatureChoice = {
    signatureAlgorithm,
    hashAlgorithm:
      options.hashAlgorithm === undefined && signatureAlgorithm === 'rsassa-pss' ? 'SHA-512' : options.hashAlgorithm,
  };
  checkSignatureChoice(signature);
  const rules = { allowLoopbackHttp: !client.environment.isLive };
  for (const field of ['callbackURL', 'appCallbackURL'] as const) {
    if (options[field] !== undefined) checkCallbackUrl(options[field], field, rules);
  }
  if (options.callbackURL !== undefined && options.callbackURL === options.appCallbackURL) {
    throw new SmartIdInputError('appCallbackURL', 'must differ from callbackURL.');
  }
  for (const field of ['brokeredRpName', 'loginURL'] as const) checkText(field, options[field]);
  checkRequestProperties(options.requestProperties);
  checkStore(options.store);
  const {
    flow = 'device-link',
    identify = () => undefined,
    interactions = defaultInteractions(options.brokeredRpName ?? options.relyingPartyName),
    lang = 'eng',
  } = options;
  const start = { flow, identify, interactions, lang };
  checkStartOptions(start, options);
  return {
    client,
    relyingPartyName: options.relyingPartyName,
    brokeredRpName: options.brokeredRpName,
    trustAnchors: loadTrustAnchors(options.trustAnchors, clock()),
    revocation: createRevocationChecker(options.revocation, options.fetch),
    acceptDemoPolicies: options.environment === 'demo',
    callbackURL: options.callbackURL,
    appCallbackURL: options.appCallbackURL,
    certificateLevel,
    signature,
    requestProperties: options.requestProperties,
    start,
    store: options.store ?? new SessionAttemptStore(clock),
    decoys: new Decoys(),
    loginURL: options.loginURL,
    clock,
  };
}

/** @throws SmartIdInputError naming the field and the rule it breaks. */
export function checkStartOptions(start: StartOptions, { appCallbackURL }: { appCallbackURL?: string }): void {
  const { flow, identify, interactions, lang, returnTo } = start;
  if (flow !== undefined && !flows.includes(flow)) {
    throw new SmartIdInputError('flow', `must be one of ${flows.join(', ')}.`);
  }
  if (flow === 'app' && appCallbackURL === undefined) {
    throw new SmartIdInputError('appCallbackURL', "must be set for the flow 'app'.");
  }
  if (identify !== undefined) checkFunction('identify', identify);
  if (interactions !== undefined) {
    encodeInteractions(interactions, 'notification');
    encodeInteractionsFor(interactions, 'device-link');
  }
  if (lang !== undefined && !linkLanguages.includes(lang)) {
    throw new SmartIdInputError('lang', `must be one of ${linkLanguages.join(', ')}.`);
  }
  if (returnTo !== undefined && !isPathOfSite(returnTo)) {
    throw new SmartIdInputError('returnTo', 'must be a path of this site that begins with exactly one slash.');
  }
}

/** Whether a redirect to this stays on the site. A backslash counts as a slash in browsers, so it must not be there. */
export function isPathOfSite(value: unknown): value is string {
  return typeof value === 'string' && /^\/(?![/\\])[^\s\\]{0,2000}$/.test(value);
}

/** The encoded interactions that a flow may use, of a list that serves all flows. */
export function encodeInteractionsFor(interactions: readonly Interaction[], set: InteractionSet): string {
  const usable = interactions.filter(({ type }) => interactionTypes(set).includes(type));
  if (usable.length === 0) {
    throw new SmartIdInputError(
      'interactions',
      `must hold one that a ${set} flow can use: displayTextAndPIN or confirmationMessage.`,
    );
  }
  return encodeInteractions(usable, set);
}

/** @throws SmartIdInputError when it names nobody in a way that the protocol knows. */
export function checkExpectedSigner(expected: ExpectedSigner | undefined): ExpectedSigner | undefined {
  if (expected === undefined) return undefined;
  if (typeof expected === 'object' && expected !== null) {
    const { semanticsIdentifier, documentNumber } = expected as {
      semanticsIdentifier?: string;
      documentNumber?: string;
    };
    if (documentNumber !== undefined && semanticsIdentifier === undefined) {
      return { documentNumber: parseDocumentNumber(documentNumber) };
    }
    if (semanticsIdentifier !== undefined && documentNumber === undefined) {
      parseSemanticsIdentifier(semanticsIdentifier);
      return { semanticsIdentifier };
    }
  }
  throw new SmartIdInputError('identify', 'must return nothing, { semanticsIdentifier } or { documentNumber }.');
}

function defaultInteractions(siteName: string): readonly Interaction[] {
  const text = `Log in to ${siteName}`;
  return [
    { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: text },
    { type: 'displayTextAndPIN', displayText60: text.slice(0, 60) },
  ];
}

function checkRequestProperties(properties: RequestProperties | undefined): void {
  if (properties === undefined) return;
  const isObject = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
  if (!isObject || Object.entries(properties).some(([name, value]) => !isRequestProperty(name, value))) {
    throw new SmartIdInputError(
      'requestProperties',
      'may hold shareMdClientIpAddress, true or false, and nothing else.',
    );
  }
}

function isRequestProperty(name: string, value: unknown): boolean {
  return name === 'shareMdClientIpAddress' && typeof value === 'boolean';
}

function checkStore(store: AttemptStore | undefined): void {
  if (store === undefined) return;
  for (const method of ['create', 'read', 'update', 'take'] as const) {
    if (typeof store?.[method] !== 'function') throw new SmartIdInputError('store', `must have a method ${method}.`);
  }
}

function checkFunction(field: string, value: unknown): void {
  if (typeof value !== 'function') throw new SmartIdInputError(field, 'must be a function.');
}

function checkText(field: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== 'string' || value === '' || value.length > 2000) {
    throw new SmartIdInputError(field, 'must be a text of 1 to 2000 characters.');
  }
}
