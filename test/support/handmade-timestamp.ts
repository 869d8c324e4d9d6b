/** Timestamp tokens put together by hand, so that a test can change any part before it is signed. */

import { createHash, sign } from 'node:crypto';
import { type Bytes, tags } from '../../lib/trust/der.js';
import { encodeObjectIdentifier } from '../../lib/trust/encode-der.js';
import { ecdsaWithSha256, generalized, type Keys } from './handmade.js';
import { der, elementOf, hex, hexOf } from './hex-der.js';

const { sequence, set, integer, octetString } = tags;

/** AlgorithmIdentifiers, without parameters. */
export const hashTypes = {
  'SHA-1': der(sequence, '06052b0e03021a'),
  'SHA-256': der(sequence, '0609608648016503040201'),
  'SHA-384': der(sequence, '0609608648016503040202'),
  'SHA-512': der(sequence, '0609608648016503040203'),
};
export const tokenInfoType = '060b2a864886f70d0109100104';
const signedDataType = '06092a864886f70d010702';

/** Each is a whole element in hexadecimal; what is left out is as it should be, and an empty text leaves it out. */
export interface TokenParts {
  info?: Partial<Record<keyof ReturnType<typeof usualInfo>, string>>;
  /** The content, in place of `info`. */
  content?: string;
  attributes?: Partial<Record<keyof ReturnType<typeof usualAttributes>, string>>;
  signer?: Partial<Record<keyof ReturnType<typeof usualSigner>, string>>;
  outer?: Partial<Record<keyof ReturnType<typeof usualOuter>, string>>;
  /** In place of ECDSA with SHA-256. */
  signWith?: (toBeSigned: Buffer) => Buffer;
}

/** Whose token it is, and what about. */
export interface TokenSubject {
  /** DER of the unit's certificate. */
  certificate: Uint8Array;
  keys: Keys;
  bytes: Uint8Array;
  time: number;
}

/** DER of a token of this unit about these bytes, with SHA-512. */
export function handmadeToken(subject: TokenSubject, parts: TokenParts = {}): Bytes {
  const { certificate, keys } = subject;
  const content = parts.content ?? der(sequence, ...Object.values({ ...usualInfo(subject), ...parts.info }));
  const attributes = Object.values({ ...usualAttributes(content, certificate), ...parts.attributes }).join('');
  const toBeSigned = Buffer.from(hex(der(set, attributes)));
  const signature = parts.signWith?.(toBeSigned) ?? sign('sha256', toBeSigned, keys.privateKey);
  const signer = { ...usualSigner(certificate, attributes, signature), ...parts.signer };
  const outer = { ...usualOuter(content, certificate, der(sequence, ...Object.values(signer))), ...parts.outer };
  const { contentType, behind, ...inner } = outer;
  return hex(der(sequence, contentType, der(0xa0, der(sequence, ...Object.values(inner))), behind));
}

export function imprintOf(bytes: Uint8Array, algorithm = hashTypes['SHA-512']): string {
  return der(sequence, algorithm, der(octetString, createHash('sha512').update(bytes).digest('hex')));
}

function usualInfo({ bytes, time }: TokenSubject) {
  return {
    version: '020101',
    policy: hexOf(encodeObjectIdentifier('0.4.0.2023.1.1')),
    imprint: imprintOf(bytes),
    serialNumber: '020107',
    time: generalized(time),
    accuracy: '',
    ordering: '',
    nonce: '',
    tsa: '',
    extensions: '',
    behind: '',
  };
}

/** An attribute with these values. */
export function attribute(type: string, ...values: readonly string[]): string {
  return der(sequence, type, der(set, ...values));
}

export const attributeTypes = {
  contentType: '06092a864886f70d010903',
  messageDigest: '06092a864886f70d010904',
  signingCertificate: '060b2a864886f70d010910020c',
  signingCertificateV2: '060b2a864886f70d010910022f',
};

function usualAttributes(content: string, certificate: Uint8Array) {
  const { contentType, messageDigest, signingCertificateV2 } = attributeTypes;
  const digest = createHash('sha256').update(hex(content)).digest('hex');
  return {
    contentType: attribute(contentType, tokenInfoType),
    messageDigest: attribute(messageDigest, der(octetString, digest)),
    signingCertificate: attribute(signingCertificateV2, signingCertificate(certificateId(certificate))),
    other: '',
  };
}

/** SigningCertificate or SigningCertificateV2. */
export function signingCertificate(...ids: readonly string[]): string {
  return der(sequence, der(sequence, ...ids));
}

/** ESSCertID or ESSCertIDv2. */
export function certificateId(
  certificate: Uint8Array,
  { hash = 'sha256', algorithm = '', issuerSerial = '' } = {},
): string {
  return der(sequence, algorithm, der(octetString, createHash(hash).update(certificate).digest('hex')), issuerSerial);
}

/** IssuerSerial, or IssuerAndSerialNumber. */
export function issuerSerialOf(certificate: Uint8Array, { inGeneralNames = true, serialNumber = '' } = {}): string {
  const { issuer, serial } = namesOf(certificate);
  return der(sequence, inGeneralNames ? der(sequence, der(0xa4, issuer)) : issuer, serialNumber || serial);
}

function namesOf(certificate: Uint8Array): { issuer: string; serial: string } {
  const { reader } = elementOf(hexOf(certificate)).reader.next(sequence);
  reader.nextIf(0xa0);
  const serial = reader.next(integer);
  reader.next(sequence);
  return { issuer: hexOf(reader.next(sequence).bytes), serial: hexOf(serial.bytes) };
}

function usualSigner(certificate: Uint8Array, attributes: string, signature: Buffer) {
  return {
    version: '020101',
    id: issuerSerialOf(certificate, { inGeneralNames: false }),
    hashAlgorithm: hashTypes['SHA-256'],
    attributes: der(0xa0, attributes),
    algorithm: ecdsaWithSha256,
    signature: der(octetString, hexOf(signature)),
    unsignedAttributes: '',
    behind: '',
  };
}

function usualOuter(content: string, certificate: Uint8Array, signer: string) {
  return {
    contentType: signedDataType,
    version: '020103',
    hashAlgorithms: der(set, hashTypes['SHA-256']),
    content: der(sequence, tokenInfoType, der(0xa0, der(octetString, content))),
    certificates: der(0xa0, hexOf(certificate)),
    lists: '',
    signers: der(set, signer),
    behindSigners: '',
    behind: '',
  };
}
