/** Each field of a good answer is changed in turn; every change must be refused, by the check that is there for it. */

import { constants } from 'node:crypto';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { authenticationChecks, verifyAuthentication } from '../../lib/verify/authentication.js';
import { certificateChoiceChecks, verifyCertificateChoice } from '../../lib/verify/certificate-choice.js';
import { signatureChecks, verifySignature } from '../../lib/verify/signature.js';
import { type GenuineInput, genuineAuthentication } from '../support/authentication.js';
import { withStatus } from '../support/genuine.js';
import { type GenuineChoice, type GenuineSignature, genuineCertificateChoice } from '../support/signature.js';
import { itRefusesEach, refusalBy } from '../support/tampering.js';
import {
  choicesToTamperWith,
  choiceTamperings,
  type OtherChoices,
  type OtherSignatures,
  signaturesToTamperWith,
  signatureTamperings,
} from './signature-tamperings.js';
import { answersToTamperWith, resigned, tamperings } from './tamperings.js';

describe('Tampering with an authentication', () => {
  let simulator: Simulator;
  let good: GenuineInput;
  let other: GenuineInput;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    [good, other] = await answersToTamperWith(simulator);
  });
  after(() => simulator.close());

  const refusal = (input: unknown) => refusalBy(verifyAuthentication, input as GenuineInput);

  it('starts from an answer that verifies', async () => {
    await verifyAuthentication(good);
    await verifyAuthentication(other);
  });

  it('finds nothing wrong with an answer that was signed anew in the way that was asked for', async () => {
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    for (const serverRandom of ['QUJDREVGR0hJSktMTU5PUFFS', 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY']) {
      await verifyAuthentication(resigned(pss, { serverRandom })(good, simulator, undefined) as GenuineInput);
    }
  });

  it('is refused when the answer to a flow without callback has no signature', async () => {
    const qr = await genuineAuthentication(simulator);
    const error = await refusal(withStatus(qr, (status) => delete status.signature));
    expect(error.message).to.equal('signature-protocol: there is no signature');
  });

  it('is refused when the user challenge of a flow without callback is malformed', async () => {
    const qr = await genuineAuthentication(simulator);
    for (const userChallenge of [
      '',
      'A'.repeat(42),
      'A'.repeat(44),
      `${'A'.repeat(42)}|`,
      `${'A'.repeat(43)}\n`,
      undefined,
    ]) {
      const error = await refusal(withStatus(qr, (status) => Object.assign(status.signature, { userChallenge })));
      expect(error.message).to.equal('signature: userChallenge is malformed');
    }
  });

  it('is refused when what was offered cannot be read, with the cause', async () => {
    const error = await refusal({ ...good, session: { ...good.session, interactions: 'W10=' } });
    expect(error).to.include({ check: 'interaction', message: 'interaction: the answer cannot be checked' });
    expect(error.cause).to.have.property('field', 'interactions');
  });

  itRefusesEach({
    tamperings,
    checks: authenticationChecks,
    verify: verifyAuthentication,
    reasons: {
      'certificate: for signing': /key usage/,
      'serverRandom: missing': /serverRandom is malformed/,
      'serverRandom: with a separator': /serverRandom is malformed/,
      'serverRandom: too short': /serverRandom is malformed/,
    },
    given: () => ({ good, simulator, others: { other } }),
  });
});

/** Why a certificate that is not one for signatures is refused. */
const reasonsOfSigningCertificates = {
  'certificate: for authentication': /key usage/,
  'certificate: for authentication, with the key usage of signatures': /policies or statements/,
  'certificate: for signatures, with the key usage of authentication': /key usage/,
  'certificate: with policies of authentication': /policies or statements/,
  'certificate: with policies of two levels': /policies or statements/,
  'certificate: without statements': /policies or statements/,
  'certificate: without QcType': /policies or statements/,
  'certificate: QcType of seals': /policies or statements/,
  'certificate: QcType of websites': /policies or statements/,
  'certificate: QcType of nothing': /policies or statements/,
  'certificate: QcType without content': /policies or statements/,
  'certificate: QcType in another statement': /policies or statements/,
  'certificateLevel: QSCD, which the certificate does not state': /another level than the answer/,
  'certificateLevel: QUALIFIED, which the certificate does not state': /another level than the answer/,
  'certificate without QcSSCD, where QSCD was asked for': /below the one asked for/,
  'certificate and level: ADVANCED, where QSCD was asked for': /below the one asked for/,
  'callback: on a session by QR': /has no callback URL/,
  'callback: on a session by a push': /has no callback URL/,
  'callback: right, but the answer is one by QR': /for a flow type without callback/,
  'callback: right, but the answer is one by a push': /for a flow type without callback/,
};

