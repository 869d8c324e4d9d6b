import { expect } from 'chai';
import { GeneralName, GeneralNames, RelativeDistinguishedNames } from 'pkijs';
import { type DistinguishedName, type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { encodeName } from '../../lib/simulator/pki/names.js';
import { documentNumberInSubjectAltName } from '../../lib/trust/subject-alt-name.js';
import { certificateWith } from '../support/certificates.js';

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
