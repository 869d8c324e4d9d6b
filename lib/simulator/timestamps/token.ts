/**
 * A timestamp (RFC 3161) in the shape of the demo environment's: SHA-512 and ECDSA, the unit's certificate named by its
 * SHA-256, issuer and serial number (RFC 5816), times of whole seconds.
 */
import { createHash, type KeyObject, randomBytes, sign } from 'node:crypto';
import { BitString, Integer, Null, ObjectIdentifier, OctetString, Sequence, Utf8String } from 'asn1js';
import {
  Accuracy,
  AlgorithmIdentifier,
  Attribute,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  GeneralName,
  GeneralNames,
  IssuerAndSerialNumber,
  MessageImprint,
  PKIStatusInfo,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';
import { signatureAlgorithm } from '../pki/certificate.js';

/** What a request asks for. */
export interface TimestampAsked {
  /** Object identifier of the hash. */
  hashType: string;
  hash: Buffer;
  /** Object identifier, where one is asked for. */
  policy?: string;
  /** Octets of an INTEGER, where there is one. */
  nonce?: Buffer;
  wantsCertificate: boolean;
}

export interface TimestampContents {
  asked: TimestampAsked;
  policy: string;
  /** DER of the unit's certificate. */
  certificate: Uint8Array;
  /** Who signs: the unit's key. */
  privateKey: KeyObject;
  time: Date;
}

/** Why the authority refuses, by the bit of PKIFailureInfo. */
export const failures = { badAlg: 0, badRequest: 2, unacceptedPolicy: 15, systemFailure: 25 } as const;

const tokenInfoType = '1.2.840.113549.1.9.16.1.4';
const signedDataType = '1.2.840.113549.1.7.2';
const sha512 = '2.16.840.1.101.3.4.2.3';
const attributeTypes = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
};
const rejection = 2;

/** @throws Error when the bytes are no request. */
export function readTimestampRequest(der: Uint8Array): TimestampAsked {
  const { messageImprint, reqPolicy, nonce, certReq } = TimeStampReq.fromBER(new Uint8Array(der));
  return {
    hashType: messageImprint.hashAlgorithm.algorithmId,
    hash: Buffer.from(messageImprint.hashedMessage.valueBlock.valueHexView),
    policy: reqPolicy,
    nonce: nonce && Buffer.from(nonce.valueBlock.valueHexView),
    wantsCertificate: certReq ?? false,
  };
}

/** An answer with a timestamp. */
export function grant(contents: TimestampContents): Buffer {
  const timeStampToken = new ContentInfo({
    contentType: signedDataType,
    content: signedData(contents).toSchema(true),
  });
  const response = new TimeStampResp({ status: new PKIStatusInfo({ status: 0 }), timeStampToken });
  return Buffer.from(response.toSchema().toBER());
}

/** An answer without one. */
export function reject(failure: keyof typeof failures): Buffer {
  const bit = failures[failure];
  const bits = new Uint8Array((bit >> 3) + 1);
  bits[bit >> 3] = 0x80 >> (bit & 7);
  const failInfo = new BitString({ valueHex: bits, unusedBits: 7 - (bit & 7) });
  const status = new PKIStatusInfo({
    status: rejection,
    statusStrings: [new Utf8String({ value: failure })],
    failInfo,
  });
  return Buffer.from(new TimeStampResp({ status }).toSchema().toBER());
}

function signedData(contents: TimestampContents): SignedData {
  const certificate = Certificate.fromBER(new Uint8Array(contents.certificate));
  const content = tokenInfo(contents, certificate);
  const digestAlgorithm = new AlgorithmIdentifier({ algorithmId: sha512, algorithmParams: new Null() });
  const attributes = new SignedAndUnsignedAttributes({
    type: 0,
    attributes: signedAttributes(content, contents.certificate, certificate),
  });
  // What is signed is the SET that they are, in place of which they have a tag of their own.
  const set = Buffer.from(attributes.toSchema().toBER());
  set[0] = 0x31;
  const encapContentInfo = new EncapsulatedContentInfo({ eContentType: tokenInfoType });
  // Given to the constructor it would be cut into pieces, which DER does not have.
  encapContentInfo.eContent = new OctetString({ valueHex: new Uint8Array(content) });
  const signature = sign('sha512', set, contents.privateKey);
  return new SignedData({
    version: 3,
    digestAlgorithms: [digestAlgorithm],
    encapContentInfo,
    ...(contents.asked.wantsCertificate && { certificates: [certificate] }),
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
        digestAlgorithm,
        signedAttrs: attributes,
        signatureAlgorithm: signatureAlgorithm(contents.privateKey, 'sha512'),
        signature: new OctetString({ valueHex: new Uint8Array(signature) }),
      }),
    ],
  });
}

/** DER of what the unit states. */
function tokenInfo({ asked, policy, time }: TimestampContents, certificate: Certificate): Buffer {
  const serialNumber = randomBytes(16);
  // Positive, and an INTEGER in its one spelling.
  serialNumber[0] = ((serialNumber[0] as number) & 0x3f) | 0x40;
  const info = new TSTInfo({
    version: 1,
    policy,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: asked.hashType, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: new Uint8Array(asked.hash) }),
    }),
    serialNumber: new Integer({ valueHex: new Uint8Array(serialNumber) }),
    genTime: new Date(Math.floor(time.getTime() / 1000) * 1000),
    accuracy: new Accuracy({ seconds: 1 }),
    ...(asked.nonce && { nonce: new Integer({ valueHex: new Uint8Array(asked.nonce) }) }),
    tsa: new GeneralName({ type: 4, value: certificate.subject }),
  });
  return Buffer.from(info.toSchema().toBER());
}

function signedAttributes(content: Buffer, der: Uint8Array, { issuer, serialNumber }: Certificate): Attribute[] {
  const digest = createHash('sha512').update(content).digest();
  const names = new GeneralNames({ names: [new GeneralName({ type: 4, value: issuer })] });
  // The hash goes without saying: SHA-256 is what stands for none.
  const certificateId = new Sequence({
    value: [
      new OctetString({ valueHex: new Uint8Array(createHash('sha256').update(der).digest()) }),
      new Sequence({ value: [names.toSchema(), serialNumber] }),
    ],
  });
  const signingCertificate = new Sequence({ value: [new Sequence({ value: [certificateId] })] });
  const attributes = [
    new Attribute({
      type: attributeTypes.contentType,
      values: [new ObjectIdentifier({ value: tokenInfoType })],
    }),
    new Attribute({
      type: attributeTypes.messageDigest,
      values: [new OctetString({ valueHex: new Uint8Array(digest) })],
    }),
    new Attribute({ type: attributeTypes.signingCertificateV2, values: [signingCertificate] }),
  ];
  // DER has the elements of a SET in the order of their bytes.
  return attributes.toSorted((one, other) => Buffer.compare(derOf(one), derOf(other)));
}

function derOf(attribute: Attribute): Buffer {
  return Buffer.from(attribute.toSchema().toBER());
}
