/** An X.509 certificate: read at once by node:crypto, and by the other libraries where they are asked. */

import { type KeyObject, X509Certificate as NodeX509Certificate } from 'node:crypto';
import { fromBER } from 'asn1js';
import { Certificate as PkijsCertificate } from 'pkijs';
import { type CertificateParts, decodeExtension, partsOf } from './certificate-parts.js';
import { attributesOf, type NameAttribute } from './names.js';
import { X509Certificate } from './x509.js';

/** Object identifiers of the extensions that a user certificate is judged by. */
export const extensionTypes = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  isCa: '2.5.29.19',
  policies: '2.5.29.32',
  extendedKeyUsage: '2.5.29.37',
} as const;

export class Certificate {
  readonly der: Uint8Array<ArrayBuffer>;
  /** node:crypto's reading: for names, dates, the key and signatures. */
  readonly node: NodeX509Certificate;
  readonly parts: CertificateParts;
  readonly publicKey: KeyObject;
  /** Milliseconds since the epoch; NaN where it cannot be read. */
  readonly validity: { from: number; to: number };
  private readX509: X509Certificate | undefined;
  private readPkijs: PkijsCertificate | undefined;
  private readSubject: NameAttribute[] | undefined;

  constructor(der: Uint8Array) {
    // No Buffer: cutting pieces out of one takes longer.
    const bytes = new Uint8Array(der);
    this.node = new NodeX509Certificate(bytes);
    if (!this.node.raw.equals(bytes)) throw new Error('The bytes are not exactly one DER certificate.');
    this.der = bytes;
    this.parts = partsOf(bytes);
    this.publicKey = this.node.publicKey;
    this.validity = { from: Date.parse(this.node.validFrom), to: Date.parse(this.node.validTo) };
  }

  /** @peculiar/x509's reading: for what is seldom asked. */
  get x509(): X509Certificate {
    this.readX509 ??= new X509Certificate(this.der);
    return this.readX509;
  }

  /** pkijs' reading: for what is said of revocation. */
  get pkijs(): PkijsCertificate {
    this.readPkijs ??= PkijsCertificate.fromBER(this.der);
    return this.readPkijs;
  }

  get subject(): readonly NameAttribute[] {
    this.readSubject ??= attributesOf(this.parts.subject);
    return this.readSubject;
  }

  /** What an extension says; undefined where it is not there. */
  extension<Type extends keyof typeof decodeExtension>(
    type: Type,
  ): ReturnType<(typeof decodeExtension)[Type]> | undefined {
    const part = extensionPart(this, extensionTypes[type]);
    return part && (decodeExtension[type](part.bytes) as ReturnType<(typeof decodeExtension)[Type]>);
  }
}

/**
 * @param der one DER certificate and nothing after it.
 * @throws Error when it is not.
 */
export function parseCertificate(der: Uint8Array): Certificate {
  return new Certificate(der);
}

/** Object identifiers of subject attributes. Short names are no use here: `SN` is read as surname or as serial number. */
export const attributes = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  givenName: '2.5.4.42',
} as const;

/** The only value of a subject attribute, or undefined when the subject has none or several. */
export function subjectAttribute({ subject }: Certificate, oid: string): string | undefined {
  const [first, ...others] = subject.filter(({ type }) => type === oid);
  return first && others.length === 0 && first.value !== '' ? first.value : undefined;
}

export function extensionPart({ parts }: Certificate, oid: string) {
  return parts.extensions.find(({ type }) => type === oid);
}

/** The content of an extension as ASN.1, or undefined when the certificate has it not or it cannot be read. */
export function extensionValue(
  certificate: Certificate,
  oid: string,
): ReturnType<typeof fromBER>['result'] | undefined {
  const part = extensionPart(certificate, oid);
  if (!part) return undefined;
  const { result, offset } = fromBER(part.value);
  return offset === part.value.byteLength ? result : undefined;
}
