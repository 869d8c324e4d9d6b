/** The signature and hash algorithms a relying party may ask for. RP API 3.2.3, "Signature algorithms". */

export const hashAlgorithms = ['SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'] as const;
export type HashAlgorithm = (typeof hashAlgorithms)[number];

export const deprecatedAlgorithms = [
  'sha256WithRSAEncryption',
  'sha384WithRSAEncryption',
  'sha512WithRSAEncryption',
] as const;
export type DeprecatedAlgorithm = (typeof deprecatedAlgorithms)[number];

/** The choice of a relying party. The deprecated algorithms have no parameters: their name says it all. */
export type AlgorithmChoice =
  | { signatureAlgorithm: 'rsassa-pss'; signatureAlgorithmParameters: { hashAlgorithm: HashAlgorithm } }
  | { signatureAlgorithm: DeprecatedAlgorithm; signatureAlgorithmParameters?: undefined };

const hashOfDeprecated: Record<DeprecatedAlgorithm, HashAlgorithm> = {
  sha256WithRSAEncryption: 'SHA-256',
  sha384WithRSAEncryption: 'SHA-384',
  sha512WithRSAEncryption: 'SHA-512',
};

/** `name` is Node's. */
export const hashes: Record<HashAlgorithm, { name: string; octets: number }> = {
  'SHA-256': { name: 'sha256', octets: 32 },
  'SHA-384': { name: 'sha384', octets: 48 },
  'SHA-512': { name: 'sha512', octets: 64 },
  'SHA3-256': { name: 'sha3-256', octets: 32 },
  'SHA3-384': { name: 'sha3-384', octets: 48 },
  'SHA3-512': { name: 'sha3-512', octets: 64 },
};

export function hashOf(choice: AlgorithmChoice): HashAlgorithm {
  return choice.signatureAlgorithm === 'rsassa-pss'
    ? choice.signatureAlgorithmParameters.hashAlgorithm
    : hashOfDeprecated[choice.signatureAlgorithm];
}
