import { rejects } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DOMParser } from '@xmldom/xmldom';
import { expect } from 'chai';
import { ExclusiveCanonicalization } from 'xml-crypto';
import {
  type ContainerDraft,
  type ContainerFile,
  containerFormat,
  maxContainerBytes,
  maxFiles,
  prepareContainer,
} from '../../lib/documents/container/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { written } from '../support/judges.js';
import { needTools, said } from '../support/outside-tools.js';
import { keyOfRealSize, type Signatory, signatory } from '../support/signing.js';
import {
  isValidForXadesjs,
  isValidIn,
  judgedByXmlsec,
  noEvidence,
  refused,
  signedBy,
  textFile,
  unpacked,
  valueFor,
} from './container-support.js';

const signatureFile = 'META-INF/signatures0.xml';
describe('A new container', () => {
  const pdf: ContainerFile = {
    name: 'jagamine + müük.pdf',
    contentType: 'application/pdf',
    content: Buffer.from('%PDF-1.7 ...'),
  };
  const files = [pdf, textFile("a&b'(c).txt"), textFile('empty', '')];
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

  const signatureIn = (container: Buffer) =>
    readFileSync(path.join(unpacked(folder, container), signatureFile), 'utf8');

  it('is a ZIP file in which others find everything, and the type first, as it is', async function () {
    needTools(this, 'unzip', 'python3');
    const container = await signedBy(person, { files });
    const archive = written(folder, 'new.asice', container);
    expect(said('unzip', ['-t', archive])).to.contain('No errors detected');
    const script = `import json, sys, zipfile
entries = zipfile.ZipFile(sys.argv[1]).infolist()
print(json.dumps([[entry.filename, entry.compress_type == zipfile.ZIP_STORED, len(entry.extra), entry.date_time[0]] for entry in entries]))`;
    const entries: [string, boolean, number, number][] = JSON.parse(said('python3', ['-c', script, archive]));
    expect(entries.map(([name]) => name)).to.deep.equal([
      'mimetype',
      'META-INF/manifest.xml',
      ...files.map(({ name }) => name),
      signatureFile,
    ]);
    expect(entries[0]).to.deep.equal(['mimetype', true, 0, new Date().getUTCFullYear()]);
    expect(container.toString('latin1', 30, 69)).to.equal('mimetypeapplication/vnd.etsi.asic-e+zip');
    for (const { name, content } of files) {
      expect(readFileSync(path.join(unpacked(folder, container), name)).equals(content)).to.equal(true);
    }
  });

  it('lists its files with the types that the signature states', async function () {
    needTools(this, 'unzip');
    const target = unpacked(folder, await signedBy(person, { files }));
    const manifest = readFileSync(path.join(target, 'META-INF/manifest.xml'), 'utf8');
    expect(manifest).to.contain('manifest:full-path="/" manifest:media-type="application/vnd.etsi.asic-e+zip"');
    expect(manifest).to.contain('manifest:full-path="jagamine + müük.pdf" manifest:media-type="application/pdf"');
    expect(manifest).to.contain(`manifest:full-path="a&amp;b'(c).txt" manifest:media-type="text/plain"`);
    const signature = readFileSync(path.join(target, signatureFile), 'utf8');
    expect(signature).to.match(
      /ObjectReference="#S0-file-0"><xades:MimeType>application\/pdf<.*#S0-file-1"><xades:MimeType>text\/plain</,
    );
    expect(signature).to.contain('URI="jagamine%20%2B%20m%C3%BC%C3%BCk.pdf"');
  });

  describe('with PKCS#1 v1.5', () => {
    before(function () {
      needTools(this, 'xmlsec1', 'unzip');
    });

    for (const bits of ['256', '384', '512'] as const) {
      it(`is valid for xmlsec1 with SHA-${bits}`, async () => {
        const signatureAlgorithm = `sha${bits}WithRSAEncryption` as const;
        const prepared = await prepareContainer(
          { files: [textFile('a.txt'), textFile('b.txt')] },
          { certificate: person.certificate, level: 'B', signatureAlgorithm },
        );
        expect(prepared.signatureAlgorithm).to.equal(signatureAlgorithm);
        expect(prepared).not.to.have.property('hashAlgorithm');
        const container = await containerFormat.assemble(prepared.draft, valueFor(prepared, person), noEvidence);
        expect(judgedByXmlsec(folder, container, simulator, signatureFile)).to.match(
          /^OK\nSignedInfo References \(ok\/all\): 3\/3$/m,
        );
        expect(signatureIn(container)).to.contain(`xmldsig-more#rsa-sha${bits}"`);
      });
    }
  });

  describe('with RSASSA-PSS', () => {
    before(function () {
      needTools(this, 'unzip');
    });

    for (const hashAlgorithm of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
      it(`is valid for xadesjs with ${hashAlgorithm}`, async () => {
        const container = await signedBy(person, { files }, { hashAlgorithm });
        expect(await isValidForXadesjs(folder, container, signatureFile)).to.equal(true);
        const hash = hashAlgorithm.replace('SHA-', 'sha');
        expect(signatureIn(container)).to.contain(`http://www.w3.org/2007/05/xmldsig-more#${hash}-rsa-MGF1"`);
      });
    }

    it('is made with SHA-512 unless something else is said', async () => {
      const prepared = await prepareContainer({ files }, { certificate: person.certificate.raw });
      expect(prepared).to.include({ signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-512' });
      expect(prepared.draft).to.include({ level: 'LT', hashAlgorithm: 'SHA-512' });
    });

    it('is valid with a key of the real size', async function () {
      this.timeout(60_000);
      const other = signatory(simulator, { privateKey: await keyOfRealSize() });
      const container = await signedBy(other, { files });
      expect(await isValidForXadesjs(folder, container, signatureFile)).to.equal(true);
    });

    const otherCharacter = (_all: string, before: string, one: string) => before + (one === 'A' ? 'B' : 'A');
    for (const [what, pattern, replacement] of [
      ['the signing time', /(SigningTime>2)\d/, '$19'],
      ['the type of a file', '<xades:MimeType>text/plain', '<xades:MimeType>text/html'],
      ['the digest of the certificate', /(CertDigest>.*?<ds:DigestValue[^>]*>)(.)/, otherCharacter],
      ['the digest of a file', /(<ds:DigestValue>)(.)/, otherCharacter],
      ['the signature value', /(S0-value">)(.)/, otherCharacter],
    ] as const) {
      it(`is invalid after a change of ${what}`, async () => {
        const before = signatureIn(await signedBy(person, { files: [textFile('a.txt')] }));
        const after = before.replace(pattern, replacement as string);
        expect(after).not.to.equal(before);
        const read = () => textFile('a.txt').content;
        expect(await isValidIn(before, read)).to.equal(true);
        expect(await isValidIn(after, read)).to.equal(false);
      });
    }

    it('is invalid after a change of a file', async () => {
      const signature = signatureIn(await signedBy(person, { files: [textFile('a.txt')] }));
      expect(await isValidIn(signature, () => Buffer.from('something else'))).to.equal(false);
    });
  });

  describe('of the level LT', () => {
    const evidence = {
      timestamp: Buffer.from('a timestamp token'),
      certificates: [Buffer.from('the authority'), Buffer.from('the timestamp unit'), Buffer.from('the authority')],
      ocspResponses: [Buffer.from('an OCSP response')],
    };
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    before(function () {
      needTools(this, 'unzip');
    });

    it('has timestamp, certificates and OCSP responses, and is still valid', async () => {
      const certificates = [person.certificate.raw, ...evidence.certificates];
      const options = { level: 'LT', evidence: { ...evidence, certificates } } as const;
      const container = await signedBy(person, { files }, options);
      expect(await isValidForXadesjs(folder, container, signatureFile)).to.equal(true);
      const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
      expect(signatureIn(container)).to.contain(
        '<xades:UnsignedProperties><xades:UnsignedSignatureProperties>' +
          `<xades:SignatureTimeStamp Id="S0-timestamp"><ds:CanonicalizationMethod Algorithm="${exclusive}"></ds:CanonicalizationMethod>` +
          `<xades:EncapsulatedTimeStamp>${base64('a timestamp token')}</xades:EncapsulatedTimeStamp></xades:SignatureTimeStamp>` +
          `<xades:CertificateValues><xades:EncapsulatedX509Certificate>${base64('the authority')}</xades:EncapsulatedX509Certificate>` +
          `<xades:EncapsulatedX509Certificate>${base64('the timestamp unit')}</xades:EncapsulatedX509Certificate></xades:CertificateValues>` +
          `<xades:RevocationValues><xades:OCSPValues><xades:EncapsulatedOCSPValue>${base64('an OCSP response')}</xades:EncapsulatedOCSPValue>` +
          '</xades:OCSPValues></xades:RevocationValues></xades:UnsignedSignatureProperties></xades:UnsignedProperties>',
      );
    });

    it('leaves out what its level has not', async () => {
      const atT = signatureIn(await signedBy(person, { files }, { level: 'T', evidence }));
      expect(atT)
        .to.contain('SignatureTimeStamp')
        .and.not.to.match(/CertificateValues|RevocationValues/);
      const atB = signatureIn(await signedBy(person, { files }, { level: 'B', evidence }));
      expect(atB).not.to.contain('UnsignedProperties');
    });

    for (const [level, missing] of [
      ['T', 'timestamp'],
      ['LT', 'timestamp'],
      ['LT', 'certificates'],
      ['LT', 'ocspResponses'],
    ] as const) {
      it(`is not assembled at ${level} without ${missing}`, () => {
        const less = { ...evidence, [missing]: missing === 'timestamp' ? undefined : [] };
        return rejects(signedBy(person, { files }, { level, evidence: less }), refused('evidence'));
      });
    }
  });

  it('has its signed parts in their canonical form, as another program canonicalizes them', async function () {
    needTools(this, 'unzip');
    const prepared = await prepareContainer({ files }, { certificate: person.certificate, level: 'B' });
    const value = valueFor(prepared, person);
    const container = await containerFormat.assemble(prepared.draft, value, noEvidence);
    const document = new DOMParser().parseFromString(signatureIn(container), 'text/xml');
    const canonical = (name: string) => {
      const [element] = document.getElementsByTagNameNS('*', name);
      return String(new ExclusiveCanonicalization().process(element as unknown as Element, {}));
    };
    expect(canonical('SignedInfo')).to.equal(prepared.data.toString());
    expect(canonical('SignatureValue')).to.equal(containerFormat.timestampedBytes(prepared.draft, value).toString());
    const digest = createHash('sha512').update(canonical('SignedProperties')).digest('base64');
    expect(prepared.data.toString()).to.contain(
      `<ds:DigestValue>${digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>`,
    );
  });

  it('is the same file whenever it is assembled', async () => {
    const prepared = await prepareContainer({ files }, { certificate: person.certificate, level: 'B' });
    const value = valueFor(prepared, person);
    const first = await containerFormat.assemble(prepared.draft, value, noEvidence);
    const second = await containerFormat.assemble(JSON.parse(JSON.stringify(prepared.draft)), value, noEvidence);
    expect(first.equals(second)).to.equal(true);
  });

  it('may hold a hundred files and more, and no more than it says', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => textFile(`file ${index}.txt`));
    expect(await signedBy(person, { files: many(100) })).to.be.instanceOf(Buffer);
    await rejects(signedBy(person, { files: many(maxFiles + 1) }), refused('files', /at most 1000 files/));
    const large = { ...textFile('large'), content: new Uint8Array(maxContainerBytes / 2 + 1) };
    await rejects(
      signedBy(person, { files: [large, { ...large, name: 'another' }] }),
      refused('files', /at most 100000000 bytes/),
    );
  });

  describe('is refused with', () => {
    const prepare = (wanted: unknown, options = {}) =>
      prepareContainer({ files: wanted as ContainerFile[] }, { certificate: person.certificate, ...options });

    for (const [what, wanted] of [
      ['no file', []],
      ['something else than files', 'a.txt'],
      ['a.txt twice', [textFile('a.txt'), textFile('a.txt')]],
      ['a.txt and A.TXT', [textFile('a.txt'), textFile('A.TXT')]],
      ['õ.txt in two spellings', [textFile('õ.txt'), textFile('o\u0303.txt')]],
      ['straße and STRASSE', [textFile('straße'), textFile('STRASSE')]],
      ['a ligature and its letters', [textFile('\ufb01le'), textFile('file')]],
      ['a variant of an emoji and itself', [textFile('❤\ufe0f'), textFile('❤')]],
    ] as const) {
      it(what, () => rejects(prepare(wanted), refused('files')));
    }

    for (const name of [
      '',
      '.',
      '..',
      '../up.txt',
      '/root.txt',
      'a/b.txt',
      'a\\b.txt',
      'C:x',
      'a\nb',
      'a\0b',
      'a\u202etxt.exe',
      'a\ud800',
      'mimetype',
      'MimeType',
      'META-INF',
      'meta-inf',
      'META-I\u034fNF',
      'ＭＩＭＥＴＹＰＥ',
      'ä'.repeat(128),
      ...['a:b', 'a.pdf::$DATA', 'a<b', 'a>b', 'a"b', 'a|b', 'a?b', 'a*b'],
      ...['a.', 'a ', 'META-INF.', 'mimetype ', '...', ' ', '. .', '\u2025'],
      ...['CON', 'prn', 'Aux.txt', 'NUL.tar.gz', 'nul .txt', 'COM0', 'com9.txt', 'LPT1', 'lpt\u00b3.txt', 'COM\u00b9'],
      ...['CONIN$', 'conout$.txt', 'ＣＯＮ'],
      ...[
        'a\u007f',
        'a\u0085',
        'a\u00ad',
        'a\u061c',
        'a\u200b',
        'a\u200c',
        '👩\u200d💻',
        'a\u2028',
        'a\u2029',
        'a\ufeff',
      ],
      ...['a\udc00b', 'a\u{e0041}'],
    ]) {
      it(`a file called ${JSON.stringify(name.slice(0, 20))}`, () =>
        rejects(prepare([textFile('first.txt'), textFile(name)]), refused('files[1].name')));
    }

    it('but not for a name that only looks like one of these', async () => {
      const names = [
        'jagamine + müük.pdf',
        'ä'.repeat(127),
        'Leping… (1).pdf',
        'Straße.txt',
        'õ'.normalize('NFD'),
        '🙂❤\ufe0f.txt',
      ];
      names.push(
        '.hidden',
        'a..b',
        ' a',
        'control.txt',
        'con1.txt',
        'auxiliary',
        'COM10',
        'a.nul',
        'mimetype.txt',
        '№ 1.pdf',
        "a&b'(c)~1.txt",
      );
      const { draft } = await prepare(names.map((name) => textFile(name)));
      expect(draft.files?.map(({ name }) => name)).to.deep.equal(names);
    });

    for (const file of [undefined, null, 'a.txt', {}, { name: 1 }]) {
      it(`${JSON.stringify(file)} for a file`, () => rejects(prepare([file]), refused('files[0].name')));
    }

    for (const contentType of ['', 'text', 'text/plain\n', 'text/<b>', 'text/plain; charset=utf-8', undefined]) {
      it(`a file of the type ${JSON.stringify(contentType)}`, () =>
        rejects(prepare([{ ...textFile('a'), contentType }]), refused('files[0].contentType')));
    }

    it('a file whose content is text', () =>
      rejects(prepare([{ ...textFile('a'), content: 'text' }]), refused('files[0].content')));

    for (const [field, value] of [
      ['level', 'LTA'],
      ['signatureAlgorithm', 'RSA'],
      ['hashAlgorithm', 'SHA3-512'],
      ['signedAt', Number.NaN],
      ['signedAt', 0],
      ['signedAt', new Date()],
      ['signedAt', '2026-01-01'],
      ['expiresInMs', 0],
      ['expiresInMs', 1.5],
      ['certificate', undefined],
      ['certificate', Buffer.from('no certificate')],
    ] as const) {
      it(`${JSON.stringify(value)} as ${field}`, () => rejects(prepare(files, { [field]: value }), refused(field)));
    }

    it('a hash beside an algorithm that names another', () =>
      rejects(
        prepare(files, { signatureAlgorithm: 'sha256WithRSAEncryption', hashAlgorithm: 'SHA-512' }),
        refused('hashAlgorithm', /SHA-256/),
      ));

    it('a certificate that is not for signatures', () => {
      const { certificate } = signatory(simulator, { purpose: 'authentication' });
      return rejects(prepare(files, { certificate }), refused('certificate', /nonRepudiation/));
    });

    it('a certificate that is not valid yet, or any more', async () => {
      const { validFrom, validTo } = person.certificate;
      for (const signedAt of [Date.parse(validFrom) - 1000, Date.parse(validTo) + 1000]) {
        await rejects(prepare(files, { signedAt }), refused('certificate', /must be valid at/));
      }
    });

    it('both files and a container, or neither', async () => {
      const options = { certificate: person.certificate };
      await rejects(prepareContainer({ files, container: Buffer.alloc(0) } as never, options), refused('input'));
      await rejects(prepareContainer({} as never, options), refused('input'));
    });
  });

  describe('is not assembled from a draft', () => {
    const changes: [string, (draft: ContainerDraft) => unknown][] = [
      ['with another content', (draft) => ({ ...draft, files: change(draft, { content: 'AAAA' }) })],
      ['with content that is not Base64', (draft) => ({ ...draft, files: change(draft, { content: '%' }) })],
      ['with another type', (draft) => ({ ...draft, files: change(draft, { contentType: 'text/html' }) })],
      ['with another name', (draft) => ({ ...draft, files: change(draft, { name: 'other.txt' }) })],
      ['with a name that leads elsewhere', (draft) => ({ ...draft, files: change(draft, { name: '../a' }) })],
      ['with a file less', (draft) => ({ ...draft, files: draft.files?.slice(1) })],
      ['without files', ({ files: _, ...draft }) => draft],
      ['with another time', (draft) => ({ ...draft, signedAt: draft.signedAt + 1000 })],
      ['with a time that is none', (draft) => ({ ...draft, signedAt: 9e15 })],
      ['with another certificate', (draft) => ({ ...draft, certificate: simulatorCertificate() })],
      ['with a certificate that is spelt otherwise', (draft) => ({ ...draft, certificate: `${draft.certificate}\n` })],
      ['with another hash', (draft) => ({ ...draft, hashAlgorithm: 'SHA-256' })],
      ['with another algorithm', (draft) => ({ ...draft, signatureAlgorithm: 'sha256WithRSAEncryption' })],
      ['with other data', (draft) => ({ ...draft, data: Buffer.from('<a/>').toString('base64') })],
      ['with another name of the signature', (draft) => ({ ...draft, signatureId: 'S1' })],
      ['with an entry for the signature elsewhere', (draft) => ({ ...draft, signatureFile: '../signatures0.xml' })],
      ['that is null', () => null],
      ['that is a text', () => 'draft'],
    ];
    const change = ({ files: [first, ...others] = [] }: ContainerDraft, changed: object) => [
      { ...first, ...changed },
      ...others,
    ];
    const simulatorCertificate = () => simulator.pki.root.certificate.toString('base64');

    for (const [what, altered] of changes) {
      it(what, async () => {
        const prepared = await prepareContainer({ files }, { certificate: person.certificate, level: 'B' });
        const draft = altered(prepared.draft) as ContainerDraft;
        await rejects(containerFormat.assemble(draft, valueFor(prepared, person), noEvidence), refused('draft'));
      });
    }
  });
});
