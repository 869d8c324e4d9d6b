/** The options that logins and signings share, their defaults, and the one place that rejects a bad one. */

import {
  type CertificateLevel,
  checkSignatureChoice,
  type HashAlgorithm,
  type SignatureAlgorithm,
  type SignatureChoice,
} from '../protocol/algorithms.js';
import { checkCallbackUrl } from '../protocol/callback.js';
import { type LinkLanguage, linkLanguages } from '../protocol/device-link.js';
import { checkDisplayName, cutDisplayText } from '../protocol/display-text.js';
import { parseDocumentNumber } from '../protocol/document-number.js';
import {
  encodeInteractions,
  type Interaction,
  type InteractionSet,
  interactionTypes,
} from '../protocol/interactions.js';
import { parseSemanticsIdentifier } from '../protocol/semantics-identifier.js';
import { SmartIdClient, type SmartIdClientOptions } from '../rp-api/client.js';
import { callbackUrlRules } from '../rp-api/environment.js';
import { checkRequestProperties, type RequestProperties } from '../rp-api/requests.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { Flow, Undertaking } from '../shared/undertaking.js';
import { checkAnchorsFit, loadTrustAnchors, type TrustAnchorSource } from '../trust/anchors.js';
import { createRevocationChecker } from '../trust/revocation/over-http.js';
import type { RevocationPolicy } from '../trust/revocation/revocation.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import type { TrustInput } from '../verify/trust-input.js';
import type { AttemptStore } from './attempt.js';
import { type AcceptedCountries, checkCountries, isOfAcceptedCountry } from './countries.js';
import type { CreationSettings } from './create-session.js';
import { Decoys } from './decoy.js';

/** What an attempt may be started with; each field defaults to the option of the same name. */
export interface CommonStartOptions {
  /**
   * By a device link or by a push.
   * @default `'device-link'`
   */
  flow?: Flow;
  /**
   * What the app shows before it asks for the PIN, the best first: the first that the app can show.
   * @default the option of the same name
   */
  interactions?: readonly Interaction[];
  /** The language of the page that opens where the app is not installed. */
  lang?: LinkLanguage;
  /** A path of this site, beginning with one slash; it comes back when the attempt is done. */
  returnTo?: string;
}

export interface CommonOptions extends SmartIdClientOptions {
  /**
   * Whose persons are accepted: ISO 3166-1 alpha-2, upper case, such as `['EE', 'LV']`. What counts is the country that
   * issued the identifier, as in `PNOEE-…`, and not the C of the certificate's subject, which `profile.country` is.
   * @default all
   */
  countries?: readonly string[];
  /**
   * Only for a broker: the name of the site on whose behalf it asks, 1 to 100 characters.
   * @default none
   */
  brokeredRpName?: string;
  /** PEM text, DER buffers, or the path of a file or folder: the CAs that may issue certificates, and no others. */
  trustAnchors: TrustAnchorSource;
  /**
   * Where the app returns to in the browser: an https URL, which turns on Web2App links. http for localhost with a
   * simulator only, never with `'demo'` or `'live'`. Set it where you can: the service's description of its requests
   * asks for a callback URL with every login by device link, although its text lets a QR code do without.
   * @default none, which leaves the QR code alone
   */
  callbackURL?: string;
  /**
   * Where the app returns to in a native app of the site: turns on the `app` flow; another base URL than `callbackURL`.
   */
  appCallbackURL?: string;
  /**
   * What the app shows, in order of preference. `confirmationMessageAndVerificationCodeChoice` is left out of
   * device-link flows, which do not know it.
   * @default the site's name
   */
  interactions?: readonly Interaction[];
  /**
   * How revoked certificates are found: `ocsp-then-crl` asks OCSP and, where that gives no answer, the CRL; `ocsp` asks
   * OCSP alone; `off` asks nobody. Revoked, unknown and no answer at all refuse.
   * @default `'ocsp-then-crl'`
   */
  revocation?: RevocationPolicy;
  /**
   * What the app signs with; all but `rsassa-pss` are deprecated.
   * @default `'rsassa-pss'`
   */
  signatureAlgorithm?: SignatureAlgorithm;
  /**
   * With `rsassa-pss` only.
   * @default `'SHA-512'`
   */
  hashAlgorithm?: HashAlgorithm;
  /**
   * The language of the page that opens where the app is not installed.
   * @default `'eng'`
   */
  lang?: LinkLanguage;
  /**
   * By a device link or by a push.
   * @default `'device-link'`
   */
  flow?: Flow;
  /** Sent with the request; `shareMdClientIpAddress` needs a privilege. */
  requestProperties?: RequestProperties;
  /**
   * Milliseconds since the epoch, for tests; the limits of starts and pushes go by the real time.
   * @default `Date.now`
   */
  clock?: () => number;
}

