/**
 * The answer of an OCSP responder (RFC 6960, section 4.2). Anybody on the way may have written it: only slices are cut
 * out of it before its signature has been verified, and that of the responder's certificate before its key is used.
 */

import { type Certificate, subjectPublicKeyOf } from '../certificate.js';
import {
  type Bytes,
  constructedTag,
  type DerElement,
  DerError,
  elementsIn,
  onlyElement,
  primitiveTag,
  tags,
} from '../der.js';
import { integerIn, objectIdentifierIn, timeIn } from '../der-values.js';
import { type Extension, extensionsIn, hasExtensionTwice } from '../extensions.js';
import { isSignedWith, isStrong, readSigned, type Signed } from '../signatures.js';
import { problemWithDates } from './freshness.js';
import { type CertId, hashBySha1, type OcspRequest } from './ocsp-request.js';
import type { Responders } from './responders.js';

export type Status = 'good' | 'revoked' | 'unknown';
/**
 * `producedAt`: when it was signed; `nextUpdate`: until when it is good, where the answer says so. Both in milliseconds
 * since the epoch.
 */
export type OcspResult = { status: Status; producedAt: number; nextUpdate?: number } | { refusal: string };

/** What an answer is judged by. */
export interface OcspContext {
  /** With its nonce where the answer has just come: one that was had before and is read again has none to repeat. */
  request: Pick<OcspRequest, 'certId'> & Partial<Pick<OcspRequest, 'nonce'>>;
  issuer: Certificate;
  responders: Responders;
  /** Milliseconds since the epoch. */
  now: number;
}

const basicResponseType = '1.3.6.1.5.5.7.48.1.1';
const nonceType = '1.3.6.1.5.5.7.48.1.2';
const sha1Type = '1.3.14.3.2.26';
/** A responder sends its own certificate, and some the CA's. */
const maxCertificates = 4;

const [tag0, tag1, tag2] = [constructedTag(0), constructedTag(1), constructedTag(2)];

/**
 * What the answer says of the certificate that was asked about. Its signature must be the CA's, or that of a responder
 * to whom the same CA issued a certificate for OCSP signing; it must be about this certificate, of now, and repeat the
 * nonce if it has one.
 * @throws DerError when the bytes are no OCSP answer.
 */
export function readOcspResponse(der: Bytes, context: OcspContext): OcspResult {
  const outer = readOcspOuter(der);
  if ('refusal' in outer) return outer;
  const problem = problemWithSigner(outer, context);
  return problem ? { refusal: problem } : readAnswer(outer, context);
}

/** What tells whose signature it is, none of it decoded. */
export interface OcspOuter {
  signed: Signed;
  certificates: DerElement[];
  /** The name that the responder goes by. */
  responderId: DerElement;
}

/** @throws DerError when the bytes are no OCSP answer. */
export function readOcspOuter(der: Bytes): OcspOuter | { refusal: string } {
  const { reader } = onlyElement(der, tags.sequence);
  const status = reader.next(tags.enumerated).content;
  const responseBytes = reader.nextIf(tag0);
  reader.finish();
  if (status.length !== 1 || status[0] !== 0) return { refusal: 'the responder gives no answer' };
  if (!responseBytes) return { refusal: 'the answer is of an unknown kind' };
  const typed = onlyElement(responseBytes.content, tags.sequence).reader;
  const type = objectIdentifierIn(typed.next(tags.objectIdentifier));
  const response = typed.next(tags.octetString);
  typed.finish();
  if (type !== basicResponseType) return { refusal: 'the answer is of an unknown kind' };
  const basic = onlyElement(response.content, tags.sequence).reader;
  const signed = readSigned(basic);
  const list = basic.nextIf(tag0);
  basic.finish();
  // Anybody on the way could send thousands, each of which would have to be judged.
  const certificates = list ? elementsIn(onlyElement(list.content, tags.sequence), maxCertificates, tags.sequence) : [];
  const data = signed.toBeSigned.reader;
  checkVersion(data.nextIf(tag0));
  return { signed, certificates, responderId: data.nextOfAnyTag() };
}

/** There is one version, which goes without saying. */
function checkVersion(version: DerElement | undefined): void {
  const value = version && integerIn(onlyElement(version.content, tags.integer));
  if (value && (value.length !== 1 || value[0] !== 0)) throw new DerError('the version of an answer is unknown');
}

/** Whether the signature is the CA's, or that of somebody to whom the same CA has given a certificate for it. */
function problemWithSigner({ signed, responderId, certificates }: OcspOuter, context: OcspContext): string | undefined {
  const { issuer, responders, now } = context;
  if (!isStrong(signed)) return 'it is signed with an algorithm that is not strong enough';
  if (isResponder(responderId, issuer)) {
    return isSignedWith(issuer.publicKey, signed) ? undefined : 'the signature is not that of the CA';
  }
  let problem = 'the responder is not authorised by the CA';
  for (const { bytes } of certificates) {
    const responder = responders.find(bytes, issuer, now);
    if (!responder || !isResponder(responderId, responder)) continue;
    if (isSignedWith(responder.publicKey, signed)) return undefined;
    // Two of one name come along while the CA changes its responder's key.
    problem = 'the signature is not that of the responder';
  }
  return problem;
}

