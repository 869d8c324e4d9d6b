import { rejects } from 'node:assert/strict';
import { expect } from 'chai';
import { securityStore } from '../../../lib/documents/pdf/dss.js';
import { PdfFile } from '../../../lib/documents/pdf/file.js';
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

  /** What a page shows is a list that is also the one of its annotations. */
  const sharedContents = { 3: '<< /Type /Page /Parent 2 0 R /Contents 6 0 R /Annots 6 0 R >>' };
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

  describe('does not change what else an object is', () => {
    const numbersOf = (text: string) => [...text.matchAll(/^(\d+) 0 obj$/gm)].map(([, number]) => Number(number));
    const withList = (page: string, catalog: string, form = '<< /Fields [] >>') =>
      handmade({ objects: { ...onePage(page, catalog), 5: form, 6: '[4 0 R]' } });

    it('a list of annotations that is what the page shows', async () => {
      const file = handmade({ objects: { ...onePage(), ...sharedContents, 6: '[4 0 R]' } });
      expect(numbersOf(await appended(file))).not.to.include(6);
    });

    it('a list of fields that is the one of annotations', async () => {
      const file = withList('/Annots 6 0 R', '/AcroForm 5 0 R', '<< /Fields 6 0 R >>');
      expect(numbersOf(await appended(file))).not.to.include(6);
    });

    it('a store of evidence that is a part of a page, and lists in it', async () => {
      const page = '<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 5 0 R >>';
      const files = [
        withList('/Annots 6 0 R', '/DSS << /Certs 6 0 R /OCSPs 6 0 R >>'),
        handmade({ objects: { ...onePage('', '/DSS 5 0 R'), 3: page, 5: '<< /Certs 6 0 R >>', 6: '[4 0 R]' } }),
      ];
      for (const file of files) {
        const evidence = { certificates: [Uint8Array.of(1)], ocspResponses: [Uint8Array.of(2)] };
        const store = await securityStore(await PdfFile.open(file), evidence);
        expect(numbersOf(store.toString('latin1')))
          .to.include(1)
          .and.not.include(5)
          .and.not.include(6);
      }
    });

    it('a page that is the form, or the catalog, is refused', async () => {
      await rejects(signedBy(person, handmade({ objects: onePage('/Fields []', '/AcroForm 3 0 R') })), {
        field: 'pdf',
        message: /one object is two things/,
      });
    });
  });

  it('keeps the flags of a form', async () => {
    const file = handmade({ objects: onePage('', '/AcroForm << /Fields [] /SigFlags 4 >>') });
    expect(await appended(file)).to.contain('/SigFlags 7');
  });
});
