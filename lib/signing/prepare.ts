/**
 * What is to be signed: made by the site once it knows the certificate, and held against the rules before it is sent.
 */

import type { Request } from 'express';
import type { Attempt } from '../attempt/attempt.js';
import { type AcceptedCountries, isOfAcceptedCountry } from '../attempt/countries.js';
import { profileOf } from '../attempt/profile.js';
import { checkSignatureChoice, hashAlgorithmOf, type SignatureChoice } from '../protocol/algorithms.js';
import { calculateDigest, digestBytes } from '../protocol/digest.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { VerifiedSigningCertificate } from '../verify/certificate-choice.js';
import type { Identity } from '../verify/identity.js';
import type { ResolvedSigningOptions, Signer, SigningRequest, ToSign } from './options.js';
import { signingError } from './signing-error.js';

/** What the app is asked to sign. */
export type PreparedDigest = SignatureChoice & { digest: string };

/**
 * Asks the site; undefined when it turns the signer away.
 * @throws SmartIdSigningError when the signer's country is not accepted, and `prepare` is not called then; what
 * `prepare` throws; SmartIdInputError when it returns what breaks a rule.
 */
export async function prepareDigest(
  { prepare, signature, countries }: ResolvedSigningOptions,
  verified: VerifiedSigningCertificate,
  request: SigningRequest,
  req: Request,
): Promise<PreparedDigest | undefined> {
  checkSignerCountry(verified.identity, countries);
  const toSign = await prepare(signerOf(verified), request, req);
  return toSign ? digestToSign(toSign, signature) : undefined;
}

/** @throws SmartIdSigningError when the signer's country is not accepted. */
export function checkSignerCountry(
  { semanticsIdentifier }: Identity,
  countries: AcceptedCountries,
  attempt?: Attempt,
): void {
  if (!isOfAcceptedCountry(semanticsIdentifier, countries)) throw signingError('country_not_accepted', attempt, 403);
}

export function signerOf(verified: VerifiedSigningCertificate): Signer {
  const { certificate, certificateLevel, documentNumber, identity } = verified;
  return { certificate, certificateLevel, documentNumber, profile: profileOf(identity) };
}

function digestToSign(toSign: ToSign, defaults: SignatureChoice): PreparedDigest {
  const { data, digest, signatureAlgorithm = defaults.signatureAlgorithm } = toSign;
  if ((data === undefined) === (digest === undefined)) {
    throw new SmartIdInputError('prepare', 'must return either data or a digest, or nothing.');
  }
  const usualHash = signatureAlgorithm === defaults.signatureAlgorithm ? defaults.hashAlgorithm : undefined;
  const choice = { signatureAlgorithm, hashAlgorithm: toSign.hashAlgorithm ?? usualHash };
  checkSignatureChoice(choice);
  const hashAlgorithm = hashAlgorithmOf(choice);
  if (data !== undefined) return { ...choice, digest: calculateDigest(data, hashAlgorithm) };
  digestBytes(digest, hashAlgorithm);
  return { ...choice, digest };
}
