/** Files that readers show as different documents, each of which would have the same valid signature. */

import { expect } from 'chai';
import { preparePdf } from '../../../lib/documents/pdf/index.js';
import { SmartIdInputError } from '../../../lib/shared/errors.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { type HandmadeObject, handmade } from '../pdf-corpus.js';

type Stream = Exclude<HandmadeObject, string>;

const stream = (text: string, entries = ''): Stream => ({ entries, data: Buffer.from(text) });
const showing = (text: string) => stream(`BT /F1 24 Tf 50 700 Td (${text}) Tj ET`);
const page = (contents: string, more = '') =>
  `<< /Type /Page /Parent 2 0 R /Contents ${contents} /Resources << /Font << /F1 5 0 R >> >> ${more} >>`;

/** One page with a sum on it, and another sum that is on none. */
const sums = {
  1: '<< /Type /Catalog /Pages 2 0 R >>',
  2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
  3: page('4 0 R'),
  4: showing('Pay 10 EUR'),
  5: '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  6: showing('Pay 1000 EUR'),
} satisfies Record<number, HandmadeObject>;
const { length } = sums[4].data;
const fileWith = (objects: Record<number, HandmadeObject>) => handmade({ objects: { ...sums, ...objects } });
const plain = fileWith({}).toString('latin1');

const binary = (text: string) => Buffer.from(text, 'latin1');
const digits = (offset: number) => String(offset).padStart(10, '0');
/** The line of an object in the table of the file. */
const entry = (number: number) => `${digits(plain.indexOf(`\n${number} 0 obj`) + 1)} 00000 n \n`;
const free = '0000000000 00001 f \n';
/** Where the other sum is in place of the first one, in a revision. */
const otherSum = plain.length;
const otherEntry = `${digits(otherSum)} 00000 n \n`;

/** The file with something else in place of a part; where its newest table begins is put right. */
function replaced(part: string | RegExp, other: string, text = plain): Buffer {
  const changed = text.replace(part, other);
  if (changed === text) throw new Error('The part is not there.');
  const start = changed.lastIndexOf('\nxref\n') + 1;
  return binary(start === 0 ? changed : changed.replace(/startxref\n\d+(?!.*startxref)/s, `startxref\n${start}`));
}

/** The length of the first sum is a reference. */
function withLength(reference: string, objects: Record<number, HandmadeObject> = {}): Buffer {
  const spacious = fileWith({ ...objects, 4: { ...sums[4], entries: '/Spacious true' } }).toString('latin1');
  const written = `/Spacious true /Length ${length}`;
  return replaced(written, `/Length ${reference}`.padEnd(written.length), spacious);
}

/** In it the first sum is free. */
const firstFree = replaced(entry(4), free).toString('latin1');

/** The file with one more revision: another sum in place of the first one, wherever its table or stream has it. */
function revised({ table = '', trailer = '', streamEntries = '', first = plain }): Buffer {
  const [previous] = /(?<=startxref\n)\d+/.exec(first) ?? [];
  const copy = first.slice(first.indexOf('6 0 obj'), first.indexOf('xref\n')).replace('6 0 obj', '4 0 obj');
  const streamAt = first.length + copy.length;
  const hidden = String.fromCharCode(1, otherSum >> 8, otherSum & 0xff, 0);
  const entries = `/Type /XRef /W [1 2 1] /Size 10 /Index [4 1] /Root 1 0 R /Length 4 ${streamEntries}`;
  const streamObject = `8 0 obj\n<< ${entries} >>\nstream\n${hidden}\nendstream\nendobj\n`;
  const numberAt = streamAt + streamObject.length;
  const numberObject = `9 0 obj\n${streamAt}\nendobj\n`;
  const start = numberAt + numberObject.length;
  const section = `xref\n8 2\n${digits(streamAt)} 00000 n \n${digits(numberAt)} 00000 n \n${table}`;
  const end = `trailer\n<< /Size 10 /Root 1 0 R /Prev ${previous} ${trailer.replace('STREAM', `${streamAt}`)} >>\n`;
  return binary(`${first}${copy}${streamObject}${numberObject}${section}${end}startxref\n${start}\n%%EOF\n`);
}

