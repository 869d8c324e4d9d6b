/** What `preparePdf` is given, checked before anything is made. */

import type { X509Certificate } from 'node:crypto';
import { SmartIdInputError } from '../../errors.js';
import { checkSignatureChoice, hashAlgorithmOf, type SignatureAlgorithm } from '../../protocol/algorithms.js';
import { attributes, Certificate, subjectAttribute } from '../../trust/certificate.js';
import { hasStrongRsaKey, isForSignatures } from '../../trust/profile.js';
import type { DocumentHashAlgorithm, SignatureLevel } from '../draft.js';
import type { SignatureBox } from './appearance.js';
import { describe } from './standard-font.js';

/** Where and how a page shows that it is signed. Lengths are in points, 1/72 of an inch. */
export interface VisibleSignature extends SignatureBox {
  /** 1 is the first. */
  page: number;
  /**
   * A TrueType font. Without one the text is in Helvetica, which has the letters of Western Europe: Estonian, but not
   * Latvian or Lithuanian.
   */
  font?: Uint8Array;
  /** Lines of text, in at most 500 characters. Default: the signer's name and the time in UTC. */
  text?: string;
}

/** How a PDF is prepared. */
export interface PdfOptions {
  /** The signer's verified signing certificate, as `prepare` is told it: an object of Node or DER. */
  certificate: Uint8Array | X509Certificate;
  /** How long the signature can be verified (ETSI EN 319 142-1, section 6). Default `LT`. */
  level?: SignatureLevel;
  /** What the app signs with. Default `rsassa-pss`. */
  signatureAlgorithm?: SignatureAlgorithm;
  /** Default `SHA-512`, or the hash that `signatureAlgorithm` names. */
  hashAlgorithm?: DocumentHashAlgorithm;
  /** When the signer says that they sign, in milliseconds since the epoch. Default: now. */
  signedAt?: number;
  /** For how long the draft may be completed, in milliseconds. Default: an hour. */
  expiresInMs?: number;
  /** How large the file may be, in bytes. Default: 100 MB. */
  maxPdfBytes?: number;
  /** Where a page shows that it is signed. Default: nowhere; readers list the signature all the same. */
  visible?: VisibleSignature;
  /** Who signs, in at most 500 characters. Default: the name in the certificate. */
  signerName?: string;
  /** Why it is signed, in at most 500 characters. */
  reason?: string;
  /** Where it is signed, in at most 500 characters. */
  location?: string;
}

export interface CheckedOptions {
  certificate: Certificate;
  level: SignatureLevel;
  signatureAlgorithm: SignatureAlgorithm;
  hashAlgorithm: DocumentHashAlgorithm;
  signedAt: number;
  expiresAt: number;
  maxPdfBytes: number;
  visible?: VisibleSignature;
  signerName: string;
  reason?: string;
  location?: string;
}

const levels: readonly SignatureLevel[] = ['B', 'T', 'LT'];
const documentHashes: readonly string[] = ['SHA-256', 'SHA-384', 'SHA-512'] satisfies DocumentHashAlgorithm[];
const defaultMaxPdfBytes = 100_000_000;
const defaultExpiresInMs = 60 * 60 * 1000;
const maxTextLength = 500;
/** Years that the file can name. */
const maxTime = Date.parse('9999-12-31T23:59:59Z');

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function checkOptions(options: PdfOptions): CheckedOptions {
  const { level = 'LT', signedAt = Date.now(), expiresInMs = defaultExpiresInMs } = options;
  const { maxPdfBytes = defaultMaxPdfBytes, visible, reason, location } = options;
  if (!levels.includes(level)) throw new SmartIdInputError('level', `must be one of ${levels.join(', ')}.`);
  if (!(Number.isSafeInteger(signedAt) && signedAt >= 0 && signedAt <= maxTime)) {
    throw new SmartIdInputError('signedAt', 'must be milliseconds since the epoch.');
  }
  checkPositive('expiresInMs', expiresInMs);
  checkPositive('maxPdfBytes', maxPdfBytes);
  const algorithms = checkAlgorithms(options);
  const certificate = checkCertificate(options.certificate, signedAt);
  const signerName = (options.signerName ?? nameOf(certificate)).normalize('NFC');
  checkText('signerName', signerName);
  if (reason !== undefined) checkText('reason', reason);
  if (location !== undefined) checkText('location', location);
  if (visible) checkVisible(visible);
  return {
    certificate,
    level,
    ...algorithms,
    signedAt,
    expiresAt: Date.now() + expiresInMs,
    maxPdfBytes,
    visible,
    signerName,
    reason,
    location,
  };
}

