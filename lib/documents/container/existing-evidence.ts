/**
 * Whether what stands beside an existing signature is intact: its timestamps, OCSP answers and certificates. Nobody
 * signs that they are there, but a damaged one makes programs that verify call the whole container invalid, and some of
 * them judge nothing in it any more. Whom they are of, and whether that is trusted, is not judged.
 */

import { createHash } from 'node:crypto';
import { type Certificate, parseCertificate } from '../../trust/certificate.js';
import { DerError, tags } from '../../trust/der.js';
import { objectIdentifierIn } from '../../trust/der-values.js';
import { isResponder, readOcspOuter } from '../../trust/revocation/ocsp-response.js';
import type { Signed } from '../../trust/signatures.js';
import { nextTurn } from '../../trust/turns.js';
import { derOfBer } from '../timestamp/ber.js';
import { attributesIn, readSignedData, type SignedData } from '../timestamp/signed-data.js';
import { readTokenInfo, type TokenInfo, tokenInfoType } from '../timestamp/token-info.js';
import { isNamedBy, isNamedInAttributes } from '../timestamp/unit.js';
import { attributeTypes } from '../timestamp/verify-token.js';
import { type CanonicalizationBudget, type CanonicalizationOfElement, canonicalize } from './canonicalize.js';
import { hashNameIn, isSignedByAnyAlgorithm } from './existing-algorithms.js';
import { ds, xades } from './signature-document.js';
import { base64In, canonicalizationIn } from './signature-values.js';
import { childOf, childrenOf, isElement, type XmlElement, XmlError } from './xml.js';

/** In one signature, each of which may be asked for whether a timestamp or an OCSP answer is its. */
const maxCertificates = 100;
/** Of one name, as several keys of one responder may have. Each costs a verification, all of them in one turn. */
const maxCandidates = 5;

/** How much evidence is read for one container: a hundred signatures have some thousand values. */
export class EvidenceBudget {
  private values = 2000;
  /** Of keys that anybody may have made, the slowest of which take some ten milliseconds. */
  private verifications = 500;

  /** @throws XmlError when there is nothing left. */
  spendValue(): void {
    this.values -= 1;
    if (this.values < 0) throw new XmlError('there are too many timestamps, OCSP answers and certificates');
  }

  /** @throws XmlError when there is nothing left. */
  spendVerification(): void {
    this.verifications -= 1;
    if (this.verifications < 0) throw new XmlError('there are too many timestamps and OCSP answers');
  }
}

export interface EvidenceWork {
  canonicalization: CanonicalizationBudget;
  evidence: EvidenceBudget;
}

/** @throws XmlError when something in it is not intact. */
export async function checkEvidence(signature: XmlElement, work: EvidenceWork): Promise<void> {
  const found = encapsulatedIn(signature);
  const certificates = new Map<string, Certificate>();
  for (const element of [...found.certificates, ...found.timestamps, ...found.ocspResponses]) {
    work.evidence.spendValue();
    if (element.localName === names.certificates) {
      const certificate = readable('certificate', () => certificateIn(element));
      certificates.set(certificate.fingerprint, certificate);
      if (certificates.size > maxCertificates) throw new XmlError(`it has more than ${maxCertificates} certificates`);
    } else if (element.localName === names.timestamps) {
      await checkTimestamp(element, signature, [...certificates.values()], work);
    } else {
      checkOcspResponse(element, [...certificates.values()], work);
    }
    await nextTurn();
  }
}

const names = {
  certificates: 'EncapsulatedX509Certificate',
  timestamps: 'EncapsulatedTimeStamp',
  ocspResponses: 'EncapsulatedOCSPValue',
} as const;

/** Wherever they are: properties that were added later have some of their own. */
function encapsulatedIn(signature: XmlElement): Record<keyof typeof names, XmlElement[]> {
  const found: Record<keyof typeof names, XmlElement[]> = { certificates: [], timestamps: [], ocspResponses: [] };
  const kinds = Object.keys(names) as (keyof typeof names)[];
  const waiting = [signature];
  for (let element = waiting.pop(); element; element = waiting.pop()) {
    const { namespace, localName } = element;
    const kind = namespace === xades ? kinds.find((one) => names[one] === localName) : undefined;
    if (kind) found[kind].push(element);
    for (const node of element.children) if (isElement(node)) waiting.push(node);
  }
  return found;
}

/** In the words of a file of signatures. */
function readable<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof XmlError) throw error;
    // What is malformed, whoever found it to be so: DER is read here, keys and certificates by Node.
    throw new XmlError(`its ${what} cannot be read`);
  }
}

function certificateIn(element: XmlElement): Certificate {
  return checkedCertificate(base64In(element));
}

/** Of which all is read that programs read before they judge anything. */
function checkedCertificate(der: Uint8Array): Certificate {
  const certificate = parseCertificate(der);
  if (!certificate.node) throw new DerError('it is no certificate');
  return certificate;
}

