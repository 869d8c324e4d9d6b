/** Containers that are taken, as other programs read them: by their list (Python) and from their beginning (Java). */

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { readZip } from '../../lib/documents/container/zip-reader.js';
import { SmartIdInputError } from '../../lib/shared/errors.js';
import { written } from '../support/judges.js';
import { needTools, said } from '../support/outside-tools.js';
import {
  deflatedEntry,
  describedBehind,
  descriptorFlag,
  extraField,
  type RawEntry,
  type RawHeader,
  rawZip,
  storedEntry,
  unicodePath,
  utf8Flag,
} from './raw-zip.js';

/** Both print a line for each file in each ZIP file: its name in hexadecimal digits and its digest. */
const byPython = `import hashlib, sys, zipfile
for path in open(sys.argv[1]).read().split():
    print(path)
    try:
        with zipfile.ZipFile(path) as file:
            for entry in file.infolist():
                if not entry.is_dir():
                    print(entry.filename.encode('utf-8').hex(), hashlib.sha256(file.read(entry)).hexdigest())
    except Exception as error:
        print('!', repr(error))
`;
const byJava = `import java.io.*; import java.nio.file.*; import java.security.*; import java.util.*; import java.util.zip.*;
public class Streamed {
  public static void main(String[] arguments) throws Exception {
    HexFormat hex = HexFormat.of();
    for (String path : Files.readString(Path.of(arguments[0])).split("\\\\s+")) {
      System.out.println(path);
      try (ZipInputStream file = new ZipInputStream(new ByteArrayInputStream(Files.readAllBytes(Path.of(path))))) {
        for (ZipEntry entry; (entry = file.getNextEntry()) != null; ) {
          String name = hex.formatHex(entry.getName().getBytes("UTF-8"));
          byte[] digest = MessageDigest.getInstance("SHA-256").digest(file.readAllBytes());
          if (!entry.isDirectory()) System.out.println(name + " " + hex.formatHex(digest));
        }
      } catch (Exception error) { System.out.println("! " + error); }
    }
  }
}
`;

