/** Whether the signature over a token is that of a key: ECDSA, RSASSA-PSS or RSA PKCS#1 v1.5 with SHA-2. */

import { constants, type KeyObject, verify } from 'node:crypto';
import { hashOctets, nodeHashName } from '../../protocol/algorithms.js';
import { constructedTag, type DerElement, onlyElement, tags } from '../../trust/der.js';
import { integerIn, objectIdentifierIn } from '../../trust/der-values.js';
import type { DocumentHashAlgorithm } from '../draft.js';
import { hashAlgorithmIn, skipNull } from './hash-types.js';
import type { SignerInfo } from './signed-data.js';

interface Algorithm {
  keyType: 'rsa' | 'ec';
  hashAlgorithm: DocumentHashAlgorithm;
  isPss?: boolean;
}

const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ['1.2.840.113549.1.1.11', { keyType: 'rsa', hashAlgorithm: 'SHA-256' }],
  ['1.2.840.113549.1.1.12', { keyType: 'rsa', hashAlgorithm: 'SHA-384' }],
  ['1.2.840.113549.1.1.13', { keyType: 'rsa', hashAlgorithm: 'SHA-512' }],
  ['1.2.840.10045.4.3.2', { keyType: 'ec', hashAlgorithm: 'SHA-256' }],
  ['1.2.840.10045.4.3.3', { keyType: 'ec', hashAlgorithm: 'SHA-384' }],
  ['1.2.840.10045.4.3.4', { keyType: 'ec', hashAlgorithm: 'SHA-512' }],
]);
/** PKCS#1 v1.5 with the hash of the signed attributes (RFC 3370, section 3.2). */
const rsaEncryption = '1.2.840.113549.1.1.1';
const rsassaPss = '1.2.840.113549.1.1.10';
const mgf1 = '1.2.840.113549.1.1.8';

/** Whether the signer's attributes carry a strong signature of this key. @throws DerError when it is malformed. */
export function isSignedBy(publicKey: KeyObject, signer: SignerInfo): boolean {
  const algorithm = algorithmIn(signer);
  if (!algorithm || algorithm.keyType !== publicKey.asymmetricKeyType) return false;
  const hash = nodeHashName(algorithm.hashAlgorithm);
  if (!algorithm.isPss) return verify(hash, signer.signedAttributes, publicKey, signer.signature);
  const saltLength = hashOctets(algorithm.hashAlgorithm);
  const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength };
  return verify(hash, signer.signedAttributes, key, signer.signature);
}

/** What the signature is made with; undefined when it is not strong, or not used. */
function algorithmIn({ signatureAlgorithm, hashAlgorithm }: SignerInfo): Algorithm | undefined {
  const { reader } = signatureAlgorithm;
  const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
  if (type === rsassaPss) {
    const pssHash = pssHashIn(reader.next(tags.sequence));
    reader.finish();
    return pssHash && { keyType: 'rsa', hashAlgorithm: pssHash, isPss: true };
  }
  skipNull(reader);
  if (type === rsaEncryption) return hashAlgorithm && { keyType: 'rsa', hashAlgorithm };
  return algorithms.get(type);
}

/**
 * The hash of RSASSA-PSS with MGF1 of the same hash and a salt as long as it (RFC 4055, section 3.1); undefined for
 * all other parameters, the default ones, which are of SHA-1, included.
 */
function pssHashIn({ reader }: DerElement): DocumentHashAlgorithm | undefined {
  const [hashPart, maskPart, saltPart] = [0, 1, 2].map((number) => reader.nextIf(constructedTag(number)));
  const trailerPart = reader.nextIf(constructedTag(3));
  reader.finish();
  // That of the standard, which need not be written.
  if (trailerPart && !isNumber(trailerPart, 1)) return undefined;
  if (!hashPart || !maskPart || !saltPart) return undefined;
  const hash = hashAlgorithmIn(onlyElement(hashPart.content, tags.sequence));
  const mask = onlyElement(maskPart.content, tags.sequence).reader;
  const maskType = objectIdentifierIn(mask.next(tags.objectIdentifier));
  const maskHash = hashAlgorithmIn(mask.next(tags.sequence));
  mask.finish();
  const isUsual = hash && maskType === mgf1 && maskHash === hash && isNumber(saltPart, hashOctets(hash));
  return isUsual ? hash : undefined;
}

function isNumber({ content }: DerElement, number: number): boolean {
  const [value, ...others] = integerIn(onlyElement(content, tags.integer));
  return value === number && others.length === 0;
}