/** A file whose page is in an object stream, with another page that is in no tree. */
function inStream({ header = '3 0 7 OTHER', index = 0, streamLength = 'LENGTH' } = {}): Buffer {
  const [one, other] = [page('4 0 R'), page('6 0 R')];
  const content = `${header.replace('OTHER', `${one.length + 1}`).padEnd(20)}${one} ${other}`;
  const rows = [[0, 0, 0, 0]];
  rows[3] = [2, 0, 8, index];
  rows[7] = [2, 0, 8, 1];
  let text = '%PDF-1.7\n';
  const put = (number: number, object: string) => {
    rows[number] = [1, text.length >> 8, text.length & 0xff, 0];
    text += `${number} 0 obj\n${object}\nendobj\n`;
  };
  for (const number of [1, 2, 5] as const) put(number, sums[number]);
  for (const number of [4, 6] as const) {
    const { data } = sums[number];
    put(number, `<< /Length ${data.length} >>\nstream\n${data}\nendstream`);
  }
  const entries = `/Type /ObjStm /N 2 /First 20 /Length ${streamLength.replace('LENGTH', `${content.length}`)}`;
  put(8, `<< ${entries} >>\nstream\n${content}\nendstream`);
  const at = text.length;
  const table = String.fromCharCode(...rows.flat());
  const dictionary = `<< /Type /XRef /W [1 2 1] /Size 9 /Root 1 0 R /Length ${table.length} >>`;
  text += `9 0 obj\n${dictionary}\nstream\n${table}\nendstream\nendobj\n`;
  return binary(`${text}startxref\n${at}\n%%EOF\n`);
}

/** A file that says that it is linearised, with its newest cross-references at its end. */
function linearisedOtherwise(): Buffer {
  const dictionary = (bytes: number) => `<< /Linearized 1 /L ${digits(bytes)} >>`;
  const make = (bytes: number) => handmade({ objects: { 0: dictionary(bytes), ...sums } });
  return make(make(0).length);
}

const attached = stream('%PDF-1.4 of its own\nendstream\n', '/Type /EmbeddedFile');