describe('A ZIP file that is taken', () => {
  let folder: string;
  before(function () {
    needTools(this, 'python3', 'java', 'javac');
    folder = mkdtempSync(path.join(tmpdir(), 'zip-readers-'));
  });
  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  // The files are the same in every run.
  let state = 20261128;
  const random = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * below);
  };
  const oneOf = <T>(values: readonly T[]): T => values[random(values.length)] as T;

  function randomEntry(number: number): RawEntry {
    const name = `${oneOf(['', 'folder/', 'õ/', 'META-INF/'])}${number}${oneOf(['.txt', ' + ü.pdf', '…', '?', '🙂', '/'])}`;
    const content = name.endsWith('/') ? '' : oneOf(['', 'a', 'PK\x03\x04', 'text '.repeat(random(5000))]);
    const entry = oneOf([storedEntry, deflatedEntry])(name, content);
    const described = random(3) ? entry : describedBehind(entry);
    const extra = oneOf([undefined, undefined, extraField(0x5455, 'times'), unicodePath(name, name)]);
    return { ...described, extra, madeBy: oneOf([20, 0x0314, 0x0a2d]), version: oneOf([10, 20, 45]) };
  }
  /** Some of them are as honest programs write them, others say wrong things in one place. */
  function randomZip(isHonest: boolean): Buffer {
    const entries = Array.from({ length: 1 + random(6) }, (_, index) => randomEntry(index));
    if (isHonest) return rawZip(entries);
    const at = random(entries.length);
    const entry = entries[at] as RawEntry;
    const other: RawHeader = oneOf<RawHeader>([
      {
        flags:
          (entry.flags ?? 0) ^ oneOf([1, 2, 4, descriptorFlag, 0x10, 0x20, 0x40, utf8Flag, 0x2000, 1 << random(16)]),
      },
      { method: 8 - (entry.method ?? 0) },
      { size: Math.max(0, (entry.size ?? 0) + oneOf([-1, 1, 100])) },
      { compressedSize: Math.max(0, entry.packed.length + oneOf([-1, 1, 12, 16])) },
      { crc32: random(0xffffffff) },
      { name: oneOf([entries[random(entries.length)]?.name ?? '', 'other.txt', 'other/', '']) },
      {
        extra: oneOf([
          unicodePath(String(entry.name), 'other.txt'),
          extraField(1, Buffer.alloc(16)),
          Buffer.alloc(random(6), 1),
        ]),
      },
      { version: random(100) },
      { disk: random(2) },
    ]);
    const hidden = rawZip([storedEntry('hidden.txt', 'hidden'), deflatedEntry('0.txt', 'hidden')]);
    entries[at] = oneOf([
      { ...entry, ...other },
      { ...entry, local: { ...entry.local, ...other } },
      { ...entry, local: {} },
      { ...entry, packed: Buffer.concat([entry.packed, oneOf([hidden, entry.rest ?? Buffer.alloc(1)])]) },
      { ...entry, packed: Buffer.concat([entry.packed, entry.rest ?? Buffer.alloc(0), hidden.subarray(0, 60)]) },
      { ...entry, rest: oneOf([hidden, entry.rest?.subarray(4), Buffer.alloc(random(20)), undefined]) },
    ]);
    return rawZip(entries, random(4) ? undefined : entries.map((_entry, index) => entries.length - 1 - index));
  }

  async function read(bytes: Buffer): Promise<string[] | undefined> {
    try {
      const files: string[] = [];
      for (const { name, chunks } of await readZip(bytes)) {
        const hash = createHash('sha256');
        for await (const chunk of chunks()) hash.update(chunk);
        files.push(`${Buffer.from(name).toString('hex')} ${hash.digest('hex')}`);
      }
      return files;
    } catch (error) {
      expect(error).to.be.instanceOf(SmartIdInputError);
      return undefined;
    }
  }

  /** What a program says of each file. */
  function parsed(output: string): Map<string, string[]> {
    const found = new Map<string, string[]>();
    let lines: string[] = [];
    for (const line of output.trim().split('\n')) {
      if (line.startsWith('/')) {
        lines = [];
        found.set(line, lines);
      } else lines.push(line);
    }
    return found;
  }

  for (const [what, isHonest, count, minTaken] of [
    ['as honest programs write them', true, 200, 150],
    ['with something wrong in them', false, 3000, 100],
  ] as const) {
    it(`is read in the same way from its beginning as by its list: ${what}`, async function () {
      this.timeout(120_000);
      const taken = new Map<string, string[]>();
      for (let round = 0; round < count; round += 1) {
        const bytes = randomZip(isHonest);
        const files = await read(bytes);
        if (files) taken.set(written(folder, `${isHonest}-${round}.zip`, bytes), files);
      }
      expect(taken.size).to.be.above(minTaken);
      const list = written(folder, 'list', Buffer.from([...taken.keys()].join('\n')));
      const python = parsed(said('python3', ['-c', byPython, list]));
      const java = parsed(said('java', [written(folder, 'Streamed.java', Buffer.from(byJava)), list]));
      let agreed = 0;
      for (const [file, files] of taken) {
        expect([...(python.get(file) ?? [])].sort(), file).to.deep.equal([...files].sort());
        const streamed = java.get(file) ?? [];
        // It knows no stored content with sizes behind, and stops there.
        const isStopped = streamed.at(-1)?.includes('only DEFLATED entries can have EXT descriptor');
        expect(streamed.slice(0, isStopped ? -1 : undefined), file).to.deep.equal(
          isStopped ? files.slice(0, streamed.length - 1) : files,
        );
        agreed += isStopped ? 0 : 1;
      }
      expect(agreed).to.be.above(minTaken / 2);
    });
  }
});
