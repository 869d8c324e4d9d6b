import { rejects } from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32, deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { ZipFile } from 'yazl';
import { maxContainerBytes, prepareContainer } from '../../lib/documents/container/index.js';
import { checkContents } from '../../lib/documents/container/zip-content.js';
import { readZip } from '../../lib/documents/container/zip-reader.js';
import { appendEntry, writeZip } from '../../lib/documents/container/zip-writer.js';
import { SmartIdInputError } from '../../lib/shared/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type Signatory, signatory } from '../support/signing.js';
import { stopwatch } from '../support/stopwatch.js';
import { containerType, manifestFile, manifestOf, refused, signedBy, textFile } from './container-support.js';
import {
  deflatedEntry,
  describedBehind,
  descriptor,
  descriptorFlag,
  extraField,
  localHeader,
  type RawEntry,
  rawContainer,
  rawZip,
  storedEntry,
  uint32s,
  unicodePath,
  utf8Flag,
} from './raw-zip.js';

const typeEntry = { name: 'mimetype', content: Buffer.from(containerType) };

/** How long nothing else in the process has its turn, at most; the best of three. */
async function longestTurnMs(work: () => Promise<unknown>): Promise<number> {
  const longest: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    let longestMs = 0;
    let elapsedMs = stopwatch();
    const endTurn = () => {
      longestMs = Math.max(longestMs, elapsedMs());
      elapsedMs = stopwatch();
    };
    const timer = setInterval(endTurn, 1);
    await work();
    clearInterval(timer);
    endTurn();
    longest.push(longestMs);
  }
  return Math.min(...longest);
}

