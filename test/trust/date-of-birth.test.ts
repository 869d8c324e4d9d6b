import { GeneralizedTime, PrintableString } from 'asn1js';
import { expect } from 'chai';
import { Attribute, SubjectDirectoryAttributes } from 'pkijs';
import { identityOf } from '../../lib/identity.js';
import { type Simulator, startSimulator, type UserCertificateOverrides } from '../../lib/simulator/index.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { dateOfBirthFromPersonalCode } from '../../lib/trust/date-of-birth.js';
import { certificateWith } from '../support/certificates.js';

const birth = '1.3.6.1.5.5.7.9.1';

/** The value of a subjectDirectoryAttributes extension. */
function attributesOf(...attributes: (readonly [type: string, value: string | Date])[]): Buffer {
  const encoded = new SubjectDirectoryAttributes({
    attributes: attributes.map(([type, value]) => {
      const one =
        typeof value === 'string' ? new PrintableString({ value }) : new GeneralizedTime({ valueDate: value });
      return new Attribute({ type, values: [one] });
    }),
  });
  return Buffer.from(encoded.toSchema().toBER(false));
}

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

describe('The identity in a certificate', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  const identity = (overrides: UserCertificateOverrides) =>
    identityOf(parseCertificate(simulator.pki.issueUserCertificate(overrides).certificate));
  const subject = (serialNumber: string, country = serialNumber.slice(3, 5)) =>
    ({
      subject: [
        ['country', country],
        ['commonName', 'SOMEBODY,ELSE,PNOEE-10101010005'],
        ['surname', 'ŠĶĒRE O’CONNOR-ÕUN'],
        ['givenName', 'MARY, "ÄNN"'],
        ['serialNumber', serialNumber],
      ],
    }) as const;

  it('takes the date of birth from the attribute before the code', () => {
    const overrides = { ...subject('PNOEE-30303039914'), dateOfBirth: '1950-06-07' };
    expect(identity(overrides).dateOfBirth).to.equal('1950-06-07');
  });

  for (const [what, value, expected] of [
    ['among others', attributesOf(['1.3.6.1.5.5.7.9.2', '1900'], [birth, new Date('1950-06-07')]), '1950-06-07'],
    ['of another kind', attributesOf(['1.3.6.1.5.5.7.9.2', new Date('1950-06-07')]), '1903-03-03'],
    ['that is no date', attributesOf([birth, '19500607']), '1903-03-03'],
    ['that cannot be read', Buffer.from('3003020101', 'hex'), '1903-03-03'],
    ['that ends too early', Buffer.from('3005', 'hex'), '1903-03-03'],
    [
      'behind which there is more',
      Buffer.concat([attributesOf([birth, new Date('1950-06-07')]), Buffer.of(0)]),
      '1903-03-03',
    ],
  ] as const) {
    it(`looks for the attribute, and goes by the code for one ${what}`, () => {
      const { subject: name } = subject('PNOEE-30303039914');
      const extensions = [{ oid: '2.5.29.9', critical: false, value }];
      expect(identityOf(certificateWith(simulator, { subject: name, extensions })).dateOfBirth).to.equal(expected);
    });
  }

  it('takes it from the code where there is no attribute', () => {
    expect(identity({ ...subject('PNOEE-30303039914'), dateOfBirth: null }).dateOfBirth).to.equal('1903-03-03');
  });

  it('has none where neither tells, and that is no error', () => {
    expect(identity({ ...subject('PNOLV-329999-99709'), dateOfBirth: null }).dateOfBirth).to.equal(undefined);
    expect(identity({ ...subject('PASEE-30303039914', 'KZ'), dateOfBirth: null }).dateOfBirth).to.equal(undefined);
  });

  it('has names with any letters and signs, and never looks at the CN', () => {
    expect(identity(subject('PNOLV-010111-22341'))).to.include({
      surname: 'ŠĶĒRE O’CONNOR-ÕUN',
      givenName: 'MARY, "ÄNN"',
      personalCode: '010111-22341',
      semanticsIdentifier: 'PNOLV-010111-22341',
    });
  });

  it('keeps leading zeros and takes any country and kind of identifier', () => {
    expect(identity(subject('PNOBE-04040400287')).personalCode).to.equal('04040400287');
    expect(identity(subject('PASKZ-987654321012'))).to.include({ identifierType: 'PAS', country: 'KZ' });
    expect(identity(subject('PNOFI-131052-308T')).country).to.equal('FI');
  });

  it('is refused where an attribute is missing, empty or there twice, or the identifier is malformed', () => {
    const complete = subject('PNOEE-30303039914').subject;
    for (const name of ['country', 'surname', 'givenName', 'serialNumber']) {
      expect(() => identity({ subject: complete.filter(([type]) => type !== name) }), name).to.throw();
    }
    expect(() => identity({ subject: [...complete, ['serialNumber', 'PNOEE-10101010005']] })).to.throw();
    for (const malformed of ['pnoee-30303039914', '30303039914', 'PNOEE-', 'PNOEE 30303039914']) {
      expect(() => identity(subject(malformed, 'EE')), malformed).to.throw();
    }
  });
});
