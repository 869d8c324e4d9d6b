/** Answers about revocation: changed in any way, or wrong in one of the ways that the simulator knows. */

import fc from 'fast-check';
import { BasicOCSPResponse, CertificateRevocationList, OCSPResponse } from 'pkijs';
import type { CrlFault, OcspFault, Simulator } from '../../lib/simulator/index.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { createRevocationChecker } from '../../lib/trust/revocation/over-http.js';
import { RevocationChecker } from '../../lib/trust/revocation/revocation.js';
import { genuineAuthentication } from '../support/authentication.js';
import { certificateOf } from '../support/genuine.js';
import { type Attack, type AttackContext, tryEach } from './attack.js';
import { mutatedDer } from './mutations.js';

export const good = 'PNOEE-40404040009-MOCK-Q';
export const revoked = 'PNOEE-00000000008-SIMU-Q';
export const unknown = 'PNOEE-00000000009-SIMU-Q';
/** Of another authority than the others. */
export const underRsa = 'PNOLV-040404-10003-DEMO-Q';

export const ocspFaults: readonly OcspFault[] = [
  'unavailable',
  'garbage',
  'try-later',
  'out-of-date',
  'from-the-future',
  'wrong-key',
  'other-ca',
  'not-for-ocsp',
  'expired-responder',
  'other-certificate',
  'wrong-nonce',
  'weak-signature',
  'unknown-extension',
  'many-certificates',
  'circle-of-authorities',
];
export const crlFaults: readonly CrlFault[] = [
  'unavailable',
  'garbage',
  'out-of-date',
  'wrong-key',
  'weak-signature',
  'delta',
  'partial',
];

/** The certificate of an account and that of its authority, which is the anchor. */
export async function pathOf(simulator: Simulator, documentNumber: string): Promise<[Certificate, Certificate]> {
  const input = await genuineAuthentication(simulator, { documentNumber });
  const leaf = parseCertificate(certificateOf(input));
  const issuer = input.trustAnchors.certificates.find(({ node }) => node.subject === leaf.node.issuer);
  if (!issuer) throw new Error('The simulator uses an authority that it does not name.');
  return [leaf, issuer];
}

interface Genuine {
  path: [Certificate, Certificate];
  /** Whether it clears the certificate. */
  isGood: boolean;
  /** DER. */
  answer: Buffer<ArrayBuffer>;
  signedPart: Buffer[];
  isList: boolean;
}

/** A checker to whom nothing but this is answered. */
function checkerOf(answer: Uint8Array<ArrayBuffer>): RevocationChecker {
  return new RevocationChecker('ocsp-then-crl', async () => answer);
}

/** In a word, why a path is refused. */
function named(refusal: string | undefined): string | undefined {
  if (refusal === undefined) return undefined;
  if (refusal.startsWith('neither')) return 'no valid answer';
  return refusal.includes('unknown') ? 'unknown' : 'revoked';
}

/** What somebody on the way would see: the answer to a request for this path by OCSP, or the list. */
async function genuineAnswer(simulator: Simulator, documentNumber: string, kind: 'ocsp' | 'crl'): Promise<Genuine> {
  const path = await pathOf(simulator, documentNumber);
  let answer: Buffer<ArrayBuffer> | undefined;
  const checker = new RevocationChecker('ocsp-then-crl', async ({ method, url, contentType = '', body }) => {
    if ((method === 'POST') !== (kind === 'ocsp')) throw new Error('Not wanted.');
    const response = await fetch(url, { method, body, headers: { 'content-type': contentType } });
    answer = Buffer.from(await response.arrayBuffer());
    return answer;
  });
  const isGood = (await checker.refuse(path, Date.now())) === undefined;
  if (!answer) throw new Error('The simulator has not answered.');
  const isList = kind === 'crl';
  return { path, isGood, answer, isList, signedPart: isList ? signedPartOfList(answer) : signedPartOfAnswer(answer) };
}

/** Whether a genuine answer to one question is an answer to another: a list speaks of all certificates of its authority. */
function canSpeakOf([leaf, issuer]: Genuine['path'], { path: [otherLeaf, otherIssuer], isList }: Genuine): boolean {
  const isSame = (one: Certificate, other: Certificate) => one.node.fingerprint256 === other.node.fingerprint256;
  return isList ? isSame(issuer, otherIssuer) : isSame(leaf, otherLeaf);
}