describe('A container that is none, or means harm, is refused:', () => {
  let simulator: Simulator;
  let person: Signatory;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
  });
  after(() => simulator.close());

  const prepare = (container: Uint8Array) =>
    prepareContainer({ container }, { certificate: person.certificate, level: 'B' });
  const entriesOf = (names: string[]) => names.map((name) => ({ name, content: Buffer.from(`in ${name}`) }));
  /** For names that are also looked for in all bytes, or are like that of the manifest. */
  const zipWithoutManifest = (...names: string[]) => writeZip([typeEntry, ...entriesOf(names)], new Date());
  const manifestEntry = (names: string[]) => ({ name: manifestFile, content: Buffer.from(manifestOf(names)) });
  const zip = (...names: string[]) => writeZip([typeEntry, manifestEntry(names), ...entriesOf(names)], new Date());
  const refuses = (container: Uint8Array, pattern: RegExp) =>
    rejects(prepare(container), refused('container', pattern));

  /** Where the records of the central directory begin. */
  function recordsIn(bytes: Buffer): number[] {
    const found: number[] = [];
    for (
      let at = bytes.indexOf('PK\x01\x02', 0, 'latin1');
      at !== -1;
      at = bytes.indexOf('PK\x01\x02', at + 1, 'latin1')
    ) {
      found.push(at);
    }
    return found;
  }
  /** The same bytes but for what this does to the last record, and to the local header that belongs to it. */
  function altered(bytes: Buffer, change: (copy: Buffer, record: number, local: number) => void): Buffer {
    const copy = Buffer.from(bytes);
    const record = recordsIn(copy).at(-1) ?? 0;
    change(copy, record, copy.readUInt32LE(record + 42));
    return copy;
  }
  /** The same bytes with a name of the same length, in one place or all. */
  function renamed(bytes: Buffer, from: string, to: string | Buffer, places: 'all' | 'local' = 'all'): Buffer {
    const copy = Buffer.from(bytes);
    const target = Buffer.from(to);
    expect(target.length).to.equal(from.length);
    for (let at = copy.indexOf(from); at !== -1; at = places === 'all' ? copy.indexOf(from, at + 1) : -1)
      target.copy(copy, at);
    return copy;
  }
  const endOf = (bytes: Buffer) => bytes.lastIndexOf('PK\x05\x06', undefined, 'latin1');

  it('the same without a fault is none of them', async () => {
    expect(await prepare(zip('a.txt', 'folder/b.txt'))).to.have.property('draft');
  });

  describe('by what it is', () => {
    for (const [what, bytes, pattern] of [
      ['nothing', Buffer.alloc(0), /not a ZIP file/],
      ['a text', Buffer.from('a text of more than twenty-two letters'), /not a ZIP file/],
      ['zeros', Buffer.alloc(100_000), /not a ZIP file/],
      ['an end alone', Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]), /is empty/],
      [
        'a ZIP file without a type',
        writeZip([textFile('a.txt')], new Date()),
        /first entry must be an uncompressed mimetype/,
      ],
      [
        'a type that is not the first entry',
        writeZip([textFile('a.txt'), typeEntry], new Date()),
        /first entry must be/,
      ],
      [
        'a container of another kind',
        writeZip(
          [{ name: 'mimetype', content: Buffer.from('application/vnd.etsi.asic-s+zip') }, textFile('a.txt')],
          new Date(),
        ),
        /must be application\/vnd.etsi.asic-e\+zip/,
      ],
      [
        'a type without end',
        writeZip([{ name: 'mimetype', content: Buffer.alloc(1000) }, textFile('a.txt')], new Date()),
        /more than 62 bytes in "mimetype"/,
      ],
      ['a container without a file', zip('META-INF/other'), /holds no file to sign/],
      ['a container without a manifest', zipWithoutManifest('a.txt'), /^container has no META-INF\/manifest.xml\.$/],
    ] as const) {
      it(what, () => refuses(bytes, pattern));
    }

    it('no bytes', () => rejects(prepare('container' as never), refused('container', /must be its bytes/)));

    it('more than it may be', () => refuses(Buffer.alloc(maxContainerBytes + 1), /at most 100000000 bytes/));

    it('as much as it may be, without an end: in short turns', async () => {
      const bytes = Buffer.alloc(maxContainerBytes, 6);
      expect(await longestTurnMs(() => refuses(bytes, /its end is missing/))).to.be.below(50);
    });

    it('a type that is compressed', async () => {
      const file = new ZipFile();
      file.addBuffer(Buffer.from(containerType), 'mimetype');
      file.addBuffer(Buffer.from('a'), 'a.txt');
      file.end();
      await refuses(await buffer(file.outputStream as Readable), /first entry must be an uncompressed mimetype/);
    });

    for (const name of [
      'META-INF/signature.p7s',
      'META-INF/ASiCManifest1.xml',
      'META-INF/ASiCArchiveManifest.xml',
      'META-INF/timestamp.tst',
    ]) {
      it(`signatures of another kind: ${name}`, () => refuses(zip('a.txt', name), /another kind than XAdES/));
    }
  });

  describe('by the names in it', () => {
    for (const name of [
      '../up.txt',
      'a/../../up.txt',
      'a/./b.txt',
      'a//b.txt',
      '/etc/passwd',
      'a\\b.txt',
      '..\\up.txt',
      'C:/a.txt',
      'a\nb.txt',
      'a\0b.txt',
      'a\u202etxt.exe',
      '..',
      '//',
      'a:b.txt',
      'a.txt::$DATA',
      'folder:x/a.txt',
      ' ',
      '...',
      '.../up.txt',
      '.. /up.txt',
      'a/.. /.. /up.txt',
      '. ./a',
      '..\u00a0/up.txt',
      '\u2025/up.txt',
      '..\uff0fup.txt',
      '..\uff3cup.txt',
      'a\u007fb.txt',
      'a\u0085b.txt',
      'a\u00adb.txt',
      '\u061ca.txt',
      'a\u200bb.txt',
      'a\u200cb.txt',
      '👩\u200d💻.txt',
      'a\u2028b.txt',
      'a\u2029b.txt',
      'a\u2060b.txt',
      'a\ufeffb.txt',
      'a\u{e0041}b.txt',
    ]) {
      it(JSON.stringify(name), () => refuses(zip('a.txt', name), /a name that leads elsewhere, or with none/));
    }

    it('none at all', () => refuses(zip('a.txt', ''), /leads elsewhere, or with none/));
    it('one that is no UTF-8', () =>
      refuses(
        renamed(zipWithoutManifest('abcd.txt'), 'abcd', Buffer.from([0x61, 0xff, 0xfe, 0x62])),
        /leads elsewhere, or with none/,
      ));

    for (const [one, other] of [
      ['a.txt', 'a.txt'],
      ['a.txt', 'A.TXT'],
      ['õ.txt', 'o\u0303.txt'],
      ['mimetype', 'mimetype'],
      ['test.txt', 'te\u017ft.txt'],
      ['file', '\ufb01le'],
      ['h.txt', '\u210d.txt'],
      ['strasse', 'straße'],
      ['straße', 'stra\u1e9ee'],
      ['k.txt', '\u212a.txt'],
      ['σ.txt', 'ς.txt'],
      ['a.txt', 'a.txt.'],
      ['a.txt', 'a.txt '],
      ['folder/a.txt', 'folder. /a.txt'],
      ['a.txt', 'a\u034f.txt'],
      ['❤.txt', '❤\ufe0f.txt'],
      ['a?.txt', 'a_.txt'],
      ['a<.txt', 'a|.txt'],
    ] as const) {
      it(`${JSON.stringify(one)} and ${JSON.stringify(other)}`, () =>
        refuses(zip(one, other), /has two entries called/));
    }

    for (const names of [
      ['a', 'a/b'],
      ['a/b', 'A'],
      ['x/y', 'x/y/z'],
      ['a. /b', 'A'],
      ['a', 'a!', 'a!b', 'a/b'],
      ['\ufb01le/a', 'FILE'],
    ]) {
      it(`${names.join(' and ')}, as a file and as a folder`, () =>
        refuses(zip(...names), /as a file and as a folder/));
    }

    for (const name of [
      'meta-inf/signatures0.xml',
      'Meta-Inf/a',
      'MIMETYPE/a',
      'META-INF',
      'META-INF./signatures0.xml',
      'META-INF /signatures0.xml',
      'META-I\u034fNF/signatures0.xml',
      'ＭＥＴＡ-ＩＮＦ/signatures0.xml',
      'META-INF\uff0fsignatures0.xml',
      'META-INF\uff3csignatures0.xml',
      'mimetype./a',
      'm\u0131metype/a',
      'mimetype /a',
    ]) {
      it(`${JSON.stringify(name)}, which only the container may have`, () =>
        refuses(zip('a.txt', name), /only it itself may have|as a file/));
    }

    for (const name of [
      'META-INF/signatures0.xml.',
      'META-INF/manifest.xml ',
      'META-INF/\u017fignatures0.xml',
      'META-INF/folder ./a',
      'META-INF/Manifest.xml',
      'META-INF/MANIFEST.XML',
    ]) {
      it(`${JSON.stringify(name)}, which is one of the container's own on some systems`, () =>
        refuses(zipWithoutManifest('a.txt', name), /an entry with a misleading name/));
    }

    it('of 1000 letters each: in short turns', async () => {
      for (const letters of ['\ufdfa'.repeat(330), 'a/'.repeat(490), '. '.repeat(490), 'a\u0301\u0327'.repeat(190)]) {
        const bytes = zipWithoutManifest(...Array.from({ length: 1900 }, (_, index) => `${letters}${index}`));
        const longestMs = await longestTurnMs(() =>
          rejects(prepare(bytes), refused('container', /at most 1000 files/)),
        );
        expect(longestMs, letters.slice(0, 3)).to.be.below(50);
      }
    });

    it('another one in front of the content', () =>
      refuses(
        renamed(zipWithoutManifest('abcd.txt'), 'abcd.txt', 'abce.txt', 'local'),
        /two different things about "abcd.txt"/,
      ));

    it('another one in a field for names', () => {
      const bytes = zip('a.txt');
      const record = recordsIn(bytes).at(-1) ?? 0;
      const other = Buffer.from('\x01\0\0\0\0b.txt', 'latin1');
      const field = Buffer.concat([Buffer.from([0x75, 0x70, other.length, 0]), other]);
      const end = endOf(bytes);
      const copy = Buffer.concat([bytes.subarray(0, end), field, bytes.subarray(end)]);
      copy.writeUInt16LE(field.length, record + 30);
      copy.writeUInt32LE(copy.readUInt32LE(end + field.length + 12) + field.length, end + field.length + 12);
      return refuses(copy, /two names for "a.txt"/);
    });
  });

  describe('by its entries', () => {
    const one = () => zip('a.txt');
    for (const [what, change, pattern] of [
      [
        'a symbolic link',
        (copy, record) => copy.writeUInt32LE(0o120777 * 0x10000, record + 38),
        /symbolic link: "a.txt"/,
      ],
      ['a device', (copy, record) => copy.writeUInt32LE(0o020666 * 0x10000, record + 38), /not a plain file/],
      [
        'an encrypted one',
        (copy, record) => [copy.writeUInt16LE(1, record + 8), copy.writeUInt16LE(8, record + 10)],
        /encrypted entry/,
      ],
      ['a strongly encrypted one', (copy, record) => copy.writeUInt16LE(0x41, record + 8), /encrypt/],
      ['an unusual compression', (copy, record) => copy.writeUInt16LE(12, record + 10), /compressed in an unusual way/],
      [
        'another compression in front of it',
        (copy, _, local) => copy.writeUInt16LE(8, local + 8),
        /two different things/,
      ],
      [
        'another checksum in front of it',
        (copy, _, local) => copy.writeUInt32LE(1, local + 14),
        /two different things/,
      ],
      ['another size in front of it', (copy, _, local) => copy.writeUInt32LE(1, local + 22), /two different things/],
      ['other flags in front of it', (copy, _, local) => copy.writeUInt16LE(0x800, local + 6), /two different things/],
      [
        'a wrong checksum',
        (copy, record, local) => [copy.writeUInt32LE(1, record + 16), copy.writeUInt32LE(1, local + 14)],
        /damaged entry: "a.txt" has another checksum/,
      ],
      [
        'another content',
        (copy, _, local) => copy.write('on', local + 35, 'latin1'),
        /damaged entry: "a.txt" has another checksum/,
      ],
      [
        'a size that is too large',
        (copy, record) => copy.writeUInt32LE(1000, record + 20),
        /cannot be read: compressed\/uncompressed size/,
      ],
      [
        'a size beyond everything',
        (copy, record) => [copy.writeUInt32LE(0xffffffff, record + 20), copy.writeUInt32LE(0xffffffff, record + 24)],
        /at most 100000000 bytes when unpacked/,
      ],
      ['a place in another entry', (copy, record) => copy.writeUInt32LE(0, record + 42), /something (before|between)/],
      ['a place beyond the end', (copy, record) => copy.writeUInt32LE(0x7fffffff, record + 42), /something between/],
      ['nothing in its place', (copy, _, local) => copy.write('XX', local, 'latin1'), /cannot be read: invalid local/],
      [
        'no record in its list',
        (copy, record) => copy.write('XX', record, 'latin1'),
        /cannot be read: invalid central/,
      ],
      ['a name longer than everything', (copy, record) => copy.writeUInt16LE(0xffff, record + 28), /cannot be read/],
      [
        'a comment that hides another entry',
        (copy, record) => copy.writeUInt16LE(5, record + 32),
        /cannot be read|not an entry/,
      ],
    ] as [string, (copy: Buffer, record: number, local: number) => unknown, RegExp][]) {
      it(what, () => refuses(altered(one(), change), pattern));
    }

    it('a folder with content', () => refuses(zip('a.txt', 'folder/'), /folder with content: "folder\/"/));

    it('more than it may have', () =>
      refuses(zip(...Array.from({ length: 2001 }, (_, index) => `${index}`)), /more than 2000 entries/));

    it('more files than it may have', () =>
      refuses(zip(...Array.from({ length: 1001 }, (_, index) => `${index}`)), /at most 1000 files/));
  });

  describe('by what is around its entries', () => {
    const one = () => zip('a.txt');
    const atEnd = (change: (copy: Buffer, end: number) => unknown) =>
      altered(one(), (copy) => {
        change(copy, endOf(copy));
      });

    it('something in front of them', () =>
      refuses(Buffer.concat([Buffer.from('MZ'), one()]), /something before its entries/));
    it('something behind them', () => refuses(Buffer.concat([one(), Buffer.from('more')]), /something after its end/));
    it('two ZIP files in a row', () => refuses(Buffer.concat([one(), one()]), /something before its entries/));
    it('a second end in its comment', () => {
      const bytes = one();
      const end = bytes.subarray(endOf(bytes));
      const copy = Buffer.concat([bytes, end]);
      copy.writeUInt16LE(end.length, endOf(bytes) + 20);
      return refuses(copy, /something before its entries/);
    });
    it('something between them', () => {
      const bytes = one();
      const [first = 0] = recordsIn(bytes);
      const copy = Buffer.concat([bytes.subarray(0, first), Buffer.from('hidden'), bytes.subarray(first)]);
      copy.writeUInt32LE(first + 6, endOf(copy) + 16);
      return refuses(copy, /something between "a.txt" and what follows/);
    });
    it('an entry that its list leaves out', () => {
      const bytes = zip('a.txt', 'b.txt');
      const records = recordsIn(bytes);
      const [, , second = 0, third = 0] = records;
      const copy = Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]);
      const end = endOf(copy);
      copy.writeUInt16LE(3, end + 8);
      copy.writeUInt16LE(3, end + 10);
      copy.writeUInt32LE(end - (records[0] ?? 0), end + 12);
      return refuses(copy, /something between "META-INF\/manifest.xml" and what follows/);
    });
    it('fewer entries than its list has', () =>
      refuses(
        atEnd((copy, end) => [copy.writeUInt16LE(1, end + 8), copy.writeUInt16LE(1, end + 10)]),
        /something in its list of entries that is not an entry/,
      ));
    it('more entries than its list has', () =>
      refuses(
        atEnd((copy, end) => [copy.writeUInt16LE(9, end + 8), copy.writeUInt16LE(9, end + 10)]),
        /cannot be read: unexpected EOF/,
      ));
    it('one part of several', () =>
      refuses(
        atEnd((copy, end) => copy.writeUInt16LE(1, end + 4)),
        /several parts/,
      ));
    it('a list of several parts', () =>
      refuses(
        atEnd((copy, end) => copy.writeUInt16LE(1, end + 8)),
        /several parts/,
      ));
    it('a list elsewhere', () =>
      refuses(
        atEnd((copy, end) => copy.writeUInt32LE(0, end + 16)),
        /something before its entries/,
      ));
    it('a list that is cut off', () => refuses(one().subarray(0, -5), /not a ZIP file/));

    it('the large kind of ZIP files', async () => {
      const file = new ZipFile();
      file.addBuffer(Buffer.from(containerType), 'mimetype', { compress: false, forceDosTimestamp: true });
      file.addBuffer(Buffer.from('a'), 'a.txt');
      file.end({ forceZip64Format: true, comment: '' });
      await refuses(await buffer(file.outputStream as Readable), /ZIP64/);
    });
    it('an entry of the large kind', async () => {
      const file = new ZipFile();
      file.addBuffer(Buffer.from(containerType), 'mimetype', { compress: false, forceDosTimestamp: true });
      file.addBuffer(Buffer.from('a'), 'a.txt', { forceZip64Format: true });
      file.end();
      await refuses(await buffer(file.outputStream as Readable), /ZIP64 entry/);
    });
  });

  describe('by what a program that reads it from its beginning finds, and one that goes by its list does not:', () => {
    const type = storedEntry('mimetype', containerType);
    const text = 'the text that is signed';
    const hiddenEntry = storedEntry('a.txt', 'another text');
    const hidden = Buffer.concat([localHeader(hiddenEntry), hiddenEntry.packed]);
    const last = storedEntry('last.txt', 'last');
    const plain = deflatedEntry('a.txt', text);
    const behind = describedBehind(plain);
    /** The end of this content, for those who go by it, and another entry. */
    const hiddenBehind = Buffer.concat([behind.packed, behind.rest ?? Buffer.alloc(0), hidden]);
    const storedBehind = describedBehind(storedEntry('a.txt', text));
    const sizes = [plain.crc32 ?? 0, plain.packed.length, plain.size ?? 0] as const;
    const withExtra = (extra: Buffer) => [
      ['in the list', { ...plain, extra, local: { extra: Buffer.alloc(0) } }] as const,
      ['in front of the content', { ...plain, local: { extra } }] as const,
    ];

    for (const [what, entry] of [
      ['stored', storedEntry('a.txt', text)],
      ['compressed', plain],
      ['compressed with sizes behind', behind],
      ['compressed with sizes behind and in front', { ...behind, local: {} }],
      ['compressed with sizes behind without a signature', { ...behind, rest: uint32s(...sizes) }],
      ['stored with sizes behind', storedBehind],
      ['for ZIP64', { ...plain, version: 45 }],
      ['compressed fast', { ...plain, flags: 0x0004 }],
      ['made on Unix', { ...plain, madeBy: 0x033f, attributes: 0o100644 * 0x10000 }],
      [
        'with times and owners',
        { ...plain, extra: Buffer.concat([extraField(0x5455, 'times'), extraField(0x7875, '')]) },
      ],
      ['with the same name twice', { ...plain, extra: unicodePath('a.txt', 'a.txt') }],
      ['an empty one', deflatedEntry('a.txt', '')],
      ['a compressed folder with sizes behind', describedBehind(deflatedEntry('folder/', ''))],
      ['of a name with diacritics', deflatedEntry('jagamine + müük.txt', text)],
      ['in a comment', { ...plain, comment: hidden }],
    ] as [string, RawEntry][]) {
      it(`the same is none of them: ${what}`, async () => {
        expect(await prepare(rawContainer([entry, last]))).to.have.property('draft');
      });
    }

    for (const [what, entry, pattern] of [
      [
        'an entry behind a compressed content',
        describedBehind({ ...plain, packed: hiddenBehind }),
        /something after the content of "a.txt"/,
      ],
      [
        'an octet behind a compressed content',
        { ...plain, packed: Buffer.concat([plain.packed, Buffer.alloc(1)]) },
        /something after the content of "a.txt"/,
      ],
      [
        'a second compressed content',
        { ...plain, packed: Buffer.concat([plain.packed, plain.packed]) },
        /something after the content of "a.txt"/,
      ],
      [
        'a compressed content that ends in another entry',
        { ...plain, packed: plain.packed.subarray(0, -2) },
        /"a.txt" cannot be unpacked \(unexpected end/,
      ],
      ['no compressed content', { ...plain, packed: Buffer.alloc(0) }, /"a.txt" cannot be unpacked/],
      [
        'an entry in a stored content with sizes behind',
        describedBehind(storedEntry('a.txt', hiddenBehind)),
        /could end before its end: "a.txt"/,
      ],
      [
        'something behind a folder',
        { ...deflatedEntry('folder/', ''), packed: Buffer.concat([deflateRawSync(''), hidden]) },
        /something after the content of "folder\/"/,
      ],
      ['a folder of another checksum', deflatedEntry('folder/', '', { crc32: 1 }), /damaged entry: "folder\/"/],
      [
        'a file of META-INF with something behind it',
        { ...deflatedEntry('META-INF/other', text), packed: Buffer.concat([deflateRawSync(text), hidden]) },
        /something after the content of "META-INF\/other"/,
      ],
      [
        'a file of META-INF of another checksum',
        deflatedEntry('META-INF/other', text, { crc32: 1 }),
        /damaged entry: "META-INF\/other" has another checksum/,
      ],
      [
        'a file of META-INF of another size',
        deflatedEntry('META-INF/other', text, { size: 1 }),
        /damaged entry: "META-INF\/other" is more/,
      ],
      [
        'a signature with something behind it',
        {
          ...deflatedEntry('META-INF/signatures0.xml', '<a/>'),
          packed: Buffer.concat([deflateRawSync('<a/>'), hidden]),
        },
        /something after the content of "META-INF\/signatures0.xml"/,
      ],
      ['something between entries', { ...plain, rest: Buffer.alloc(1) }, /something between "a.txt" and what follows/],
      ['an entry between entries', { ...plain, rest: hidden }, /something between/],
      ['sizes behind that are said to be nowhere', { ...plain, rest: behind.rest }, /something between/],
      ['no sizes behind', { ...behind, rest: Buffer.alloc(0) }, /something between/],
      ['another checksum behind', { ...behind, rest: descriptor(1, sizes[1], sizes[2]) }, /something between/],
      ['another compressed size behind', { ...behind, rest: descriptor(sizes[0], 1, sizes[2]) }, /something between/],
      ['another size behind', { ...behind, rest: descriptor(sizes[0], sizes[1], 1) }, /something between/],
      [
        'sizes of ZIP64 behind',
        { ...behind, rest: descriptor(sizes[0], sizes[1], 0, sizes[2], 0) },
        /something between/,
      ],
      [
        'something behind the sizes',
        { ...behind, rest: Buffer.concat([behind.rest ?? Buffer.alloc(0), Buffer.alloc(1)]) },
        /something between/,
      ],
      ['another signature before the sizes', { ...behind, rest: uint32s(0x08074b51, ...sizes) }, /something between/],
      [
        'a size in front of a content with sizes behind',
        { ...behind, local: { ...behind.local, compressedSize: 1 } },
        /two different things/,
      ],
      ['another compressed size in front', { ...plain, local: { compressedSize: 1 } }, /two different things/],
      ['another size in front', { ...plain, local: { size: 1 } }, /two different things/],
      ['another checksum in front', { ...plain, local: { crc32: 1 } }, /two different things/],
      ['sizes behind in front only', { ...behind, flags: 0, local: { flags: descriptorFlag } }, /two different things/],
      ['sizes behind in the list only', { ...behind, local: { flags: 0 } }, /two different things/],
      ['another method in front', { ...plain, local: { method: 0 } }, /two different things/],
      ['another method in the list', { ...storedEntry('a.txt', text), local: { method: 8 } }, /two different things/],
      ['another name in front', { ...plain, local: { name: 'b.txt' } }, /two different things/],
      ['a name in other letters in front', { ...plain, local: { name: 'A.txt' } }, /two different things/],
      ['an encoding in front only', { ...plain, local: { flags: utf8Flag } }, /two different things/],
      ['encryption in front only', { ...plain, local: { flags: 1 } }, /two different things/],
      ['encryption', { ...plain, flags: 1 }, /encrypted entry/],
      ['hidden headers', { ...plain, flags: 0x2000 }, /encrypted entry/],
      ['a patch', { ...plain, flags: 0x0020 }, /unusual kind: "a.txt"/],
      ['an enhanced compression', { ...plain, flags: 0x0010 }, /unusual kind/],
      ['a flag that nobody knows', { ...plain, flags: 0x8000 }, /unusual kind/],
      ['a later version', { ...plain, version: 64 }, /for unusual programs: "a.txt"/],
      ['a later version in the list', { ...plain, version: 64, local: { version: 20 } }, /for unusual programs/],
      ['a later version in front', { ...plain, local: { version: 64 } }, /for unusual programs/],
      ['a system that has versions in names', { ...plain, madeBy: 0x0214 }, /for unusual programs/],
      ['another part of the file', { ...plain, disk: 1 }, /several parts/],
      [
        'a file that is a folder on Unix',
        { ...storedEntry('a.txt', ''), attributes: 0o040755 * 0x10000 },
        /not a plain file/,
      ],
      [
        'a file that is a folder in Windows',
        { ...storedEntry('a.txt', ''), attributes: 0x10 },
        /"a.txt" as a file and as a folder/,
      ],
      ['a file that names the volume', { ...plain, attributes: 0x08 }, /not a plain file/],
      ['a file that is a link in Windows', { ...plain, attributes: 0x0400 }, /not a plain file/],
      [
        'a name whose encoding is not said',
        { ...deflatedEntry('õ.txt', text), flags: 0 },
        /how the name of an entry is encoded: "õ.txt"/,
      ],
    ] as [string, RawEntry, RegExp][]) {
      it(what, () => refuses(rawContainer([entry, last]), pattern));
    }

    for (const signature of ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x07\x08']) {
      it(`${JSON.stringify(signature)} in a stored content with sizes behind`, async () => {
        for (const at of [0, 5, 999_998, 1_999_999]) {
          const content = Buffer.alloc(2_500_000);
          content.write(signature, at, 'latin1');
          const entry = storedEntry('a.txt', content);
          await refuses(rawContainer([describedBehind(entry)]), /could end before its end: "a.txt"/);
          expect(await prepare(rawContainer([entry]))).to.have.property('draft');
        }
      });
    }

    it('sizes behind whose checksum is the signature of such sizes', async () => {
      // Its checksum is 0x08074b50.
      const content = Buffer.from([0xac, 0x0a, 0x7a, 0xd5]);
      expect(crc32(content)).to.equal(0x08074b50);
      const entry = describedBehind(deflatedEntry('a.txt', content));
      expect(await prepare(rawContainer([entry]))).to.have.property('draft');
      const rest = entry.rest?.subarray(4);
      await refuses(rawContainer([{ ...entry, rest }]), /something between "a.txt"/);
    });

    for (const [what, extra, pattern] of [
      ['another name in a field', unicodePath('a.txt', 'evil.txt'), /two names for "a.txt"/],
      ['no name in a field for it', extraField(0x7075, '1234'), /two names for "a.txt"/],
      [
        'another name in the second field',
        Buffer.concat([unicodePath('a.txt', 'a.txt'), unicodePath('a.txt', 'b.txt')]),
        /two names/,
      ],
      ['sizes of ZIP64', extraField(0x0001, Buffer.alloc(16)), /ZIP64 entry.*"a.txt"/],
      ['no sizes of ZIP64', extraField(0x0001, ''), /ZIP64 entry/],
      ['the target of a link', extraField(0x000d, Buffer.alloc(16)), /for unusual programs: "a.txt"/],
      ['the type of a link', extraField(0x756e, Buffer.alloc(16)), /for unusual programs/],
      [
        'attributes for those who read from the beginning',
        extraField(0x6c78, Buffer.alloc(16)),
        /for unusual programs/,
      ],
      ['how it is encrypted', extraField(0x0017, Buffer.alloc(8)), /for unusual programs/],
      ['encryption in a field', extraField(0x9901, Buffer.alloc(7)), /for unusual programs/],
      [
        'a field that is longer than its list',
        extraField(0x5455, 'times').subarray(0, -1),
        /malformed fields|extra field length/,
      ],
      [
        'something behind the fields',
        Buffer.concat([extraField(0x5455, 'times'), Buffer.alloc(3)]),
        /malformed fields of "a.txt"/,
      ],
    ] as [string, Buffer, RegExp][]) {
      for (const [where, entry] of withExtra(extra)) {
        it(`${what}, ${where}`, () => refuses(rawContainer([entry, last]), pattern));
      }
    }

    it('a first entry that its list leaves out', () =>
      refuses(rawZip([plain, type, last], [1, 2]), /something before "mimetype"/));
    it('a last entry that its list leaves out', () =>
      refuses(rawZip([type, last, plain], [0, 1]), /something between "last.txt" and what follows/));
    it('one entry twice in its list', () =>
      refuses(rawZip([type, plain, last], [0, 1, 1, 2]), /two entries called "a.txt"/));
    it('two entries in one place', () => {
      const bytes = rawZip([type, storedEntry('a.txt', text), storedEntry('b.txt', text)]);
      const [, second = 0] = recordsIn(bytes);
      return refuses(
        altered(bytes, (copy, record) => copy.writeUInt32LE(copy.readUInt32LE(second + 42), record + 42)),
        /something before|two different things|something between/,
      );
    });
    it('an entry within another', () => {
      const inner = storedEntry('a.txt', 'inner');
      const outer = storedEntry('b.txt', Buffer.concat([localHeader(inner), inner.packed]));
      const bytes = rawZip([type, outer, inner]);
      const within = bytes.indexOf('PK\x03\x04', bytes.indexOf('b.txt'), 'latin1');
      return refuses(
        altered(bytes, (copy, record) => copy.writeUInt32LE(within, record + 42)),
        /something between "b.txt" and what follows/,
      );
    });
    it('an end in front of its end', () => {
      const bytes = rawZip([type, plain]);
      const end = bytes.subarray(endOf(bytes));
      return refuses(Buffer.concat([bytes, end]), /something before its entries/);
    });
  });

  describe('by what it grows to', () => {
    /** The last entry holds this much, which is said to be so much. */
    function bomb(realBytes: number, statedBytes: number): Buffer {
      const content = deflateRawSync(Buffer.alloc(realBytes));
      return altered(writeZip([typeEntry, { name: 'big', content }], new Date()), (copy, record, local) => {
        for (const [at, method, size] of [
          [record, 10, 24],
          [local, 8, 22],
        ] as const) {
          copy.writeUInt16LE(8, at + method);
          copy.writeUInt32LE(statedBytes, at + size);
        }
      });
    }

    it('a bomb that says so', () => refuses(bomb(200_000_000, 200_000_000), /at most 100000000 bytes when unpacked/));
    it('a bomb that lies', async () => {
      const before = process.memoryUsage.rss();
      await refuses(bomb(300_000_000, 10), /damaged entry: "big" is more than it says/);
      expect(process.memoryUsage.rss() - before).to.be.below(50_000_000);
    });
    it('a bomb in a file that nobody needs', () => {
      const content = deflateRawSync(Buffer.alloc(300_000_000));
      const entry = { ...deflatedEntry('META-INF/other', ''), packed: content, size: 10 };
      return refuses(rawContainer([storedEntry('a.txt', 'a'), entry]), /"META-INF\/other" is more than it says/);
    });
    it('as much as it may hold: in short turns', async () => {
      const content = Buffer.alloc(45_000_000, 'PK\x07');
      const entries = [
        storedEntry('mimetype', containerType),
        deflatedEntry('a.txt', content),
        describedBehind(storedEntry('b.txt', content)),
      ];
      const bytes = rawZip(entries);
      expect(await longestTurnMs(() => readZip(bytes))).to.be.below(50);
    });
    it('as much as it may hold, as it is: in many turns', async () => {
      const packed = Buffer.alloc(90_000_000);
      const content = { name: 'a', comparable: 'a', packed, isStored: true, size: packed.length };
      let turns = 0;
      const count = () => {
        turns += 1;
        immediate = setImmediate(count);
      };
      let immediate = setImmediate(count);
      await checkContents([{ ...content, crc32: crc32(packed), hasDescriptor: false }]);
      clearImmediate(immediate);
      expect(turns).to.be.above(80);
    });
    it('a content that is less than it says', () =>
      refuses(bomb(10, 1000), /damaged entry: "big" is less than it says/));
    it('a content that is not compressed', () =>
      refuses(
        altered(bomb(1000, 1000), (copy, _, local) => copy.fill(0xff, local + 33, local + 36)),
        /damaged entry: "big" cannot be unpacked/,
      ));
  });

  it('whatever else is damaged: it is refused with an error that names it, and never holds anybody up', async function () {
    this.timeout(120_000);
    const twice = await signedBy(person, {
      container: await signedBy(person, { files: [textFile('a.txt'), textFile('ü.txt'), textFile('empty', '')] }),
    });
    // What is damaged is the same in every run.
    let state = 20261128;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 0x1_0000_0000) * below);
    };
    const end = endOf(twice);
    const directory = twice.readUInt32LE(end + 16);
    let taken = 0;
    for (let round = 0; round < 1000; round += 1) {
      let bytes = Buffer.from(twice);
      for (let count = random(3); count >= 0; count -= 1) {
        // Half of it in the list of entries, which is small.
        const at = random(2)
          ? random(bytes.length)
          : Math.min(bytes.length - 1, directory + random(bytes.length - directory));
        const kind = random(4);
        if (kind === 0) bytes[at] = random(256);
        if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
        if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + random(20))]);
        if (kind === 3)
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(random(at + 1), at), bytes.subarray(at)]);
        if (bytes.length < directory + 1) break;
      }
      const elapsedMs = stopwatch();
      try {
        await prepare(bytes);
        taken += 1;
      } catch (error) {
        expect(error, `round ${round}`).to.be.instanceOf(SmartIdInputError);
        expect((error as SmartIdInputError).field, `round ${round}`).to.equal('container');
      }
      expect(elapsedMs(), `round ${round}`).to.be.below(5000);
    }
    // Times and comments may be anything.
    expect(taken).to.be.below(150);
  });

  it('and what is taken can be unpacked by others with a further entry', async () => {
    const bytes = appendEntry(zipWithoutManifest('a.txt'), manifestEntry(['a.txt']), new Date());
    expect((await prepare(bytes)).data.toString()).to.contain('URI="a.txt"');
  });
});
