/** RSA signatures made by hand, also such as no library makes: with one rule of the encoding broken (RFC 8017, section 9). */

import { constants, createHash, type KeyObject, privateEncrypt, randomBytes } from 'node:crypto';
import { type HashAlgorithm, hashOctets, nodeHashName } from '../../lib/protocol/algorithms.js';

/** How an encoding differs from the one that RSASSA-PSS makes with a salt as long as the hash and MGF1 of the same hash. */
export interface PssDeviation {
  saltLength?: number;
  maskHash?: HashAlgorithm;
  trailer?: number;
  /** What ends the padding. */
  separator?: number;
  /** Set in the first octet of the padding, where it is no salt yet. */
  padding?: number;
  /** Set in the first octet of the whole, in the bits that are more than the encoding has. */
  firstBits?: number;
  /** Before the encoding, where the modulus has one octet more. */
  leadingOctet?: number;
  /** Before the digest in what is hashed, where eight octets of zero belong. */
  prefix?: Buffer;
}

/** EMSA-PSS of a digest, as long as a modulus of so many bits. */
export function encodePss(digest: Buffer, bits: number, hash: HashAlgorithm, deviation: PssDeviation = {}): Buffer {
  const { saltLength = hashOctets(hash), maskHash = hash, trailer = 0xbc, separator = 1 } = deviation;
  const { padding = 0, firstBits = 0, leadingOctet = 0, prefix = Buffer.alloc(8) } = deviation;
  const octets = Math.ceil((bits - 1) / 8);
  const salt = randomBytes(saltLength);
  const salted = createHash(nodeHashName(hash)).update(prefix).update(digest).update(salt).digest();
  const block = Buffer.alloc(octets - salted.length - 1);
  block.set(salt, block.length - saltLength);
  block[block.length - saltLength - 1] = separator;
  const mask = maskGeneration(salted, block.length, maskHash);
  const masked = block.map((octet, index) => octet ^ (mask[index] as number));
  masked[0] = ((masked[0] as number) & (0xff >> (8 * octets - bits + 1))) | firstBits;
  // Below the bits that the encoding has not, so that it is in the padding itself.
  masked[1] = (masked[1] as number) ^ padding;
  const leading = Buffer.alloc(Math.ceil(bits / 8) - octets, leadingOctet);
  return Buffer.concat([leading, masked, salted, Buffer.from([trailer])]);
}

function maskGeneration(seed: Buffer, length: number, hash: HashAlgorithm): Buffer {
  const mask: number[] = [];
  for (let counter = 0; mask.length < length; counter += 1) {
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(counter);
    mask.push(...createHash(nodeHashName(hash)).update(seed).update(octets).digest());
  }
  return Buffer.from(mask.slice(0, length));
}

/** EMSA-PKCS1-v1_5 of any content, with all the padding that there is room for unless told otherwise. */
export function encodePkcs1(content: Buffer, bits: number, paddingLength?: number, blockType = 1): Buffer {
  const octets = Math.ceil(bits / 8);
  const padding = Buffer.alloc(paddingLength ?? octets - content.length - 3, 0xff);
  return Buffer.concat([Buffer.from([0, blockType]), padding, Buffer.from([0]), content]);
}

/** The private key applied to the octets as they are. */
export function signEncoding(encoding: Buffer, key: KeyObject): Buffer {
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encoding);
}
