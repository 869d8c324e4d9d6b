import { deflateSync } from 'node:zlib';
import { expect } from 'chai';
import { type PdfOptions, preparePdf } from '../../../lib/documents/pdf/index.js';
import { SmartIdInputError } from '../../../lib/shared/errors.js';
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
  async function refusal(pdf: Buffer, options?: Partial<PdfOptions>): Promise<string | undefined> {
    try {
      const { draft } = await preparePdf(pdf, { certificate: person.certificate, ...options });
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
      const elapsedMs = stopwatch();
      const message = await refusal(damaged);
      slowestMs = Math.max(slowestMs, elapsedMs());
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

    const many = (count: number, text: string) => text.repeat(count);
    const withForm = (fields: string, others: Record<number, string>) =>
      handmade({ objects: { ...onePage('', `/AcroForm << /Fields ${fields} >>`), ...others } });
    const tooComplicated = /too complicated/;

    const files: Record<string, [make: () => Buffer, message: RegExp, options?: Partial<PdfOptions>]> = {
      'entries of no width': [() => withStream('/Size 8000000 /W [0 0 0]', Buffer.alloc(0)), /has no widths/],
      'millions of objects in a stream of some kilobytes': [
        () => withStream('/Size 5000000 /W [1 1 1] /Filter /FlateDecode', zeros(15_000_000)),
        /has too many objects|too complicated/,
      ],
      'more objects than any file has': [
        () => withStream('/Size 1100000 /W [8 1 8]', Buffer.alloc(18_700_000)),
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
      'five streams of 15 MB of zeros each': [
        () => {
          const stream = { entries: '/Filter /FlateDecode', data: zeros(15_000_000) };
          const form = '/AcroForm << /XFA [5 0 R 6 0 R 7 0 R 8 0 R 9 0 R] >>';
          return handmade({
            objects: { ...onePage('', form), 5: stream, 6: stream, 7: stream, 8: stream, 9: stream },
          });
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
      'one trailer within the other, a thousand times': [manyTrailers, tooComplicated],
      'fields below one with a name of 200 kB': [
        () => withForm('[5 0 R]', { 5: `<< /T (${many(200_000, 'a')}) /Kids [${many(3000, '<< /T (b) >>')}] >>` }),
        tooComplicated,
      ],
      'fields that share a name of 200 kB': [
        () => withForm('5 0 R', { 5: `[${many(20_000, '<< /T 6 0 R >>')}]`, 6: `(${many(200_000, 'a')})` }),
        tooComplicated,
      ],
      'fields that share a signature with 20,000 references': [
        () => {
          const signature = `<< /Type /Sig /Reference [${many(20_000, '0 ')}] >>`;
          return withForm('5 0 R', { 5: `[${many(2000, '<< /FT /Sig /V 6 0 R >>')}]`, 6: signature });
        },
        tooComplicated,
      ],
      'pages that share 100,000 annotations': [sharedAnnotations, tooComplicated, { field: 'Tenant' }],
      'millions of dictionaries': [
        () => handmade({ objects: onePage('', `/X [${many(2_000_000, '<<>>')}]`) }),
        tooComplicated,
      ],
      'millions of strings': [
        () => handmade({ objects: onePage('', `/X [${many(4_000_000, '()')}]`) }),
        tooComplicated,
      ],
      'millions of numbers that are to be written anew': [
        () => handmade({ objects: onePage('', `/X [${many(3_000_000, '0 ')}]`) }),
        tooComplicated,
      ],
      'a name of 6 MB': [
        () => handmade({ objects: onePage('', `/X /${many(2_000_000, '#41')}`) }),
        /a name is too long/,
      ],
      'streams that end behind the same spaces': [streamsInStreams, /does not end where it says/],
      'a prediction of 20 MB': [
        () => {
          const predicted = deflateSync(Buffer.alloc(20_000_000, 4));
          const parameters = '/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 999 >>';
          return withStream(`/Size 9 /W [1 1 1] ${parameters}`, predicted);
        },
        /structure is too large/,
      ],
      'an array of a million references that nothing refers to': [
        () => handmade({ objects: { ...onePage(), 5: `[${many(1_000_000, '1 0 R ')}]` } }),
        tooComplicated,
      ],
      'a dictionary of a million keys that nothing refers to': [
        () => {
          const keys = Array.from({ length: 1_000_000 }, (_, index) => `/${index.toString(36)} 0`);
          return handmade({ objects: { ...onePage(), 5: `<<${keys.join('')}>>` } });
        },
        tooComplicated,
      ],
    };
    function sharedAnnotations(): Buffer {
      const pages = Array.from({ length: 1500 }, (_, index) => 10 + index);
      return handmade({
        objects: {
          1: '<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] >> >>',
          2: `<< /Type /Pages /Kids [${pages.map((number) => `${number} 0 R`).join(' ')}] >>`,
          5: '<< /FT /Sig /T (Tenant) /Subtype /Widget /Rect [0 0 200 60] >>',
          6: `[${many(100_000, '0 ')}]`,
          ...Object.fromEntries(pages.map((number) => [number, '<< /Type /Page /Annots 6 0 R >>'])),
        },
      });
    }
    /** Each begins within those before it, and all of them end at one place. */
    function streamsInStreams(): Buffer {
      const [headBytes, streams, spaces] = [64, 4000, 1_000_000];
      const parts = Array.from({ length: streams }, (_, index) => `${10 + index} 0 R`);
      const pdf = handmade({
        objects: { ...onePage('', `/AcroForm << /Fields [${parts.join(' ')}] >>`), [9 + streams]: 'null' },
      });
      const start = pdf.indexOf(`${9 + streams} 0 obj`);
      const heads = parts.map((_, index) => {
        const end = `/Length ${headBytes * (streams - index - 1)}>>stream\n`;
        return `${10 + index} 0 obj<<`.padEnd(headBytes - end.length) + end;
      });
      const head = pdf.toString('latin1', 0, start);
      const body = `${heads.join('')}${many(spaces, ' ')}endstream endobj\n`;
      const digits = (number: number) => String(number).padStart(10, '0');
      const entries = heads.map((_, index) => `${digits(start + headBytes * index)} 00000 n \n`);
      const table = [...head.matchAll(/^(\d) 0 obj/gm)].map(({ 1: number, index }) => {
        return `${number} 1\n${digits(index)} 00000 n \n`;
      });
      const sections = `xref\n${table.join('')}10 ${streams}\n${entries.join('')}`;
      const trailer = `trailer\n<< /Size ${10 + streams} /Root 1 0 R >>\nstartxref\n`;
      return Buffer.from(`${head}${body}${sections}${trailer}${head.length + body.length}\n%%EOF\n`, 'latin1');
    }
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

    for (const [what, [make, message, options]] of Object.entries(files)) {
      it(`is refused at once: ${what}`, async function () {
        this.timeout(60_000);
        const file = make();
        const elapsedMs = stopwatch();
        expect(await refusal(file, options)).to.match(message);
        expect(elapsedMs()).to.be.below(1500);
      });
    }
  });

  it('is none with fields that share a dictionary of many keys, which is not walked for each', async function () {
    this.timeout(60_000);
    const keys = Array.from({ length: 20_000 }, (_, index) => `/K${index} 0`);
    const fields = '<< /Kids 6 0 R >>'.repeat(10_000);
    const objects = {
      ...onePage('', '/AcroForm << /Fields 5 0 R >>'),
      5: `[${fields}]`,
      6: `[<< ${keys.join(' ')} >>]`,
    };
    const elapsedMs = stopwatch();
    expect(await refusal(handmade({ objects }))).to.equal(undefined);
    expect(elapsedMs()).to.be.below(1500);
  });

  it('is none with 100,000 fields, or with 50,000 pages', async function () {
    this.timeout(60_000);
    const numbers = (count: number) => Array.from({ length: count }, (_, index) => 10 + index);
    const references = (count: number) =>
      numbers(count)
        .map((number) => `${number} 0 R`)
        .join(' ');
    const form = `<< /Fields [${references(100_000)}] >>`;
    const fields = numbers(100_000).map((number) => [number, `<< /FT /Tx /T (field${number}) /V (abc) >>`]);
    const withFields = handmade({ objects: { ...onePage('', `/AcroForm ${form}`), ...Object.fromEntries(fields) } });
    expect(await refusal(withFields)).to.equal(undefined);
    const resources = '/Resources << /Font << /F1 5 0 R >> >>';
    const page = `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R ${resources} >>`;
    const pages = numbers(50_000).map((number) => [number, page]);
    const tree = `<< /Type /Pages /Kids [${references(50_000)}] >>`;
    const withPages = handmade({ objects: { ...onePage(), ...Object.fromEntries(pages), 2: tree } });
    const last = { visible: { page: 50_000, x: 10, y: 10, width: 200, height: 50 } };
    expect(await refusal(withPages, last)).to.equal(undefined);
  });

  it('is none with 40,000 fields in an object stream, which make it much shorter', async function () {
    this.timeout(60_000);
    const numbers = Array.from({ length: 40_000 }, (_, index) => 10 + index);
    const form = `/AcroForm << /Fields [${numbers.map((number) => `${number} 0 R`).join(' ')}] >>`;
    const fields = numbers.map((number) => [number, `<< /FT /Tx /T (field${number}) /V (abc) >>`]);
    const objects = { ...onePage('', form), ...Object.fromEntries(fields) };
    const file = handmade({ objects, kind: 'stream', compressed: numbers });
    expect(file.length).to.be.below(1_100_000);
    expect(await refusal(file)).to.equal(undefined);
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
