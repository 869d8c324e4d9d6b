/**
 * An OCSP answer (RFC 6960), in the shape of the demo environment's or another one, and right or wrong in one of the
 * ways that a relying party must notice.
 */
import { type KeyObject, randomBytes, sign } from 'node:crypto';
import { BitString, Constructed, Enumerated, GeneralizedTime, Integer, OctetString, Primitive } from 'asn1js';
import {
  BasicOCSPResponse,
  Certificate,
  Extension,
  OCSPRequest,
  OCSPResponse,
  ResponseBytes,
  ResponseData,
  SingleResponse,
} from 'pkijs';
import { type SignatureHash, signatureAlgorithm } from '../pki/certificate.js';

/** What the responder says of a certificate. */
export type CertificateStatus = 'good' | 'revoked' | 'unknown';

/** Who signs: the authority itself, or somebody with a certificate of their own, which goes along. */
export interface OcspSigner {
  /** DER. */
  certificate: Uint8Array;
  privateKey: KeyObject;
  isAuthority: boolean;
}

export interface OcspAnswer {
  status: CertificateStatus;
  /**
   * With `revoked`.
   * @default at this moment
   */
  revokedAt?: Date;
  signer: OcspSigner;
  thisUpdate: Date;
  /** Without it, the answer is about this moment only. */
  nextUpdate?: Date;
  /** Since when the CA keeps what it knows of its certificates (RFC 6960, section 4.4.4). */
  archiveCutoff?: Date;
  /** Write the list of extensions even if there is none, as the demo environment does. */
  hasEmptyExtensions?: boolean;
  /** As the request has it, another one, or none. */
  nonce: 'returned' | 'wrong' | 'none';
  /** About a certificate that was not asked about. */
  isForOther: boolean;
  signatureHash: SignatureHash;
  /** DER of certificates to send along that are not needed. */
  otherCertificates: readonly Uint8Array[];
  /** Whether it has a critical extension that nobody knows. */
  hasUnknownExtension: boolean;
}

const basicResponse = '1.3.6.1.5.5.7.48.1.1';
const nonceExtension = '1.3.6.1.5.5.7.48.1.2';
const archiveCutoffExtension = '1.3.6.1.5.5.7.48.1.6';

/** The serial number in a request, upper-case hexadecimal. @throws Error when the bytes are no request for one. */
export function serialNumberAsked(request: Uint8Array): string {
  return Buffer.from(certificateAsked(request).serialNumber.valueBlock.valueHexView).toString('hex').toUpperCase();
}

export function answerOcsp(request: Uint8Array, answer: OcspAnswer): Buffer {
  const signerCertificate = Certificate.fromBER(new Uint8Array(answer.signer.certificate));
  const data = responseData(request, answer, signerCertificate);
  const certs = [
    ...answer.otherCertificates.map((der) => Certificate.fromBER(new Uint8Array(der))),
    ...(answer.signer.isAuthority ? [] : [signerCertificate]),
  ];
  const { privateKey } = answer.signer;
  // From now on pkijs takes these bytes for it.
  data.tbsView = new Uint8Array(data.toSchema(true).toBER());
  const signature = sign(answer.signatureHash, data.tbsView, privateKey);
  const basic = new BasicOCSPResponse({
    tbsResponseData: data,
    signatureAlgorithm: signatureAlgorithm(privateKey, answer.signatureHash),
    signature: new BitString({ valueHex: new Uint8Array(signature) }),
    ...(certs.length > 0 ? { certs } : {}),
  });
  const response = new OCSPResponse({
    responseStatus: new Enumerated({ value: 0 }),
    responseBytes: new ResponseBytes({
      responseType: basicResponse,
      response: new OctetString({ valueHex: basic.toSchema().toBER() }),
    }),
  });
  return Buffer.from(response.toSchema().toBER(false));
}

function responseData(request: Uint8Array, answer: OcspAnswer, signerCertificate: Certificate): ResponseData {
  const certID = certificateAsked(request);
  if (answer.isForOther) certID.serialNumber = new Integer({ valueHex: randomBytes(8).fill(1, 0, 1) });
  const thisUpdate = inWholeSeconds(answer.thisUpdate);
  const extensions = extensionsOf(request, answer);
  // What is `undefined` pkijs writes nevertheless: as a date, or as an empty list.
  return new ResponseData({
    responderID: signerCertificate.subject,
    producedAt: thisUpdate,
    responses: [
      new SingleResponse({
        certID,
        certStatus: statusChoice(answer.status, inWholeSeconds(answer.revokedAt ?? answer.thisUpdate)),
        thisUpdate,
        ...(answer.nextUpdate && { nextUpdate: inWholeSeconds(answer.nextUpdate) }),
        ...(answer.archiveCutoff && { singleExtensions: [archiveCutoff(answer.archiveCutoff)] }),
      }),
    ],
    ...((extensions.length > 0 || answer.hasEmptyExtensions) && { responseExtensions: extensions }),
  });
}

/** RFC 5280, section 4.1.2.5.2, forbids fractions of seconds. */
function inWholeSeconds(time: Date): Date {
  return new Date(Math.floor(time.getTime() / 1000) * 1000);
}

/** Why there is no answer in an answer (RFC 6960, section 4.2.1). */
const refusals = { malformedRequest: 1, tryLater: 3 } as const;

export function ocspErrorAnswer(refusal: keyof typeof refusals): Buffer {
  const responseStatus = new Enumerated({ value: refusals[refusal] });
  return Buffer.from(new OCSPResponse({ responseStatus }).toSchema().toBER(false));
}

/** Whether it is a question at all. */
export function isOcspRequest(request: Uint8Array): boolean {
  try {
    certificateAsked(request);
    return true;
  } catch {
    return false;
  }
}

function certificateAsked(request: Uint8Array) {
  const [first] = OCSPRequest.fromBER(new Uint8Array(request)).tbsRequest.requestList;
  if (!first) throw new Error('The request asks about no certificate.');
  return first.reqCert;
}

function statusChoice(status: CertificateStatus, when: Date): Primitive | Constructed {
  if (status !== 'revoked') {
    return new Primitive({ idBlock: { tagClass: 3, tagNumber: status === 'good' ? 0 : 2 } });
  }
  const revocationTime = new GeneralizedTime({ valueDate: when });
  return new Constructed({ idBlock: { tagClass: 3, tagNumber: 1 }, value: [revocationTime] });
}

function archiveCutoff(since: Date): Extension {
  const extnValue = new GeneralizedTime({ valueDate: inWholeSeconds(since) }).toBER(false);
  return new Extension({ extnID: archiveCutoffExtension, extnValue });
}

function extensionsOf(request: Uint8Array, { nonce, hasUnknownExtension }: OcspAnswer): Extension[] {
  const nonces = nonceExtensions(request, nonce);
  if (!hasUnknownExtension) return nonces;
  const extnValue = new OctetString({ valueHex: randomBytes(4) }).toBER(false);
  return [...nonces, new Extension({ extnID: '1.2.3.4.5', critical: true, extnValue })];
}

function nonceExtensions(request: Uint8Array, nonce: OcspAnswer['nonce']): Extension[] {
  if (nonce === 'none') return [];
  const asked = OCSPRequest.fromBER(new Uint8Array(request)).tbsRequest.requestExtensions ?? [];
  const returned = asked.filter(({ extnID }) => extnID === nonceExtension);
  if (nonce === 'returned') return returned;
  const extnValue = new OctetString({ valueHex: randomBytes(32) }).toBER(false);
  return [new Extension({ extnID: nonceExtension, extnValue })];
}