export interface ResolvedCommonOptions extends CreationSettings {
  trust: Omit<TrustInput, 'now'>;
  countries: AcceptedCountries;
  start: Required<Pick<CommonStartOptions, 'flow' | 'interactions' | 'lang'>>;
}

/** Ours: the documentation names no limit. */
const maxBrokeredRpNameLength = 100;

export const commonOptionNames = [
  'environment',
  'relyingPartyUUID',
  'relyingPartyName',
  'countries',
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
  'flow',
  'requestProperties',
  'clock',
] as const;

/** The names of `CommonStartOptions`. */
export const commonStartNames = ['flow', 'interactions', 'lang', 'returnTo'] as const;

const flows = ['device-link', 'app', 'notification'] as const satisfies Flow[];

/**
 * @param verb what the app's default text says that the person does.
 * @throws SmartIdInputError naming the option and the rule it breaks.
 */
export function resolveCommonOptions(options: CommonOptions, verb: 'Log in to' | 'Sign at'): ResolvedCommonOptions {
  const { signatureAlgorithm = 'rsassa-pss', clock = Date.now } = options;
  checkFunction('clock', clock);
  const client = new SmartIdClient(options);
  const signature: SignatureChoice = {
    signatureAlgorithm,
    hashAlgorithm:
      options.hashAlgorithm === undefined && signatureAlgorithm === 'rsassa-pss' ? 'SHA-512' : options.hashAlgorithm,
  };
  checkSignatureChoice(signature);
  const rules = callbackUrlRules(client.environment);
  for (const field of ['callbackURL', 'appCallbackURL'] as const) {
    if (options[field] !== undefined) checkCallbackUrl(options[field], field, rules);
  }
  if (options.callbackURL !== undefined && options.callbackURL === options.appCallbackURL) {
    throw new SmartIdInputError('appCallbackURL', 'must differ from callbackURL.');
  }
  if (options.brokeredRpName !== undefined)
    checkDisplayName(options.brokeredRpName, 'brokeredRpName', maxBrokeredRpNameLength);
  checkKnownProperties(options.requestProperties);
  const {
    flow = 'device-link',
    interactions = defaultInteractions(`${verb} ${options.brokeredRpName ?? options.relyingPartyName}`),
    lang = 'eng',
  } = options;
  const start = { flow, interactions, lang };
  checkCommonStartOptions(start, options);
  const trustAnchors = loadTrustAnchors(options.trustAnchors, clock());
  checkAnchorsFit(trustAnchors, client.environment.kind);
  return {
    client,
    relyingPartyName: options.relyingPartyName,
    brokeredRpName: options.brokeredRpName,
    trust: {
      trustAnchors,
      revocation: createRevocationChecker(options.revocation, options.fetch),
      acceptDemoPolicies: client.environment.kind === 'demo',
    },
    callbackURL: options.callbackURL,
    appCallbackURL: options.appCallbackURL,
    signature,
    requestProperties: options.requestProperties,
    start,
    countries: checkCountries(options.countries),
    decoys: new Decoys(),
    clock,
  };
}

/**
 * What an attempt of this kind, service, level, place on the site and choice of countries may end in; an attempt that
 * was begun on other terms, or elsewhere, is not found.
 */
export function purposeOf(
  kind: Undertaking,
  settings: CreationSettings & { countries: AcceptedCountries },
  level: CertificateLevel,
  name: string = '',
): string {
  const { client, relyingPartyName, brokeredRpName = '', callbackURL = '', appCallbackURL = '' } = settings;
  const { baseUrl } = client.environment;
  const countries = [...(settings.countries ?? [])].sort().join(',');
  // As JSON, in which no two lists of texts look the same.
  return JSON.stringify([
    kind,
    level,
    countries,
    baseUrl,
    relyingPartyName,
    brokeredRpName,
    callbackURL,
    appCallbackURL,
    name,
  ]);
}

