import { expect } from 'chai';
import { profileOf } from '../../lib/attempt/profile.js';

describe('The Passport profile of a person', () => {
  it('has what the certificate says of them, under the names of Passport', () => {
    const identity = {
      semanticsIdentifier: 'PNOLV-010111-22341',
      identifierType: 'PNO',
      personalCode: '010111-22341',
      country: 'LV',
      givenName: 'MARY, "ÄNN"',
      surname: 'ŠĶĒRE O’CONNOR-ÕUN',
      dateOfBirth: '1904-04-04',
    } as const;
    expect(profileOf(identity)).to.deep.equal({
      provider: 'smart-id',
      id: 'PNOLV-010111-22341',
      displayName: 'MARY, "ÄNN" ŠĶĒRE O’CONNOR-ÕUN',
      name: { familyName: 'ŠĶĒRE O’CONNOR-ÕUN', givenName: 'MARY, "ÄNN"' },
      country: 'LV',
      identifierType: 'PNO',
      personalCode: '010111-22341',
      dateOfBirth: '1904-04-04',
    });
  });
});
