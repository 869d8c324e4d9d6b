/**
 * What is signed in X.509 and OCSP: a SEQUENCE of what is signed, the algorithm and the signature (RFC 5280, section
 * 4.1.1). Whether a signature holds is told from slices of the bytes, before anything that is signed is looked at.
 */

import { createVerify, type KeyObject, verify } from 'node:crypto';
import { type DerElement, type DerReader, tags } from './der.js';
import { objectIdentifierIn, octetsOfBitString } from './der-values.js';
import { nextTurn } from './turns.js';

export interface Signed {
  toBeSigned: DerElement;
  signatureAlgorithm: DerElement;
  signature: Uint8Array;
}

interface Algorithm {
  keyType: 'rsa' | 'ec';
  /** node:crypto's name. */
  hash: string;
}

/** Those with a hash of at least 256 bits: RSA PKCS#1 v1.5 and ECDSA with SHA-2. */
const strongAlgorithms: ReadonlyMap<string, Algorithm> = new Map([
  ['1.2.840.113549.1.1.11', { keyType: 'rsa', hash: 'sha256' }],
  ['1.2.840.113549.1.1.12', { keyType: 'rsa', hash: 'sha384' }],
  ['1.2.840.113549.1.1.13', { keyType: 'rsa', hash: 'sha512' }],
  ['1.2.840.10045.4.3.2', { keyType: 'ec', hash: 'sha256' }],
  ['1.2.840.10045.4.3.3', { keyType: 'ec', hash: 'sha384' }],
  ['1.2.840.10045.4.3.4', { keyType: 'ec', hash: 'sha512' }],
]);

/** Bytes that are hashed before others get their turn: some two milliseconds. */
const sliceBytes = 1024 * 1024;

/** @throws DerError when the next three elements are not those of something signed. */
export function readSigned(reader: DerReader): Signed {
  const toBeSigned = reader.next(tags.sequence);
  const signatureAlgorithm = reader.next(tags.sequence);
  return { toBeSigned, signatureAlgorithm, signature: octetsOfBitString(reader.next(tags.bitString)) };
}

/** Whether it is signed with an algorithm that is known and strong enough. @throws DerError when it names none. */
export function isStrong({ signatureAlgorithm }: Signed): boolean {
  return strongAlgorithmIn(signatureAlgorithm) !== undefined;
}

/** Whether it carries a strong signature of this key. @throws DerError when it names no algorithm. */
export function isSignedWith(publicKey: KeyObject, signed: Signed): boolean {
  const hash = strongHash(publicKey, signed);
  return hash !== undefined && verify(hash, signed.toBeSigned.bytes, publicKey, signed.signature);
}

/** The same for what may be long: others get their turn in between. */
export async function isLongSignedWith(publicKey: KeyObject, signed: Signed): Promise<boolean> {
  const hash = strongHash(publicKey, signed);
  if (hash === undefined) return false;
  const { bytes } = signed.toBeSigned;
  const verification = createVerify(hash);
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    verification.update(bytes.subarray(at, at + sliceBytes));
    await nextTurn();
  }
  return verification.verify(publicKey, signed.signature);
}

/** The hash of a signature whose algorithm is strong and goes with the key. */
function strongHash(publicKey: KeyObject, { signatureAlgorithm }: Signed): string | undefined {
  const { keyType, hash }: Partial<Algorithm> = strongAlgorithmIn(signatureAlgorithm) ?? {};
  return keyType === publicKey.asymmetricKeyType ? hash : undefined;
}

/** ECDSA has no parameters; those of RSA are NULL, or left out (RFC 5758, section 3.2; RFC 4055, section 5). */
function strongAlgorithmIn({ reader }: DerElement): Algorithm | undefined {
  const algorithm = strongAlgorithms.get(objectIdentifierIn(reader.next(tags.objectIdentifier)));
  const parameters = algorithm?.keyType === 'rsa' ? reader.nextIf(tags.null) : undefined;
  const isNull = parameters === undefined || parameters.content.length === 0;
  return isNull && reader.isAtEnd ? algorithm : undefined;
}
