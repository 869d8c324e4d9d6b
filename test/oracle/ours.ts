/** The same questions, put to lib/trust. */

import { createHash } from 'node:crypto';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { dateOfBirth } from '../../lib/trust/date-of-birth.js';
import {
  authorityInfoAccess,
  crlDistributionPoints,
  decodeAccessUrls,
  decodeCrlUrls,
  decodeQcStatements,
} from '../../lib/trust/extensions.js';
import { buildPath } from '../../lib/trust/path.js';
import { readCrl } from '../../lib/trust/revocation/crl.js';
import type { OcspRequest } from '../../lib/trust/revocation/ocsp-request.js';
import { readOcspResponse } from '../../lib/trust/revocation/ocsp-response.js';
import type { Responders } from '../../lib/trust/revocation/responders.js';
import { documentNumberInSubjectAltName } from '../../lib/trust/subject-alt-name.js';
import { toVerdict, type Verdict, verdictOf } from './verdict.js';

const qcStatements = '1.3.6.1.5.5.7.1.3';
const attributesType = '2.5.29.9';

/** Ours has bit 0 as the highest of 16, the library as the lowest. */
function inOtherOrder(flags: number): number {
  return Number.parseInt([...flags.toString(2).padStart(16, '0')].reverse().join(''), 2);
}

/** What a certificate says. @throws where it cannot be read. */
function fieldsOf(certificate: Certificate): Record<string, unknown> {
  const { serialNumber, validity, subject, publicKey, extensions, isCa } = certificate;
  const { keyUsage, extendedKeyUsage, certificatePolicies } = certificate;
  const urls = (method: 'ocsp' | 'caIssuers') =>
    certificate.decode(authorityInfoAccess, (value) => decodeAccessUrls(value, method)) ?? [];
  const documentNumber = documentNumberInSubjectAltName(certificate);
  return {
    serialNumber: BigInt.asIntN(serialNumber.length * 8, BigInt(`0x${hex(serialNumber)}`)).toString(),
    ...validity,
    subject: subject.map(({ type, value }) => [type, value]),
    publicKey: createHash('sha256')
      .update(publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
    extensions: extensions.map(({ type, isCritical, value }) => [type, isCritical, hex(value)]),
    isCa,
    keyUsage: keyUsage === undefined ? undefined : inOtherOrder(keyUsage),
    extendedKeyUsage,
    policies: certificatePolicies,
    ocspUrls: urls('ocsp'),
    caIssuersUrls: urls('caIssuers'),
    crlUrls: certificate.decode(crlDistributionPoints, decodeCrlUrls) ?? [],
    qcStatements: certificate.decode(qcStatements, (value) => decodeQcStatements(value).map(({ type }) => type)),
    commonNamesInSubjectAltName: documentNumber === undefined ? undefined : [documentNumber],
    dateOfBirth: dateOfBirthIn(certificate),
  };
}

/** lib/trust takes an unreadable date of birth for none, which is told apart here. */
function dateOfBirthIn(certificate: Certificate): string | undefined {
  const date = dateOfBirth(certificate, '', '');
  const isThere = certificate.extensions.some(({ type }) => type === attributesType);
  if (date === undefined && isThere) throw new Error('no date of birth is read');
  return date;
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** Whether it is one of the issuer's and valid now. */
export function judgePath(der: Uint8Array, issuer: Certificate, now: number): Verdict {
  return verdictOf(() => {
    const result = buildPath(parseCertificate(der), { certificates: [issuer] }, now);
    return 'path' in result ? {} : result;
  });
}

/** What it says, if it is one of the issuer's and valid now. */
export function judgeCertificate(der: Uint8Array, issuer: Certificate, now: number): Verdict {
  return verdictOf(() => {
    const certificate = parseCertificate(der);
    const result = buildPath(certificate, { certificates: [issuer] }, now);
    return 'path' in result ? fieldsOf(certificate) : result;
  });
}

/** What a certificate says that is trusted as it is. */
export function readAuthority(der: Uint8Array): Verdict {
  return verdictOf(() => fieldsOf(parseCertificate(der)));
}

export interface OurQuestion {
  request: OcspRequest;
  issuer: Certificate;
  responders: Responders;
  /** Milliseconds since the epoch. */
  now: number;
}

export function judgeOcspAnswer(der: Uint8Array, question: OurQuestion): Verdict {
  return verdictOf(() => {
    const result = readOcspResponse(Uint8Array.from(der), question);
    return 'refusal' in result ? result : { status: result.status, nextUpdate: result.nextUpdate };
  });
}

/** @param candidates serial numbers, hexadecimal: the list is asked about each. */
export async function judgeList(
  der: Uint8Array,
  { issuer, now }: Pick<OurQuestion, 'issuer' | 'now'>,
  candidates: readonly string[],
): Promise<Verdict> {
  try {
    const result = await readCrl(Uint8Array.from(der), issuer, now);
    if ('refusal' in result) return toVerdict(result);
    const { list, nextUpdate } = result;
    const serials = candidates.filter((serial) => list.has(Uint8Array.from(Buffer.from(serial, 'hex'))));
    return { accepted: { nextUpdate, serials: [...serials].sort() } };
  } catch (error) {
    return { refused: String(error) };
  }
}
