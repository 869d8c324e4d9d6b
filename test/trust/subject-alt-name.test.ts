import { expect } from 'chai';
import { GeneralName, GeneralNames, RelativeDistinguishedNames } from 'pkijs';
import { type DistinguishedName, type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { encodeName } from '../../lib/simulator/pki/names.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { DerError, tags } from '../../lib/trust/der.js';
import { documentNumberInSubjectAltName } from '../../lib/trust/subject-alt-name.js';
import { certificateWith } from '../support/certificates.js';
import { extension, extensionsOf, handmadeCertificate, nameOf, newKeys } from '../support/handmade.js';
import { der, hexOf } from '../support/hex-der.js';

const documentNumber = 'PNOEE-30303039914-MOCK-Q';

describe('The document number in a certificate', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  const directoryName = (name: DistinguishedName) =>
    new GeneralName({ type: 4, value: RelativeDistinguishedNames.fromBER(encodeName(name)) });
  const dnsName = new GeneralName({ type: 2, value: 'rp.example.com' });

  function read(...names: GeneralName[]): string | undefined {
    const value = Buffer.from(new GeneralNames({ names }).toSchema().toBER(false));
    const extensions = names.length > 0 ? [{ oid: '2.5.29.17', critical: false, value }] : [];
    return documentNumberInSubjectAltName(certificateWith(simulator, { extensions }));
  }

  it('is the CN of its directory name, whatever else there is', () => {
    expect(read(directoryName([['commonName', documentNumber]]))).to.equal(documentNumber);
    const other = directoryName([['organization', 'Another name']]);
    expect(
      read(
        dnsName,
        other,
        directoryName([
          ['country', 'EE'],
          ['commonName', documentNumber],
        ]),
      ),
    ).to.equal(documentNumber);
  });

  it('is not there in certificates of the older kind', () => {
    expect(read()).to.equal(undefined);
  });

  for (const [what, names] of [
    ['no CN', [directoryName([['country', 'EE']])]],
    ['no directory name', [dnsName]],
    ['a CN in a host name', [new GeneralName({ type: 2, value: `CN=${documentNumber}` })]],
    ['two CNs', [directoryName([['commonName', documentNumber]]), directoryName([['commonName', documentNumber]])]],
  ] as [string, GeneralName[]][]) {
    it(`cannot be told, which is an error, where there is a subjectAltName with ${what}`, () => {
      expect(() => read(...names)).to.throw('does not hold exactly one CN');
    });
  }
});

describe('The document number in a subjectAltName put together by hand', () => {
  const { sequence, set } = tags;
  const keys = newKeys();
  const directory = (name: string) => der(0xa4, name);
  const host = der(0x82, hexOf(Buffer.from('rp.example.com')));
  const read = (value: string) => {
    const extensions = extensionsOf(extension('0603551d11', value));
    const certificate = handmadeCertificate(keys.publicKey, keys.privateKey, { extensions });
    return documentNumberInSubjectAltName(parseCertificate(certificate));
  };

  it('is found behind as many names as may be', () => {
    expect(read(der(sequence, host.repeat(49), directory(nameOf(documentNumber))))).to.equal(documentNumber);
    expect(() => read(der(sequence, host.repeat(50), directory(nameOf(documentNumber))))).to.throw(
      DerError,
      'more than 50 elements',
    );
  });

  for (const [what, value, reason] of [
    ['an empty CN', der(sequence, directory(nameOf(''))), 'exactly one CN'],
    [
      'two CNs in one name',
      der(sequence, directory(der(sequence, nameOf('A').slice(4), nameOf('B').slice(4)))),
      'exactly one CN',
    ],
    ['no name', der(sequence), 'exactly one CN'],
    ['a name that is no SEQUENCE', der(sequence, directory(der(set))), 'another tag'],
    ['two names in one', der(sequence, directory(nameOf('A').repeat(2))), 'more than there should be'],
    ['no SEQUENCE', der(set, directory(nameOf('A'))), 'another tag'],
    ['something behind it', `${der(sequence, directory(nameOf('A')))}0500`, 'more than there should be'],
  ] as const) {
    it(`cannot be told, which is an error, where there is ${what}`, () => {
      expect(() => read(value)).to.throw(reason);
    });
  }
});
