/** What each judge says of a signed file, in short, and whether that is good. */

import path from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { ContentInfo, SignedData } from 'pkijs';
import { ExclusiveCanonicalization } from 'xml-crypto';
import type { SignatureLevel } from '../../lib/documents/draft.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { type DigiDoc4jVerdict, type DssVerdict, judgedByDigiDoc4j, judgedByDss } from '../support/document-judges.js';
import { judgePdf, written } from '../support/judges.js';
import { said } from '../support/outside-tools.js';
import { judgedByXmlsec } from './container-support.js';
import { entriesOf, type Judge } from './document-tamperings.js';
import { cmsOf } from './pdf-signer.js';

const timestampAttribute = '1.2.840.113549.1.9.16.2.14';

/** A file that is to be judged. */
export interface Exhibit {
  /** What it is, for the table. */
  title: string;
  content: Buffer;
  isPdf: boolean;
  level: SignatureLevel;
  /** Each signature is in PKCS#1 v1.5: xmlsec1 knows no other. */
  isForXmlsec?: boolean;
  /**
   * The signer's certificate has an extended key usage. Of those without, as Smart-ID's are, poppler 22.12 says that
   * there is an unknown issue, whatever NSS says of them.
   */
  hasKeyUsesForPdfsig?: boolean;
}

export interface Judgement {
  isGood: boolean;
  words: string;
}

export interface Judged extends Exhibit {
  dss: DssVerdict;
  digidoc4j?: DigiDoc4jVerdict;
  /** Of those who can judge such a file. */
  judgements: Partial<Record<Judge, Judgement>>;
}

/** In one go, since most of the time goes into starting the judges. */
export async function judgeAll(
  exhibits: readonly Exhibit[],
  folder: string,
  simulator: Simulator,
  database: string,
): Promise<Judged[]> {
  const trusted = trustedBy(folder, simulator);
  const files = exhibits.map(({ content, isPdf }, index) =>
    written(folder, `${index}.${isPdf ? 'pdf' : 'asice'}`, content),
  );
  const filesWhere = (isWanted: (exhibit: Exhibit) => boolean) =>
    files.filter((_file, index) => isWanted(exhibits[index] as Exhibit));
  const [byDss, byDigiDoc4j] = await Promise.all([
    judgedByDss(
      trusted,
      filesWhere(({ level }) => level === 'LT'),
      filesWhere(({ level }) => level !== 'LT'),
    ),
    judgedByDigiDoc4j(
      trusted,
      filesWhere(({ isPdf }) => !isPdf),
    ),
  ]);
  const judging = exhibits.map(async (exhibit, index): Promise<Judged> => {
    const name = path.basename(files[index] as string);
    const dss = byDss.get(name) as DssVerdict;
    const digidoc4j = byDigiDoc4j.get(name);
    const judgements: Judged['judgements'] = { dss: ofDss(dss, exhibit) };
    if (digidoc4j) judgements.digidoc4j = ofDigiDoc4j(digidoc4j);
    if (exhibit.isPdf) judgements.pdfsig = ofPdfsig(judgePdf(folder, exhibit.content, database), exhibit);
    if (exhibit.isForXmlsec) judgements.xmlsec1 = await ofXmlsec(exhibit, folder, simulator);
    if (exhibit.level !== 'B') judgements.openssl = await ofOpenssl(exhibit, folder, simulator);
    return { ...exhibit, dss, digidoc4j, judgements };
  });
  return Promise.all(judging);
}

/** A file with what DSS and digidoc4j are to trust. */
export function trustedBy(folder: string, simulator: Simulator): string {
  return written(folder, 'trusted.pem', simulator.trustAnchors + pemOfUnit(simulator));
}

