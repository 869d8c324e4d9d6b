import { expect } from 'chai';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { dateOfBirth, dateOfBirthFromPersonalCode } from '../../lib/trust/date-of-birth.js';
import { tags } from '../../lib/trust/der.js';
import { extension, extensionsOf, generalized, handmadeCertificate, newKeys, utc } from '../support/handmade.js';
import { der } from '../support/hex-der.js';

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

describe('The date of birth in an attribute of a certificate', () => {
  const { sequence, set } = tags;
  const keys = newKeys();
  const type = '06082b06010505070901';
  const born = generalized(Date.parse('1950-06-07T12:00:00Z'));
  const attribute = (...parts: string[]) => der(sequence, ...parts);
  const read = (value: string) => {
    const extensions = extensionsOf(extension('0603551d09', value));
    const certificate = handmadeCertificate(keys.publicKey, keys.privateKey, { extensions });
    return dateOfBirth(parseCertificate(certificate), 'EE', '30303039914');
  };
  const other = attribute('06022a03', der(set, born));
  const [attributeOnly, byCode] = ['1950-06-07', '1903-03-03'];

  for (const [what, value, expected] of [
    ['alone', der(sequence, attribute(type, der(set, born))), attributeOnly],
    ['behind another', der(sequence, other, attribute(type, der(set, born))), attributeOnly],
    ['as the 20th', der(sequence, other.repeat(19), attribute(type, der(set, born))), attributeOnly],
    ['as the 21st, which is one too many', der(sequence, other.repeat(20), attribute(type, der(set, born))), byCode],
    ['that is not there', der(sequence, other), byCode],
    ['with two values', der(sequence, attribute(type, der(set, born, born))), byCode],
    ['with no value', der(sequence, attribute(type, der(set))), byCode],
    ['with a time of another form', der(sequence, attribute(type, der(set, utc(0)))), byCode],
    ['with values that are no SET', der(sequence, attribute(type, der(sequence, born))), byCode],
    ['that is no SEQUENCE', der(sequence, der(set, type, der(set, born))), byCode],
    ['in what is no SEQUENCE', der(set, attribute(type, der(set, born))), byCode],
    ['without a type', der(sequence, attribute(der(set, born))), byCode],
    ['behind which there is more', `${der(sequence, attribute(type, der(set, born)))}00`, byCode],
  ] as const) {
    it(`is ${expected === byCode ? 'that of the code' : 'told'} for one ${what}`, () => {
      expect(read(value)).to.equal(expected);
    });
  }
});
