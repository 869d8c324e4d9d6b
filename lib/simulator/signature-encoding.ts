/**
 * What an RSA private key is applied to when a digest is signed. RFC 8017: DigestInfo (section 9.2, notes) and EMSA-PSS
 * (section 9.1.1), with the salt as long as the hash, and MGF1 (appendix B.2.1) with the same hash.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import { type HashAlgorithm, hashes } from './signature-algorithms.js';

const objectIdentifiers: Record<HashAlgorithm, string> = {
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
  'SHA3-256': '2.16.840.1.101.3.4.2.8',
  'SHA3-384': '2.16.840.1.101.3.4.2.9',
  'SHA3-512': '2.16.840.1.101.3.4.2.10',
};

export function encodeDigestInfo(digest: Buffer, hashAlgorithm: HashAlgorithm): Buffer {
  const algorithm = new Sequence({
    value: [new ObjectIdentifier({ value: objectIdentifiers[hashAlgorithm] }), new Null()],
  });
  const digestInfo = new Sequence({ value: [algorithm, new OctetString({ valueHex: digest })] });
  return Buffer.from(digestInfo.toBER());
}

/**
 * As many octets as the modulus has. The encoded message is one bit shorter, so its first octet may be left out: then
 * it is 0.
 */
export function encodePss(digest: Buffer, hashAlgorithm: HashAlgorithm, modulusBits: number): Buffer {
  const { name, octets } = hashes[hashAlgorithm];
  const encodedBits = modulusBits - 1;
  const encodedLength = Math.ceil(encodedBits / 8);
  const salt = randomBytes(octets);
  const hash = createHash(name).update(Buffer.alloc(8)).update(digest).update(salt).digest();
  const padding = Buffer.alloc(encodedLength - 2 * octets - 2);
  const block = Buffer.concat([padding, Buffer.from([0x01]), salt]);
  const mask = generateMask(hash, block.length, name);
  const masked = block.map((octet, index) => octet ^ (mask[index] ?? 0));
  // The bits by which the octets are more than the encoded message has.
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * encodedLength - encodedBits));
  const left = Buffer.alloc(Math.ceil(modulusBits / 8) - encodedLength);
  return Buffer.concat([left, masked, hash, Buffer.from([0xbc])]);
}

/** MGF1. */
function generateMask(seed: Buffer, length: number, hashName: string): Buffer {
  const parts: Buffer[] = [];
  for (let counter = 0, made = 0; made < length; counter += 1) {
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(counter);
    const part = createHash(hashName).update(seed).update(octets).digest();
    parts.push(part);
    made += part.length;
  }
  return Buffer.concat(parts).subarray(0, length);
}