function pemOfUnit({ pki }: Simulator): string {
  const base64 = pki.timestampUnit.certificate.toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/** It lets a signature pass whose timestamp or OCSP answer is worth nothing, and says that it is of a lower level. */
function ofDss({ failure, signatures }: DssVerdict, { isPdf, level }: Exhibit): Judgement {
  if (failure !== undefined) return { isGood: false, words: failure };
  const format = `${isPdf ? 'PAdES' : 'XAdES'}-BASELINE-${level}`;
  const isGood = signatures.map(
    (one) =>
      one.indication === 'TOTAL_PASSED' &&
      one.format === format &&
      one.timestamps.length === (level === 'B' ? 0 : 1) &&
      one.timestamps.every(({ indication }) => indication === 'PASSED'),
  );
  const words = signatures.map((one) => {
    const timestamps = one.timestamps.map((timestamp) => `; timestamp ${indicated(timestamp)}`);
    return `${indicated(one)}, ${one.format}${timestamps.join('')}`;
  });
  return { isGood: signatures.length > 0 && isGood.every(Boolean), words: [...new Set(words)].join(' + ') };
}

function indicated({ indication, subIndication }: { indication: string; subIndication: string | null }): string {
  return subIndication ? `${indication}/${subIndication}` : indication;
}

function ofDigiDoc4j({ valid, errors }: DigiDoc4jVerdict): Judgement {
  if (valid && errors.length === 0) return { isGood: true, words: 'valid' };
  return { isGood: false, words: `not valid: ${[...new Set(errors)].join(' ')}` };
}

function ofPdfsig(judgement: string, { hasKeyUsesForPdfsig }: Exhibit): Judgement {
  const words = (what: string) =>
    [...judgement.matchAll(new RegExp(`- ${what} Validation: (.*)`, 'g'))].map(([, verdict]) => verdict as string);
  const signatures = words('Signature');
  const certificates = words('Certificate');
  const isGood =
    signatures.length > 0 &&
    signatures.every((one) => one === 'Signature is Valid.') &&
    (!hasKeyUsesForPdfsig || certificates.every((one) => one === 'Certificate is Trusted.'));
  return { isGood, words: [...new Set([...signatures, ...certificates])].join(' ') };
}

async function ofXmlsec({ content }: Exhibit, folder: string, simulator: Simulator): Promise<Judgement> {
  const names = [...(await entriesOf(content)).keys()].filter((name) => /^META-INF\/signatures\d+\.xml$/.test(name));
  const verdicts = names.map((name) => judgedByXmlsec(folder, content, simulator, name));
  const isGood = verdicts.length > 0 && verdicts.every((verdict) => /^OK$/m.test(verdict));
  return { isGood, words: isGood ? 'OK' : 'FAIL' };
}

/** Of the timestamps, by the CA of their unit. */
async function ofOpenssl(exhibit: Exhibit, folder: string, simulator: Simulator): Promise<Judgement> {
  // It ends a chain at nothing but a self-signed root.
  const authority = written(folder, 'timestamps.pem', simulator.rootCertificate + simulator.timestampTrustAnchors);
  const timestamps = exhibit.isPdf ? [timestampInPdf(exhibit.content)] : await timestampsIn(exhibit.content);
  const verdicts = timestamps.map(({ token, bytes }) => {
    const about = ['-in', written(folder, 'token', token), '-token_in', '-data', written(folder, 'bytes', bytes)];
    return said('openssl', ['ts', '-verify', ...about, '-CAfile', authority]);
  });
  const isGood = verdicts.length > 0 && verdicts.every((verdict) => verdict.includes('Verification: OK'));
  const reasons = verdicts.map((verdict) => verdict.match(/error:\w+:[^:]*:[^:]*:([^:]+)/)?.[1] ?? 'FAILED');
  return { isGood, words: isGood ? 'OK' : [...new Set(reasons)].join(' ') };
}

interface SignatureTimestamp {
  token: Buffer;
  /** What it is about. */
  bytes: Buffer;
}

/** Of the last signature: about its value (RFC 3161, appendix A). */
function timestampInPdf(pdf: Buffer): SignatureTimestamp {
  const { content } = ContentInfo.fromBER(Uint8Array.from(cmsOf(pdf).cms));
  const [signer] = new SignedData({ schema: content }).signerInfos;
  const attribute = signer?.unsignedAttrs?.attributes.find(({ type }) => type === timestampAttribute);
  const token = Buffer.from(attribute?.values[0].toBER() ?? '');
  return { token, bytes: Buffer.from(signer?.signature.valueBlock.valueHexView ?? '') };
}

/** Of all signatures, about their SignatureValue elements (ETSI EN 319 132-1, section 5.3). */
async function timestampsIn(container: Buffer): Promise<SignatureTimestamp[]> {
  const entries = [...(await entriesOf(container))].filter(([name]) => /^META-INF\/signatures\d+\.xml$/.test(name));
  return entries.map(([, xml]) => {
    const document = new DOMParser().parseFromString(xml.toString('utf8'), 'text/xml');
    const [value] = document.getElementsByTagName('ds:SignatureValue');
    const [token] = document.getElementsByTagName('xades:EncapsulatedTimeStamp');
    const canonical = new ExclusiveCanonicalization().process(value as unknown as globalThis.Element, {});
    return { token: Buffer.from(token?.textContent ?? '', 'base64'), bytes: Buffer.from(canonical.toString()) };
  });
}
