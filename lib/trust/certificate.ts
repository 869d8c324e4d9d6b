/**
 * An X.509 certificate (RFC 5280, section 4.1): its fields as slices of its bytes, which cost nothing and are safe to
 * cut out of whatever comes, and what they mean, which is decoded when it is asked for. Whoever asks has verified the
 * signature before, or trusts the certificate as it is.
 */

import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { type Bytes, constructedTag, type DerElement, DerError, onlyElement, primitiveTag, tags } from './der.js';
import { integerIn, octetsOfBitString, timeIn } from './der-values.js';
import {
  decodeCertificatePolicies,
  decodeExtendedKeyUsage,
  decodeIsCa,
  decodeKeyUsage,
  type Extension,
  extensionsIn,
  extensionTypes,
} from './extensions.js';
import { attributesOf, type NameAttribute } from './names.js';
import { isSignedWith, readSigned, type Signed } from './signatures.js';

/** Bytes. One with a key of 6144 bits has some two thousand. */
export const maxCertificateBytes = 16 * 1024;

const versionTag = constructedTag(0);
const extensionsTag = constructedTag(3);
/** issuerUniqueID and subjectUniqueID, which nobody uses. */
const uniqueIdTags = [primitiveTag(1), primitiveTag(2)];

/** A certificate as this package reads it; `node` is what Node reads in the same bytes. */
export class Certificate {
  /** All its bytes. */
  readonly der: Uint8Array<ArrayBuffer>;
  /** @internal */
  readonly signed: Signed;
  /** @internal */
  readonly fields: CertificateFields;
  private verifiedIssuer?: Certificate;
  private cached: {
    node?: X509Certificate;
    publicKey?: KeyObject;
    fingerprint?: string;
    validity?: { from: number; to: number };
    subject?: NameAttribute[];
    extensions?: Extension[];
  } = {};

  /**
   * @internal
   * @param der one DER certificate and nothing after it.
   * @throws DerError when it is not, or longer than any that is used.
   */
  constructor(der: Uint8Array) {
    if (der.length > maxCertificateBytes) throw new DerError('a certificate is too long');
    // A copy, so that nobody changes what was verified. No Buffer: cutting pieces out of one takes longer.
    this.der = new Uint8Array(der);
    const { reader } = onlyElement(this.der, tags.sequence);
    this.signed = readSigned(reader);
    reader.finish();
    this.fields = readFields(this.signed.toBeSigned);
  }

  /**
   * Whether the certificate carries a strong signature of this issuer's key. What held once holds for these bytes for
   * ever, so it is not verified again.
   */
  isSignedBy(issuer: Certificate): boolean {
    if (this.verifiedIssuer === issuer) return true;
    const isSigned = isSignedWith(issuer.publicKey, this.signed);
    if (isSigned) this.verifiedIssuer = issuer;
    return isSigned;
  }

  /**
   * node:crypto's reading, which is what the world outside gets.
   * @throws DerError when it reads another certificate: it looks for PEM first, which may stand in a text of this one.
   */
  get node(): X509Certificate {
    this.cached.node ??= readByNode(this.der);
    return this.cached.node;
  }

  /** The key that it certifies. */
  get publicKey(): KeyObject {
    this.cached.publicKey ??= this.node.publicKey;
    return this.cached.publicKey;
  }

  /** SHA-256 of the DER: 64 hexadecimal digits, upper case. */
  get fingerprint(): string {
    this.cached.fingerprint ??= createHash('sha256').update(this.der).digest('hex').toUpperCase();
    return this.cached.fingerprint;
  }

  /** @internal Octets of the serial number, in the one spelling of DER. */
  get serialNumber(): Bytes {
    return integerIn(this.fields.serialNumber);
  }

  /**
   * From when until when it is valid, both included.
   * @throws DerError when it has not two times.
   */
  get validity(): {
    /** Milliseconds since the epoch. */
    from: number;
    /** Milliseconds since the epoch. */
    to: number;
  } {
    this.cached.validity ??= readValidity(this.fields.validity);
    return this.cached.validity;
  }