async function tryAnswers(bases: readonly Genuine[], { report, ...wish }: AttackContext): Promise<void> {
  const now = Date.now();
  const all = bases.map(({ answer }) => answer);
  const tryOne = async (path: Genuine['path'], shown: Buffer<ArrayBuffer>) => {
    report(named(await checkerOf(shown).refuse(path, now)), () => shown.toString('base64'));
  };
  // The answer about one certificate, shown for another.
  for (const { path } of bases) {
    for (const other of bases) if (!canSpeakOf(path, other)) await tryOne(path, other.answer);
  }
  const arbitraries = bases.map(({ path, isGood, answer }) => {
    // What an answer says is in its signed part; nothing protects what is around it, and nothing there is believed.
    const clearing = isGood ? bases.filter((base) => canSpeakOf(path, base)) : [];
    const isHarmless = (changed: Buffer) =>
      clearing.some(({ signedPart }) => signedPart.every((bytes) => changed.includes(bytes)));
    return mutatedDer(answer, all)
      .filter((changed) => !isHarmless(changed))
      .map((changed) => ({ path, changed }));
  });
  await tryEach(fc.oneof(...arbitraries), wish, ({ path, changed }) => tryOne(path, changed));
}

/** About certificates that are good, revoked, and unknown; without a nonce, so that an answer could serve twice. */
export const mutatedOcspAnswers: Attack = {
  name: 'mutated OCSP answers',
  tries: 15_000,
  async run(context) {
    const { simulator } = context;
    simulator.revocation.returnsNonce = false;
    const bases: Genuine[] = [];
    for (const responder of ['delegated', 'direct'] as const) {
      simulator.revocation.responder = responder;
      for (const documentNumber of [good, revoked, unknown])
        bases.push(await genuineAnswer(simulator, documentNumber, 'ocsp'));
    }
    await tryAnswers(bases, context);
  },
};

/** What the signature of a list covers, and the signature. */
function signedPartOfList(list: Buffer<ArrayBuffer>): Buffer[] {
  const { tbsView, signatureValue } = CertificateRevocationList.fromBER(list);
  return [tbsView, signatureValue.valueBlock.valueHexView].map((part) => Buffer.from(part));
}

/** What the signature of an OCSP answer covers, and the signature. */
function signedPartOfAnswer(answer: Buffer<ArrayBuffer>): Buffer[] {
  const { responseBytes } = OCSPResponse.fromBER(answer);
  const bytes = responseBytes?.response.valueBlock.valueHexView ?? new Uint8Array();
  const { tbsResponseData, signature } = BasicOCSPResponse.fromBER(Uint8Array.from(bytes));
  return [tbsResponseData.tbsView, signature.valueBlock.valueHexView].map((part) => Buffer.from(part));
}

/** A list for a certificate that it names, and for one that it does not; and the list of another authority. */
export const mutatedLists: Attack = {
  name: 'mutated lists of revoked certificates',
  tries: 1_500,
  async run(context) {
    const bases: Genuine[] = [];
    for (const documentNumber of [revoked, good, underRsa]) {
      bases.push(await genuineAnswer(context.simulator, documentNumber, 'crl'));
    }
    await tryAnswers(bases, context);
  },
};

export const wrongRevocationAnswers: Attack = {
  name: 'OCSP answers and lists that are wrong',
  async run({ simulator, report }) {
    const { revocation } = simulator;
    const path = await pathOf(simulator, good);
    const refusal = (policy?: 'ocsp') => createRevocationChecker(policy).refuse(path, Date.now());
    // The answer that is replayed later: a good one.
    if ((await refusal('ocsp')) !== undefined) throw new Error('A good certificate was refused.');
    for (const fault of [...ocspFaults, 'replayed'] as const) {
      revocation.ocspFault = fault;
      report(named(await refusal('ocsp')), () => fault);
    }
    revocation.ocspFault = 'unavailable';
    for (const fault of crlFaults) {
      revocation.crlFault = fault;
      report(named(await refusal()), () => fault);
    }
  },
};
