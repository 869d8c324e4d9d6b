/** The tests that every table of tamperings is put to. */

import { expect } from 'chai';
import { SmartIdOutcomeError, SmartIdVerificationError } from '../../lib/shared/errors.js';
import type { Simulator } from '../../lib/simulator/index.js';
import type { Tampering } from '../verify/common-tamperings.js';
import type { GenuineAnswer } from './genuine.js';

interface Tampered<Input, Others> {
  tamperings: readonly Tampering<Input, Others>[];
  /** The names of all checks. */
  checks: readonly string[];
  verify(input: Input): Promise<unknown>;
  /** Where more than one rule of a check could refuse, and where a parser does: the reasons of those that are not common. */
  reasons: Record<string, RegExp>;
  /** What is tampered with, once it is there. */
  given(): { good: Input; simulator: Simulator; others: Others };
}

const commonReasons: Record<string, RegExp> = {
  'callback: missing': /has not come back/,
  'callback: session without callback URL': /has no callback URL/,
  'callback: session without secret': /has no callback URL/,
  'flowType: Notification, offered too': /for a flow type without callback/,
  'flowType: QR, offered too': /for a flow type without callback/,
  'flowType: one nobody knows, offered too': /was not offered/,
  'certificate: cut short': /cannot be checked/,
  'certificate: bytes after it': /cannot be checked/,
  'certificate: subject without serialNumber': /cannot be checked/,
  'certificate: revoked': /revoked/,
  'certificate: a weak key': /RSA key of at least 2048 bits/,
  'certificate: a key that is not RSA': /RSA key of at least 2048 bits/,
  'certificate: without Smart-ID policy': /policies or statements are not those/,
  'certificate: without ETSI policy': /policies or statements are not those/,
  'certificate: with a policy of the demo environment': /policies or statements are not those/,
  'certificateLevel: ADVANCED': /another level than the answer/,
  'certificateLevel: one nobody knows': /another level than the answer/,
  'certificate and level: ADVANCED': /below the one asked for/,
  'certificateLevel: an unknown one was asked for': /no such level/,
  'documentNumber: missing': /there is none/,
  'documentNumber: of somebody else': /subject/,
  'documentNumber: of somebody else, and none in the certificate': /subject/,
  'documentNumber: another of the same person': /not the one in the certificate/,
  'certificate: of another document of the same person': /not the one in the certificate/,
  'signatureAlgorithm: PKCS#1 v1.5': /signatureAlgorithm is not/,
  'signatureAlgorithm: PKCS#1 v1.5, without parameters': /signatureAlgorithm is not/,
  'signatureAlgorithmParameters: missing': /are missing/,
};

export function itRefusesEach<Input extends GenuineAnswer, Others>(tampered: Tampered<Input, Others>): void {
  const { tamperings, checks, verify, given } = tampered;
  const reasons = { ...commonReasons, ...tampered.reasons };
  const table: { changed: string; 'refused by': string; reason: string }[] = [];

  for (const [what, expected, change] of tamperings) {
    it(`is refused: ${what}`, async () => {
      const { good, simulator, others } = given();
      const error = await refusalBy(verify, change(good, simulator, others) as Input);
      const check = error instanceof SmartIdOutcomeError ? 'end-result' : (error as SmartIdVerificationError).check;
      table.push({ changed: what, 'refused by': check, reason: error.message });
      expect(error).to.be.instanceOf(expected === 'end-result' ? SmartIdOutcomeError : SmartIdVerificationError);
      expect(check, error.message).to.equal(expected);
      const reason = reasons[what] ?? /^[a-z-]+: (?!the answer cannot be checked).{10,}/;
      if (expected !== 'end-result') expect(error.message).to.match(reason);
    });
  }

  it('meets every check of the list at least once', () => {
    expect(new Set(table.map((row) => row['refused by']))).to.include.keys(checks);
  });

  it('is named once in the table, and each reason belongs to one', () => {
    const names = tamperings.map(([what]) => what);
    expect(names).to.have.length(new Set(names).size);
    expect(names).to.include.members(Object.keys(tampered.reasons));
  });

  it('never repeats a value of the answer in an error', () => {
    const { good } = given();
    for (const { reason } of table) {
      expect(reason).to.not.contain('40404040009');
      expect(reason).to.not.contain(good.session.sessionSecret);
    }
  });

  after(() => console.table(table));
}

export async function refusalBy<Input>(verify: (input: Input) => Promise<unknown>, input: Input): Promise<Error> {
  try {
    await verify(input);
  } catch (error) {
    return error as Error;
  }
  throw new Error('It was not refused.');
}
