/** A question to an OCSP responder about one certificate (RFC 6960, section 4.1.1), with a fresh nonce. */

import { createHash, randomBytes } from 'node:crypto';
import { type Certificate, subjectPublicKeyOf } from '../certificate.js';
import { type Bytes, constructedTag, tags } from '../der.js';
import { encodeDer } from '../encode-der.js';

/** How a certificate is named (RFC 6960, section 4.1.1), with SHA-1. */
export interface CertId {
  /** SHA-1 of the issuer's name. */
  issuerNameHash: Buffer;
  /** SHA-1 of the issuer's public key. */
  issuerKeyHash: Buffer;
  /** Octets of an INTEGER. */
  serialNumber: Bytes;
}

export interface OcspRequest {
  /** To be posted. */
  der: Buffer<ArrayBuffer>;
  certId: CertId;
  nonce: Buffer<ArrayBuffer>;
}

const maxNonceBytes = 32;
/**
 * AlgorithmIdentifier of SHA-1: it names the certificate here and protects nothing, and every responder understands it.
 */
const sha1 = Buffer.from('300906052b0e03021a0500', 'hex');
/** OBJECT IDENTIFIER of the nonce (RFC 8954). */
const nonceType = Buffer.from('06092b0601050507300102', 'hex');

/** The same for all certificates of an issuer. */
const issuerHashes = new WeakMap<Certificate, Pick<CertId, 'issuerNameHash' | 'issuerKeyHash'>>();

export function createOcspRequest(certificate: Certificate, issuer: Certificate): OcspRequest {
  const certId = certIdOf(certificate, issuer);
  const nonce = randomBytes(maxNonceBytes);
  const { sequence, octetString } = tags;
  const reqCert = encodeDer(
    sequence,
    sha1,
    encodeDer(octetString, certId.issuerNameHash),
    encodeDer(octetString, certId.issuerKeyHash),
    encodeDer(tags.integer, certId.serialNumber),
  );
  const requestList = encodeDer(sequence, encodeDer(sequence, reqCert));
  const extension = encodeDer(sequence, nonceType, encodeDer(octetString, encodeDer(octetString, nonce)));
  const extensions = encodeDer(constructedTag(2), encodeDer(sequence, extension));
  return { der: encodeDer(sequence, encodeDer(sequence, requestList, extensions)), certId, nonce };
}

export function certIdOf(certificate: Certificate, issuer: Certificate): CertId {
  return { ...issuerHashesOf(issuer), serialNumber: certificate.serialNumber };
}

function issuerHashesOf(issuer: Certificate): Pick<CertId, 'issuerNameHash' | 'issuerKeyHash'> {
  const hashes = issuerHashes.get(issuer) ?? {
    issuerNameHash: hashBySha1(issuer.fields.subject.bytes),
    issuerKeyHash: hashBySha1(subjectPublicKeyOf(issuer)),
  };
  issuerHashes.set(issuer, hashes);
  return hashes;
}

/** For names and keys: nothing rests on it. */
export function hashBySha1(bytes: Uint8Array): Buffer {
  return createHash('sha1').update(bytes).digest();
}
