/**
 * Whether a timestamp token is what was asked for and an authority's that is trusted (RFC 3161, section 2.2).
 * Signatures are verified over slices of the bytes, that of the unit's certificate first; only then is anything decoded
 * of what they sign.
 */

import { createHash } from 'node:crypto';
import { nodeHashName } from '../../protocol/algorithms.js';
import { SmartIdError } from '../../shared/errors.js';
import type { TrustAnchors } from '../../trust/anchors.js';
import type { Certificate } from '../../trust/certificate.js';
import { type Bytes, type DerElement, tags } from '../../trust/der.js';
import { objectIdentifierIn } from '../../trust/der-values.js';
import type { Imprint } from './request.js';
import { isSignedBy } from './signature.js';
import { attributesIn, readSignedData, type SignedData } from './signed-data.js';
import { readTokenInfo, type TokenInfo, tokenInfoType } from './token-info.js';
import { findUnit, isNamedInAttributes, type UnitPath, unitPathAt } from './unit.js';
import { wrongTimestamp } from './wrong-timestamp.js';

/** A timestamp that has been verified. */
export interface Timestamp {
  /** DER of the token, a CMS ContentInfo: what goes into the signed file. */
  token: Buffer;
  /** What it states: milliseconds since the epoch. */
  time: number;
  /** Of the unit that has signed it. */
  unit: Certificate;
  /** From the unit to its anchor; the unit alone where it is an anchor itself. */
  path: UnitPath;
}

/** What a token must be. */
export interface ExpectedToken {
  imprint: Imprint;
  /** CAs that issue certificates of units, and certificates of units that are trusted by themselves. */
  trustAnchors: TrustAnchors;
  /** Octets of an INTEGER: of the request, if the token is its answer. */
  nonce?: Bytes;
  /** Object identifier. Any policy will do without it. */
  policy?: string;
}

/** Object identifiers of the signed attributes that are looked at. */
export const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
};

/** Who says that they may be wrong by more than this says nothing. */
const maxAccuracyMs = 60_000;

/** @throws SmartIdVerificationError `timestamp` when anything is not as expected. */
export function verifyToken(token: Uint8Array, expected: ExpectedToken): Timestamp {
  try {
    return verifyBytes(new Uint8Array(token), expected);
  } catch (cause) {
    if (cause instanceof SmartIdError) throw cause;
    // What is malformed, whoever found it to be so.
    throw wrongTimestamp('it cannot be read', cause);
  }
}

function verifyBytes(token: Bytes, expected: ExpectedToken): Timestamp {
  const signedData = readSignedData(token);
  const unit = findUnit(signedData, expected.trustAnchors);
  if (!isSignedBy(unit.publicKey, signedData.signer)) throw wrongTimestamp('its signature is not that of its unit');
  checkAttributes(signedData, unit);
  const info = readTokenInfo(signedData.content);
  const path = unitPathAt(unit, expected.trustAnchors, info.time);
  checkInfo(info, expected);
  return { token: Buffer.from(token), time: info.time, unit, path };
}

/** That what is signed is this content, and by this certificate. */
function checkAttributes({ signer, contentType, content }: SignedData, unit: Certificate): void {
  const attributes = attributesIn(signer.signedAttributes);
  const attribute = (name: keyof typeof attributeTypes) => attributes.get(attributeTypes[name]);
  const statedType = attribute('contentType');
  const isTokenInfo = contentType === tokenInfoType && statedType && objectIdentifierIn(statedType) === tokenInfoType;
  if (!isTokenInfo) throw wrongTimestamp('what is signed is not a timestamp');
  if (!signer.hashAlgorithm) throw wrongTimestamp('its hash is not strong enough');
  const hash = createHash(nodeHashName(signer.hashAlgorithm)).update(content).digest();
  if (!isOctets(attribute('messageDigest'), hash)) throw wrongTimestamp('its signature is about something else');
  if (!isNamedInAttributes(unit, attribute('signingCertificate'), attribute('signingCertificateV2'))) {
    throw wrongTimestamp('its signature names another certificate');
  }
}

function isOctets(value: DerElement | undefined, octets: Buffer): boolean {
  return value?.tag === tags.octetString && Buffer.compare(value.content, octets) === 0;
}

function checkInfo({ imprint, nonce, policy, accuracyMs = 0 }: TokenInfo, expected: ExpectedToken): void {
  const isAboutThis =
    imprint.hashAlgorithm === expected.imprint.hashAlgorithm &&
    Buffer.compare(imprint.hash, expected.imprint.hash) === 0;
  if (!isAboutThis) throw wrongTimestamp('it is about something else');
  const isSameNonce = expected.nonce === undefined || (nonce && Buffer.compare(nonce, expected.nonce) === 0);
  if (!isSameNonce) throw wrongTimestamp('its nonce is not the one that was sent');
  if (expected.policy !== undefined && policy !== expected.policy)
    throw wrongTimestamp('its policy is not the one asked for');
  if (accuracyMs > maxAccuracyMs) throw wrongTimestamp('its time is not accurate enough');
}
