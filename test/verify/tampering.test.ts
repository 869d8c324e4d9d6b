/** Each field of a good answer is changed in turn; every change must be refused, by the check that is there for it. */

import { expect } from 'chai';
import { SmartIdOutcomeError, SmartIdVerificationError } from '../../lib/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { authenticationChecks, verifyAuthentication } from '../../lib/verify/authentication.js';
import { answersToTamperWith, tamperings } from '../attacks/tamperings.js';
import type { GenuineInput } from '../support/authentication.js';

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

  for (const [what, expected, change] of tamperings) {
    it(`is refused: ${what}`, async () => {
      const error = await refusal(change(good, simulator, other));
      const check = error instanceof SmartIdOutcomeError ? 'end-result' : (error as SmartIdVerificationError).check;
      table.push({ changed: what, 'refused by': check, reason: error.message });
      expect(error).to.be.instanceOf(expected === 'end-result' ? SmartIdOutcomeError : SmartIdVerificationError);
      expect(check).to.equal(expected);
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
