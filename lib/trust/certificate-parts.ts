/**
 * The parts of a certificate (RFC 5280, section 4.1), cut out as bytes. Each login looks at some of them, most of which are the same
 * in all certificates of a CA: @peculiar/x509 and asn1js decode what they hold, once for each value.
 */

import { fromBER, ObjectIdentifier } from 'asn1js';
import { LRUCache } from 'lru-cache';
import { type DerElement, fewDerElements } from './der.js';
import {
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
} from './x509.js';

type Bytes = Uint8Array<ArrayBuffer>;

/** An extension that was not decoded. */
export interface ExtensionPart {
  /** Object identifier. */
  type: string;
  critical: boolean;
  /** All of it. */
  bytes: Bytes;
  /** DER. */
  value: Bytes;
}

export interface CertificateParts {
  /** The algorithm of its signature, once as it is signed and once as it is not. */
  signature: Bytes;
  signatureAlgorithm: Bytes;
  issuer: Bytes;
  subject: Bytes;
  extensions: readonly ExtensionPart[];
}

const sequence = 0x30;
const version = 0xa0;
const extensionList = 0xa3;
const boolean = 0x01;
const octetString = 0x04;
const mostFields = 10;
const mostExtensions = 50;
/** Values remembered of each kind. */
const mostRemembered = 500;

/** @throws Error when it has not the form of a certificate. */
export function partsOf(der: Bytes): CertificateParts {
  const [certificate] = fewDerElements(der, 1);
  const [toBeSigned, signatureAlgorithm] = fewDerElements(contentOf(certificate, sequence), 3);
  const fields = fewDerElements(contentOf(toBeSigned, sequence), mostFields);
  const [, signature, issuer, , subject] = fields[0]?.tag === version ? fields.slice(1) : fields;
  const list = fields.find(({ tag }) => tag === extensionList);
  const [extensions] = list ? fewDerElements(list.content, 1) : [];
  return {
    signature: bytesOf(signature),
    signatureAlgorithm: bytesOf(signatureAlgorithm),
    issuer: bytesOf(issuer),
    subject: bytesOf(subject),
    extensions: list ? fewDerElements(contentOf(extensions, sequence), mostExtensions).map(extensionOf) : [],
  };
}

function extensionOf({ bytes, content }: DerElement): ExtensionPart {
  const elements = fewDerElements(content, 3);
  const flag = elements.length === 3 ? elements[1] : undefined;
  if (flag && flag.tag !== boolean) throw new Error('An extension is malformed.');
  return {
    type: objectIdentifier(bytesOf(elements[0])),
    critical: flag !== undefined && flag.content[0] !== 0,
    bytes,
    value: contentOf(elements.at(-1), octetString),
  };
}

function contentOf(element: DerElement | undefined, tag: number): Bytes {
  if (element?.tag !== tag) throw new Error('The bytes are not a certificate.');
  return element.content;
}

function bytesOf(element: DerElement | undefined): Bytes {
  if (!element) throw new Error('The bytes are not a certificate.');
  return element.bytes;
}

/** Decodes each value once. */
function remembering<T>(decode: (bytes: Bytes) => T): (bytes: Bytes) => T {
  const known = new LRUCache<string, { decoded: T }>({ max: mostRemembered });
  return (bytes) => {
    const key = String.fromCharCode.apply(null, bytes as unknown as number[]);
    const present = known.get(key);
    if (present) return present.decoded;
    const decoded = decode(bytes);
    known.set(key, { decoded });
    return decoded;
  };
}

/** Of its DER. */
export const objectIdentifier = remembering((bytes) => {
  const { result } = fromBER(bytes);
  if (!(result instanceof ObjectIdentifier)) throw new Error('An extension has no type.');
  return result.getValue();
});

/** The object identifier of an AlgorithmIdentifier. */
export const algorithmOf = remembering((bytes) =>
  objectIdentifier(bytesOf(fewDerElements(bytes, 1).flatMap(({ content }) => fewDerElements(content, 2))[0])),
);

/** Of whole extensions: the flags, the object identifiers, and whether it is that of a CA. */
export const decodeExtension = {
  keyUsage: remembering((bytes) => new KeyUsagesExtension(bytes).usages as number),
  extendedKeyUsage: remembering((bytes) => new ExtendedKeyUsageExtension(bytes).usages.map(String)),
  policies: remembering((bytes) => new CertificatePolicyExtension(bytes).policies),
  isCa: remembering((bytes) => new BasicConstraintsExtension(bytes).ca),
};
