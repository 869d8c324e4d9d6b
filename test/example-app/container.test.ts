import { rejects } from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { prepareContainer } from '../../example-app/documents/container.js';
import type { ContainerFile } from '../../example-app/documents/container-files.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { generateRsaKey } from '../../lib/simulator/pki/authority.js';
import { judgeContainer, containerSignature as signatures, unpack, written } from '../support/judges.js';
import { needTools, said } from '../support/outside-tools.js';
import { keyOfRealSize, type Signatory, signatory, signatureValue } from '../support/signing.js';

describe('A container of signed files', () => {
  const file = (name: string, content = `the content of ${name}`): ContainerFile => ({
    name,
    contentType: 'text/plain',
    content: Buffer.from(content),
  });
  const files = [file('contract.txt'), { ...file('Üür & "lisa" <1>.pdf'), contentType: 'application/pdf' }];
  let simulator: Simulator;
  let person: Signatory;
  let folder: string;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    folder = mkdtempSync(path.join(tmpdir(), 'container-'));
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  const prepare = (wanted: ContainerFile[] = files, { certificate } = person) =>
    prepareContainer({ files: wanted, certificate, signedAt: new Date('2026-02-03T04:05:06Z') });

  async function signed(wanted = files, by = person): Promise<Buffer> {
    const document = await prepare(wanted, by);
    return document.complete(signatureValue(document, by));
  }

  const unpackedFrom = (container: Buffer) => unpack(folder, container);

  describe('as xmlsec1 sees it', () => {
    before(function () {
      needTools(this, 'xmlsec1', 'unzip');
    });

    const judge = (where: string, root?: Buffer) => judgeContainer(folder, where, simulator, root);
    const valid = /^OK\nSignedInfo References \(ok\/all\): 3\/3$/m;

    it('holds a valid signature of every file and of the signed properties', async () => {
      expect(judge(unpackedFrom(await signed()))).to.match(valid);
    });

    it('holds a valid signature of the real size', async function () {
      this.timeout(60_000);
      const person = signatory(simulator, { privateKey: await keyOfRealSize() });
      expect(judge(unpackedFrom(await signed(files, person)))).to.match(valid);
    });

    it('is signed by nobody known to those who trust another root', async () => {
      const { certificate } = simulator.pki.issueAuthority();
      expect(judge(unpackedFrom(await signed()), certificate)).to.contain('certificate verification failed');
    });

    it('is invalid after a change of a file', async () => {
      for (const { name } of files) {
        const unpacked = unpackedFrom(await signed());
        appendFileSync(path.join(unpacked, name), ' ');
        expect(judge(unpacked)).to.match(/^FAIL$/m);
      }
    });

    for (const [what, pattern, replacement] of [
      ['the signing time', '2026-02-03', '2026-02-04'],
      ['the type of a file', '<xades:MimeType>text/plain', '<xades:MimeType>text/html'],
      ['the digest of the certificate', /(SigningCertificateV2>.*?<ds:DigestValue>)(..)(..)/, '$1$3$2'],
      ['the signature value', /(SignatureValue>)(..)(..)/, '$1$3$2'],
    ] as const) {
      it(`is invalid after a change of ${what}`, async () => {
        const unpacked = unpackedFrom(await signed());
        const before = readFileSync(path.join(unpacked, signatures), 'utf8');
        const after = before.replace(pattern, replacement);
        expect(after).not.to.equal(before);
        writeFileSync(path.join(unpacked, signatures), after);
        expect(judge(unpacked)).to.match(/^FAIL$/m);
      });
    }

    for (const name of [
      'two words.txt',
      'õäöü ŠŽ ņū.txt',
      `quotes ' " \`.txt`,
      '<a>&amp;]]>.xml',
      '100%25 #1 ?a=b;c.txt',
      '1',
      '__proto__',
      '-rf',
      '.hidden',
    ]) {
      it(`may hold a file called ${name}`, async () => {
        const unpacked = unpackedFrom(await signed([file(name)]));
        expect(readFileSync(path.join(unpacked, name), 'utf8')).to.equal(`the content of ${name}`);
        expect(judge(unpacked)).to.match(/^OK\nSignedInfo References \(ok\/all\): 2\/2$/m);
      });
    }
  });

  it('is a ZIP file in which others find everything, and the type first, as it is', async function () {
    needTools(this, 'python3', 'unzip');
    const container = await signed();
    const archive = written(folder, 'contract.asice', container);
    expect(said('unzip', ['-t', archive])).to.contain('No errors detected');
    const script = `import json, sys, zipfile
entries = zipfile.ZipFile(sys.argv[1]).infolist()
print(json.dumps([[entry.filename, entry.compress_type == zipfile.ZIP_STORED, len(entry.extra)] for entry in entries]))`;
    const entries = JSON.parse(said('python3', ['-c', script, archive]));
    expect(entries[0]).to.deep.equal(['mimetype', true, 0]);
    expect(entries.map(([name]: [string]) => name)).to.deep.equal([
      'mimetype',
      'META-INF/manifest.xml',
      ...files.map(({ name }) => name),
      signatures,
    ]);
    expect(container.toString('latin1', 30, 69)).to.equal('mimetypeapplication/vnd.etsi.asic-e+zip');
  });

  it('begins with its type whatever its files are called', async () => {
    const container = await signed([file('1'), file('!')]);
    expect(container.toString('latin1', 30, 38)).to.equal('mimetype');
  });

  it('lists its files with their types', async function () {
    needTools(this, 'unzip');
    const manifest = readFileSync(path.join(unpackedFrom(await signed()), 'META-INF/manifest.xml'), 'utf8');
    for (const entry of [
      'manifest:full-path="/" manifest:media-type="application/vnd.etsi.asic-e+zip"',
      'manifest:full-path="contract.txt" manifest:media-type="text/plain"',
      'manifest:full-path="Üür &amp; &quot;lisa&quot; &lt;1>.pdf" manifest:media-type="application/pdf"',
    ]) {
      expect(manifest.replaceAll('&gt;', '>')).to.contain(`<manifest:file-entry ${entry}/>`);
    }
  });

  it('may hold an empty file', async () => {
    expect(await signed([file('empty', '')])).to.be.instanceOf(Buffer);
  });

  it('is refused without a file', () => rejects(prepare([]), { message: 'There is no file to sign.' }));

  for (const name of [
    '',
    '../up.txt',
    '/root.txt',
    'a/b.txt',
    'a\\b.txt',
    'C:x',
    'a\nb',
    'a\0b',
    'a\u202etxt.exe',
    'a\ud800',
  ]) {
    it(`is refused with a file called ${JSON.stringify(name)}`, () =>
      rejects(prepare([file(name)]), { message: `A file cannot be called ${JSON.stringify(name)}.` }));
  }

  for (const name of ['mimetype', 'MimeType', 'META-INF', 'meta-inf', '.', '..']) {
    it(`is refused with a file called ${name}, which is its own`, () =>
      rejects(prepare([file(name)]), { message: `The name "${name}" belongs to the container.` }));
  }

  for (const [one, other] of [
    ['a.txt', 'a.txt'],
    ['a.txt', 'A.TXT'],
    ['õ.txt', 'o\u0303.txt'],
  ] as const) {
    it(`is refused with both ${one} and ${other}, which are one name on some systems`, () =>
      rejects(prepare([file(one), file(other)]), { message: `Two files are called "${other}".` }));
  }

  for (const contentType of ['', 'text', 'text/plain\n', 'text/<b>', 'text/plain; charset=utf-8']) {
    it(`is refused with a file of the type ${JSON.stringify(contentType)}`, () =>
      rejects(prepare([{ ...file('a'), contentType }]), { message: 'The content type of "a" is not one.' }));
  }

  it('is not completed with anything but its own signature', async () => {
    const document = await prepare();
    const own = signatureValue(document, person);
    const somebodyElse = signatory(simulator, { privateKey: await generateRsaKey(2048) });
    for (const signature of [
      own.subarray(1),
      Buffer.concat([own, Buffer.alloc(1)]),
      Buffer.alloc(0),
      signatureValue(document, somebodyElse),
      signatureValue(await prepare([file('another')]), person),
    ]) {
      await rejects(document.complete(signature), { message: /^This is not the signature of this document/ });
    }
    expect(await document.complete(own)).to.be.instanceOf(Buffer);
  });
});
