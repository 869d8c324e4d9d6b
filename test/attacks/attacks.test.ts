/** What the attacks and their tally must be; `npm run attacks` carries them out. */

import { expect } from 'chai';
import fc from 'fast-check';
import { mutatedAnswers } from './answers.js';
import { Tally, tryEach } from './attack.js';
import { attacks } from './attacks.js';
import { mutatedCallbacks } from './callbacks.js';
import { mutatedCertificates } from './certificates.js';
import { mutatedOcspAnswers } from './revocation.js';

describe('Attacks', () => {
  it('are more than 100,000 of answers, certificates, OCSP answers and callback queries', () => {
    const mutated = [mutatedAnswers, mutatedCertificates, mutatedOcspAnswers, mutatedCallbacks];
    expect(attacks).to.include.members(mutated);
    expect(mutated.reduce((sum, { tries = 0 }) => sum + tries, 0)).to.be.above(100_000);
  });
});

describe('The tally of an attack', () => {
  it('counts what came through, and says what it was', () => {
    const tally = new Tally();
    tally.report('signature', () => 'one');
    tally.report(undefined, () => 'two');
    expect(tally).to.deep.include({ tried: 2, refused: 1, cameThrough: ['two'] });
  });

  it('is not made when an attack ends in an error', async () => {
    const wish = { tries: 10, seed: 1 };
    const error = await tryEach(fc.nat(), wish, () => Promise.reject(new TypeError('broken'))).catch(
      (reason) => reason,
    );
    expect(error).to.have.nested.property('cause.message', 'broken');
  });
});
