/** A document and what it is judged by: ours, and those of others. */

import type { OcspRequest } from '../../lib/trust/revocation/ocsp-request.js';
import { Responders } from '../../lib/trust/revocation/responders.js';
import * as library from './library-answers.js';
import { fieldsOf, readCertificate, refusePath } from './library-certificate.js';
import type { OpenSsl } from './open-ssl.js';
import * as ours from './ours.js';
import { answerDifferences, certificateDifferences, listDifferences } from './strictnesses.js';
import type { Surroundings } from './surroundings.js';
import { type Compared, type Differences, type Verdict, verdictOf } from './verdict.js';

export type Case = Surroundings & { der: Uint8Array } & (
    | { kind: 'certificate' | 'authority' | 'list' }
    | { kind: 'answer'; request: OcspRequest }
  );

const maxSerials = 200;
const responders = new Responders();

export async function compareWithLibrary(one: Case): Promise<Compared> {
  const theirs = sampled(verdictOf(() => libraryJudgement(one)));
  return { der: one.der, ours: await ourVerdict(one, theirs), theirs };
}

export async function compareWithOpenSsl(one: Case, openSsl: OpenSsl): Promise<Compared> {
  const question = {
    issuer: one.issuer.der,
    certificate: one.certificate,
    ...(one.isRecorded && { at: one.now }),
    ...(one.kind === 'answer' && { serialNumber: one.request.certId.serialNumber }),
  };
  const { der, kind } = one;
  if (kind === 'answer') return { der, ours: await ourVerdict(one), theirs: openSsl.answer(der, question) };
  if (kind === 'list') {
    const theirs = sampled(openSsl.list(der, question));
    return { der, ours: await ourVerdict(one, theirs), theirs };
  }
  // The command says only whether there is a path.
  return { der, ours: ours.judgePath(der, one.issuer, one.now), theirs: openSsl.certificate(der, question) };
}

function ourVerdict(one: Case, theirs?: Verdict): Verdict | Promise<Verdict> {
  const { der, issuer, now } = one;
  if (one.kind === 'answer') return ours.judgeOcspAnswer(der, { request: one.request, issuer, responders, now });
  if (one.kind === 'list') return ours.judgeList(der, { issuer, now }, candidatesFor(theirs));
  if (one.kind === 'authority') return ours.readAuthority(der);
  return ours.judgeCertificate(der, issuer, now);
}

function libraryJudgement(one: Case): Record<string, unknown> | { refusal: string } {
  const { der, libraryIssuer, now } = one;
  if (one.kind === 'answer') {
    return library.judgeOcspAnswer(der, { request: one.request.der, issuer: libraryIssuer, now });
  }
  if (one.kind === 'list') return library.judgeList(der, { issuer: libraryIssuer, now });
  const certificate = readCertificate(der);
  const refusal = one.kind === 'authority' ? undefined : refusePath(certificate, libraryIssuer, now);
  return refusal === undefined ? fieldsOf(certificate) : { refusal };
}

/** Of a list with thousands of entries, each of which ours would look for, a few of them. */
function sampled(verdict: Verdict): Verdict {
  if ('refused' in verdict || !Array.isArray(verdict.accepted.serials)) return verdict;
  const serials: string[] = verdict.accepted.serials;
  const step = Math.ceil(serials.length / maxSerials);
  return { accepted: { ...verdict.accepted, serials: serials.filter((_, index) => index % step === 0) } };
}

/** The numbers that are in a list, and neighbours of theirs that should not be. */
function candidatesFor(verdict: Verdict | undefined): string[] {
  const listed = verdict && 'accepted' in verdict ? (verdict.accepted.serials as string[]) : ['01', '4155'];
  return [...new Set(listed.flatMap((serial) => [serial, `${serial}00`, serial.slice(2), `01${serial}`]))].filter(
    (serial) => serial !== '',
  );
}

export function differencesOf({ kind, issuer, now }: Pick<Case, 'kind' | 'issuer' | 'now'>): Differences {
  if (kind === 'answer') return answerDifferences(issuer, now);
  return kind === 'list' ? listDifferences(issuer) : certificateDifferences(issuer);
}
