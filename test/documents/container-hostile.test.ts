import { rejects } from 'node:assert/strict';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { deflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { ZipFile } from 'yazl';
import { maxContainerBytes, prepareContainer } from '../../lib/documents/container/index.js';
import { appendEntry, writeZip } from '../../lib/documents/container/zip-writer.js';
import { SmartIdInputError } from '../../lib/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type Signatory, signatory } from '../support/signing.js';
import { refused, signedBy, textFile } from './container-support.js';

const containerType = 'application/vnd.etsi.asic-e+zip';
const typeEntry = { name: 'mimetype', content: Buffer.from(containerType) };

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
  const zip = (...names: string[]) =>
    writeZip([typeEntry, ...names.map((name) => ({ name, content: Buffer.from(`in ${name}`) }))], new Date());
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
      ['a container without a file', zip('META-INF/manifest'), /holds no file to sign/],
    ] as const) {
      it(what, () => refuses(bytes, pattern));
    }

    it('no bytes', () => rejects(prepare('container' as never), refused('container', /must be its bytes/)));

    it('more than it may be', () => refuses(Buffer.alloc(maxContainerBytes + 1), /at most 100000000 bytes/));

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
    ]) {
      it(JSON.stringify(name), () => refuses(zip('a.txt', name), /a name that leads elsewhere or is none/));
    }

    it('none at all', () => refuses(zip('a.txt', ''), /leads elsewhere or is none/));
    it('one that is no UTF-8', () =>
      refuses(renamed(zip('abcd.txt'), 'abcd', Buffer.from([0x61, 0xff, 0xfe, 0x62])), /leads elsewhere or is none/));

    for (const [one, other] of [
      ['a.txt', 'a.txt'],
      ['a.txt', 'A.TXT'],
      ['õ.txt', 'o\u0303.txt'],
      ['mimetype', 'mimetype'],
    ] as const) {
      it(`${one} and ${other}`, () => refuses(zip(one, other), /has two entries called/));
    }

    for (const names of [
      ['a', 'a/b'],
      ['a/b', 'A'],
      ['x/y', 'x/y/z'],
    ]) {
      it(`${names.join(' and ')}, as a file and as a folder`, () =>
        refuses(zip(...names), /as a file and as a folder/));
    }

    for (const name of ['meta-inf/signatures0.xml', 'Meta-Inf/a', 'MIMETYPE/a', 'META-INF']) {
      it(`${name}, which only the container may have`, () =>
        refuses(zip('a.txt', name), /only it itself may have|as a file/));
    }

    it('another one in front of the content', () =>
      refuses(renamed(zip('abcd.txt'), 'abcd.txt', 'abce.txt', 'local'), /two different things of "abcd.txt"/));

    it('another one in a field for names', () => {
      const bytes = zip('a.txt');
      const record = recordsIn(bytes)[1] ?? 0;
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
      ['a device', (copy, record) => copy.writeUInt32LE(0o020666 * 0x10000, record + 38), /no plain file/],
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
        /damaged entry: "a.txt"/,
      ],
      ['another content', (copy, _, local) => copy.write('on', local + 35, 'latin1'), /damaged entry: "a.txt"/],
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
        /cannot be read|none/,
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
      const [, second = 0, third = 0] = records;
      const copy = Buffer.concat([bytes.subarray(0, second), bytes.subarray(third)]);
      const end = endOf(copy);
      copy.writeUInt16LE(2, end + 8);
      copy.writeUInt16LE(2, end + 10);
      copy.writeUInt32LE(end - (records[0] ?? 0), end + 12);
      return refuses(copy, /something between "mimetype" and what follows/);
    });
    it('fewer entries than its list has', () =>
      refuses(
        atEnd((copy, end) => [copy.writeUInt16LE(1, end + 8), copy.writeUInt16LE(1, end + 10)]),
        /something in its list of entries that is none/,
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
      await refuses(bomb(300_000_000, 10), /cannot be read "big": too many bytes/);
      expect(process.memoryUsage.rss() - before).to.be.below(50_000_000);
    });
    it('a content that is less than it says', () => refuses(bomb(10, 1000), /cannot be read "big": not enough bytes/));
    it('a content that is not compressed', () =>
      refuses(
        altered(bomb(1000, 1000), (copy, _, local) => copy.fill(0xff, local + 33, local + 36)),
        /cannot be read "big"/,
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
      const startedAt = performance.now();
      try {
        await prepare(bytes);
        taken += 1;
      } catch (error) {
        expect(error, `round ${round}`).to.be.instanceOf(SmartIdInputError);
        expect((error as SmartIdInputError).field, `round ${round}`).to.equal('container');
      }
      expect(performance.now() - startedAt, `round ${round}`).to.be.below(5000);
    }
    // Times and comments may be anything.
    expect(taken).to.be.below(150);
  });

  it('and what is taken can be unpacked by others with a further entry', async () => {
    const bytes = appendEntry(zip('a.txt'), { name: 'b.txt', content: Buffer.from('b') }, new Date());
    expect((await prepare(bytes)).data.toString()).to.contain('URI="b.txt"');
  });
});
