/** What tells the attempts of one strategy from those of another, as one text. */

import { expect } from 'chai';
import type { CreationSettings } from '../../lib/attempt/create-session.js';
import { purposeOf } from '../../lib/attempt/purpose.js';

describe('The purpose of an attempt', () => {
  const of = (names: object, name?: string) => {
    const settings = { client: { environment: { baseUrl: 'https://a.example/v3' } }, countries: undefined, ...names };
    return purposeOf('login', settings as CreationSettings & { countries: undefined }, 'QUALIFIED', name);
  };

  it('is another one wherever one of its names is, however names are made', () => {
    const purposes = [
      of({ relyingPartyName: 'A|B' }),
      of({ relyingPartyName: 'A', brokeredRpName: 'B' }),
      of({ relyingPartyName: 'A', brokeredRpName: 'B|' }),
      of({ relyingPartyName: 'A', brokeredRpName: '"B' }),
      of({ relyingPartyName: 'A","B' }),
      of({ relyingPartyName: 'A' }, 'B'),
      of({ relyingPartyName: 'A', callbackURL: 'B' }),
      of({ relyingPartyName: 'A', appCallbackURL: 'B' }),
    ];
    expect(new Set(purposes).size).to.equal(purposes.length);
  });
});
