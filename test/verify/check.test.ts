import { expect } from 'chai';
import { SmartIdOutcomeError, SmartIdVerificationError } from '../../lib/shared/errors.js';
import { check, fail } from '../../lib/verify/check.js';

describe('A check of a verification', () => {
  const errorOf = (work: () => unknown) =>
    check('flow-type', work).then(
      () => expect.fail('It did not fail.'),
      (error: Error) => error,
    );

  for (const found of [{ flowType: 'QR' }, '', 0, undefined]) {
    it(`gives what it has found: ${JSON.stringify(found)}, at once or later`, async () => {
      expect(await check('flow-type', () => found)).to.equal(found);
      expect(await check('flow-type', async () => found)).to.equal(found);
    });
  }

  for (const [when, work] of [
    ['at once', () => fail('the reason')],
    ['later', async () => fail('the reason')],
  ] as const) {
    it(`ends the verification by its name and reason, and by no cause, where it fails ${when}`, async () => {
      const error = await errorOf(work);
      expect(error).to.be.instanceOf(SmartIdVerificationError);
      expect(error).to.include({ check: 'flow-type', message: 'flow-type: the reason' });
      expect(error).to.not.have.property('cause');
    });
  }

  for (const [when, work] of [
    [
      'at once',
      (error: unknown) => {
        throw error;
      },
    ],
    ['later', (error: unknown) => Promise.reject(error)],
  ] as const) {
    for (const cause of [new Error('Something secret.'), new TypeError('secret'), 'secret', undefined]) {
      it(`ends the verification without the words of an error that was not foreseen (${cause}) ${when}`, async () => {
        const error = await errorOf(() => work(cause));
        expect(error).to.be.instanceOf(SmartIdVerificationError);
        expect(error).to.include({ check: 'flow-type', message: 'flow-type: the answer cannot be checked', cause });
      });
    }

    it(`hands on the outcome of a session that ended without success: ${when}`, async () => {
      const outcome = new SmartIdOutcomeError('TIMEOUT');
      expect(await errorOf(() => work(outcome))).to.equal(outcome);
    });
  }
});
