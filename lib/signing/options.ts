/**
 * The options that a signing has besides those that it shares with logins, and what the site says of each signature.
 */

import type { X509Certificate } from 'node:crypto';
import type { Request } from 'express';
import type { AttemptStore } from '../attempt/attempt.js';
import { checkFunction, checkOptionNames, checkStore, checkText, namesOf } from '../attempt/check-options.js';
import { checkExpectedSigner } from '../attempt/expected-signer.js';
import {
  type CommonOptions,
  commonOptionNames,
  type ResolvedCommonOptions,
  resolveCommonOptions,
} from '../attempt/options.js';
import type { SmartIdProfile } from '../attempt/profile.js';
import { purposeOf } from '../attempt/purpose.js';
import { SessionAttemptStore } from '../attempt/session-store.js';
import { type CommonStartOptions, checkCommonStartOptions, commonStartNames } from '../attempt/start-options.js';
import {
  type CertificateLevel,
  certificateLevels,
  checkCertificateLevel,
  type HashAlgorithm,
  type SignatureAlgorithm,
} from '../protocol/algorithms.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';

/**
 * What a signature may be started with; each field but `signer` and `reference` defaults to the option of the same
 * name.
 */
export interface SigningStartOptions extends CommonStartOptions {
  /**
   * Who is to sign. `{ documentNumber }`, as it was learned at the login, is the account that signs without being asked
   * for it again; `{ semanticsIdentifier }` is a person; nothing is whoever scans the QR code or opens the link.
   */
  signer?: ExpectedSigner;
  /**
   * What the site calls the thing to be signed, at most 200 characters: handed to `prepare`, and back when it is
   * signed.
   */
  reference?: string;
}

/** What `SmartIdSigning` is told. */
export interface SmartIdSigningOptions extends CommonOptions {
  /**
   * Where signings are kept between requests.
   * @default in `req.session`
   */
  store?: AttemptStore;
  /**
   * The lowest level that may sign; `QSCD` asks for a qualified device.
   * @default `'QUALIFIED'`
   */
  certificateLevel?: CertificateLevel;
  /**
   * Tells several signings of one site apart, so that what one has begun is not there for another. Their callback URLs
   * do too: needed only where they have none.
   */
  name?: string;
}

/** Whose certificate it is that will sign, verified. */
export interface Signer {
  /** What the document to be signed names. */
  certificate: X509Certificate;
  /** The level of the account. */
  certificateLevel: CertificateLevel;
  /** The account that signs, such as `PNOEE-40404040009-MOCK-Q`. */
  documentNumber: string;
  /** Who signs, by the verified certificate. */
  profile: SmartIdProfile;
}

/** Which signature it is. */
export interface SigningRequest {
  /** The attempt's own id, the same as in views and in the result: a name for what `prepare` has made. */
  id: string;
  /** What the start was told is to be signed. */
  reference?: string;
}

/** What is to be signed: the bytes, which are hashed here, or their digest. */
export type ToSign = (
  | {
      /** The bytes that are signed. */
      data: Uint8Array;
      /** Not with `data`. */
      digest?: never;
    }
  | {
      /** Base64 of the hash, by `hashAlgorithm`. */
      digest: string;
      /** Not with `digest`. */
      data?: never;
    }
) & {
  /**
   * What this signature is made with.
   * @default the option of the same name
   */
  signatureAlgorithm?: SignatureAlgorithm;
  /**
   * What is signed is a hash of this kind.
   * @default the option of the same name
   */
  hashAlgorithm?: HashAlgorithm;
};

/** What is to be signed; nothing turns the signer away. */
export type Prepared = ToSign | false | null | undefined;

/**
 * The site's own function: makes what is to be signed, once the signer's certificate is known, or returns nothing to
 * turn the signer away. The request is the one that began, which may have been answered by then. A person who chooses a
 * certificate on the same device has not come back yet, so nothing about the signer may be told to the browser from
 * here.
 */
export type Prepare = (signer: Signer, request: SigningRequest, req: Request) => Prepared | Promise<Prepared>;

/** `prepare` with what is to be done where nobody signs what it has made. */
export interface Preparation {
  /** Makes what is to be signed. */
  prepare: Prepare;
  /**
   * Forgets what was made for this attempt, where the signature session does not begin, the person refuses, is too late
   * or cancels. It may be called for what has been signed meanwhile, and where nothing was made; what it throws is
   * passed over. Attempts that are left alone are not told of.
   */
  discard(id: string): unknown;
}

export interface ResolvedSigningOptions extends ResolvedCommonOptions {
  certificateLevel: CertificateLevel;
  what: 'signing';
  purpose: string;
  isBoundToSession: true;
  prepare: Prepare;
  /** Settles always. */
  discard(id: string): Promise<void>;
  store: AttemptStore;
}

const optionNames = [
  ...commonOptionNames,
  ...namesOf<Omit<SmartIdSigningOptions, keyof CommonOptions>>({ certificateLevel: true, name: true, store: true }),
];
const startNames = [
  ...commonStartNames,
  ...namesOf<Omit<SigningStartOptions, keyof CommonStartOptions>>({ signer: true, reference: true }),
];

/** @throws SmartIdInputError naming the option and the rule it breaks. */
export function resolveSigningOptions(
  options: SmartIdSigningOptions,
  given: Prepare | Preparation,
): ResolvedSigningOptions {
  checkOptionNames(options, optionNames, 'SmartIdSigning');
  const { certificateLevel = 'QUALIFIED', name, store } = options;
  const common = resolveCommonOptions(options, 'Sign at');
  checkCertificateLevel(certificateLevel, certificateLevels);
  const preparation = typeof given === 'function' ? { prepare: given, discard() {} } : given;
  checkFunction('prepare', preparation?.prepare);
  checkFunction('discard', preparation.discard);
  checkText('name', name, 100);
  checkStore(store);
  const purpose = purposeOf('signing', common, certificateLevel, name);
  return {
    ...common,
    what: 'signing',
    purpose,
    isBoundToSession: true,
    certificateLevel,
    prepare: (...about) => preparation.prepare(...about),
    // What is not forgotten now is when its time is over.
    discard: async (id) => {
      await Promise.resolve()
        .then(() => preparation.discard(id))
        .catch(() => {});
    },
    store: store ?? new SessionAttemptStore(common.clock),
  };
}

/** @throws SmartIdInputError naming the field and the rule it breaks. */
export function checkSigningStartOptions(start: SigningStartOptions, settings: ResolvedSigningOptions): void {
  checkOptionNames(start, startNames, 'start');
  checkCommonStartOptions(start, settings);
  checkText('reference', start.reference, 200);
  const signer = checkExpectedSigner(start.signer, 'signer', settings.countries);
  if ((start.flow ?? settings.start.flow) === 'notification' && signer === undefined) {
    throw new SmartIdInputError('signer', 'must name a person or a document in a notification flow.');
  }
}
