/** The status of one certificate by OCSP (RFC 6960): the request, and the judgement of the answer. */

import { randomBytes } from 'node:crypto';
import { OctetString } from 'asn1js';
import { BasicOCSPResponse, CertID, Extension, OCSPRequest, OCSPResponse, Request, type SingleResponse } from 'pkijs';
import { type Certificate, parseCertificate } from '../certificate.js';
import { buildPath } from '../path.js';
import { isForOcspSigning } from '../profile.js';
import { isSignedWith, isStrong } from '../signatures.js';
import { refuseDates } from './freshness.js';

export type Status = 'good' | 'revoked' | 'unknown';
export type OcspResult = { status: Status; nextUpdate?: Date } | { refusal: string };

export interface OcspQuestion {
  /** DER, to be posted. */
  request: Buffer<ArrayBuffer>;
  certID: CertID;
  nonce: Uint8Array;
}

const nonceExtension = '1.3.6.1.5.5.7.48.1.2';
const basicResponse = '1.3.6.1.5.5.7.48.1.1';
const nonceLength = 32;
/** A responder sends its own certificate, and some the CA's. */
const mostCertificates = 4;

/** A request for the status of this certificate, with a fresh nonce. */
export async function askOcsp(certificate: Certificate, issuer: Certificate): Promise<OcspQuestion> {
  const certID = new CertID();
  // SHA-1 names the certificate here and protects nothing; it is what every responder understands.
  await certID.createForCertificate(certificate.pkijs, { hashAlgorithm: 'SHA-1', issuerCertificate: issuer.pkijs });
  const request = new OCSPRequest();
  request.tbsRequest.requestList = [new Request({ reqCert: certID })];
  const nonce = randomBytes(nonceLength);
  const extnValue = new OctetString({ valueHex: nonce }).toBER(false);
  request.tbsRequest.requestExtensions = [new Extension({ extnID: nonceExtension, extnValue })];
  return { request: Buffer.from(request.toSchema(true).toBER(false)), certID, nonce };
}

/**
 * What the answer says of the certificate that was asked about. Its signature must be the CA's, or that of a responder to
 * whom the same CA issued a certificate for OCSP signing; it must be about this certificate, of now, and repeat the nonce if
 * it has one.
 * @throws Error when the bytes are no OCSP answer.
 */
export async function readOcsp(
  der: Uint8Array<ArrayBuffer>,
  { certID, nonce }: OcspQuestion,
  issuer: Certificate,
  now: number,
): Promise<OcspResult> {
  const response = OCSPResponse.fromBER(der);
  if (response.responseStatus.valueBlock.valueDec !== 0) return { refusal: 'the responder gives no answer' };
  if (response.responseBytes?.responseType !== basicResponse) return { refusal: 'the answer is of an unknown kind' };
  const basic = BasicOCSPResponse.fromBER(
    response.responseBytes.response.valueBlock.valueHexView as Uint8Array<ArrayBuffer>,
  );
  const answer = answerFor(basic, certID);
  if (!answer) return { refusal: 'the answer is about another certificate' };
  const { responseExtensions = [] } = basic.tbsResponseData;
  const unknown = [...responseExtensions, ...(answer.singleExtensions ?? [])].find(({ critical }) => critical);
  if (unknown) return { refusal: `its critical extension ${unknown.extnID} is not understood` };
  const refusal =
    (await refuseSigner(basic, issuer, now)) ??
    refuseNonce(basic, nonce) ??
    refuseDates(answer.thisUpdate, answer.nextUpdate, now);
  if (refusal) return { refusal };
  return { status: statusOf(answer), nextUpdate: answer.nextUpdate };
}

/** The only answer in the response, if it is about this certificate. */
function answerFor({ tbsResponseData }: BasicOCSPResponse, certID: CertID): SingleResponse | undefined {
  const [answer, ...others] = tbsResponseData.responses;
  return answer && others.length === 0 && certID.isEqual(answer.certID) ? answer : undefined;
}

/** Why the answer is not signed by the CA, or by a responder to whom the same CA has given a certificate for it. */
async function refuseSigner(basic: BasicOCSPResponse, issuer: Certificate, now: number): Promise<string | undefined> {
  const { tbsResponseData, signatureAlgorithm, signature, certs = [] } = basic;
  if (!isStrong(signatureAlgorithm)) return 'it is signed with an algorithm that is not strong enough';
  // Anybody on the way could send thousands, each of which would have to be judged.
  if (certs.length > mostCertificates) return 'it comes with too many certificates';
  const isSignedBy = ({ publicKey }: Certificate) =>
    isSignedWith(publicKey, tbsResponseData.tbsView, signatureAlgorithm, signature);
  if (isSignedBy(issuer)) return undefined;
  const responder = certs
    .map((cert) => parseCertificate(new Uint8Array(cert.toSchema().toBER(false))))
    .find(isSignedBy);
  if (!responder) return 'the signature is not that of the CA, nor of anybody who came along';
  const path = buildPath(responder, { certificates: [issuer] }, now);
  return 'path' in path && isForOcspSigning(responder) ? undefined : 'the responder is not authorised by the CA';
}

function refuseNonce({ tbsResponseData }: BasicOCSPResponse, nonce: Uint8Array): string | undefined {
  const returned = tbsResponseData.responseExtensions?.find(({ extnID }) => extnID === nonceExtension);
  if (!returned) return undefined;
  const expected = Buffer.from(new OctetString({ valueHex: nonce as Uint8Array<ArrayBuffer> }).toBER(false));
  return expected.equals(returned.extnValue.valueBlock.valueHexView) ? undefined : 'the nonce is another one';
}

/** certStatus is a CHOICE of `good [0]`, `revoked [1]` and `unknown [2]`; what is none of them is not good. */
function statusOf({ certStatus }: SingleResponse): Status {
  const { tagNumber } = certStatus.idBlock as { tagNumber: number };
  return (['good', 'revoked', 'unknown'] as const)[tagNumber] ?? 'unknown';
}
