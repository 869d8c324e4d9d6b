import { expect } from 'chai';
import { dateOfBirthFromPersonalCode } from '../../lib/trust/date-of-birth.js';

describe('The date of birth in a personal code', () => {
  for (const [country, code, expected] of [
    ['EE', '10001010000', '1800-01-01'],
    ['EE', '28512310000', '1885-12-31'],
    ['EE', '30303039914', '1903-03-03'],
    ['EE', '49912310000', '1999-12-31'],
    ['EE', '50001029996', '2000-01-02'],
    ['LT', '61101019988', '2011-01-01'],
    ['LT', '70001010000', '2100-01-01'],
    ['LT', '80002280000', '2100-02-28'],
    ['EE', '60002290000', '2000-02-29'],
    ['EE', '60102290000', undefined],
    ['EE', '51313010000', undefined],
    ['EE', '90001010000', undefined],
    ['EE', '00001010000', undefined],
    ['EE', '5000102999', undefined],
    ['LV', '010111-22341', '2011-01-01'],
    ['LV', '040404-10003', '1904-04-04'],
    ['LV', '31129901234', '1899-12-31'],
    ['LV', '320000-00008', undefined],
    ['LV', '329999-99901', undefined],
    ['LV', '390101-12345', undefined],
    ['LV', '010111-32341', undefined],
    ['BE', '04040400287', '1904-04-04'],
    ['BE', '05040400032', undefined],
    ['BE', '17073003384', '2017-07-30'],
    ['BE', '04040400288', undefined],
    ['BE', '00000100196', undefined],
    ['FI', '131052-308T', undefined],
    ['BE', '04.04.04-002.87', '1904-04-04'],
    ['EE', '', undefined],
    ['EE', '150001029996', undefined],
    ['EE', '500010299960', undefined],
    ['LV', '1010111-22341', undefined],
    ['LV', '010111-223410', undefined],
    ['BE', '104040400287', undefined],
    ['BE', '040404002870', undefined],
  ] as const) {
    it(`is ${expected ?? 'unknown'} for ${country} ${code}`, () => {
      expect(dateOfBirthFromPersonalCode(country, code)).to.equal(expected);
    });
  }
});
