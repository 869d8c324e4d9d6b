/**
 * A document between the two halves of remote signing: the certificate is known and goes into what is signed, the
 * signature value is not and comes later, from the signer's phone (RP API 3.2.3, "RAW_DIGEST_SIGNATURE").
 */

import { constants, verify, type X509Certificate } from 'node:crypto';

/** A document that waits for its signature. */
export interface PreparedDocument extends SignatureChoice {
  fileName: string;
  contentType: string;
  /** The bytes whose hash is signed. */
  toSign: Buffer;
  /**
   * The signed file.
   * @param signature the raw RSA signature value.
   * @throws Error when it is not the certificate's signature of this document.
   */
  complete(signature: Buffer): Promise<Buffer>;
}

export interface SignatureChoice {
  signatureAlgorithm: 'rsassa-pss' | 'sha256WithRSAEncryption' | 'sha384WithRSAEncryption' | 'sha512WithRSAEncryption';
  /** With `rsassa-pss` only; the other algorithms name their hash themselves. */
  hashAlgorithm?: 'SHA-256' | 'SHA-384' | 'SHA-512';
}

/**
 * The signer may have got a new certificate, or another document may have been signed, since this one was prepared:
 * nobody must be handed a file that looks signed and is not.
 */
export function assertSignature(
  toSign: Buffer,
  signature: Buffer,
  { publicKey }: X509Certificate,
  { signatureAlgorithm, hashAlgorithm }: SignatureChoice,
): void {
  const isPss = signatureAlgorithm === 'rsassa-pss';
  const hash = isPss ? hashAlgorithm : signatureAlgorithm.slice(0, 'sha512'.length);
  const padding = isPss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const key = { key: publicKey, padding, ...(isPss && { saltLength: constants.RSA_PSS_SALTLEN_DIGEST }) };
  if (!verify(hash, toSign, key, signature)) {
    throw new Error('This is not the signature of this document by the key of this certificate.');
  }
}