/** @throws SmartIdInputError naming the field that is none of these. */
export function checkOptionNames(options: object, known: readonly string[], owner: string): void {
  if (typeof options !== 'object' || options === null) throw new SmartIdInputError('options', 'must be an object.');
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new SmartIdInputError(name, `is not an option of ${owner}.`);
  }
}

/** @throws SmartIdInputError naming the field and the rule it breaks. */
export function checkCommonStartOptions(
  { flow, interactions, lang, returnTo }: CommonStartOptions,
  { appCallbackURL }: { appCallbackURL?: string },
): void {
  if (flow !== undefined && !flows.includes(flow)) {
    throw new SmartIdInputError('flow', `must be one of ${flows.join(', ')}.`);
  }
  if (flow === 'app' && appCallbackURL === undefined) {
    throw new SmartIdInputError('appCallbackURL', "must be set for the flow 'app'.");
  }
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

/**
 * Whether a redirect to this stays on the site. A backslash counts as a slash in browsers, so it must not be there; nor
 * half of a character, which no address can hold.
 */
export function isPathOfSite(value: unknown): value is string {
  return typeof value === 'string' && /^\/(?![/\\])[^\s\\\p{Surrogate}]{0,2000}$/u.test(value);
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

/** The interaction set of a flow. */
export function interactionSetOf(flow: Flow): InteractionSet {
  return flow === 'notification' ? 'notification' : 'device-link';
}

/**
 * @param field what gave it, for the message.
 * @throws SmartIdInputError when it names nobody in a way that the protocol knows, or somebody of another country.
 */
export function checkExpectedSigner(
  expected: ExpectedSigner | undefined,
  field: string,
  countries?: AcceptedCountries,
): ExpectedSigner | undefined {
  if (expected === undefined) return undefined;
  const signer = readExpectedSigner(expected, field);
  const identifier = 'documentNumber' in signer ? signer.documentNumber : signer.semanticsIdentifier;
  if (!isOfAcceptedCountry(identifier, countries)) {
    throw new SmartIdInputError(field, `must be of one of the accepted countries: ${countries?.join(', ')}.`);
  }
  return signer;
}

function readExpectedSigner(expected: ExpectedSigner, field: string): ExpectedSigner {
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
  throw new SmartIdInputError(field, 'must be nothing, { semanticsIdentifier } or { documentNumber }.');
}

function defaultInteractions(text: string): readonly Interaction[] {
  return [
    { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: text },
    { type: 'displayTextAndPIN', displayText60: cutDisplayText(text, 60) },
  ];
}

/** An unknown name may be a spelling mistake, and nobody would see that the service passes over it. */
function checkKnownProperties(properties: RequestProperties = {}): void {
  checkRequestProperties(properties);
  const unknown = Object.keys(properties).find((name) => name !== 'shareMdClientIpAddress');
  if (unknown === undefined) return;
  throw new SmartIdInputError(`requestProperties.${unknown}`, 'is not a property that the service knows.');
}

/** @throws SmartIdInputError naming the method that is missing. */
export function checkStore(store: AttemptStore | undefined): void {
  if (store === undefined) return;
  for (const method of ['create', 'read', 'update', 'take'] as const) {
    if (typeof store?.[method] !== 'function') throw new SmartIdInputError('store', `must have a method ${method}.`);
  }
  if (store.limits !== undefined && typeof store.limits?.increment !== 'function') {
    throw new SmartIdInputError('store', 'must have a method limits.increment, or no limits.');
  }
}

export function checkFunction(field: string, value: unknown): void {
  if (typeof value !== 'function') throw new SmartIdInputError(field, 'must be a function.');
}

export function checkText(field: string, value: unknown, maxLength = 2000): void {
  if (value === undefined) return;
  if (typeof value !== 'string' || value === '' || value.length > maxLength) {
    throw new SmartIdInputError(field, `must be a text of 1 to ${maxLength} characters.`);
  }
}
