/** Which country an identity is of, and the option that says which are accepted. */

import { expect } from 'chai';
import { checkCountries, isOfAcceptedCountry } from '../../lib/attempt/countries.js';
import { checkExpectedSigner } from '../../lib/attempt/expected-signer.js';
import { inputError } from '../support/errors.js';

describe('Accepted countries', () => {
  it('are all where none are chosen', () => {
    expect(checkCountries(undefined)).to.equal(undefined);
    expect(isOfAcceptedCountry('PNOKZ-987654321012', undefined)).to.equal(true);
  });

  it('are held against the country that issued the identifier, in identifiers and document numbers of every type', () => {
    for (const identifier of ['PNOEE-40404040009', 'PASEE-K1234567', 'IDCEE-AS0002262', 'PNOEE-40404040009-MOCK-Q']) {
      expect(isOfAcceptedCountry(identifier, ['LV', 'EE']), identifier).to.equal(true);
      expect(isOfAcceptedCountry(identifier, ['LV', 'LT']), identifier).to.equal(false);
    }
    // Letters that look like a country elsewhere in the identifier are none.
    expect(isOfAcceptedCountry('PASKZ-EE1234567', ['EE'])).to.equal(false);
    expect(isOfAcceptedCountry('PNOLV-040404-10003', ['NO', 'PN', 'OL'])).to.equal(false);
  });

  it('stay as they were when the site changes its list', () => {
    const list = ['EE'];
    const accepted = checkCountries(list);
    list.push('LV');
    expect(accepted).to.deep.equal(['EE']);
    expect(() => (accepted as string[]).push('LV')).to.throw(TypeError);
  });

  for (const [what, expected] of [
    ['person', { semanticsIdentifier: 'PNOLV-040404-10003' }],
    ['document', { documentNumber: 'PNOLV-040404-10003-DEMO-Q' }],
  ] as const) {
    it(`are those of a ${what} that the site names, or the start fails without repeating the identifier`, () => {
      expect(checkExpectedSigner(expected, 'identify', ['EE', 'LV'])).to.deep.equal(expected);
      expect(checkExpectedSigner(expected, 'identify')).to.deep.equal(expected);
      const fail = () => checkExpectedSigner(expected, 'identify', ['EE', 'LT']);
      expect(fail).to.throw(...inputError('identify'));
      expect(fail).to.throw(/^identify must be of one of the accepted countries: EE, LT\.$/);
    });
  }

  it('do not matter where nobody is named', () => {
    expect(checkExpectedSigner(undefined, 'identify', ['EE'])).to.equal(undefined);
  });
});
