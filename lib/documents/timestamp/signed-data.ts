/**
 * SignedData (RFC 5652, section 5) with one signer, as a timestamp token is one: cut into slices, of which nothing is
 * decoded before the signature over them has been verified.
 */

import {
  type Bytes,
  constructedTag,
  type DerElement,
  DerError,
  elementsIn,
  onlyElement,
  primitiveTag,
  tags,
} from '../../trust/der.js';
import { integerIn, objectIdentifierIn } from '../../trust/der-values.js';
import type { DocumentHashAlgorithm } from '../draft.js';
import { hashAlgorithmIn } from './hash-types.js';

/** The parts of SignedData that are looked at. */
export interface SignedData {
  /** Of the content, as the outside says it. */
  contentType: string;
  content: Bytes;
  /** Each is to be a certificate. */
  certificates: readonly DerElement[];
  signer: SignerInfo;
}

export interface SignerInfo {
  /** Issuer and serial number, or `[0]` with a key identifier. */
  id: DerElement;
  /** Undefined when it is one that is not strong. */
  hashAlgorithm: DocumentHashAlgorithm | undefined;
  /** The AlgorithmIdentifier of the hash, whatever it is. */
  hashIdentifier: DerElement;
  /** The SET of signed attributes as it is signed. */
  signedAttributes: Bytes;
  signatureAlgorithm: DerElement;
  signature: Bytes;
}

const signedDataType = '1.2.840.113549.1.7.2';
/** The unit's certificate, and those above it. */
const maxCertificates = 8;
const maxHashAlgorithms = 4;
const [tag0, tag1] = [constructedTag(0), constructedTag(1)];
/** Of a signer who is named by issuer and serial number, and by a key identifier. */
const signerVersions = { byName: 1, byKey: 3 };
/** Of SignedData whose content is not plain data. */
const signedDataVersion = 3;

/** @throws DerError when it is no SignedData with one signer who signs attributes. */
export function readSignedData(der: Bytes): SignedData {
  const outer = onlyElement(der, tags.sequence).reader;
  const type = objectIdentifierIn(outer.next(tags.objectIdentifier));
  const explicit = outer.next(tag0);
  outer.finish();
  if (type !== signedDataType) throw new DerError('the content is not signed data');
  const { reader } = onlyElement(explicit.content, tags.sequence);
  if (versionIn(reader.next(tags.integer)) !== signedDataVersion) throw new DerError('the version is unknown');
  const hashAlgorithms = elementsIn(reader.next(tags.set), maxHashAlgorithms, tags.sequence).map(hashAlgorithmIn);
  const content = readContent(reader.next(tags.sequence));
  const list = reader.nextIf(tag0);
  // Lists of revoked certificates, which are not looked at.
  reader.nextIf(tag1);
  const signers = elementsIn(reader.next(tags.set), 1, tags.sequence);
  reader.finish();
  const [signer] = signers;
  if (!signer) throw new DerError('nobody has signed');
  const info = readSigner(signer);
  if (!hashAlgorithms.includes(info.hashAlgorithm)) throw new DerError('the hash of the signer is not announced');
  const certificates = list ? elementsIn(list, maxCertificates, tags.sequence) : [];
  return { ...content, certificates, signer: info };
}

function readContent({ reader }: DerElement): Pick<SignedData, 'contentType' | 'content'> {
  const contentType = objectIdentifierIn(reader.next(tags.objectIdentifier));
  const { content } = onlyElement(reader.next(tag0).content, tags.octetString);
  reader.finish();
  return { contentType, content };
}

function readSigner({ reader }: DerElement): SignerInfo {
  const version = versionIn(reader.next(tags.integer));
  const id = reader.nextOfAnyTag();
  const hashIdentifier = reader.next(tags.sequence);
  const hashAlgorithm = hashAlgorithmIn(hashIdentifier);
  // Signed as the SET that they are, in place of which they have a tag of their own (RFC 5652, section 5.4).
  const signedAttributes = new Uint8Array(reader.next(tag0).bytes);
  signedAttributes[0] = tags.set;
  const signatureAlgorithm = reader.next(tags.sequence);
  const signature = reader.next(tags.octetString).content;
  // Attributes that anybody could have added, which mean nothing here.
  reader.nextIf(tag1);
  reader.finish();
  if (version !== versionFor(id)) throw new DerError('the version is unknown');
  return { id, hashAlgorithm, hashIdentifier, signedAttributes, signatureAlgorithm, signature };
}

function versionFor({ tag }: DerElement): number {
  if (tag === tags.sequence) return signerVersions.byName;
  if (tag === primitiveTag(0)) return signerVersions.byKey;
  throw new DerError('a signer is named in an unknown way');
}

/** A version number, which has one octet. */
export function versionIn(element: DerElement): number {
  const [version, ...others] = integerIn(element);
  if (others.length > 0) throw new DerError('the version is unknown');
  return version as number;
}

const maxAttributes = 20;

/**
 * The values of the attributes in a SET of them, by their types.
 * @throws DerError when one comes twice, or has not exactly one value.
 */
export function attributesIn(set: Bytes): Map<string, DerElement> {
  const attributes = new Map<string, DerElement>();
  for (const { reader } of elementsIn(onlyElement(set, tags.set), maxAttributes, tags.sequence)) {
    const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
    const [value] = elementsIn(reader.next(tags.set), 1);
    reader.finish();
    if (!value || attributes.has(type)) throw new DerError('an attribute does not have exactly one value');
    attributes.set(type, value);
  }
  return attributes;
}