describe('A PDF that not all readers understand in the same way', () => {
  let simulator: Simulator;
  let person: Signatory;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
  });
  after(() => simulator.close());

  async function appendedTo(pdf: Buffer): Promise<string> {
    const { draft } = await preparePdf(pdf, { certificate: person.certificate });
    return Buffer.from(draft.increment, 'base64').toString('latin1');
  }

  async function refusal(pdf: Buffer): Promise<string> {
    try {
      await appendedTo(pdf);
    } catch (error) {
      if (error instanceof SmartIdInputError && error.field === 'pdf') return error.message;
      throw error;
    }
    return 'none';
  }

  const refused: Record<string, [make: () => Buffer, message: RegExp]> = {
    'a table that begins with the wrong number': [
      () => revised({ table: `1 2\n0000000000 65535 f \n${otherEntry}` }),
      /begin with the wrong number/,
    ],
    'a comment in an entry of a table': [
      () => replaced(entry(4), entry(4).replace(' \n', '%\n')),
      /reference is malformed/,
    ],
    'a comment between the lines of a table': [
      () => replaced('xref\n0 7\n', 'xref\n0 7\n%\n'),
      /reference is malformed/,
    ],
    'entries with too few digits': [() => replaced(entry(4), entry(4).slice(1)), /reference is malformed/],
    'entries that are too long': [
      () => replaced(entry(4), entry(4).replace('\n', '\r\n')),
      /cross-reference is malformed/,
    ],
    'a hybrid whose stream is where a decimal fraction says': [
      () => revised({ trailer: '/XRefStm STREAM.0' }),
      /cannot be found/,
    ],
    'a hybrid whose stream is where a reference says': [
      () => revised({ trailer: '/XRefStm 9 0 R' }),
      /cannot be found/,
    ],
    'a hybrid of two streams': [
      () => replaced('/Size 9', '/Size 9 /XRefStm 9', inStream().toString('latin1')),
      /cross-reference stream is malformed/,
    ],
    'a previous revision where a decimal fraction says': [
      () => replaced(/\/Prev (\d+)/, '/Prev $1.0', revised({}).toString('latin1')),
      /cannot be found/,
    ],
    'a previous revision below zero': [() => replaced('/Root', '/Prev -1 /Root'), /cannot be found/],
    'an object that is free in the table of a hybrid, and in use in its stream': [
      () => revised({ table: `4 1\n${free}`, trailer: '/XRefStm STREAM' }),
      /object 4 is at two places/,
    ],
    'an object that is free in the table of a hybrid, in use in its stream, and free before': [
      () => revised({ first: firstFree, table: `4 1\n${free}`, trailer: '/XRefStm STREAM' }),
      /object 4 is at two places/,
    ],
    'a hybrid whose stream has a previous revision of its own': [
      () => revised({ trailer: '/XRefStm STREAM', streamEntries: '/Prev 9' }),
      /two previous revisions/,
    ],
    'an object that is at two places in a table': [
      () => revised({ table: `4 1\n${otherEntry}4 1\n${entry(4)}` }),
      /object 4 is at two places/,
    ],
    'a cross-reference of an unknown kind': [
      () => replaced('\x02\0\x08\0', '\x03\0\x08\0', inStream().toString('latin1')),
      /reference is malformed/,
    ],
    'a linearised file whose newest cross-references are elsewhere': [
      linearisedOtherwise,
      /not where its linearisation says/,
    ],
    'a page that has pages below it': [
      () => fileWith({ 3: page('4 0 R', '/Kids [7 0 R]'), 7: page('6 0 R') }),
      /page is malformed/,
    ],
    'a page that has pages below it, after the one that is signed on': [
      () => fileWith({ 2: sums[2].replace('3 0 R', '3 0 R 7 0 R'), 7: page('6 0 R', '/Kids [3 0 R]') }),
      /page is malformed/,
    ],
    'pages without any': [() => fileWith({ 7: '<< /Type /Pages /Kids 42 >>' }), /page is malformed/],
    'contents of a page that are of another generation': [
      () => fileWith({ 3: page('4 1 R') }),
      /object 4 of another generation/,
    ],
    'annotations of another generation': [
      () => fileWith({ 3: page('4 0 R', '/Annots 7 1 R'), 7: '[]' }),
      /object 7 of another generation/,
    ],
    'a catalog of another generation': [() => replaced('/Root 1 0', '/Root 1 1'), /object 1 of another generation/],
    'a part of a page that is missing': [() => fileWith({ 3: page('[4 0 R 99 0 R]') }), /part of a page is missing/],
    'a missing object, and another copy of one that is there': [
      () => {
        const file = fileWith({ 3: page('4 0 R', '/Annots 99 0 R') }).toString('latin1');
        const copy = file.slice(file.indexOf('6 0 obj'), file.indexOf('xref\n')).replace('6 0 obj', '4 0 obj');
        return replaced('xref\n', `${copy}xref\n`, file);
      },
      /refers to what is missing, and has object 4 twice/,
    ],
    // Poppler shows the other sum, which it finds in the attached file.
    'a missing object, and an attached file with objects of its own that is not compressed': [
      () => {
        const other = stream(plain.replace('Pay 10 EUR', 'Pay 99 EUR'), '/Type /EmbeddedFile');
        return fileWith({ 3: page('4 0 R', '/Annots 99 0 R'), 7: other, 8: '<< /EF << /F 7 0 R >> >>' });
      },
      /refers to what is missing, and has object \d twice/,
    ],
    'a missing object that was there before': [
      () => {
        const [previous] = /(?<=startxref\n)\d+/.exec(plain) ?? [];
        const end = `trailer\n<< /Size 7 /Root 1 0 R /Prev ${previous} >>\nstartxref\n${plain.length}\n%%EOF\n`;
        return binary(`${plain}xref\n5 1\n${free}${end}`);
      },
      /refers to what is missing, and has object 5 twice/,
    ],
    'an object that begins before its place': [
      () => replaced(entry(4), `${digits(Number(entry(4).slice(0, 10)) + 1)} 00000 n \n`),
      /number is missing/,
    ],
    'an object at the place of another one': [() => replaced(entry(4), entry(6)), /object 4 is not where it says/],
    'an object within another one, and one end for both': [
      () => {
        const text = fileWith({ 7: '[%8 0 obj [\n]', 8: 'null' }).toString('latin1');
        const [inner, own] = [text.indexOf('8 0 obj ['), text.indexOf('8 0 obj\nnull')].map((at) => digits(at));
        return replaced(own as string, inner as string, text);
      },
      /another object begins in object 7/,
    ],
    'an object that does not end': [
      () => replaced('/Helvetica >>\nendobj', '/Helvetica >>\nendxxx'),
      /object 5 does not end where it says/,
    ],
    'an object of a stream that does not end': [
      () => replaced('endstream\nendobj', 'endstream\nend   '),
      /object 4 does not end where it says/,
    ],
    'a stream that is shorter than it says': [
      () => replaced(`/Length ${length}`, `/Length ${length + 9}`),
      /stream does not end where it says/,
    ],
    'a stream that is longer than it says': [
      () => replaced(`/Length ${length}`, `/Length ${length - 9}`),
      /stream does not end where it says/,
    ],
    'a stream whose length is missing': [() => withLength('99 0 R'), /stream has no length/],
    'a stream with the end of one in it': [
      () => fileWith({ 4: stream('BT (Pay 10 EUR) Tj ET\nendstream \nBT (and 1000 EUR) Tj ET') }),
      /stream 4 ends before it says/,
    ],
    'a stream with the end of one behind some that are none': [
      () => fileWith({ 4: stream(`${'endst endstr '.repeat(2)}\nendstream \nBT (and 1000 EUR) Tj ET`) }),
      /stream 4 ends before it says/,
    ],
    'a stream with the end of one behind thousands that are none': [
      () => fileWith({ 4: stream(`${'endst '.repeat(5000)}\nendstream \nBT (and 1000 EUR) Tj ET`) }),
      /stream 4 ends before it says/,
    ],
    'a stream with the end of one in it, which is an attached file too': [
      () => fileWith({ 3: page('7 0 R'), 7: attached, 8: '<< /EF << /F 7 0 R >> >>' }),
      /stream 7 ends before it says/,
    ],
    'a stream that begins in the line of its keyword': [
      () => replaced('stream\nBT', 'stream BT'),
      /not begin on a line of its own/,
    ],
    'an object in a stream at the place of another one': [
      () => inStream({ index: 1 }),
      /object 3 is not where it says/,
    ],
    'an object in a stream that goes on in the next one': [
      () => inStream({ header: '3 0 7 5' }),
      /object 3 does not end where it says/,
    ],
    'objects in a stream that are not in order': [
      () => inStream({ header: '3 9 7 0' }),
      /object stream is not in order/,
    ],
    'an object stream that its own length is in': [
      () => inStream({ streamLength: '7 0 R' }),
      /object stream is missing/,
    ],
    'an object stream that its own filter is in': [
      () => inStream({ streamLength: 'LENGTH /Filter [7 0 R]' }),
      /object stream is malformed/,
    ],
    'a reference to a number that no object can have': [
      () => fileWith({ 7: '[8388600 0 R]' }),
      /refers to objects beyond all bounds/,
    ],
  };
  for (const [what, [make, message]] of Object.entries(refused)) {
    it(`is refused: ${what}`, async () => {
      expect(await refusal(make())).to.match(message);
    });
  }

  const accepted: Record<string, () => Buffer> = {
    'entries of a table that end with a space and a carriage return': () => replaced(/(?<=[nf]) \n/g, ' \r'),
    'entries of a table that end with a carriage return and a line feed': () => replaced(/(?<=[nf]) \n/g, '\r\n'),
    'entries of a table that end with a line feed alone': () => replaced(/(?<=[nf]) \n/g, '\n'),
    'entries of a table that end with a carriage return alone': () => replaced(/(?<=[nf]) \n/g, '\r'),
    'a hybrid': () => revised({ trailer: '/XRefStm STREAM' }),
    'a hybrid whose hidden object is free in the revision before': () =>
      revised({ first: firstFree, trailer: '/XRefStm STREAM' }),
    'a linearised file that was changed later': () => Buffer.concat([linearisedOtherwise(), Buffer.from('\n')]),
    'an object in a stream': () => inStream(),
    'an object whose number is beyond the size': () => replaced('/Size 7', '/Size 3'),
    'a stream whose length is another object': () => withLength('7 0 R', { 7: `${length}` }),
    'an attached file that is a PDF': () => fileWith({ 7: attached, 8: '<< /EF << /F 7 0 R >> >>' }),
    'an attached PDF that is not compressed': () =>
      fileWith({ 7: stream(plain, '/Type /EmbeddedFile'), 8: '<< /EF << /F 7 0 R >> >>' }),
    'a reference to an object that is missing': () => fileWith({ 7: '[99 0 R]' }),
  };
  for (const [what, make] of Object.entries(accepted)) {
    it(`is signed where all do: ${what}`, async () => {
      expect(await refusal(make())).to.equal('none');
    });
  }

  it('gets objects with numbers that nothing in it refers to', async () => {
    const added = await appendedTo(fileWith({ 7: '<< /A [<< /B 99 0 R >>] >>' }));
    expect(added)
      .to.match(/^100 0 obj/m)
      .and.not.match(/^(?:[4-9]|[1-9]\d) 0 obj/m);
  });
});
