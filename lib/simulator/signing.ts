/**
 * How an account signs, with each algorithm a relying party may ask for. RP API 3.2.3, "Signature algorithms". A
 * message is hashed and signed; a digest is signed as it came, which Node does not offer, so that its padding is made
 * here (RFC 8017).
 */
import { constants, type KeyObject, privateEncrypt, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { RawDigestSignature } from './session-status.js';
import { type AlgorithmChoice, hashes, hashOf } from './signature-algorithms.js';
import { encodeDigestInfo, encodePss } from './signature-encoding.js';

type SignatureFields = Omit<RawDigestSignature, 'flowType'>;

const signInBackground = promisify(sign);

export async function signMessage(message: Buffer, key: KeyObject, choice: AlgorithmChoice): Promise<SignatureFields> {
  const { name, octets } = hashes[hashOf(choice)];
  const isPss = choice.signatureAlgorithm === 'rsassa-pss';
  const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: octets } : {};
  return describe(await signInBackground(name, message, { key, ...padding }), choice);
}

export function signDigest(digest: Buffer, key: KeyObject, choice: AlgorithmChoice): SignatureFields {
  const hashAlgorithm = hashOf(choice);
  const value =
    choice.signatureAlgorithm === 'rsassa-pss'
      ? privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encodePss(digest, hashAlgorithm, modulusBits(key)))
      : privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, encodeDigestInfo(digest, hashAlgorithm));
  return describe(value, choice);
}

function modulusBits({ asymmetricKeyDetails }: KeyObject): number {
  const bits = asymmetricKeyDetails?.modulusLength;
  if (bits === undefined) throw new Error('only an RSA key can sign a digest');
  return bits;
}

function describe(value: Buffer, choice: AlgorithmChoice): SignatureFields {
  const { signatureAlgorithm } = choice;
  if (signatureAlgorithm !== 'rsassa-pss') return { value: value.toString('base64'), signatureAlgorithm };
  const { hashAlgorithm } = choice.signatureAlgorithmParameters;
  return {
    value: value.toString('base64'),
    signatureAlgorithm,
    signatureAlgorithmParameters: {
      hashAlgorithm,
      maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm } },
      saltLength: hashes[hashAlgorithm].octets,
      trailerField: '0xbc',
    },
  };
}
