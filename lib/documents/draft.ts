/**
 * A document between the two halves of remote signing, as plain data that any store can keep: what is signed is fixed,
 * and the signature value is not there yet. ETSI EN 319 142-1 (PAdES) and EN 319 132-1 with EN 319 162-1 (XAdES in
 * ASiC-E) say what goes into the file.
 */

import type { SignatureAlgorithm } from '../protocol/algorithms.js';

/**
 * How long a signature can be verified: `B` as long as its certificate is valid and can be asked about, `T` with the
 * time at which it was made, `LT` with the certificates and OCSP answers of that time inside the file.
 */
export type SignatureLevel = 'B' | 'T' | 'LT';

/** A hash that validators of signed documents know. */
export type DocumentHashAlgorithm = 'SHA-256' | 'SHA-384' | 'SHA-512';

/** What a draft of either format has. All of it is JSON; bytes are Base64. */
export interface DraftFields {
  /** What the signed file will be. */
  level: SignatureLevel;
  /** `rsassa-pss`, or a PKCS#1 v1.5 algorithm whose hash is `hashAlgorithm`. */
  signatureAlgorithm: SignatureAlgorithm;
  /** Of the signature and of everything below it. */
  hashAlgorithm: DocumentHashAlgorithm;
  /** Base64 of the signer's certificate (DER). */
  certificate: string;
  /** When the signer said that they sign: milliseconds since the epoch. The timestamp is what proves a time. */
  signedAt: number;
  /** After this the draft is no longer completed: milliseconds since the epoch. */
  expiresAt: number;
  /** Base64 of the bytes whose hash the app signs. */
  data: string;
  /** Base64 of the signature value, once it has come and has verified. */
  signature?: string;
  /** Base64 of the timestamp token (DER), once it was had: a later try needs no other one. */
  timestamp?: string;
  /** What goes into the file beside the signature, once all of it was had: every later try makes the same file. */
  evidence?: DraftEvidence;
}

/** The timestamp and the OCSP answers of one signature, which belong together. */
export interface DraftEvidence {
  /** Base64 of the timestamp token (DER). */
  timestamp: string;
  /** Base64 of the OCSP answers (DER), in the order in which the certificates are in the file. Empty for the level `T`. */
  ocspResponses: string[];
  /** When the answers were had: milliseconds since the epoch. */
  collectedAt: number;
}
