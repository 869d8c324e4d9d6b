/** The options that logins and signings share, their defaults, and the one place that rejects a bad one. */

import {
  checkSignatureChoice,
  type HashAlgorithm,
  type SignatureAlgorithm,
  type SignatureChoice,
} from '../protocol/algorithms.js';
import { checkCallbackUrl } from '../protocol/callback.js';
import type { LinkLanguage } from '../protocol/device-link.js';
import { checkDisplayName } from '../protocol/display-text.js';
import type { Interaction } from '../protocol/interactions.js';
import { SmartIdClient, type SmartIdClientOptions } from '../rp-api/client.js';
import { callbackUrlRules } from '../rp-api/environment.js';
import { checkRequestProperties, type RequestProperties } from '../rp-api/requests.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { Flow } from '../shared/undertaking.js';
import { checkAnchorsFit, loadTrustAnchors, type TrustAnchorSource } from '../trust/anchors.js';
import { createRevocationChecker } from '../trust/revocation/over-http.js';
import type { RevocationPolicy } from '../trust/revocation/revocation.js';
import type { TrustInput } from '../verify/trust-input.js';
import { checkFunction, namesOf } from './check-options.js';
import { type AcceptedCountries, checkCountries } from './countries.js';
import type { CreationSettings } from './create-session.js';
import { Decoys } from './decoy.js';
import { defaultInteractions } from './flow-interactions.js';
import { type CommonStartOptions, checkCommonStartOptions } from './start-options.js';

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

export const commonOptionNames = namesOf<CommonOptions>({
  environment: true,
  relyingPartyUUID: true,
  relyingPartyName: true,
  countries: true,
  brokeredRpName: true,
  pinnedKeys: true,
  fetch: true,
  trustAnchors: true,
  revocation: true,
  callbackURL: true,
  appCallbackURL: true,
  interactions: true,
  signatureAlgorithm: true,
  hashAlgorithm: true,
  lang: true,
  flow: true,
  requestProperties: true,
  clock: true,
});

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

/** An unknown name may be a spelling mistake, and nobody would see that the service passes over it. */
function checkKnownProperties(properties: RequestProperties = {}): void {
  checkRequestProperties(properties);
  const unknown = Object.keys(properties).find((name) => name !== 'shareMdClientIpAddress');
  if (unknown === undefined) return;
  throw new SmartIdInputError(`requestProperties.${unknown}`, 'is not a property that the service knows.');
}
