/**
 * The CMS SignedData of a PAdES signature: detached, one signer, with exactly the signed attributes that PAdES asks for
 * (RFC 5652; RFC 5035 for the signing certificate; ETSI EN 319 142-1, section 6.3). There is no signing time among
 * them: PAdES forbids it, the signature dictionary of the PDF has it.
 */

import { createHash, type X509Certificate } from 'node:crypto';
import { Null, ObjectIdentifier, OctetString, Sequence, Set as SetOf } from 'asn1js';
import {
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  RSASSAPSSParams,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';
import type { SignatureChoice } from './prepared-document.js';

/** What everything in this file is made with. */
export const cmsSignature = {
  signatureAlgorithm: 'rsassa-pss',
  hashAlgorithm: 'SHA-512',
} as const satisfies SignatureChoice;

const sha512 = new AlgorithmIdentifier({ algorithmId: '2.16.840.1.101.3.4.2.3' });
/** Within the parameters of RSASSA-PSS a hash has a NULL (RFC 4055, section 2.1), elsewhere in CMS it has none (RFC 5754). */
const sha512OfPss = new AlgorithmIdentifier({ algorithmId: sha512.algorithmId, algorithmParams: new Null() });
const rsassaPssWithSha512 = new AlgorithmIdentifier({
  algorithmId: '1.2.840.113549.1.1.10',
  algorithmParams: new RSASSAPSSParams({
    hashAlgorithm: sha512OfPss,
    maskGenAlgorithm: new AlgorithmIdentifier({
      algorithmId: '1.2.840.113549.1.1.8',
      algorithmParams: sha512OfPss.toSchema(),
    }),
    saltLength: 64,
  }).toSchema(),
});

/** The attributes that bind a signature to the content and to the one certificate that it is to be verified with. */
export function createSignedAttributes(content: Buffer, certificate: X509Certificate): SignedAndUnsignedAttributes {
  const attributes = [
    attribute('1.2.840.113549.1.9.3', new ObjectIdentifier({ value: ContentInfo.DATA })),
    attribute('1.2.840.113549.1.9.4', octets(createHash('sha512').update(content).digest())),
    attribute('1.2.840.113549.1.9.16.2.47', signingCertificateV2(certificate)),
  ];
  // DER orders the elements of a SET OF by their encoding, and pkijs leaves that to its caller.
  attributes.sort((one, other) => Buffer.compare(encode(one), encode(other)));
  return new SignedAndUnsignedAttributes({ type: 0, attributes });
}

/** What is signed is not the attributes as they are embedded, but their encoding as a plain SET OF (RFC 5652, section 5.4). */
export function encodeSignedAttributes({ attributes }: SignedAndUnsignedAttributes): Buffer {
  return Buffer.from(new SetOf({ value: attributes.map((one) => one.toSchema()) }).toBER());
}

export function encodeSignedData(
  signedAttrs: SignedAndUnsignedAttributes,
  signature: Buffer,
  { raw }: X509Certificate,
): Buffer {
  const certificate = Certificate.fromBER(new Uint8Array(raw));
  const { issuer, serialNumber } = certificate;
  const signedData = new SignedData({
    version: 1,
    digestAlgorithms: [sha512],
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: ContentInfo.DATA }),
    certificates: [certificate],
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer, serialNumber }),
        digestAlgorithm: sha512,
        signedAttrs,
        signatureAlgorithm: rsassaPssWithSha512,
        signature: octets(signature),
      }),
    ],
  });
  return encode(new ContentInfo({ contentType: ContentInfo.SIGNED_DATA, content: signedData.toSchema(true) }));
}

/** The hash is SHA-256, the default, which DER leaves out; the issuer is left out because PAdES advises so. */
function signingCertificateV2({ raw }: X509Certificate): Sequence {
  const essCertIdV2 = new Sequence({ value: [octets(createHash('sha256').update(raw).digest())] });
  return new Sequence({ value: [new Sequence({ value: [essCertIdV2] })] });
}

function attribute(type: string, value: ObjectIdentifier | OctetString | Sequence): Attribute {
  return new Attribute({ type, values: [value] });
}

function octets(value: Buffer): OctetString {
  return new OctetString({ valueHex: new Uint8Array(value) });
}

function encode(structure: Attribute | ContentInfo): Buffer {
  return Buffer.from(structure.toSchema().toBER());
}
