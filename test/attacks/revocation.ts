/** Answers about revocation: changed in any way, or wrong in one of the ways that the simulator knows. */

import fc from 'fast-check';
import { BasicOCSPResponse, OCSPResponse } from 'pkijs';
import { createRevocationChecker } from '../../lib/revocation.js';
import type { CrlFault, OcspFault, Simulator } from '../../lib/simulator/index.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { RevocationChecker } from '../../lib/trust/revocation/revocation.js';
import { genuineAuthentication } from '../support/authentication.js';
import { type Attack, type AttackContext, tryEach } from './attack.js';
import { mutatedAsn1, mutatedBytes } from './mutations.js';

export const good = 'PNOEE-40404040009-MOCK-Q';
export const revoked = 'PNOEE-00000000008-SIMU-Q';
export const unknown = 'PNOEE-00000000009-SIMU-Q';

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
  const { status, trustAnchors } = await genuineAuthentication(simulator, { documentNumber });
  const leaf = parseCertificate(Buffer.from(status.cert?.value ?? '', 'base64'));
  const issuer = trustAnchors.certificates.find(({ x509 }) => x509.subject === leaf.x509.issuer);
  if (!issuer) throw new Error('The simulator uses an authority that it does not name.');
  return [leaf, issuer];
}

interface Genuine {
  path: [Certificate, Certificate];
  /** Whether it clears the certificate. */
  isGood: boolean;
  /** DER. */
  answer: Buffer<ArrayBuffer>;
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
  return { path, isGood, answer };
}

/** `isHarmless` says of which changes nothing can follow. */
async function tryAnswers(
  bases: readonly Genuine[],
  { report, ...wish }: AttackContext,
  isHarmless: (changed: Buffer) => boolean = () => false,
): Promise<void> {
  const now = Date.now();
  const all = bases.map(({ answer }) => answer);
  const arbitraries = bases.map(({ path, answer }) =>
    fc
      .oneof(mutatedBytes(answer, all), mutatedAsn1(answer, all))
      .filter((changed) => !all.some((genuine) => genuine.equals(changed)) && !isHarmless(changed))
      .map((changed) => ({ path, changed })),
  );
  await tryEach(fc.oneof(...arbitraries), wish, async ({ path, changed }) => {
    report(named(await checkerOf(changed).refuse(path, now)), () => changed.toString('base64'));
  });
}

/** About certificates that are good, revoked, and unknown; without a nonce, so that an answer could serve twice. */
export const mutatedOcspAnswers: Attack = {
  name: 'mutated OCSP answers',
  tries: 12_000,
  async run(context) {
    const { simulator } = context;
    simulator.revocation.returnsNonce = false;
    const bases: Genuine[] = [];
    for (const responder of ['delegated', 'direct'] as const) {
      simulator.revocation.responder = responder;
      for (const documentNumber of [good, revoked, unknown])
        bases.push(await genuineAnswer(simulator, documentNumber, 'ocsp'));
    }
    // What an answer says is in its signed part; nothing protects what is around it, and nothing there is believed.
    const goodParts = bases.filter(({ isGood }) => isGood).map(({ answer }) => signedPart(answer));
    await tryAnswers(bases, context, (changed) =>
      goodParts.some((part) => part.every((bytes) => changed.includes(bytes))),
    );
  },
};

/** What the signature of an OCSP answer covers, and the signature. */
function signedPart(answer: Buffer<ArrayBuffer>): Buffer[] {
  const { responseBytes } = OCSPResponse.fromBER(answer);
  const bytes = responseBytes?.response.valueBlock.valueHexView ?? new Uint8Array();
  const { tbsResponseData, signature } = BasicOCSPResponse.fromBER(Uint8Array.from(bytes));
  return [tbsResponseData.tbsView, signature.valueBlock.valueHexView].map((part) => Buffer.from(part));
}

/** A list that names a revoked certificate, and one of another authority, for that certificate. */
export const mutatedLists: Attack = {
  name: 'mutated lists of revoked certificates',
  tries: 3_000,
  async run(context) {
    const bases = [await genuineAnswer(context.simulator, revoked, 'crl')];
    await tryAnswers(bases, context);
  },
};

export const wrongRevocationAnswers: Attack = {
  name: 'OCSP answers and lists that are wrong',
  async run({ simulator, report }) {
    const { revocation } = simulator;
    const path = await pathOf(simulator, good);
    const refusal = (policy?: 'ocsp') => createRevocationChecker(policy).refuse(path, Date.now());
    for (const fault of ocspFaults) {
      revocation.ocspFault = fault;
      report(named(await refusal('ocsp')), () => fault);
    }
    revocation.ocspFault = 'replayed';
    report(named(await refusal('ocsp')), () => 'replayed');
    revocation.ocspFault = 'unavailable';
    for (const fault of crlFaults) {
      revocation.crlFault = fault;
      report(named(await refusal()), () => fault);
    }
  },
};
