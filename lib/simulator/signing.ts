/** How an account signs, with each algorithm a relying party may ask for. RP API 3.2.3, "Signature algorithms". */
import { constants, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { AuthenticationRequest, HashAlgorithm } from './authentication-request.js';
import type { AuthenticationSignature } from './session-status.js';

type Algorithm = AuthenticationRequest['signatureProtocolParameters'];
type SignatureFields = Pick<AuthenticationSignature, 'value' | 'signatureAlgorithm' | 'signatureAlgorithmParameters'>;

const hashes: Record<HashAlgorithm, { name: string; octets: number }> = {
  'SHA-256': { name: 'sha256', octets: 32 },
  'SHA-384': { name: 'sha384', octets: 48 },
  'SHA-512': { name: 'sha512', octets: 64 },
  'SHA3-256': { name: 'sha3-256', octets: 32 },
  'SHA3-384': { name: 'sha3-384', octets: 48 },
  'SHA3-512': { name: 'sha3-512', octets: 64 },
};

const hashOfDeprecated = {
  sha256WithRSAEncryption: 'sha256',
  sha384WithRSAEncryption: 'sha384',
  sha512WithRSAEncryption: 'sha512',
} as const;

const signInBackground = promisify(sign);

export async function signMessage(message: Buffer, key: KeyObject, algorithm: Algorithm): Promise<SignatureFields> {
  const { signatureAlgorithm } = algorithm;
  if (signatureAlgorithm !== 'rsassa-pss') {
    const value = await signInBackground(hashOfDeprecated[signatureAlgorithm], message, key);
    return { value: value.toString('base64'), signatureAlgorithm };
  }
  const { hashAlgorithm } = algorithm.signatureAlgorithmParameters;
  const { name, octets } = hashes[hashAlgorithm];
  const value = await signInBackground(name, message, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: octets,
  });
  return {
    value: value.toString('base64'),
    signatureAlgorithm,
    signatureAlgorithmParameters: {
      hashAlgorithm,
      maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm } },
      saltLength: octets,
      trailerField: '0xbc',
    },
  };
}
