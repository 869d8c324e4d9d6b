/**
 * The certificate of the unit that signed a timestamp (RFC 3161, section 2.3): which of those that came along it is,
 * whether it leads to an anchor, and whether the signature names it.
 */

import { createHash } from 'node:crypto';
import { nodeHashName } from '../../protocol/algorithms.js';
import type { TrustAnchors } from '../../trust/anchors.js';
import { type Certificate, parseCertificate } from '../../trust/certificate.js';
import { hasStrongKey, isForTimestamps } from '../../trust/certificate-profile.js';
import { type DerElement, DerError, elementsIn, onlyElement, tags } from '../../trust/der.js';
import { integerIn } from '../../trust/der-values.js';
import { directoryName, generalNamesIn } from '../../trust/extensions.js';
import { buildPath, findIssuer, hasReadableKey, judgeDates } from '../../trust/path.js';
import { hashAlgorithmIn } from './hash-types.js';
import type { SignedData } from './signed-data.js';
import { wrongTimestamp } from './wrong-timestamp.js';

/** The unit first, its anchor last; the unit alone where it is an anchor itself. */
export type UnitPath = readonly [unit: Certificate, anchor?: Certificate];

const subjectKeyIdentifier = '2.5.29.14';

/**
 * The signer's certificate, which an anchor has signed, or which is one: that is told from slices of bytes alone.
 * @throws SmartIdVerificationError when there is none; DerError when it is malformed.
 */
export function findUnit({ certificates, signer }: SignedData, anchors: TrustAnchors): Certificate {
  // All of them go into the file, where others read them.
  const candidates = certificates.map(({ bytes }) => parseCertificate(bytes));
  const unit = candidates.find((certificate) => isNamedBy(signer.id, certificate));
  if (!unit) throw wrongTimestamp('the certificate of its unit is missing');
  if (!isAnchor(unit, anchors) && !findIssuer(unit, anchors)) {
    throw wrongTimestamp('the certificate of its unit is not signed by a trust anchor for timestamps');
  }
  return unit;
}

/** Whether a signer goes by the name or the key identifier of this certificate. @throws DerError */
export function isNamedBy(id: DerElement, certificate: Certificate): boolean {
  if (id.tag !== tags.sequence) {
    const identifier = certificate.decode(
      subjectKeyIdentifier,
      (value) => onlyElement(value, tags.octetString).content,
    );
    return identifier !== undefined && Buffer.compare(identifier, id.content) === 0;
  }
  const { reader } = id;
  const [issuer, serialNumber] = [reader.next(tags.sequence), reader.next(tags.integer)];
  reader.finish();
  return hasIssuerAndSerial(certificate, issuer, serialNumber);
}

function hasIssuerAndSerial({ fields, serialNumber }: Certificate, issuer: DerElement, serial: DerElement): boolean {
  return (
    Buffer.compare(issuer.bytes, fields.issuer.bytes) === 0 && Buffer.compare(integerIn(serial), serialNumber) === 0
  );
}

function isAnchor({ fingerprint }: Certificate, { certificates }: TrustAnchors): boolean {
  return certificates.some((anchor) => anchor.fingerprint === fingerprint);
}

/**
 * The path of the unit at a time, once its signature has been verified.
 * @param time milliseconds since the epoch.
 * @throws SmartIdVerificationError when it may not sign timestamps then; DerError when a certificate is malformed.
 */
export function unitPathAt(unit: Certificate, anchors: TrustAnchors, time: number): UnitPath {
  if (!isForTimestamps(unit)) throw wrongTimestamp('the certificate of its unit is not one for timestamps alone');
  if (!hasReadableKey(unit) || !hasStrongKey(unit)) throw wrongTimestamp('the key of its unit is not strong enough');
  if (isAnchor(unit, anchors)) {
    const refusal = judgeDates(unit, time);
    if (refusal) throw wrongTimestamp(`the certificate of its unit is refused: ${refusal}`);
    return [unit];
  }
  const result = buildPath(unit, anchors, time);
  if ('refusal' in result) throw wrongTimestamp(`the certificate of its unit is refused: ${result.refusal}`);
  return result.path;
}

const maxCertificateIds = 8;

/**
 * Whether signed attributes name this certificate as the signer's by its hash, and by issuer and serial number where
 * these are given (RFC 5816, section 2.2.1; RFC 5035, sections 3 and 4).
 * @param version1 value of the attribute with SHA-1.
 * @param version2 value of the one with other hashes. One of both must be there, and both be right.
 */
export function isNamedInAttributes(
  certificate: Certificate,
  version1: DerElement | undefined,
  version2: DerElement | undefined,
): boolean {
  const isNamed = [
    version1 && isFirstOf(version1, certificate, 'sha1'),
    version2 && isFirstOf(version2, certificate, 'sha256'),
  ].filter((one) => one !== undefined);
  return isNamed.length > 0 && isNamed.every(Boolean);
}

/** The signer's certificate is the first; those above it may follow. */
function isFirstOf(signingCertificate: DerElement, certificate: Certificate, defaultHash: string): boolean {
  if (signingCertificate.tag !== tags.sequence) throw new DerError('an element has another tag');
  const { reader } = signingCertificate;
  const [first] = elementsIn(reader.next(tags.sequence), maxCertificateIds, tags.sequence);
  reader.nextIf(tags.sequence);
  reader.finish();
  return first !== undefined && isIdOf(first, certificate, defaultHash);
}

function isIdOf({ reader }: DerElement, certificate: Certificate, defaultHash: string): boolean {
  const algorithm = defaultHash === 'sha1' ? undefined : reader.nextIf(tags.sequence);
  const certHash = reader.next(tags.octetString).content;
  const issuerSerial = reader.nextIf(tags.sequence);
  reader.finish();
  const named = algorithm && hashAlgorithmIn(algorithm);
  if (algorithm && !named) return false;
  const hash = createHash(named ? nodeHashName(named) : defaultHash)
    .update(certificate.der)
    .digest();
  return Buffer.compare(certHash, hash) === 0 && (!issuerSerial || isIssuerSerialOf(issuerSerial, certificate));
}

function isIssuerSerialOf({ reader }: DerElement, certificate: Certificate): boolean {
  const names = generalNamesIn(reader.next(tags.sequence));
  const serialNumber = reader.next(tags.integer);
  reader.finish();
  const [name] = names;
  if (!name || names.length > 1 || name.tag !== directoryName) return false;
  return hasIssuerAndSerial(certificate, onlyElement(name.content, tags.sequence), serialNumber);
}
