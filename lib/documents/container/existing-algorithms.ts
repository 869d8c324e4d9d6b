/**
 * Algorithms of the timestamps and OCSP answers that lie in documents of any year. Nothing is trusted because of them:
 * also one that is not strong any more tells whether what it signs has been changed.
 */

import { constants, type KeyObject, verify } from 'node:crypto';
import { constructedTag, type DerElement, onlyElement, tags } from '../../trust/der.js';
import { objectIdentifierIn } from '../../trust/der-values.js';

const hashes: ReadonlyMap<string, string> = new Map([
  ['1.3.14.3.2.26', 'sha1'],
  ['2.16.840.1.101.3.4.2.4', 'sha224'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
  ['2.16.840.1.101.3.4.2.8', 'sha3-256'],
  ['2.16.840.1.101.3.4.2.9', 'sha3-384'],
  ['2.16.840.1.101.3.4.2.10', 'sha3-512'],
]);

interface Algorithm {
  keyType: 'rsa' | 'ec';
  hash: string;
  isPss?: boolean;
}

const rsa = (hash: string): Algorithm => ({ keyType: 'rsa', hash });
const ecdsa = (hash: string): Algorithm => ({ keyType: 'ec', hash });
const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ['1.2.840.113549.1.1.5', rsa('sha1')],
  ['1.2.840.113549.1.1.14', rsa('sha224')],
  ['1.2.840.113549.1.1.11', rsa('sha256')],
  ['1.2.840.113549.1.1.12', rsa('sha384')],
  ['1.2.840.113549.1.1.13', rsa('sha512')],
  ['2.16.840.1.101.3.4.3.14', rsa('sha3-256')],
  ['2.16.840.1.101.3.4.3.15', rsa('sha3-384')],
  ['2.16.840.1.101.3.4.3.16', rsa('sha3-512')],
  ['1.2.840.10045.4.1', ecdsa('sha1')],
  ['1.2.840.10045.4.3.1', ecdsa('sha224')],
  ['1.2.840.10045.4.3.2', ecdsa('sha256')],
  ['1.2.840.10045.4.3.3', ecdsa('sha384')],
  ['1.2.840.10045.4.3.4', ecdsa('sha512')],
  ['2.16.840.1.101.3.4.3.10', ecdsa('sha3-256')],
  ['2.16.840.1.101.3.4.3.11', ecdsa('sha3-384')],
  ['2.16.840.1.101.3.4.3.12', ecdsa('sha3-512')],
]);
/** PKCS#1 v1.5 with a hash that is named elsewhere. */
const rsaEncryption = '1.2.840.113549.1.1.1';
const rsassaPss = '1.2.840.113549.1.1.10';

/** node:crypto's name of the hash of an AlgorithmIdentifier; undefined where it is not known. @throws DerError */
export function hashNameIn({ reader }: DerElement): string | undefined {
  return hashes.get(objectIdentifierIn(reader.next(tags.objectIdentifier)));
}

/** What has been signed, as CMS and X.509 have it. */
export interface SignedBytes {
  bytes: Uint8Array;
  signatureAlgorithm: DerElement;
  /** Of CMS, where the algorithm may leave it open. */
  hashName?: string;
  signature: Uint8Array;
}

/** Whether it carries a signature of this key, by an algorithm that is known. @throws DerError */
export function isSignedByAnyAlgorithm(key: KeyObject, signed: SignedBytes): boolean {
  const algorithm = algorithmIn(signed);
  if (!algorithm || key.asymmetricKeyType !== algorithm.keyType) return false;
  const { hash, isPss } = algorithm;
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants;
  return verify(hash, signed.bytes, isPss ? { key, padding, saltLength } : key, signed.signature);
}

function algorithmIn({ signatureAlgorithm, hashName }: SignedBytes): Algorithm | undefined {
  const { reader } = signatureAlgorithm;
  const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
  if (type === rsaEncryption) return hashName === undefined ? undefined : rsa(hashName);
  if (type !== rsassaPss) return algorithms.get(type);
  const hash = reader.next(tags.sequence).reader.nextIf(constructedTag(0));
  const name = hash && hashNameIn(onlyElement(hash.content, tags.sequence));
  return name === undefined ? undefined : { ...rsa(name), isPss: true };
}
