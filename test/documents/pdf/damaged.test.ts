import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { preparePdf } from '../../../lib/documents/pdf/index.js';
import { SmartIdInputError } from '../../../lib/errors.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { stopwatch } from '../../support/stopwatch.js';
import { handmade, onePage, signableFiles } from '../pdf-corpus.js';
import { signedBy } from '../pdf-signer.js';

describe('A damaged PDF', () => {
  let simulator: Simulator;
  let person: Signatory;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
  });
  after(() => simulator.close());

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
    expect(counts.signed).to.be.above(50);
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
    /** Nodes that refer to the next one so many times, and an empty one at the end. */
    const steps = (count: number, times: number) => {
      const node = (number: number) => `<< /Type /Pages /Kids [${`${number + 1} 0 R `.repeat(times)}] >>`;
      const nodes = Array.from({ length: count }, (_, index) => [2 + index, node(2 + index)]);
      return {
        1: '<< /Type /Catalog /Pages 2 0 R >>',
        ...Object.fromEntries(nodes),
        [2 + count]: '<< /Type /Pages /Kids [] >>',
      };
    };
    const replaced = (pdf: Buffer, part: string, other: string) =>
      Buffer.from(pdf.toString('latin1').replace(part, other), 'latin1');
    const plain = handmade({ objects: onePage() });

    const files: Record<string, [make: () => Buffer, message: RegExp]> = {
      'entries of no width': [() => withStream('/Size 8000000 /W [0 0 0]', Buffer.alloc(0)), /has no widths/],
      'millions of objects in a stream of some kilobytes': [
        () => withStream('/Size 8000000 /W [1 1 1] /Filter /FlateDecode', zeros(24_000_000)),
        /has too many objects/,
      ],
      'an index without end': [
        () => withStream('/Size 9 /W [1 1 1] /Index [0 999999999999]', Buffer.alloc(9)),
        /stream is too short/,
      ],
      '200 MB of zeros in a cross-reference stream': [
        () => withStream('/Size 9 /W [1 1 1] /Filter /FlateDecode', zeros(200_000_000)),
        /structure is too large/,
      ],
      '200 MB of spaces in an object stream': [
        () => handmade({ objects: onePage(), kind: 'stream', compressed: [1], padding: 200_000_000 }),
        /structure is too large/,
      ],
      'three streams of 30 MB of zeros each': [
        () => {
          const stream = { entries: '/Filter /FlateDecode', data: zeros(30_000_000) };
          const form = '/AcroForm << /XFA [5 0 R 6 0 R 7 0 R] >>';
          return handmade({ objects: { ...onePage('', form), 5: stream, 6: stream, 7: stream } });
        },
        /structure is too large/,
      ],
      'filters upon filters': [
        () => withStream('/Size 9 /W [1 1 1] /Filter [/FlateDecode /FlateDecode]', deflateSync(zeros(100_000_000))),
        /another way than Flate/,
      ],
      'revisions in a circle': [
        () => replaced(plain, '/Root', `/Prev ${plain.lastIndexOf('xref\n0 ')} /Root`),
        /cross-references go in circles/,
      ],
      'pages in a circle': [
        () => handmade({ objects: { ...onePage(), 2: '<< /Type /Pages /Kids [2 0 R] >>' } }),
        /pages go in circles/,
      ],
      'pages that double with each step': [() => handmade({ objects: steps(60, 2) }), /pages go in circles/],
      'arrays in arrays': [() => handmade({ objects: onePage(`/Deep ${nested('[', ']')}`) }), /nested too deep/],
      'dictionaries in dictionaries': [
        () => handmade({ objects: onePage(`/Deep ${nested('<</A ', '>>')}`) }),
        /nested too deep/,
      ],
      'fields in a circle': [
        () =>
          handmade({
            objects: { ...onePage('', '/AcroForm << /Fields [5 0 R] >>'), 5: '<< /T (a) /Kids [5 0 R] >>' },
          }),
        /form goes in circles/,
      ],
      'references in a circle': [
        () => handmade({ objects: { ...onePage('', '/AcroForm 5 0 R'), 5: '6 0 R', 6: '5 0 R' } }),
        /reference leads in circles/,
      ],
      'a table that promises a billion entries': [
        () => replaced(plain, 'xref\n0 5', 'xref\n0 999999999'),
        /cross-reference is malformed/,
      ],
      'object numbers beyond all bounds': [() => replaced(plain, '/Size 5', '/Size 99999999'), /no size/],
      'one trailer within the other, a thousand times': [manyTrailers, /too complicated/],
    };
    /** Each of them is read to the end of the file for the first time, and each is long. */
    function manyTrailers(): Buffer {
      const sections: string[] = [];
      for (let index = 0; index < 900; index++) {
        const prev = index === 899 ? '' : ` /Prev ${String(1000 * (index + 2)).padStart(6, '0')}`;
        sections.push(`xref\n0 0\ntrailer\n<< /Size 9${prev} /A (`.padEnd(1000, 'x'));
      }
      const rest = `${'x'.repeat(1_000_000)}${') >>'.repeat(900)}\nstartxref\n1000\n%%EOF\n`;
      return Buffer.from(`${'%PDF-1.7\n'.padEnd(1000, '%')}${sections.join('')}${rest}`, 'latin1');
    }

    for (const [what, [make, message]] of Object.entries(files)) {
      it(`is refused at once: ${what}`, async function () {
        this.timeout(60_000);
        const file = make();
        const elapsedMs = stopwatch();
        expect(await refusal(file)).to.match(message);
        expect(elapsedMs()).to.be.below(1500);
      });
    }
  });

  it('is none with many revisions, many pages, or pages far down', async () => {
    let file: Buffer = handmade({ objects: onePage() });
    for (let count = 0; count < 20; count++) file = await signedBy(person, file);
    expect(await refusal(file)).to.equal(undefined);
    const kids = Array.from({ length: 1000 }, (_, index) => 10 + index);
    const many = Object.fromEntries(kids.map((number) => [number, '<< /Type /Page /Parent 2 0 R >>']));
    const tree = `<< /Type /Pages /MediaBox [0 0 9 9] /Kids [${kids.map((number) => `${number} 0 R`).join(' ')}] >>`;
    const objects = { 1: '<< /Type /Catalog /Pages 2 0 R >>', 2: tree, ...many };
    expect(await refusal(handmade({ objects, kind: 'stream', compressed: [1, 2, ...kids] }))).to.equal(undefined);
    const chain = Array.from({ length: 3000 }, (_, index) => [
      2 + index,
      `<< /Type /Pages /Kids [${index + 3} 0 R] >>`,
    ]);
    const page = '<< /Type /Page /MediaBox [0 0 9 9] >>';
    const deep = { 1: '<< /Type /Catalog /Pages 2 0 R >>', ...Object.fromEntries(chain), 3002: page };
    expect(await refusal(handmade({ objects: deep }))).to.equal(undefined);
  });
});