function checkAlgorithms({ signatureAlgorithm = 'rsassa-pss', ...options }: PdfOptions) {
  const isPss = signatureAlgorithm === 'rsassa-pss';
  const { hashAlgorithm: chosen = isPss ? 'SHA-512' : undefined } = options;
  checkSignatureChoice({ signatureAlgorithm, hashAlgorithm: chosen });
  const hashAlgorithm = hashAlgorithmOf({ signatureAlgorithm, hashAlgorithm: chosen });
  if (!documentHashes.includes(hashAlgorithm)) {
    throw new SmartIdInputError('hashAlgorithm', `must be one of ${documentHashes.join(', ')}.`);
  }
  return { signatureAlgorithm, hashAlgorithm: hashAlgorithm as DocumentHashAlgorithm };
}

function checkCertificate(given: Uint8Array | X509Certificate, signedAt: number): Certificate {
  const certificate = readCertificate(given);
  if (!isForSignatures(certificate)) {
    throw new SmartIdInputError('certificate', 'must be one for signatures: its key usage is not nonRepudiation.');
  }
  if (!hasStrongRsaKey(certificate)) throw new SmartIdInputError('certificate', 'must have an RSA key of 2048 bits.');
  const { from, to } = certificate.validity;
  if (signedAt < from || signedAt > to) {
    throw new SmartIdInputError('certificate', 'must be valid when it signs: it is not yet, or no longer.');
  }
  return certificate;
}

/** With all that is read of it later, so that what is malformed is told here. */
function readCertificate(given: Uint8Array | X509Certificate): Certificate {
  try {
    const certificate = new Certificate(given instanceof Uint8Array ? given : given.raw);
    hasStrongRsaKey(certificate);
    void [certificate.keyUsage, certificate.validity, certificate.subject];
    return certificate;
  } catch (cause) {
    throw new SmartIdInputError('certificate', 'must be an X.509 certificate, in DER.', { cause });
  }
}

function nameOf(certificate: Certificate): string {
  const [givenName, surname, commonName] = [attributes.givenName, attributes.surname, attributes.commonName].map(
    (type) => subjectAttribute(certificate, type),
  );
  if (givenName !== undefined && surname !== undefined) return `${givenName} ${surname}`;
  if (commonName === undefined)
    throw new SmartIdInputError('signerName', 'must be given: the certificate has no name.');
  return commonName;
}

function checkPositive(field: string, value: number): void {
  if (!(Number.isFinite(value) && value > 0)) throw new SmartIdInputError(field, 'must be a number above 0.');
}

/** What cannot be seen, or turns the direction of writing, would make a text look like another one. */
function checkText(field: string, text: string): void {
  if (typeof text !== 'string' || text.trim() === '' || text.length > maxTextLength) {
    throw new SmartIdInputError(field, `must be a text of at most ${maxTextLength} characters.`);
  }
  const [invisible] = /\p{C}/u.exec(text) ?? [];
  if (invisible) throw new SmartIdInputError(field, `must not hold the character ${describe(invisible)}.`);
}

function checkVisible({ page, x, y, width, height, font, text }: VisibleSignature): void {
  if (!(Number.isSafeInteger(page) && page >= 1)) {
    throw new SmartIdInputError('visible.page', 'must be the number of a page: 1 for the first.');
  }
  for (const [name, value] of Object.entries({ x, y })) {
    if (!(Number.isFinite(value) && value >= 0))
      throw new SmartIdInputError(`visible.${name}`, 'must be points from 0.');
  }
  for (const [name, value] of Object.entries({ width, height })) checkPositive(`visible.${name}`, value);
  if (font !== undefined && !(font instanceof Uint8Array)) {
    throw new SmartIdInputError('visible.font', 'must be the bytes of a TrueType font.');
  }
  if (text !== undefined) checkText('visible.text', typeof text === 'string' ? text.replaceAll('\n', ' ') : text);
}