async function checkTimestamp(
  element: XmlElement,
  signature: XmlElement,
  known: readonly Certificate[],
  work: EvidenceWork,
): Promise<void> {
  const info = readable('timestamp', () => tokenInfoIn(base64In(element), known, work));
  const { parent } = element;
  // What those of archives are about takes all that was there before them.
  if (parent?.localName !== 'SignatureTimeStamp') return;
  const hashName = readable('timestamp', () => hashNameIn(info.imprint.hashIdentifier));
  if (!hashName) throw new XmlError('its timestamp has a hash that is not known');
  const value = childOf(signature, ds, 'SignatureValue');
  const text = await canonicalize(value, canonicalizationOf(parent), work.canonicalization);
  const hash = createHash(hashName).update(text).digest();
  if (Buffer.compare(hash, info.imprint.hash) !== 0) throw new XmlError('its timestamp is about something else');
}

/** Where it is not stated, it is that of XMLDSig (ETSI EN 319 132-1, section 5.3; XMLDSig 1.1, section 4.4.3.2). */
function canonicalizationOf(timestamp: XmlElement): CanonicalizationOfElement {
  const [method] = childrenOf(timestamp, ds, 'CanonicalizationMethod');
  return method ? canonicalizationIn(method) : { isExclusive: false, hasComments: false, inclusivePrefixes: [] };
}

/** What its unit has signed: the token names the unit's certificate, and has it with it, or the signature has it. */
function tokenInfoIn(token: Uint8Array, known: readonly Certificate[], { evidence }: EvidenceWork): TokenInfo {
  const signedData = readSignedData(derOfBer(new Uint8Array(token)));
  const own = signedData.certificates.map(({ bytes }) => checkedCertificate(bytes));
  const units = candidatesIn([...own, ...known], (one) => isNamedBy(signedData.signer.id, one));
  if (units.length === 0) throw new XmlError('its timestamp has no certificate of its unit');
  if (!units.some((unit) => isSignedByUnit(signedData, unit, evidence))) {
    throw new XmlError('its timestamp is not what its unit has signed');
  }
  return readTokenInfo(signedData.content);
}

function isSignedByUnit(
  { signer, contentType, content }: SignedData,
  unit: Certificate,
  evidence: EvidenceBudget,
): boolean {
  evidence.spendVerification();
  const hashName = hashNameIn(signer.hashIdentifier);
  if (!hashName) return false;
  const { signatureAlgorithm, signature, signedAttributes: bytes } = signer;
  if (!isSignedByAnyAlgorithm(unit.publicKey, { bytes, signatureAlgorithm, hashName, signature })) return false;
  const attributes = attributesIn(bytes);
  const attribute = (name: keyof typeof attributeTypes) => attributes.get(attributeTypes[name]);
  const [statedType, digest] = [attribute('contentType'), attribute('messageDigest')];
  return (
    contentType === tokenInfoType &&
    statedType !== undefined &&
    objectIdentifierIn(statedType) === tokenInfoType &&
    digest?.tag === tags.octetString &&
    Buffer.compare(digest.content, createHash(hashName).update(content).digest()) === 0 &&
    isNamedInAttributes(unit, attribute('signingCertificate'), attribute('signingCertificateV2'))
  );
}

function checkOcspResponse(element: XmlElement, known: readonly Certificate[], { evidence }: EvidenceWork): void {
  readable('OCSP answer', () => {
    const outer = readOcspOuter(new Uint8Array(base64In(element)));
    if ('refusal' in outer) throw new DerError(outer.refusal);
    const own = outer.certificates.map(({ bytes }) => checkedCertificate(bytes));
    const responders = candidatesIn([...own, ...known], (one) => isResponder(outer.responderId, one));
    // One of a CA whose certificate is not in the file cannot be verified here.
    if (responders.length === 0 && own.length === 0) return;
    const responder = responders.find((one) => isSignedByOne(one, outer.signed, evidence));
    if (!responder) throw new XmlError('its OCSP answer is not what its responder has signed');
    const issuers = candidatesIn([...own, ...known], (one) => responder.node.checkIssued(one.node));
    // Programs that verify find none of those who issued it, if it has been changed.
    if (issuers.length > 0 && !issuers.some((one) => isSignedByOne(one, responder.signed, evidence))) {
      throw new XmlError("the certificate of its OCSP answer's responder is not what its issuer has signed");
    }
  });
}

function candidatesIn(certificates: readonly Certificate[], isNamed: (one: Certificate) => boolean): Certificate[] {
  return certificates.filter(isNamed).slice(0, maxCandidates);
}

function isSignedByOne({ publicKey }: Certificate, signed: Signed, evidence: EvidenceBudget): boolean {
  evidence.spendVerification();
  const { toBeSigned, signatureAlgorithm, signature } = signed;
  return isSignedByAnyAlgorithm(publicKey, { bytes: toBeSigned.bytes, signatureAlgorithm, signature });
}
