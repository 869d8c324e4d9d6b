/** A XAdES baseline signature of the files of a container (ETSI EN 319 132-1), in three texts that are written once. */

import { createHash } from 'node:crypto';
import { nodeHashName } from '../../protocol/algorithms.js';
import type { DraftFields } from '../draft.js';
import type { SignatureEvidence } from '../evidence.js';
import { exclusiveCanonicalization, hashUri, signatureUri } from './algorithms.js';
import { canonicalText, type Element, element } from './canonical-text.js';
import { uriOf } from './names.js';

/** A file that is signed. */
export interface SignedFile {
  name: string;
  /** As the manifest says. */
  contentType: string;
  digest: Uint8Array;
}

/** What is in the signature, beside the files. */
export type SignatureFields = Pick<DraftFields, 'signatureAlgorithm' | 'hashAlgorithm' | 'certificate' | 'signedAt'> & {
  /** The `Id` of the signature. */
  signatureId: string;
};

/** The signed texts. */
export interface SignedTexts {
  signedInfo: string;
  signedProperties: string;
}

export function writeSignedTexts(fields: SignatureFields, files: readonly SignedFile[]): SignedTexts {
  const { signatureAlgorithm, hashAlgorithm, signatureId } = fields;
  const signedProperties = writeSignedProperties(fields, files);
  const references = files.map(({ name, digest }, index) =>
    element('ds:Reference', { Id: fileId(signatureId, index), URI: uriOf(name) }, ...digestOf(hashAlgorithm, digest)),
  );
  const signedInfo = element(
    'ds:SignedInfo',
    {},
    element('ds:CanonicalizationMethod', { Algorithm: exclusiveCanonicalization }),
    element('ds:SignatureMethod', { Algorithm: signatureUri(signatureAlgorithm, hashAlgorithm) }),
    ...references,
    element(
      'ds:Reference',
      { Type: 'http://uri.etsi.org/01903#SignedProperties', URI: `#${propertiesId(signatureId)}` },
      // Without it validators take the inclusive kind, which would sign the namespaces of what is around as well.
      element('ds:Transforms', {}, element('ds:Transform', { Algorithm: exclusiveCanonicalization })),
      ...digestOf(hashAlgorithm, hash(hashAlgorithm, Buffer.from(signedProperties))),
    ),
  );
  return { signedInfo: canonicalText(signedInfo), signedProperties };
}

export function writeSignedProperties(
  { hashAlgorithm, certificate, signedAt, signatureId }: SignatureFields,
  files: readonly Pick<SignedFile, 'contentType'>[],
): string {
  const certificateDigest = hash(hashAlgorithm, Buffer.from(certificate, 'base64'));
  const formats = files.map(({ contentType }, index) =>
    element(
      'xades:DataObjectFormat',
      { ObjectReference: `#${fileId(signatureId, index)}` },
      element('xades:MimeType', {}, contentType),
    ),
  );
  return canonicalText(
    element(
      'xades:SignedProperties',
      { Id: propertiesId(signatureId) },
      element(
        'xades:SignedSignatureProperties',
        {},
        element('xades:SigningTime', {}, new Date(signedAt).toISOString().replace(/\.\d+/, '')),
        element(
          'xades:SigningCertificateV2',
          {},
          element('xades:Cert', {}, element('xades:CertDigest', {}, ...digestOf(hashAlgorithm, certificateDigest))),
        ),
      ),
      element('xades:SignedDataObjectProperties', {}, ...formats),
    ),
  );
}

/** The canonical element of the signature value, which a timestamp of the signature is about (section 5.3). */
export function writeSignatureValue(signatureId: string, signature: Uint8Array): string {
  return canonicalText(element('ds:SignatureValue', { Id: `${signatureId}-value` }, base64(signature)));
}

/** A file of signatures (ETSI EN 319 162-1, section A.5) that holds this one. */
export function writeSignatureFile(
  { signatureId, certificate }: SignatureFields,
  { signedInfo, signedProperties }: SignedTexts,
  signature: Uint8Array,
  evidence: SignatureEvidence,
): string {
  const unsigned = unsignedProperties(signatureId, certificate, evidence);
  const qualifyingProperties = element(
    'xades:QualifyingProperties',
    { Target: `#${signatureId}` },
    { canonical: signedProperties },
    ...(unsigned.length > 0
      ? [element('xades:UnsignedProperties', {}, element('xades:UnsignedSignatureProperties', {}, ...unsigned))]
      : []),
  );
  const file = element(
    'asic:XAdESSignatures',
    {},
    element(
      'ds:Signature',
      { Id: signatureId },
      { canonical: signedInfo },
      { canonical: writeSignatureValue(signatureId, signature) },
      element('ds:KeyInfo', {}, element('ds:X509Data', {}, element('ds:X509Certificate', {}, certificate))),
      element('ds:Object', {}, qualifyingProperties),
    ),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${canonicalText(file)}`;
}

function unsignedProperties(signatureId: string, signer: string, evidence: SignatureEvidence): Element[] {
  const properties: Element[] = [];
  const { timestamp } = evidence;
  // The signer's own is in KeyInfo.
  const certificates = [...new Set(evidence.certificates.map(base64))].filter((certificate) => certificate !== signer);
  const ocspResponses = evidence.ocspResponses.map(base64);
  if (timestamp) {
    properties.push(
      element(
        'xades:SignatureTimeStamp',
        { Id: `${signatureId}-timestamp` },
        // Validators do not agree on what it is where it is not stated.
        element('ds:CanonicalizationMethod', { Algorithm: exclusiveCanonicalization }),
        element('xades:EncapsulatedTimeStamp', {}, base64(timestamp)),
      ),
    );
  }
  if (certificates.length > 0) {
    const values = certificates.map((value) => element('xades:EncapsulatedX509Certificate', {}, value));
    properties.push(element('xades:CertificateValues', {}, ...values));
  }
  if (ocspResponses.length > 0) {
    const values = ocspResponses.map((value) => element('xades:EncapsulatedOCSPValue', {}, value));
    properties.push(element('xades:RevocationValues', {}, element('xades:OCSPValues', {}, ...values)));
  }
  return properties;
}

function digestOf(hashAlgorithm: DraftFields['hashAlgorithm'], digest: Uint8Array): Element[] {
  return [
    element('ds:DigestMethod', { Algorithm: hashUri(hashAlgorithm) }),
    element('ds:DigestValue', {}, base64(digest)),
  ];
}

function hash(hashAlgorithm: DraftFields['hashAlgorithm'], bytes: Uint8Array): Buffer {
  return createHash(nodeHashName(hashAlgorithm)).update(bytes).digest();
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function fileId(signatureId: string, index: number): string {
  return `${signatureId}-file-${index}`;
}

function propertiesId(signatureId: string): string {
  return `${signatureId}-properties`;
}
