/** OCSP answers and lists as pkijs reads them and node:crypto verifies them: nothing here is of lib/trust. */

import { createHash, verify } from 'node:crypto';
import { type BaseBlock, fromBER, type OctetString } from 'asn1js';
import { LRUCache } from 'lru-cache';
import {
  BasicOCSPResponse,
  CertificateRevocationList,
  type Extension,
  OCSPRequest,
  OCSPResponse,
  RelativeDistinguishedNames,
} from 'pkijs';
import { isResponder, type LibraryCertificate, readCertificate, refusePath } from './library-certificate.js';
import type { Accepted } from './verdict.js';

type Judgement = Accepted['accepted'] | { refusal: string };

const clockToleranceMs = 60_000;
const maxAgeWithoutNextUpdateMs = 300_000;
const basicResponse = '1.3.6.1.5.5.7.48.1.1';
const nonce = '1.3.6.1.5.5.7.48.1.2';
/** A real list has more elements than asn1js reads by itself. */
const maxNodesOfList = 10_000_000;
const partialLists = ['2.5.29.27', '2.5.29.28'];
const hashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
};

export interface Asked {
  /** DER of the request. */
  request: Uint8Array;
  issuer: LibraryCertificate;
  /** Milliseconds since the epoch. */
  now: number;
}

/** @throws when it is no OCSP answer. */
export function judgeOcspAnswer(der: Uint8Array, { request, issuer, now }: Asked): Judgement {
  const { responseStatus, responseBytes } = OCSPResponse.fromBER(Uint8Array.from(der));
  if (responseStatus.valueBlock.valueDec !== 0 || responseBytes?.responseType !== basicResponse) {
    return { refusal: 'there is no answer' };
  }
  const { result, offset } = fromBER(Uint8Array.from(responseBytes.response.valueBlock.valueHexView));
  if (offset === -1) throw new Error(result.error);
  const basic = new BasicOCSPResponse({ schema: result });
  const { tbsResponseData: data, signatureAlgorithm, signature } = basic;
  const certificates = certificatesIn(result).map(read);
  const signer = [issuer, ...certificates].find((one) => isNamedBy(data.responderID, one));
  if (!signer) return { refusal: 'nobody has the name of the responder' };
  if (signer !== issuer && (refusePath(signer, issuer, now) !== undefined || !isResponder(signer))) {
    return { refusal: 'the responder is not that of the CA' };
  }
  const hash = hashes[signatureAlgorithm.algorithmId];
  if (!hash || !verify(hash, data.tbsView, signer.openSsl.publicKey, signature.valueBlock.valueHexView)) {
    return { refusal: 'the signature is not that of the responder' };
  }
  const { tbsRequest } = OCSPRequest.fromBER(Uint8Array.from(request));
  const [asked] = tbsRequest.requestList;
  const answer = data.responses.find(({ certID }) => asked?.reqCert.isEqual(certID));
  if (!answer) return { refusal: 'it is about another certificate' };
  const extensions = data.responseExtensions ?? [];
  const critical = [...extensions, ...(answer.singleExtensions ?? [])].find((one) => one.critical);
  if (critical) return { refusal: `the critical extension ${critical.extnID} is unknown` };
  const returned = nonceIn(extensions);
  if (returned !== undefined && returned !== nonceIn(tbsRequest.requestExtensions ?? [])) {
    return { refusal: 'the nonce is not the one that was sent' };
  }
  const nextUpdate = answer.nextUpdate?.getTime();
  const refusal = refuseTimes(answer.thisUpdate.getTime(), nextUpdate, now);
  return refusal ?? { status: statusOf(answer.certStatus), producedAt: data.producedAt.getTime(), nextUpdate };
}

