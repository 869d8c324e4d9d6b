/**
 * The lists of checks are what really runs: each check ends a verification by its own name, and of two that fail the
 * one that stands earlier in the list does.
 */

import { expect } from 'chai';
import { type CertificatePurpose, type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { createRevocationChecker } from '../../lib/trust/revocation/over-http.js';
import { authenticationChecks } from '../../lib/verify/authentication.js';
import { certificateChoiceChecks } from '../../lib/verify/certificate-choice.js';
import type { CheckName } from '../../lib/verify/check-names.js';
import { signatureChecks } from '../../lib/verify/signature.js';
import { choiceJudge, refusedBy, signatureJudge } from '../attacks/judge.js';
import { genuineAuthentication } from '../support/authentication.js';
import type { GenuineAnswer } from '../support/genuine.js';
import { genuineCertificateChoice, genuineSignature } from '../support/signature.js';
import {
  answeredLevel,
  type Change,
  certified,
  inAnswer,
  inCallback,
  inSession,
  inSignature,
  inStatus,
  type Tampering,
} from './common-tamperings.js';
import { choiceTamperings, signatureTamperings } from './signature-tamperings.js';
import { tamperings } from './tamperings.js';

/** For each check a change that it does not let pass, and that leaves all other changes as they are. */
const breaking = (purpose: CertificatePurpose): Record<CheckName, Change<GenuineAnswer, unknown>> => ({
  callback: inCallback({ sessionSecretDigest: '' }),
  state: inAnswer({ state: 'RUNNING' }),
  'end-result': inStatus((status) => {
    status.result.endResult = 'TIMEOUT';
  }),
  'signature-protocol': inAnswer({ signatureProtocol: 'ACSP_V3' }),
  'flow-type': inSession({ flowTypes: ['QR'] }),
  'user-challenge': inCallback({ userChallengeVerifier: '' }),
  certificate: inStatus((status) => {
    status.cert.value = `*${status.cert.value}`;
  }),
  'certificate-path': (input) => ({ ...input, trustAnchors: { certificates: [] } }),
  revocation: (input) => ({
    ...input,
    revocation: createRevocationChecker('ocsp-then-crl', () => Promise.reject(new Error('No network.'))),
  }),
  'certificate-profile': answeredLevel('qualified'),
  'certificate-level': inSession({ certificateLevel: 'HIGH' }),
  identity: certified({
    purpose,
    subject: [
      ['country', 'EE'],
      ['commonName', 'TESTNUMBER,OK,PNOEE-40404040009'],
    ],
  }),
  'document-number': inStatus((status) => {
    delete status.result.documentNumber;
  }),
  'expected-signer': inSession({ expected: { semanticsIdentifier: 'PNOLT-40404040009' } }),
  'signing-certificate': inSession({ signingCertificate: '' }),
  interaction: inAnswer({ interactionTypeUsed: 'confirmationmessage' }),
  'signature-algorithm': inSignature({ signatureAlgorithm: 'rsassa-PSS' }),
  digest: inSession({ digest: '*' }),
  signature: inSignature({ value: '' }),
});

interface Kind {
  checks: readonly string[];
  purpose: CertificatePurpose;
  genuine(simulator: Simulator): Promise<GenuineAnswer>;
  failingCheck(input: unknown): Promise<string | undefined>;
  tamperings: readonly Tampering<any, any>[];
}

const signature = {
  checks: signatureChecks,
  purpose: 'signature',
  failingCheck: (input: any) => signatureJudge.refusedBy(input),
  tamperings: signatureTamperings,
} as const;
const kinds: Record<string, Kind> = {
  'an authentication': {
    checks: authenticationChecks,
    purpose: 'authentication',
    genuine: (simulator) => genuineAuthentication(simulator, { flowType: 'Web2App' }),
    failingCheck: (input: any) => refusedBy(input),
    tamperings,
  },
  'a signature': { ...signature, genuine: (simulator) => genuineSignature(simulator, { flowType: 'Web2App' }) },
  'a linked signature': { ...signature, genuine: (simulator) => genuineSignature(simulator, { linkedTo: 'Web2App' }) },
  'a certificate choice': {
    checks: certificateChoiceChecks,
    purpose: 'signature',
    genuine: (simulator) => genuineCertificateChoice(simulator, { flowType: 'Web2App' }),
    failingCheck: (input: any) => choiceJudge.refusedBy(input),
    tamperings: choiceTamperings,
  },
};

for (const [what, { checks, purpose, genuine, failingCheck, tamperings: changes }] of Object.entries(kinds)) {
  describe(`The checks of ${what}`, () => {
    let simulator: Simulator;
    let good: GenuineAnswer;

    before(async () => {
      simulator = await startSimulator({ port: 0, linkedSignatureWaitMs: 200 });
      good = await genuine(simulator);
    });
    after(() => simulator.close());

    const changesOf = breaking(purpose);
    /** The later one first, since an earlier check may read what a later one's change puts in its place. */
    const broken = (...names: string[]) =>
      names.reduceRight(
        (input, name) => changesOf[name as CheckName](input, simulator, undefined) as GenuineAnswer,
        good,
      );

    it('list of checks: none fails for a genuine answer', async () => {
      expect(await failingCheck(good)).to.equal(undefined);
    });

    for (const [index, name] of checks.entries()) {
      it(`list of checks: ${name} runs, before all that come after it`, async () => {
        expect(await failingCheck(broken(name))).to.equal(name);
        for (const later of checks.slice(index + 1)) {
          expect(await failingCheck(broken(name, later)), `with ${later}`).to.equal(name);
        }
      });
    }

    it('list of checks: end-result is where an answer without any result ends', async () => {
      expect(await failingCheck(inStatus((status) => delete status.result)(good))).to.equal('end-result');
    });

    it('list of checks: no change to an answer meets a check that it does not name', () => {
      expect(checks).to.include.members(changes.map(([, check]) => check));
    });
  });
}