/** ResponderID: a name, or the SHA-1 of the key. @throws DerError */
export function isResponder(responderId: DerElement, certificate: Certificate): boolean {
  if (responderId.tag === tag1) return Buffer.compare(responderId.content, certificate.fields.subject.bytes) === 0;
  if (responderId.tag !== tag2) throw new DerError('a responder is named in an unknown way');
  const keyHash = onlyElement(responderId.content, tags.octetString).content;
  return Buffer.compare(keyHash, hashBySha1(subjectPublicKeyOf(certificate))) === 0;
}

/** The only answer in what was signed, if it is about the certificate in question. */
function readAnswer({ signed }: OcspOuter, { request, now }: OcspContext): OcspResult {
  const data = signed.toBeSigned.reader;
  data.nextIf(tag0);
  data.nextOfAnyTag();
  const producedAt = timeIn(data.next(tags.generalizedTime));
  const answer = readSingleResponse(onlyElement(data.next(tags.sequence).content, tags.sequence));
  const responseExtensions = extensionsOf(data.nextIf(tag1));
  data.finish();
  if (!isAbout(answer.certId, request.certId)) return { refusal: 'the answer is about another certificate' };
  const problem =
    problemWithExtensions(responseExtensions) ??
    problemWithExtensions(answer.extensions) ??
    problemWithNonce(responseExtensions, request.nonce) ??
    problemWithDates(answer.thisUpdate, answer.nextUpdate, now);
  return problem ? { refusal: problem } : { status: answer.status, producedAt, nextUpdate: answer.nextUpdate };
}

interface SingleResponse {
  certId: DerElement;
  status: Status;
  thisUpdate: number;
  nextUpdate?: number;
  extensions: Extension[];
}

function readSingleResponse({ reader }: DerElement): SingleResponse {
  const certId = reader.next(tags.sequence);
  const status = statusIn(reader.nextOfAnyTag());
  const thisUpdate = timeIn(reader.next(tags.generalizedTime));
  const next = reader.nextIf(tag0);
  const nextUpdate = next && timeIn(onlyElement(next.content, tags.generalizedTime));
  const extensions = extensionsOf(reader.nextIf(tag1));
  reader.finish();
  return { certId, status, thisUpdate, nextUpdate, extensions };
}

/**
 * certStatus is a CHOICE of `good [0]` and `unknown [2]`, which are NULL, and `revoked [1]`, which says when and may
 * say why.
 */
function statusIn({ tag, content, reader }: DerElement): Status {
  if (tag === tag1) {
    timeIn(reader.next(tags.generalizedTime));
    const reason = reader.nextIf(tag0);
    if (reason) onlyElement(reason.content, tags.enumerated);
    reader.finish();
    return 'revoked';
  }
  if (tag === primitiveTag(0) && content.length === 0) return 'good';
  if (tag === primitiveTag(2) && content.length === 0) return 'unknown';
  throw new DerError('a status is malformed');
}

function isAbout({ reader }: DerElement, { issuerNameHash, issuerKeyHash, serialNumber }: CertId): boolean {
  const hash = reader.next(tags.sequence).reader;
  const hashType = objectIdentifierIn(hash.next(tags.objectIdentifier));
  const parameters = hash.nextIf(tags.null);
  hash.finish();
  if (parameters && parameters.content.length > 0) throw new DerError('a NULL is not empty');
  const [name, key] = [reader.next(tags.octetString), reader.next(tags.octetString)];
  const serial = integerIn(reader.next(tags.integer));
  reader.finish();
  return (
    hashType === sha1Type &&
    Buffer.compare(name.content, issuerNameHash) === 0 &&
    Buffer.compare(key.content, issuerKeyHash) === 0 &&
    Buffer.compare(serial, serialNumber) === 0
  );
}

function extensionsOf(list: DerElement | undefined): Extension[] {
  return list ? extensionsIn(onlyElement(list.content, tags.sequence)) : [];
}

function problemWithExtensions(extensions: readonly Extension[]): string | undefined {
  if (hasExtensionTwice(extensions)) return 'it has an extension twice';
  const unknown = extensions.find(({ isCritical }) => isCritical);
  return unknown && `its critical extension ${unknown.type} is not understood`;
}

function problemWithNonce(extensions: readonly Extension[], nonce: Bytes | undefined): string | undefined {
  const returned = extensions.find(({ type }) => type === nonceType);
  if (!returned || !nonce) return undefined;
  const { content } = onlyElement(returned.value, tags.octetString);
  return Buffer.compare(content, nonce) === 0 ? undefined : 'the nonce is not the one that was sent';
}
