import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { preparePdf } from '../../../lib/documents/pdf/index.js';
import { SmartIdInputError } from '../../../lib/errors.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { handmade, linearised, onePage, signableFiles } from '../pdf-corpus.js';
import { signedBy } from '../pdf-signer.js';

describe('A damaged PDF', () => {
  let simulator: Simulator;
  let person: Signatory;
  let folder: string;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    folder = mkdtempSync(path.join(tmpdir(), 'pdf-'));
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  /** The error about a file, or undefined when it can be signed. Other errors than those about the file are thrown. */
  async function refusal(pdf: Buffer): Promise<string | undefined> {
    try {
      const { draft } = await preparePdf(pdf, { certificate: person.certificate });
      expect(draft.pdf).to.equal(pdf.toString('base64'));
      return undefined;
    } catch (error) {
      if (error instanceof SmartIdInputError && error.field === 'pdf') return error.message;
      throw error;
    }
  }

  let seed = 1;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return Math.floor((seed / 0x80000000) * below);
  };
  const damages: ((pdf: Buffer) => Buffer)[] = [
    (pdf) => {
      const changed = Buffer.from(pdf);
      for (let count = 1 + random(5); count > 0; count--) changed[random(pdf.length)] = random(256);
      return changed;
    },
    (pdf) => pdf.subarray(0, random(pdf.length)),
    (pdf) => {
      const [from, to] = [random(pdf.length), random(pdf.length)];
      return Buffer.concat([pdf.subarray(0, from), pdf.subarray(to)]);
    },
    // Numbers are what leads astray.
    (pdf) => {
      const digits = [...pdf.toString('latin1').matchAll(/\d/g)].map(({ index }) => index);
      const changed = Buffer.from(pdf);
      for (let count = 1 + random(5); count > 0; count--) {
        changed.write(String(random(10)), digits[random(digits.length)] as number, 'latin1');
      }
      return changed;
    },
  ];

  it('is refused or signed as it is, and never anything else, in 1,000 random ways', async function () {
    this.timeout(60_000);
    const files = Object.values(await signableFiles()).filter(({ length }) => length < 20_000);
    files.push(await signedBy(person, files[0] as Buffer));
    const counts = { refused: 0, signed: 0 };
    let slowestMs = 0;
    for (let count = 0; count < 1000; count++) {
      const damage = damages[count % damages.length] as (pdf: Buffer) => Buffer;
      const damaged = damage(files[random(files.length)] as Buffer);
      const start = performance.now();
      const message = await refusal(damaged);
      slowestMs = Math.max(slowestMs, performance.now() - start);
      counts[message === undefined ? 'signed' : 'refused']++;
    }
    expect(counts.refused).to.be.above(200);
    expect(counts.signed).to.be.above(100);
    expect(slowestMs).to.be.below(2000);
  });

  describe('that would cost much more than it is long', () => {
    const withStream = (entries: string, data: Buffer) => {
      const start = 9;
      const head = `%PDF-1.7\n1 0 obj\n<< /Type /XRef /Root 2 0 R ${entries} /Length ${data.length} >>\nstream\n`;
      const end = `\nendstream\nendobj\nstartxref\n${start}\n%%EOF\n`;
      return Buffer.concat([Buffer.from(head), data, Buffer.from(end)]);
    };
    const zeros = (bytes: number) => deflateSync(Buffer.alloc(bytes));
    const nested = (open: string, close: string) => `${open.repeat(200_000)}${close.repeat(200_000)}`;
    const pages = (count: number, kids: (number: number) => string) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [2 + index, `<< /Type /Pages /Kids [${kids(2 + index)}] >>`]),
      );

    const files: Record<string, () => Buffer> = {
      'entries of no width': () => withStream('/Size 8000000 /W [0 0 0]', Buffer.alloc(0)),
      'millions of objects in a stream of some kilobytes': () =>
        withStream('/Size 8000000 /W [1 1 1] /Filter /FlateDecode', zeros(24_000_000)),
      'an index without end': () => withStream('/Size 9 /W [1 1 1] /Index [0 999999999999]', Buffer.alloc(9)),
      'a gigabyte of zeros in a cross-reference stream': () =>
        withStream('/Size 9 /W [1 1 1] /Filter /FlateDecode', zeros(1_000_000_000)),
      'filters upon filters': () =>
        withStream('/Size 9 /W [1 1 1] /Filter [/FlateDecode /FlateDecode]', deflateSync(zeros(100_000_000))),
      'a gigabyte of zeros in an object stream': () => {
        const file = handmade({ objects: onePage(), kind: 'stream', compressed: [1] }).toString('latin1');
        // Every object is in the place of the object stream.
        const objects = {
          ...onePage(),
          5: { entries: '/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode', data: zeros(1_000_000_000) },
        };
        const bomb = handmade({ objects, kind: 'stream' }).toString('latin1');
        expect(file).to.contain('/ObjStm');
        return Buffer.from(bomb.replace('/Root 1 0 R', '/Root 9 0 R'), 'latin1');
      },
      'revisions in a circle': () =>
        Buffer.from(handmade({ objects: onePage() }).toString('latin1').replace('/Root', '/Prev 0335 /Root'), 'latin1'),
      'pages in a circle': () => handmade({ objects: { ...onePage(), 2: '<< /Type /Pages /Kids [2 0 R] >>' } }),
      'pages that double with each step': () =>
        handmade({
          objects: {
            1: '<< /Type /Catalog /Pages 2 0 R >>',
            ...pages(60, (number) => `${number + 1} 0 R ${number + 1} 0 R`),
          },
        }),
      'a page a hundred thousand steps down': () =>
        handmade({
          objects: { 1: '<< /Type /Catalog /Pages 2 0 R >>', ...pages(3000, (number) => `${number + 1} 0 R`) },
        }),
      'arrays in arrays': () => handmade({ objects: onePage(`/Deep ${nested('[', ']')}`) }),
      'dictionaries in dictionaries': () => handmade({ objects: onePage(`/Deep ${nested('<</A ', '>>')}`) }),
      'fields in a circle': () =>
        handmade({ objects: { ...onePage('', '/AcroForm << /Fields [5 0 R] >>'), 5: '<< /T (a) /Kids [5 0 R] >>' } }),
      'references in a circle': () =>
        handmade({ objects: { ...onePage('', '/AcroForm 5 0 R'), 5: '6 0 R', 6: '5 0 R' } }),
      'an object stream that is in itself': () => {
        const file = handmade({ objects: onePage(), kind: 'stream', compressed: [1, 2, 3] }).toString('latin1');
        return Buffer.from(file.replace('/Type /ObjStm', '/Type /ObjStn'), 'latin1');
      },
      'a table that promises a billion entries': () =>
        Buffer.from(
          handmade({ objects: onePage() }).toString('latin1').replace('xref\n0 5', 'xref\n0 999999999'),
          'latin1',
        ),
      'object numbers beyond all bounds': () =>
        Buffer.from(handmade({ objects: onePage() }).toString('latin1').replace('/Size 5', '/Size 99999999'), 'latin1'),
    };
    for (const [what, make] of Object.entries(files)) {
      it(`is refused at once: ${what}`, async function () {
        this.timeout(60_000);
        const file = make();
        const start = performance.now();
        const message = await refusal(file);
        expect(performance.now() - start).to.be.below(1500);
        expect(message).to.be.a('string');
      });
    }
  });

  it('may have a hundred revisions, and a thousand pages', async () => {
    let file: Buffer = handmade({ objects: onePage() });
    for (let count = 0; count < 20; count++) file = await signedBy(person, file);
    expect(await refusal(file)).to.equal(undefined);
    const kids = Array.from({ length: 1000 }, (_, index) => 10 + index);
    const many = Object.fromEntries(kids.map((number) => [number, '<< /Type /Page /Parent 2 0 R >>']));
    const tree = `<< /Type /Pages /MediaBox [0 0 9 9] /Kids [${kids.map((number) => `${number} 0 R`).join(' ')}] >>`;
    const objects = { 1: '<< /Type /Catalog /Pages 2 0 R >>', 2: tree, ...many };
    expect(await refusal(handmade({ objects, kind: 'stream', compressed: [1, 2, ...kids] }))).to.equal(undefined);
    expect(await refusal(linearised())).to.equal(undefined);
  });
});
