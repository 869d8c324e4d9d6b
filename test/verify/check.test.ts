import { expect } from 'chai';
import { SmartIdOutcomeError, SmartIdVerificationError } from '../../lib/errors.js';
import { type Check, established, runChecks } from '../../lib/verify/check.js';

type Answer = () => string | undefined | Promise<string | undefined>;

describe('Checks that run in order', () => {
  async function run(...answers: Answer[]): Promise<{ ran: string[]; error: unknown }> {
    const ran: string[] = [];
    const checks: Check<object>[] = answers.map((answer, index) => ({
      name: `check ${index + 1}`,
      refuse: () => {
        ran.push(`check ${index + 1}`);
        return answer();
      },
    }));
    const error = await runChecks(checks, {}).catch((thrown: unknown) => thrown);
    return { ran, error };
  }
  const pass = () => undefined;

  it('all run where none refuses, at once or later', async () => {
    expect(await run(pass, async () => undefined, pass)).to.deep.equal({
      ran: ['check 1', 'check 2', 'check 3'],
      error: undefined,
    });
  });

  for (const [when, refuse] of [
    ['at once', () => 'the reason'],
    ['later', async () => 'the reason'],
  ] as [string, Answer][]) {
    it(`end at the first that refuses ${when}, by its name and reason`, async () => {
      const { ran, error } = await run(pass, refuse, pass);
      expect(ran).to.deep.equal(['check 1', 'check 2']);
      expect(error).to.be.instanceOf(SmartIdVerificationError);
      expect(error).to.include({ check: 'check 2', message: 'check 2: the reason' });
    });
  }

  for (const [when, fail] of [
    [
      'at once',
      (cause: Error) => {
        throw cause;
      },
    ],
    ['later', (cause: Error) => Promise.reject(cause)],
  ] as const) {
    it(`refuse where one cannot be carried out, with the cause: ${when}`, async () => {
      const cause = new Error('Something secret.');
      const { error } = await run(() => fail(cause));
      expect(error).to.include({ check: 'check 1', message: 'check 1: the answer cannot be checked', cause });
    });

    it(`hand on the outcome of a session that ended without success: ${when}`, async () => {
      const outcome = new SmartIdOutcomeError('TIMEOUT');
      const { error } = await run(() => fail(outcome));
      expect(error).to.equal(outcome);
    });
  }

  it('have what earlier ones established, and no later one goes without', () => {
    expect(established(0)).to.equal(0);
    expect(established('')).to.equal('');
    expect(() => established(undefined)).to.throw('An earlier check did not establish this value.');
  });
});
