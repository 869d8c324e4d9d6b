import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { handmade, onePage } from '../pdf-corpus.js';
import { signedBy } from '../pdf-signer.js';

describe('What is appended to a PDF', () => {
  let simulator: Simulator;
  let person: Signatory;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
  });
  after(() => simulator.close());

  const appended = async (file: Buffer) => (await signedBy(person, file)).toString('latin1', file.length);

  it('has the identifiers and the information of the file in its trailer', async () => {
    for (const kind of ['table', 'stream'] as const) {
      const objects = { ...onePage(), 5: '<< /Title (A) >>' };
      const file = handmade({ objects, kind, trailer: '/ID [<AB> (c)] /Info 5 0 R /Other true' });
      expect(await appended(file))
        .to.contain('/Root 1 0 R /Info 5 0 R /ID [<AB> (c)] /Prev ')
        .and.not.contain('/Other');
    }
  });

  it('begins on a line of its own', async () => {
    const file = handmade({ objects: onePage() });
    expect(await appended(file)).to.match(/^1 0 obj\n/);
    expect(await appended(file.subarray(0, -1))).to.match(/^\n1 0 obj\n/);
  });

  it('has objects with numbers that no revision could have used', async () => {
    const file = handmade({ objects: onePage() }).toString('latin1').replace('/Size 5', '/Size 50');
    expect(await appended(Buffer.from(file, 'latin1')))
      .to.contain('\n50 0 obj\n')
      .and.not.contain('\n5 0 obj\n');
  });

  it('keeps the flags of a form', async () => {
    const file = handmade({ objects: onePage('', '/AcroForm << /Fields [] /SigFlags 4 >>') });
    expect(await appended(file)).to.contain('/SigFlags 7');
  });
});
