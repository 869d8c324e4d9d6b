/** An X.509 certificate, read once by each library that judges it, with the fields that Smart-ID certificates are judged by. */

import { type KeyObject, X509Certificate as NodeX509Certificate } from 'node:crypto';
import { fromBER } from 'asn1js';
import { Certificate as PkijsCertificate } from 'pkijs';
import { X509Certificate } from './x509.js';

export interface Certificate {
  der: Uint8Array<ArrayBuffer>;
  x509: X509Certificate;
  /** node:crypto's reading of the same bytes. */
  node: NodeX509Certificate;
  /** pkijs' reading, for paths and for what is said of revocation. */
  pkijs: PkijsCertificate;
  publicKey: KeyObject;
}

/** Object identifiers of subject attributes. Short names are no use here: `SN` is read as surname or as serial number. */
export const attributes = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  givenName: '2.5.4.42',
} as const;

/**
 * @param der one DER certificate and nothing after it.
 * @throws Error when it is not.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  const bytes = Buffer.from(der);
  const node = new NodeX509Certificate(bytes);
  if (!node.raw.equals(bytes)) throw new Error('The bytes are not exactly one DER certificate.');
  return {
    der: bytes,
    x509: new X509Certificate(bytes),
    node,
    pkijs: PkijsCertificate.fromBER(bytes),
    publicKey: node.publicKey,
  };
}

/** The only value of a subject attribute, or undefined when the subject has none or several. */
export function subjectAttribute({ x509 }: Certificate, oid: string): string | undefined {
  const values = x509.subjectName.getField(oid);
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}

/** The content of an extension as ASN.1, or undefined when the certificate has it not or it cannot be read. */
export function extensionValue({ x509 }: Certificate, oid: string): ReturnType<typeof fromBER>['result'] | undefined {
  const extension = x509.getExtension(oid);
  if (!extension) return undefined;
  const { result, offset } = fromBER(extension.value);
  return offset === extension.value.byteLength ? result : undefined;
}
