/** Certificates and other signed DER, put together octet by octet, so that a test can change any part of it before it is signed. */

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Bytes, tags } from '../../lib/trust/der.js';
import { der, hex, hexOf } from './der.js';

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