/** @throws when it is no list. */
export function judgeList(der: Uint8Array, { issuer, now }: Omit<Asked, 'request'>): Judgement {
  const { result, offset } = fromBER(Uint8Array.from(der), { maxNodes: maxNodesOfList });
  if (offset === -1) throw new Error(result.error);
  const list = new CertificateRevocationList({ schema: result });
  const hash = hashes[list.signatureAlgorithm.algorithmId];
  if (!hash || !verify(hash, list.tbsView, issuer.openSsl.publicKey, list.signatureValue.valueBlock.valueHexView)) {
    return { refusal: 'the signature is not that of the CA' };
  }
  if (!list.issuer.isEqual(issuer.pkijs.subject)) {
    return { refusal: 'it is that of another CA' };
  }
  const extensions = list.crlExtensions?.extensions ?? [];
  const unusable = extensions.find(({ critical, extnID }) => critical || partialLists.includes(extnID));
  if (unusable) return { refusal: `the extension ${unusable.extnID} is unknown` };
  const entries = list.revokedCertificates ?? [];
  const ofEntries = entries.flatMap(({ crlEntryExtensions }) => crlEntryExtensions?.extensions ?? []);
  if (ofEntries.some(({ critical }) => critical)) return { refusal: 'a critical extension of an entry is unknown' };
  for (const { revocationDate } of entries) inCalendar(revocationDate.value);
  const nextUpdate = list.nextUpdate?.value.getTime();
  const refusal = refuseTimes(list.thisUpdate.value.getTime(), nextUpdate, now);
  const serials = entries.map(({ userCertificate }) =>
    Buffer.from(userCertificate.valueBlock.valueHexView).toString('hex'),
  );
  return refusal ?? { nextUpdate, serials: [...new Set(serials)].sort() };
}

/** As they came: pkijs writes some anew. */
function certificatesIn(basic: BaseBlock): Uint8Array[] {
  const inner = (block?: BaseBlock) => (block?.valueBlock as { value?: BaseBlock[] } | undefined)?.value ?? [];
  return inner(inner(inner(basic)[3])[0]).map(({ valueBeforeDecodeView }) => valueBeforeDecodeView);
}

/** The same one comes with most answers. */
const alreadyRead = new LRUCache<string, LibraryCertificate>({ max: 20 });

function read(bytes: Uint8Array): LibraryCertificate {
  const der = Buffer.from(bytes);
  const key = der.toString('latin1');
  const known = alreadyRead.get(key) ?? readCertificate(der);
  alreadyRead.set(key, known);
  return known;
}

function isNamedBy(responderId: unknown, { pkijs }: LibraryCertificate): boolean {
  const { subject, subjectPublicKeyInfo } = pkijs;
  if (responderId instanceof RelativeDistinguishedNames) return responderId.isEqual(subject);
  const hash = createHash('sha1').update(subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView).digest();
  return hash.equals((responderId as OctetString).valueBlock.valueHexView);
}

function statusOf(choice: { idBlock: { tagClass: number; tagNumber: number } }): string {
  const { tagClass, tagNumber } = choice.idBlock;
  const status = tagClass === 3 ? (['good', 'revoked', 'unknown'] as const)[tagNumber] : undefined;
  if (!status) throw new Error('a status is malformed');
  return status;
}

/** What the extension of the nonce holds, as it is written in it. */
function nonceIn(extensions: readonly Extension[]): string | undefined {
  const { extnValue } = extensions.find(({ extnID }) => extnID === nonce) ?? {};
  if (!extnValue) return undefined;
  const inner = fromBER(Uint8Array.from(extnValue.valueBlock.valueHexView)).result as BaseBlock & Partial<OctetString>;
  return Buffer.from(inner.valueBlock?.valueHexView ?? []).toString('hex');
}

function refuseTimes(thisUpdate: number, nextUpdate: number | undefined, now: number): { refusal: string } | undefined {
  const end = nextUpdate ?? thisUpdate + maxAgeWithoutNextUpdateMs;
  if (thisUpdate <= now + clockToleranceMs && now <= end + clockToleranceMs) return undefined;
  return { refusal: 'it is not of now' };
}

function inCalendar(time: Date): void {
  if (Number.isNaN(time.getTime())) throw new Error('a time is malformed');
}
