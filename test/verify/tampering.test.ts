/** Each field of a good answer is changed in turn; every change must be refused, by the check that is there for it. */

import { constants } from 'node:crypto';
import { expect } from 'chai';
import { SmartIdOutcomeError, SmartIdVerificationError } from '../../lib/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { authenticationChecks, verifyAuthentication } from '../../lib/verify/authentication.js';
import { answersToTamperWith, resigned, tamperings } from '../attacks/tamperings.js';
import { type GenuineInput, genuineAuthentication, withStatus } from '../support/authentication.js';

/** Where more than one rule of a check could refuse, and where a parser does. */
const reasons: Record<string, RegExp> = {
  'certificate: cut short': /cannot be checked/,
  'certificate: bytes after it': /cannot be checked/,
  'certificate: subject without serialNumber': /cannot be checked/,
  'certificate: a weak key': /RSA key of at least 2048 bits/,
  'certificate: for signing': /key usage/,
  'certificate: without Smart-ID policy': /policies or statements are not those/,
  'certificate: with a policy of the demo environment': /policies or statements are not those/,
  'documentNumber: missing': /there is none/,
  'documentNumber: of somebody else': /subject/,
  'documentNumber: of somebody else, and none in the certificate': /subject/,
  'documentNumber: another of the same person': /not the one in the certificate/,
  'serverRandom: missing': /serverRandom is malformed/,
  'serverRandom: with a separator': /serverRandom is malformed/,
  'serverRandom: too short': /serverRandom is malformed/,
  'signatureAlgorithm: PKCS#1 v1.5': /signatureAlgorithm is not/,
  'signatureAlgorithm: PKCS#1 v1.5, without parameters': /signatureAlgorithm is not/,
  'signatureAlgorithm: PKCS#1 v1.5 as asked, with parameters': /do not belong/,
  'signatureAlgorithmParameters: missing': /are missing/,
};

describe('Tampering with an authentication', () => {
  let simulator: Simulator;
  let good: GenuineInput;
  let other: GenuineInput;
  const table: { changed: string; 'refused by': string; reason: string }[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    [good, other] = await answersToTamperWith(simulator);
  });
  after(async () => {
    await simulator.close();
    console.table(table);
  });

  it('starts from an answer that verifies', async () => {
    await verifyAuthentication(good);
    await verifyAuthentication(other);
  });

  it('finds nothing wrong with an answer that was signed anew in the way that was asked for', async () => {
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    for (const serverRandom of ['QUJDREVGR0hJSktMTU5PUFFS', 'QUJDREVGR0hJSktMTU5PUFFSU1RVVldY']) {
      await verifyAuthentication(resigned(pss, { serverRandom })(good, simulator, other) as GenuineInput);
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

  for (const [what, expected, change] of tamperings) {
    it(`is refused: ${what}`, async () => {
      const error = await refusal(change(good, simulator, other));
      const check = error instanceof SmartIdOutcomeError ? 'end-result' : (error as SmartIdVerificationError).check;
      table.push({ changed: what, 'refused by': check, reason: error.message });
      expect(error).to.be.instanceOf(expected === 'end-result' ? SmartIdOutcomeError : SmartIdVerificationError);
      expect(check).to.equal(expected);
      const reason = reasons[what] ?? /^[a-z-]+: (?!the answer cannot be checked).{10,}/;
      if (expected !== 'end-result') expect(error.message).to.match(reason);
    });
  }

  it('meets every check of the list at least once', () => {
    expect(new Set(table.map((row) => row['refused by']))).to.include.keys(authenticationChecks);
  });

  it('never repeats a value of the answer in an error', () => {
    for (const { reason } of table) {
      expect(reason).to.not.contain('40404040009');
      expect(reason).to.not.contain(good.session.sessionSecret);
    }
  });
});

async function refusal(input: unknown): Promise<Error> {
  try {
    await verifyAuthentication(input as GenuineInput);
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was not refused.');
}
