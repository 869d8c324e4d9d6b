/** Certificates, OCSP answers and lists put together by hand, so that a test can change any part before it is signed. */

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Certificate } from '../../lib/trust/certificate.js';
import { type Bytes, tags } from '../../lib/trust/der.js';
import { createOcspRequest } from '../../lib/trust/revocation/ocsp-request.js';
import { der, hex, hexOf } from './hex-der.js';

const { sequence, set, bitString, octetString, utf8String, utcTime, generalizedTime } = tags;

/** AlgorithmIdentifiers of ECDSA with SHA-256 and with SHA-1. */
export const ecdsaWithSha256 = der(sequence, '06082a8648ce3d040302');
export const ecdsaWithSha1 = der(sequence, '06072a8648ce3d0401');

export interface Keys {
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export function newKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

/** A SEQUENCE of what is signed, its algorithm, the signature, and what follows it. */
export function signedDer(
  toBeSigned: string,
  privateKey: KeyObject,
  { algorithm = ecdsaWithSha256, behind = '' } = {},
): string {
  const signature = hexOf(sign('sha256', hex(toBeSigned), privateKey));
  return der(sequence, toBeSigned, algorithm, der(bitString, '00', signature), behind);
}

export function nameOf(commonName: string): string {
  const value = der(utf8String, hexOf(Buffer.from(commonName)));
  return der(sequence, der(set, der(sequence, '0603550403', value)));
}

export function extension(type: string, value: string, isCritical = false): string {
  return der(sequence, type, isCritical ? '0101ff' : '', der(octetString, value));
}

export const caExtensions = [
  extension('0603551d13', '30030101ff', true),
  extension('0603551d0f', '03020106', true),
] as const;
/** The purpose of OCSP signing, which is all that makes a responder. */
export const responderExtensions = [extension('0603551d25', der(sequence, '06082b06010505070309'))] as const;

export function utc(time: number): string {
  return der(utcTime, hexOf(Buffer.from(`${digits(time).slice(2)}Z`)));
}

export function generalized(time: number): string {
  return der(generalizedTime, hexOf(Buffer.from(`${digits(time)}Z`)));
}

function digits(time: number): string {
  return new Date(time).toISOString().replace(/\D/g, '').slice(0, 14);
}

const day = 86_400_000;

export interface CertificateParts {
  /** Each is a whole element in hexadecimal; what is left out is as it should be, and an empty text leaves it out. */
  version?: string;
  serialNumber?: string;
  signature?: string;
  issuer?: string;
  validity?: string;
  subject?: string;
  publicKeyInfo?: string;
  /** What stands between the key and the extensions. */
  uniqueIds?: string;
  /** The extensions with their tag. */
  extensions?: string;
  behind?: string;
}

export function extensionsOf(...extensions: readonly string[]): string {
  return der(0xa3, der(sequence, ...extensions));
}

/** DER of a certificate of this key by this issuer. */
export function handmadeCertificate(publicKey: KeyObject, issuerKey: KeyObject, parts: CertificateParts = {}): Bytes {
  const now = Date.now();
  const toBeSigned = der(
    sequence,
    parts.version ?? 'a003020102',
    parts.serialNumber ?? '020140',
    parts.signature ?? ecdsaWithSha256,
    parts.issuer ?? nameOf('CA'),
    parts.validity ?? der(sequence, utc(now - day), utc(now + day)),
    parts.subject ?? nameOf('Somebody'),
    parts.publicKeyInfo ?? hexOf(publicKey.export({ type: 'spki', format: 'der' })),
    parts.uniqueIds ?? '',
    parts.extensions ?? '',
    parts.behind ?? '',
  );
  return hex(signedDer(toBeSigned, issuerKey));
}

/** DER of a CA of this name. */
export function handmadeAuthority({ publicKey, privateKey }: Keys, parts: CertificateParts = {}): Bytes {
  return handmadeCertificate(publicKey, privateKey, {
    subject: nameOf('CA'),
    extensions: extensionsOf(...caExtensions),
    ...parts,
  });
}

/** An OCSP answer of the issuer itself about this certificate, without a nonce. */
export function handmadeOcspAnswer(
  certificate: Certificate,
  issuer: Certificate,
  issuerKey: KeyObject,
  { status = '8000', thisUpdate = Date.now(), isLasting = true } = {},
): Bytes {
  const { issuerNameHash, issuerKeyHash, serialNumber } = createOcspRequest(certificate, issuer).certId;
  const certId = der(
    sequence,
    '300906052b0e03021a0500',
    der(octetString, hexOf(issuerNameHash)),
    der(octetString, hexOf(issuerKeyHash)),
    der(tags.integer, hexOf(serialNumber)),
  );
  const next = isLasting ? der(0xa0, generalized(thisUpdate + 3_600_000)) : '';
  const single = der(sequence, certId, status, generalized(thisUpdate), next);
  const name = der(0xa1, hexOf(issuer.fields.subject.bytes));
  const basic = signedDer(der(sequence, name, generalized(thisUpdate), der(sequence, single)), issuerKey);
  const bytes = der(sequence, '06092b0601050507300101', der(octetString, basic));
  return hex(der(sequence, '0a0100', der(0xa0, bytes)));
}

/** A list of the issuer's with these serial numbers. */
export function handmadeList(
  issuer: Certificate,
  issuerKey: KeyObject,
  serialNumbers: readonly string[],
  { thisUpdate = Date.now() } = {},
): Bytes {
  const entries = serialNumbers.map((serialNumber) => der(sequence, der(tags.integer, serialNumber), utc(thisUpdate)));
  const name = hexOf(issuer.fields.subject.bytes);
  const dates = utc(thisUpdate) + utc(thisUpdate + 3_600_000);
  return hex(signedDer(der(sequence, '020101', ecdsaWithSha256, name, dates, der(sequence, ...entries)), issuerKey));
}

/** The extensions by which a certificate names whom to ask whether it is revoked. */
export function addresses({ ocsp = [], crl = [] }: { ocsp?: readonly string[]; crl?: readonly string[] }): string {
  const uri = (url: string) => der(0x86, hexOf(Buffer.from(url)));
  const descriptions = ocsp.map((url) => der(sequence, '06082b06010505073001', uri(url)));
  const points = crl.map((url) => der(sequence, der(0xa0, der(0xa0, uri(url)))));
  return extensionsOf(
    extension('06082b06010505070101', der(sequence, ...descriptions)),
    extension('0603551d1f', der(sequence, ...points)),
  );
}