describe('Tampering with a signature', () => {
  let simulator: Simulator;
  let good: GenuineSignature;
  let others: OtherSignatures;

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 10 });
    ({ good, others } = await signaturesToTamperWith(simulator));
  });
  after(() => simulator.close());

  it('starts from answers that verify', async () => {
    const { authentication, ...signatures } = others;
    await verifyAuthentication(authentication);
    for (const input of [good, ...Object.values(signatures)]) {
      await verifySignature(input);
      await verifySignature({ ...input, data: undefined });
    }
  });

  itRefusesEach({
    tamperings: signatureTamperings,
    checks: signatureChecks,
    verify: verifySignature,
    reasons: {
      ...reasonsOfSigningCertificates,
      'linked, callback: missing': /has not come back/,
      'linked, flowType of the choice: undefined, and no callback': /not offered by its flow type/,
      'linked, flowType of the choice: web2app, and no callback': /not offered by its flow type/,
      'linked, flowType of the choice: QR, and no callback': /not offered by its flow type/,
      'linked, flowType of the choice: Notification, and no callback': /not offered by its flow type/,
      'linked, callback: sessionSecretDigest': /does not belong/,
      'linked, callback: choice without callback URL': /has no callback URL/,
      'linked, callback: choice without secret': /has no callback URL/,
      'linked, callback: of a choice by QR code': /for a flow type without callback/,
      'linked, callback: right, but the choice was by QR code': /not offered by its flow type/,
      'linked, interaction: the choice of a code': /cannot be checked/,
      'flowType: Web2App, for a QR code': /has not come back/,
      'signature: missing': /there is no signature/,
      'digest: not Base64': /cannot be checked/,
      'digest: not Base64 (digest only)': /cannot be checked/,
      'digest: of SHA-256': /cannot be checked/,
      'digest: of SHA-256 (digest only)': /cannot be checked/,
      'hashAlgorithm: none was asked for': /hashAlgorithm is not/,
      'the whole answer of a login, with the protocol of signatures': /key usage/,
    },
    given: () => ({ good, simulator, others }),
  });
});

describe('Tampering with a certificate choice', () => {
  let simulator: Simulator;
  let good: GenuineChoice;
  let others: OtherChoices;

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 10, linkedSignatureWaitMs: 200 });
    ({ good, others } = await choicesToTamperWith(simulator));
  });
  after(() => simulator.close());

  it('starts from answers that verify', async () => {
    const { authentication, signature, ...choices } = others;
    await verifyAuthentication(authentication);
    await verifySignature(signature);
    for (const input of [good, ...Object.values(choices)]) await verifyCertificateChoice(input);
  });

  itRefusesEach({
    tamperings: choiceTamperings,
    checks: certificateChoiceChecks,
    verify: verifyCertificateChoice,
    reasons: {
      ...reasonsOfSigningCertificates,
      'callback: missing, although nothing is linked': /has not come back/,
      'callback: of another session, although a linked signature follows': /does not belong/,
      'signature: missing': /flow type was not offered/,
      'the whole answer of a login, without its protocol': /key usage/,
    },
    given: () => ({ good, simulator, others }),
  });
});

describe('An answer of one kind of session', () => {
  let simulator: Simulator;
  let signatures: { good: GenuineSignature; others: OtherSignatures };
  let choice: GenuineChoice;

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 10 });
    signatures = await signaturesToTamperWith(simulator);
    choice = await genuineCertificateChoice(simulator);
  });
  after(() => simulator.close());

  it('is refused where one of another kind belongs, whatever protocol it states', async () => {
    const authentication = await genuineAuthentication(simulator);
    const { status } = authentication;
    const ofAuthentication = status.signatureProtocol;
    const protocols = [ofAuthentication, 'RAW_DIGEST_SIGNATURE', undefined];
    const { qr } = signatures.others;
    for (const [input, verify, own, foreign] of [
      [authentication, verifyAuthentication, ofAuthentication, [qr, choice]],
      [qr, verifySignature, 'RAW_DIGEST_SIGNATURE', [authentication, choice]],
      [choice, verifyCertificateChoice, undefined, [authentication]],
    ] as const) {
      for (const { status: answer } of foreign) {
        for (const signatureProtocol of protocols) {
          const changed = { ...input, status: { ...answer, signatureProtocol } };
          const error = await refusalBy(verify as (changed: unknown) => Promise<unknown>, changed);
          if (signatureProtocol !== own) expect(error).to.have.property('check', 'signature-protocol');
          expect(error).to.have.property('code', 'not_verified');
        }
      }
    }
  });
});
