import { GeneralizedTime, PrintableString } from 'asn1js';
import { expect } from 'chai';
import { Attribute, SubjectDirectoryAttributes } from 'pkijs';
import { type Simulator, startSimulator, type UserCertificateOverrides } from '../../lib/simulator/index.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { identityOf } from '../../lib/verify/identity.js';
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
    for (const name of ['surname', 'givenName']) {
      const emptied = complete.map(([type, value]) => [type, type === name ? '' : value] as const);
      expect(() => identity({ subject: emptied }), name).to.throw(`exactly one ${name}`);
    }
    expect(() => identity({ subject: [...complete, ['serialNumber', 'PNOEE-10101010005']] })).to.throw();
    for (const malformed of ['pnoee-30303039914', '30303039914', 'PNOEE-', 'PNOEE 30303039914']) {
      expect(() => identity(subject(malformed, 'EE')), malformed).to.throw();
    }
  });
});
