/**
 * The CMS SignedData of a PAdES signature: detached, one signer, with exactly the signed attributes that PAdES asks for
 * (RFC 5652; RFC 5035 for the signing certificate; ETSI EN 319 142-1, section 6.3). There is no signing time among
 * them: PAdES forbids it, the signature dictionary of the PDF has it.
 */

import { createHash } from 'node:crypto';
import { hashOctets, type SignatureAlgorithm } from '../../protocol/algorithms.js';
import type { Certificate } from '../../trust/certificate.js';
import { constructedTag, tags } from '../../trust/der.js';
import { encodeDer } from '../../trust/encode-der.js';
import type { DocumentHashAlgorithm } from '../draft.js';

const contentTypes = { data: '1.2.840.113549.1.7.1', signedData: '1.2.840.113549.1.7.2' };
const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signatureTimestamp: '1.2.840.113549.1.9.16.2.14',
};
const hashTypes: Record<DocumentHashAlgorithm, string> = {
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
};
const rsassaPss = '1.2.840.113549.1.1.10';
const mgf1 = '1.2.840.113549.1.1.8';
const pkcs1Types: Record<Exclude<SignatureAlgorithm, 'rsassa-pss'>, string> = {
  sha256WithRSAEncryption: '1.2.840.113549.1.1.11',
  sha384WithRSAEncryption: '1.2.840.113549.1.1.12',
  sha512WithRSAEncryption: '1.2.840.113549.1.1.13',
};
const version1 = encodeDer(tags.integer, Buffer.of(1));

/**
 * The attributes that bind a signature to the content and to the one certificate that it is to be verified with, as
 * they are signed: as a plain SET OF (RFC 5652, section 5.4).
 */
export function encodeSignedAttributes(contentDigest: Uint8Array, certificate: Certificate): Buffer {
  return setOf([
    attribute(attributeTypes.contentType, objectIdentifier(contentTypes.data)),
    attribute(attributeTypes.messageDigest, encodeDer(tags.octetString, contentDigest)),
    attribute(attributeTypes.signingCertificateV2, signingCertificateV2(certificate)),
  ]);
}

export interface CmsSignature {
  /** As `encodeSignedAttributes` made them. */
  signedAttributes: Uint8Array;
  signature: Uint8Array;
  signatureAlgorithm: SignatureAlgorithm;
  hashAlgorithm: DocumentHashAlgorithm;
  certificate: Certificate;
  /** DER of further certificates. */
  certificates: readonly Uint8Array[];
  /** DER of the timestamp token of the signature. */
  timestamp?: Uint8Array;
}

/** DER of the ContentInfo. */
export function encodeSignedData(cms: CmsSignature): Buffer {
  const digestAlgorithm = sequence(objectIdentifier(hashTypes[cms.hashAlgorithm]));
  const signedData = sequence(
    version1,
    setOf([digestAlgorithm]),
    sequence(objectIdentifier(contentTypes.data)),
    retagged(constructedTag(0), setOf(distinct([cms.certificate.der, ...cms.certificates]))),
    setOf([encodeSignerInfo(cms, digestAlgorithm)]),
  );
  return sequence(objectIdentifier(contentTypes.signedData), encodeDer(constructedTag(0), signedData));
}

function encodeSignerInfo(cms: CmsSignature, digestAlgorithm: Uint8Array): Buffer {
  const { issuer, serialNumber } = cms.certificate.fields;
  const unsigned = cms.timestamp && setOf([attribute(attributeTypes.signatureTimestamp, cms.timestamp)]);
  return sequence(
    version1,
    sequence(issuer.bytes, serialNumber.bytes),
    digestAlgorithm,
    retagged(constructedTag(0), cms.signedAttributes),
    signatureAlgorithmIdentifier(cms),
    encodeDer(tags.octetString, cms.signature),
    ...(unsigned ? [retagged(constructedTag(1), unsigned)] : []),
  );
}

function signatureAlgorithmIdentifier({ signatureAlgorithm, hashAlgorithm }: CmsSignature): Buffer {
  const none = encodeDer(tags.null);
  if (signatureAlgorithm !== 'rsassa-pss') return sequence(objectIdentifier(pkcs1Types[signatureAlgorithm]), none);
  // Within the parameters of RSASSA-PSS a hash has a NULL (RFC 4055, section 2.1), elsewhere in CMS it has none.
  const hash = sequence(objectIdentifier(hashTypes[hashAlgorithm]), none);
  const parameters = sequence(
    encodeDer(constructedTag(0), hash),
    encodeDer(constructedTag(1), sequence(objectIdentifier(mgf1), hash)),
    encodeDer(constructedTag(2), encodeDer(tags.integer, Buffer.of(hashOctets(hashAlgorithm)))),
  );
  return sequence(objectIdentifier(rsassaPss), parameters);
}

/** The hash is SHA-256, the default, which DER leaves out; the issuer is left out because PAdES advises so. */
function signingCertificateV2({ der }: Certificate): Buffer {
  const hash = encodeDer(tags.octetString, createHash('sha256').update(der).digest());
  return sequence(sequence(sequence(hash)));
}

function attribute(type: string, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(type), encodeDer(tags.set, value));
}

function sequence(...elements: readonly Uint8Array[]): Buffer {
  return encodeDer(tags.sequence, ...elements);
}

/** DER orders the elements by their encoding. */
function setOf(elements: readonly Uint8Array[]): Buffer {
  return encodeDer(tags.set, ...[...elements].sort(Buffer.compare));
}

/** The same element with an implicit tag. */
function retagged(tag: number, element: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(tag), element.subarray(1)]);
}

/** Each of them once. */
export function distinct(certificates: readonly Uint8Array[]): Uint8Array[] {
  const byText = new Map(certificates.map((one) => [Buffer.from(one).toString('latin1'), one]));
  return [...byText.values()];
}

function objectIdentifier(identifier: string): Buffer {
  const [first = 0, second = 0, ...others] = identifier.split('.').map(Number);
  return encodeDer(tags.objectIdentifier, Buffer.from([40 * first + second, ...others].flatMap(septets)));
}

/** A number in groups of seven bits, all but the last of which have the eighth bit set. */
function septets(value: number): number[] {
  const groups = [value & 0x7f];
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) groups.unshift(0x80 | (rest & 0x7f));
  return groups;
}