  /** @internal */
  get subject(): readonly NameAttribute[] {
    this.cached.subject ??= attributesOf(this.fields.subject);
    return this.cached.subject;
  }

  /** @internal */
  get extensions(): readonly Extension[] {
    const { extensions } = this.fields;
    this.cached.extensions ??= extensions ? extensionsIn(extensions) : [];
    return this.cached.extensions;
  }

  /** Bits of the key usage as in `keyUsageFlags`; undefined where there is no such extension. */
  get keyUsage(): number | undefined {
    return this.decode(extensionTypes.keyUsage, decodeKeyUsage);
  }

  /** OIDs of the extended key usage; undefined where there is no such extension. */
  get extendedKeyUsage(): string[] | undefined {
    return this.decode(extensionTypes.extendedKeyUsage, decodeExtendedKeyUsage);
  }

  /** OIDs of the policies; undefined where there is no such extension. */
  get certificatePolicies(): string[] | undefined {
    return this.decode(extensionTypes.certificatePolicies, decodeCertificatePolicies);
  }

  /** Whether it may issue others, by its basic constraints. */
  get isCa(): boolean {
    return this.decode(extensionTypes.basicConstraints, decodeIsCa) ?? false;
  }

  /**
   * @internal What the extension of this type says; undefined where it is not there. @throws DerError when it is
   * malformed.
   */
  decode<T>(type: string, decodeValue: (value: Bytes) => T): T | undefined {
    const extension = this.extensions.find((one) => one.type === type);
    return extension && decodeValue(extension.value);
  }
}

function readByNode(der: Bytes): X509Certificate {
  const node = new X509Certificate(der);
  if (Buffer.compare(node.raw, der) !== 0) throw new DerError('there is another certificate in it');
  return node;
}

/** Fields of TBSCertificate that are looked at, none of them decoded. */
export interface CertificateFields {
  serialNumber: DerElement;
  /** The signature algorithm, as it is signed. */
  signature: DerElement;
  issuer: DerElement;
  validity: DerElement;
  subject: DerElement;
  subjectPublicKeyInfo: DerElement;
  /** The SEQUENCE of them. */
  extensions?: DerElement;
}

function readFields({ reader }: DerElement): CertificateFields {
  reader.nextIf(versionTag);
  const fields = {
    serialNumber: reader.next(tags.integer),
    signature: reader.next(tags.sequence),
    issuer: reader.next(tags.sequence),
    validity: reader.next(tags.sequence),
    subject: reader.next(tags.sequence),
    subjectPublicKeyInfo: reader.next(tags.sequence),
  };
  for (const tag of uniqueIdTags) reader.nextIf(tag);
  const extensions = reader.nextIf(extensionsTag);
  reader.finish();
  return { ...fields, extensions: extensions && onlyElement(extensions.content, tags.sequence) };
}

function readValidity({ reader }: DerElement): { from: number; to: number } {
  const [from, to] = [timeIn(reader.nextOfAnyTag()), timeIn(reader.nextOfAnyTag())];
  reader.finish();
  return { from, to };
}

/** The octets of the public key alone, which key identifiers are made of (RFC 6960, section 4.1.1). */
export function subjectPublicKeyOf(certificate: Certificate): Bytes {
  const { fields } = certificate;
  const { reader } = fields.subjectPublicKeyInfo;
  reader.next(tags.sequence);
  return octetsOfBitString(reader.next(tags.bitString));
}

export function parseCertificate(der: Uint8Array): Certificate {
  return new Certificate(der);
}

/**
 * Object identifiers of subject attributes. Short names are no use here: `SN` is read as surname or as serial number.
 */
export const attributes = {
  commonName: '2.5.4.3',
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  country: '2.5.4.6',
  givenName: '2.5.4.42',
} as const;

/** The only value of a subject attribute, or undefined when the subject has none or several. */
export function subjectAttribute(certificate: Certificate, oid: string): string | undefined {
  const { subject } = certificate;
  const [first, ...others] = subject.filter(({ type }) => type === oid);
  return first && others.length === 0 && first.value !== '' ? first.value : undefined;
}
