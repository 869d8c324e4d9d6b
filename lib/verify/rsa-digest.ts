/**
 * RSA signatures over a digest whose message is not at hand (RFC 8017, sections 8.1.2, 8.2.2, 9.1.2 and 9.2).
 * node:crypto verifies a message and hashes it by itself, so here it does the RSA operation and the hashes, and what
 * lies in between is ours.
 */

import { constants, createHash, type KeyObject, publicDecrypt } from 'node:crypto';
import { type HashAlgorithm, hashOctets, nodeHashName } from '../protocol/algorithms.js';

/**
 * The DER of a DigestInfo before its digest (RFC 8017, section 9.2, note 1); the deprecated algorithms know these
 * hashes only.
 */
const digestInfoPrefixes: Partial<Record<HashAlgorithm, string>> = {
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
};

/** Whether a PKCS#1 v1.5 signature is one of this digest. */
export function isPkcs1SignatureOf(
  digest: Buffer,
  signature: Buffer,
  publicKey: KeyObject,
  hashAlgorithm: HashAlgorithm,
): boolean {
  const prefix = digestInfoPrefixes[hashAlgorithm];
  const signed = recover(signature, publicKey, constants.RSA_PKCS1_PADDING);
  if (prefix === undefined || !signed) return false;
  return signed.equals(Buffer.concat([Buffer.from(prefix, 'hex'), digest]));
}

/** Whether an RSASSA-PSS signature is one of this digest, with a salt as long as the hash and MGF1 of the same hash. */
export function isPssSignatureOf(
  digest: Buffer,
  signature: Buffer,
  publicKey: KeyObject,
  hashAlgorithm: HashAlgorithm,
): boolean {
  const modulusLength = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  const recovered = recover(signature, publicKey, constants.RSA_NO_PADDING);
  return recovered !== undefined && isEncodingOf(digest, recovered, modulusLength - 1, hashAlgorithm);
}

/** EMSA-PSS-VERIFY. `recovered` is as long as the modulus, which may be one octet more than the encoding. */
function isEncodingOf(digest: Buffer, recovered: Buffer, bits: number, hashAlgorithm: HashAlgorithm): boolean {
  const octets = Math.ceil(bits / 8);
  const hashLength = hashOctets(hashAlgorithm);
  const paddingLength = octets - 2 * hashLength - 2;
  if (recovered.subarray(0, -octets).some((octet) => octet !== 0)) return false;
  const encoded = recovered.subarray(-octets);
  const masked = encoded.subarray(0, octets - hashLength - 1);
  const hash = encoded.subarray(octets - hashLength - 1, -1);
  const firstOctet = 0xff >> (8 * octets - bits);
  if (encoded.at(-1) !== 0xbc || ((masked[0] as number) & ~firstOctet) !== 0) return false;
  const mask = maskGeneration(hash, masked.length, hashAlgorithm);
  const block = masked.map((octet, index) => octet ^ (mask[index] as number));
  block[0] = (block[0] as number) & firstOctet;
  const salt = block.subarray(paddingLength + 1);
  if (block[paddingLength] !== 1 || block.subarray(0, paddingLength).some((octet) => octet !== 0)) return false;
  const expected = createHash(nodeHashName(hashAlgorithm)).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  return expected.equals(hash);
}

/** MGF1 (RFC 8017, appendix B.2.1). */
function maskGeneration(seed: Uint8Array, length: number, hashAlgorithm: HashAlgorithm): Buffer {
  const rounds = Math.ceil(length / hashOctets(hashAlgorithm));
  const parts = Array.from({ length: rounds }, (_, round) => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(round);
    return createHash(nodeHashName(hashAlgorithm)).update(seed).update(counter).digest();
  });
  return Buffer.concat(parts).subarray(0, length);
}

/**
 * Whether a signature is as long as the modulus, which is the first step of either verification. OpenSSL takes one
 * whose leading zero octets were left out, so that there would be two signatures where one was given.
 */
export function hasLengthOfModulus(signature: Buffer, { asymmetricKeyDetails }: KeyObject): boolean {
  return signature.length === Math.ceil((asymmetricKeyDetails?.modulusLength ?? 0) / 8);
}

/** What the signature is the private key's work on, or undefined when it is none of this key's. */
function recover(signature: Buffer, key: KeyObject, padding: number): Buffer | undefined {
  if (!hasLengthOfModulus(signature, key)) return undefined;
  try {
    return publicDecrypt({ key, padding }, signature);
  } catch {
    return undefined;
  }
}
