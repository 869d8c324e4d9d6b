import { rejects } from 'node:assert/strict';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { ZipFile } from 'yazl';
import { type ContainerDraft, containerFormat, prepareContainer } from '../../lib/documents/container/index.js';
import { readZip } from '../../lib/documents/container/zip-reader.js';
import { writeZip } from '../../lib/documents/container/zip-writer.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { generateRsaKey } from '../../lib/simulator/pki/authority.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { judgeContainer, written } from '../support/judges.js';
import { needTools, said } from '../support/outside-tools.js';
import { type Signatory, signatory } from '../support/signing.js';
import {
  containerType,
  isValidForXadesjs,
  isValidIn,
  judgedByXmlsec,
  manifestFile,
  manifestOf,
  noEvidence,
  refused,
  signedBy,
  textFile,
  unpacked,
  valueFor,
} from './container-support.js';
import { rawContainer, storedEntry } from './raw-zip.js';
import { containerByXadesjs } from './xadesjs-container.js';

const signatures0 = 'META-INF/signatures0.xml';
const signatures1 = 'META-INF/signatures1.xml';
const pkcs1 = { signatureAlgorithm: 'sha512WithRSAEncryption' } as const;

describe('An existing container', () => {
  let simulator: Simulator;
  let first: Signatory;
  let second: Signatory;
  let folder: string;
  let container: Buffer;
  const files = [textFile('jagamine + müük.txt'), textFile('a.txt'), textFile('empty', '')];

  before(async function () {
    needTools(this, 'unzip');
    simulator = await startSimulator({ port: 0 });
    first = signatory(simulator);
    second = signatory(simulator, { privateKey: await generateRsaKey(2048) });
    folder = mkdtempSync(path.join(tmpdir(), 'existing-container-'));
    container = await signedBy(first, { files });
  });
  after(async () => {
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const prepare = (bytes: Uint8Array) =>
    prepareContainer({ container: bytes }, { certificate: second.certificate, level: 'B' });
  const entriesIn = (bytes: Buffer) =>
    said('unzip', ['-Z1', written(folder, 'listed.asice', bytes)])
      .trim()
      .split('\n');

  describe('with one more signature', () => {
    it('has both signatures valid, and a third', async () => {
      const twice = await signedBy(second, { container });
      const thrice = await signedBy(first, { container: twice }, { hashAlgorithm: 'SHA-256' });
      expect(entriesIn(thrice).slice(-3)).to.deep.equal([signatures0, signatures1, 'META-INF/signatures2.xml']);
      for (const name of entriesIn(thrice).slice(-3)) {
        expect(await isValidForXadesjs(folder, thrice, name)).to.equal(true);
      }
      expect(said('unzip', ['-t', written(folder, 'thrice.asice', thrice)])).to.contain('No errors detected');
    });

    it('has both signatures valid for xmlsec1', async function () {
      needTools(this, 'xmlsec1');
      const plain = { files: [textFile('a.txt'), textFile('b.txt')] };
      const twice = await signedBy(second, { container: await signedBy(first, plain, pkcs1) }, pkcs1);
      for (const name of [signatures0, signatures1]) {
        expect(judgedByXmlsec(folder, twice, simulator, name)).to.match(/^OK\n.*3\/3$/m);
      }
    });

    it('has all that it had, byte for byte', async () => {
      const twice = await signedBy(second, { container });
      const directory = container.indexOf('PK\x01\x02', 0, 'latin1');
      const end = container.indexOf('PK\x05\x06', 0, 'latin1');
      expect(twice.subarray(0, directory).equals(container.subarray(0, directory))).to.equal(true);
      const newDirectory = twice.indexOf('PK\x01\x02', 0, 'latin1');
      expect(twice.subarray(newDirectory).indexOf(container.subarray(directory, end))).to.equal(0);
      expect(twice.toString('latin1', directory, directory + 4)).to.equal('PK\x03\x04');
    });

    it('signs every file with the type of the manifest', async () => {
      const prepared = await prepare(container);
      expect(prepared.data.toString()).to.match(/URI="jagamine%20%2B%20m%C3%BC%C3%BCk.txt".*URI="a.txt".*URI="empty"/);
      expect(prepared.draft).to.include({ signatureId: 'S1', signatureFile: signatures1 });
    });
  });

  describe('of another program', () => {
    it('made by a library for XAdES gets one more signature, and keeps its own', async function () {
      needTools(this, 'xmlsec1');
      const once = await containerByXadesjs([textFile('a.txt'), textFile('b.txt')], first);
      const twice = await signedBy(second, { container: once });
      expect(judgeContainer(folder, unpacked(folder, twice), simulator)).to.match(/^OK\n.*3\/3$/m);
      expect(await isValidForXadesjs(folder, twice, signatures1)).to.equal(true);
    });

    /** With a manifest behind them. */
    async function zipped(entries: [name: string, content: string, options?: object][], comment = ''): Promise<Buffer> {
      const zip = new ZipFile();
      zip.addBuffer(Buffer.from(containerType), 'mimetype', { compress: false, forceDosTimestamp: true });
      const manifest = manifestOf(entries.map(([name]) => name));
      for (const [name, content, options] of [...entries, [manifestFile, manifest] as const]) {
        // A stream, whose size is not known: it comes behind the content then.
        if (name.endsWith('/')) zip.addEmptyDirectory(name);
        else zip.addReadStream(Readable.from([Buffer.from(content)]), name, { fileComment: 'LIB', ...options });
      }
      zip.end({ comment, forceZip64Format: false });
      return buffer(zip.outputStream as Readable);
    }

    it('may be compressed, and have folders, comments and sizes behind the content', async () => {
      const foreign = await zipped(
        [
          ['META-INF/', ''],
          ['folder/', ''],
          ['folder/a & b.txt', 'a'.repeat(100_000)],
          ['ü.pdf', 'pdf'],
        ],
        'mimetype=application/vnd.etsi.asic-e+zip',
      );
      const signed = await signedBy(second, { container: foreign });
      expect(said('unzip', ['-t', written(folder, 'foreign.asice', signed)])).to.contain('No errors detected');
      expect(said('unzip', ['-z', path.join(folder, 'foreign.asice')])).to.contain('mimetype=application');
      expect(await isValidForXadesjs(folder, signed, signatures0)).to.equal(true);
      const signature = readFileSync(path.join(unpacked(folder, signed), signatures0), 'utf8');
      expect(signature).to.contain('URI="folder/a%20%26%20b.txt"').and.contain('<xades:MimeType>application/pdf<');
    });

    it('may be made by Python', async function () {
      needTools(this, 'python3');
      const script = `import sys, zipfile
with zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as container:
    container.writestr('mimetype', '${containerType}', zipfile.ZIP_STORED)
    container.writestr('ü.txt', 'content' * 1000)
    container.writestr('${manifestFile}', sys.argv[2])`;
      const file = path.join(folder, 'python.asice');
      said('python3', ['-c', script, file, manifestOf(['ü.txt'])]);
      const signed = await signedBy(second, { container: readFileSync(file) });
      expect(await isValidForXadesjs(folder, signed, signatures0)).to.equal(true);
    });

    for (const name of [
      'jagamine + müük.pdf',
      `a&b<c>"'.txt`,
      'what? *.txt',
      'a|b.txt',
      'aux.txt',
      'folder/NUL',
      'a.txt.',
      'folder /a. ',
      '.hidden',
      'Leping… (1).pdf',
      '合同／一.pdf',
      '🙂.txt',
    ]) {
      it(`may have a name that it could have on Linux or macOS: ${JSON.stringify(name)}`, async () => {
        const foreign = await zipped([[name, 'content']]);
        const signed = await signedBy(second, { container: foreign });
        expect((await readZip(signed)).map((entry) => entry.name)).to.deep.equal([
          'mimetype',
          name,
          manifestFile,
          signatures0,
        ]);
        expect(await isValidForXadesjs(folder, signed, signatures0)).to.equal(true);
      });
    }

    it('may list its entries in another order than that in which they are', async () => {
      const files = [storedEntry('b.txt', 'b'), storedEntry('a.txt', 'a')];
      const signed = await signedBy(second, { container: rawContainer(files, [3, 2, 1, 0]) });
      expect(entriesIn(signed)).to.deep.equal(['a.txt', 'b.txt', manifestFile, 'mimetype', signatures0]);
      expect(await isValidForXadesjs(folder, signed, signatures0)).to.equal(true);
    });

    it('may have files in META-INF that nobody knows', async () => {
      const foreign = await zipped([
        ['META-INF/container.xml', '<a/>'],
        ['META-INF/õ.txt', ''],
        ['a.txt', 'a'],
      ]);
      expect(await prepare(foreign)).to.have.nested.property('draft.signatureFile', signatures0);
    });

    it('may leave types open in its manifest, which are signed as they are', async () => {
      const open = manifestOf(['a.txt']).replace("'text/plain'", "''");
      const entries = { mimetype: containerType, [manifestFile]: open, 'a.txt': 'a' };
      const foreign = writeZip(
        Object.entries(entries).map(([name, content]) => ({ name, content: Buffer.from(content) })),
        new Date(),
      );
      const signature = readFileSync(
        path.join(unpacked(folder, await signedBy(second, { container: foreign })), signatures0),
        'utf8',
      );
      expect(signature.match(/<xades:MimeType>.*?</g)).to.deep.equal(['<xades:MimeType><']);
    });

    describe('whose signature is in a file without the "s" of the standard', () => {
      const file = 'META-INF/signature-0.xml';
      const renamed = (bytes: Buffer) => Buffer.from(bytes.toString('latin1').replaceAll(signatures0, file), 'latin1');

      it('gets one more signature', async () => {
        const bytes = renamed(container);
        expect(entriesIn(bytes)).to.contain(file);
        expect((await prepare(bytes)).draft).to.include({ signatureId: 'S1', signatureFile: signatures1 });
      });

      it('is refused when that is broken', () =>
        rejects(
          prepare(renamed(changed('a.txt', (content) => `${content} and more`))),
          refused('container', /broken signature in "META-INF\/signature-0.xml": what it signs as "a.txt"/),
        ));
    });

    describe('signed by xmlsec1', () => {
      before(function () {
        needTools(this, 'xmlsec1');
      });

      const c14n = 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315';
      const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
      const rsa256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';
      const ecdsa256 = 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256';
      const sha256 = 'http://www.w3.org/2001/04/xmlenc#sha256';
      const xades = 'http://uri.etsi.org/01903';

      interface Template {
        canonicalization?: string;
        method?: string;
        transform?: string;
        hash?: string;
      }

      /** With everything that the kinds of canonicalization treat differently. */
      function templateOf(
        { canonicalization = c14n, method = rsa256, transform, hash = sha256 }: Template,
        certificateDigest: string,
      ): string {
        const digest = `<DigestMethod Algorithm="${hash}"/><DigestValue></DigestValue>`;
        const transforms = transform ? `<Transforms>${transform}</Transforms>` : '';
        return `<?xml version="1.0"?>\n<!-- before -->
<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:unused='urn:u' xmlns='urn:default'><?go on ?>
<Signature xmlns="http://www.w3.org/2000/09/xmldsig#" Id="S0"><SignedInfo>
<!-- within --><CanonicalizationMethod Algorithm="${canonicalization}"/><SignatureMethod Algorithm="${method}"/>
<Reference Id="f" URI="a.txt">${digest}</Reference><Reference Type="${xades}#SignedProperties" URI="#SP">${digest}</Reference><Reference Id='r' Type="urn:x" URI="#P">${transforms}${digest}</Reference>
</SignedInfo><SignatureValue/><KeyInfo><X509Data/></KeyInfo><Object>
<xa:QualifyingProperties xmlns:xa="http://uri.etsi.org/01903/v1.3.2#" Target="#S0"><xa:SignedProperties Id="SP"><xa:SignedSignatureProperties><xa:SigningCertificate><xa:Cert><xa:CertDigest><DigestMethod Algorithm="${sha256}"/><DigestValue>${certificateDigest}</DigestValue></xa:CertDigest></xa:Cert></xa:SigningCertificate></xa:SignedSignatureProperties>
<xa:SignedDataObjectProperties><xa:DataObjectFormat ObjectReference="#f"><xa:MimeType>text/plain</xa:MimeType></xa:DataObjectFormat></xa:SignedDataObjectProperties></xa:SignedProperties></xa:QualifyingProperties>
<x:Signed xmlns:x="urn:x" xmlns:y = "urn:y" y:b="2" x:a="&#9;1&amp;&quot;'&lt;>" b = 'c
d' Id="P"  a="&#xe4;ä"><y:z xmlns="" xmlns:y="urn:y"><n/><y:q xmlns:y="urn:other"/></y:z><!-- a comment -->
<n xmlns="http://www.w3.org/2000/09/xmldsig#"/><![CDATA[<&]]>text &gt; &#13; "'<?target  some data?><x:empty></x:empty></x:Signed>
</Object></Signature></asic:XAdESSignatures>`;
      }

      async function signedByXmlsec(template: Template, change = (xml: string) => xml): Promise<Buffer> {
        const where = mkdtempSync(path.join(folder, 'xmlsec-'));
        const isEc = template.method === ecdsa256;
        const { privateKey } = isEc ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : first;
        const { certificate } = simulator.pki.issueUserCertificate({ privateKey, purpose: 'signature' });
        writeFileSync(path.join(where, 'key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
        writeFileSync(path.join(where, 'certificate.pem'), toPem(certificate));
        writeFileSync(path.join(where, 'a.txt'), 'the content of a.txt');
        mkdirSync(path.join(where, 'META-INF'));
        const certificateDigest = createHash('sha256').update(certificate).digest('base64');
        writeFileSync(path.join(where, 'template.xml'), templateOf(template, certificateDigest));
        const properties = 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties';
        const ids = ['--id-attr:Id', 'urn:x:Signed', '--id-attr:Id', properties];
        const key = ['--privkey-pem', 'key.pem,certificate.pem'];
        const output = said('xmlsec1', ['--sign', ...ids, ...key, '--output', 'signed.xml', 'template.xml'], where);
        expect(output).to.equal('');
        const xml = change(readFileSync(path.join(where, 'signed.xml'), 'utf8'));
        return zipped([
          ['a.txt', 'the content of a.txt'],
          ['META-INF/edoc-signatures-S1.xml', xml],
        ]);
      }

      const withPrefixes = `<Transform Algorithm="${exclusive}"><InclusiveNamespaces xmlns="${exclusive}" PrefixList="asic #default y"/></Transform>`;
      for (const [what, template] of [
        ['inclusive canonicalization', {}],
        ['inclusive canonicalization with comments', { canonicalization: `${c14n}#WithComments` }],
        ['Canonical XML 1.1', { canonicalization: 'http://www.w3.org/2006/12/xml-c14n11' }],
        ['exclusive canonicalization', { canonicalization: exclusive }],
        ['exclusive canonicalization with comments', { canonicalization: `${exclusive}WithComments` }],
        ['an inclusive transform', { transform: `<Transform Algorithm="${c14n}"/>` }],
        ['an exclusive transform', { transform: `<Transform Algorithm="${exclusive}"/>` }],
        ['an exclusive transform with prefixes', { transform: withPrefixes }],
        ['ECDSA', { method: ecdsa256 }],
        ['SHA-1 of another time', { hash: 'http://www.w3.org/2000/09/xmldsig#sha1' }],
      ] as [string, Template][]) {
        it(`with ${what} gets one more signature`, async () => {
          const prepared = await prepare(await signedByXmlsec(template));
          expect(prepared.draft).to.include({ signatureId: 'S1', signatureFile: signatures1 });
          const changed = (xml: string) => xml.replace('text &gt;', 'text. &gt;');
          await rejects(prepare(await signedByXmlsec(template, changed)), refused('container', /#P.*has been changed/));
        });
      }

      for (const [what, change, message] of [
        [
          'nothing of what it says it signs',
          (xml: string) => xml.replace('Id="P"', 'Id="Q"'),
          /#P.*is not there exactly once/,
        ],
        [
          'what is there twice',
          (xml: string) => xml.replace('<x:empty', '<x:empty ID="P"'),
          /#P.*is not there exactly once/,
        ],
        [
          'by no certificate',
          (xml: string) => xml.replace(/<X509Certificate>[\s\S]*?<\/X509Certificate>/, ''),
          /no certificate/,
        ],
        [
          'by what is no certificate',
          (xml: string) => xml.replace(/(<X509Certificate>)[\s\S]*?(?=<)/, '$1AAAA'),
          /cannot be read/,
        ],
        [
          'with an algorithm that is not known',
          (xml: string) => xml.replace('#rsa-sha256', '#hmac-sha256'),
          /not known/,
        ],
        ['with a hash that is not known', (xml: string) => xml.replace('xmlenc#sha256', 'xmlenc#md5'), /not known/],
        ['without properties', (xml: string) => xml.replaceAll('QualifyingProperties', 'Properties'), /not a XAdES/],
        ['with the properties of another', (xml: string) => xml.replace('"#S0"', '"#S9"'), /of another signature/],
        ['with properties that are not signed', (xml: string) => xml.replace('Id="SP"', 'Id="SQ"'), /are not signed/],
        ['with a value of something else', (xml: string) => xml.replace('Id="r"', 'Id="q"'), /value is not that/],
      ] as const) {
        it(`${what} is refused`, async () =>
          rejects(
            prepare(await signedByXmlsec({}, change)),
            refused(
              'container',
              new RegExp(`broken signature in "META-INF/edoc-signatures-S1.xml".*${message.source}`),
            ),
          ));
      }
    });
  });

  /** The same container with another content of one entry. */
  function changed(name: string, change: (content: string) => string, encoding: BufferEncoding = 'utf8'): Buffer {
    const target = unpacked(folder, container);
    const entries = entriesIn(container).map((entry) => {
      const content = readFileSync(path.join(target, entry));
      return {
        name: entry,
        content: entry === name ? Buffer.from(change(content.toString(encoding)), encoding) : content,
      };
    });
    expect(entries.some((entry) => entry.name === name)).to.equal(true);
    return writeZip(entries, new Date());
  }

  /** Of a file of signatures: what is before the signature, and the signature. */
  function asic(xml: string): [before: string, signature: string] {
    const at = xml.indexOf('<ds:Signature ');
    return [xml.slice(0, at), xml.slice(at, xml.lastIndexOf('</asic:'))];
  }
  const inSignature = (xml: string, more: string) => xml.replace('</ds:Signature>', `${more}$&`);

  describe('may have as its file of signatures', () => {
    const documentSignatures = 'urn:oasis:names:tc:opendocument:xmlns:digitalsignature:1.0';
    for (const [what, change] of [
      ['the signature itself', (xml: string) => asic(xml)[1]],
      [
        'that of OpenDocument',
        (xml: string) =>
          `<o:document-signatures xmlns:o="${documentSignatures}">${asic(xml)[1]}</o:document-signatures>`,
      ],
      ['that of the first ASiC', (xml: string) => xml.replace('/02918/', '/2918/')],
      [
        'one with comments and spaces',
        (xml: string) => xml.replace('<ds:Signature ', '<!-- a comment -->\n  <?go on?>$&'),
      ],
    ] as const) {
      it(what, async () => {
        expect(await prepare(changed(signatures0, change))).to.have.nested.property('draft.signatureId', 'S1');
      });
    }
  });

  describe('is refused when', () => {
    const brokenSignature = /^container has a broken signature in "META-INF\/signatures0.xml": /;
    for (const [what, change, message] of [
      [
        'its signing time is another one',
        (xml: string) => xml.replace(/(SigningTime>2)\d/, '$19'),
        /S0-properties" has been changed/,
      ],
      [
        'the digest of a file is another one',
        (xml: string) => xml.replace(/(?<=<ds:DigestValue>)./, (one) => (one === 'A' ? 'B' : 'A')),
        /has been changed/,
      ],
      [
        'something in its signed information is another',
        (xml: string) => xml.replace('<ds:Reference Id="S0-file-0"', '<ds:Reference Id="S0-file-9"'),
        /value is not that/,
      ],
      [
        'its value is another one',
        (xml: string) => xml.replace(/(?<=S0-value">)./, (one) => (one === 'A' ? 'B' : 'A')),
        /value is not that/,
      ],
      ['its value is no Base64', (xml: string) => xml.replace(/(S0-value">)(..)/, '$1%%'), /not Base64/],
      [
        'it signs a file that is not there',
        (xml: string) => xml.replace('URI="a.txt"', 'URI="b.txt"'),
        /"b.txt" is not there/,
      ],
      [
        'it signs a file by a transform',
        (xml: string) =>
          xml.replace(
            /(URI="a.txt">)/,
            '$1<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>',
          ),
        /not known/,
      ],
      [
        'its value is too long',
        (xml: string) => xml.replace('</ds:SignatureValue>', `${' '.repeat(100_000)}$&`),
        /its SignatureValue is too long/,
      ],
      ['it is not XML', () => 'no XML', /./],
      ['it ends in the midst', (xml: string) => xml.slice(0, -20), /./],
      ['it holds no signature', (xml: string) => `${asic(xml)[0]}</asic:XAdESSignatures>`, /there is no signature/],
      ['it has a root of another name', (xml: string) => `<a>${asic(xml)[1]}</a>`, /not a file of signatures/],
      [
        'it has a root of another namespace',
        (xml: string) => xml.replace('02918/v1.2.1#', '02918/v1.9.9#'),
        /not a file of signatures/,
      ],
      [
        'it has something beside the signatures',
        (xml: string) => xml.replace('<ds:Signature ', '<a/><ds:Signature '),
        /something else beside the signatures/,
      ],
      [
        'it has a text beside the signatures',
        (xml: string) => xml.replace('<ds:Signature ', 'text<ds:Signature '),
        /something else beside the signatures/,
      ],
      [
        'it has another signature, in an object',
        (xml: string) => inSignature(xml, `<ds:Object>${asic(xml)[1]}</ds:Object>`),
        /a signature within another element/,
      ],
      [
        'it has another signature, in an element that nobody knows',
        (xml: string) => inSignature(xml, `<ds:Object><a><ds:Signature/></a></ds:Object>`),
        /a signature within another element/,
      ],
      [
        'it has another signature, where it is the root',
        (xml: string) => asic(inSignature(xml, `<ds:Object>${asic(xml)[1]}</ds:Object>`))[1],
        /a signature within another element/,
      ],
      [
        'it has a counter signature',
        (xml: string) =>
          xml.replace(
            '</xades:QualifyingProperties>',
            `<xades:UnsignedProperties><xades:UnsignedSignatureProperties><xades:CounterSignature>${asic(xml)[1]}</xades:CounterSignature></xades:UnsignedSignatureProperties></xades:UnsignedProperties>$&`,
          ),
        /a counter signature, which is not checked/,
      ],
      ...['Id', 'ID', 'id', 'xml:id'].map(
        (attribute) =>
          [
            `another element has its identifier as ${attribute}`,
            (xml: string) => inSignature(xml, `<ds:Object ${attribute}="S0-properties"/>`),
            /S0-properties" is not there exactly once/,
          ] as const,
      ),
      ['it has a DOCTYPE', (xml: string) => xml.replace('?>\n', '?>\n<!DOCTYPE a [<!ENTITY b "c">]>'), /DOCTYPE/],
      ['it has an entity', (xml: string) => xml.replace('text/plain', 'text&slash;plain'), /entity/],
      ['it is nested without end', () => '<a>'.repeat(100_000), /deep/],
    ] as const) {
      it(`in a signature ${what}`, () =>
        rejects(prepare(changed(signatures0, change)), (error: Error) => {
          expect(error.message).to.match(brokenSignature).and.match(message);
          return refused('container')(error);
        }));
    }

    /** The same container with its signature in so many files. */
    function withSignatureFiles(count: number, change: (xml: string) => string): Buffer {
      const target = unpacked(folder, container);
      const entries = entriesIn(container).map((name) => ({ name, content: readFileSync(path.join(target, name)) }));
      const content = Buffer.from(change(readFileSync(path.join(target, signatures0), 'utf8')));
      const more = Array.from({ length: count - 1 }, (_, index) => ({
        name: `META-INF/signatures${index + 1}.xml`,
        content,
      }));
      return writeZip(
        [...entries.map((one) => (one.name === signatures0 ? { ...one, content } : one)), ...more],
        new Date(),
      );
    }

    it('its files of signatures have too many elements together', async () => {
      const padded = (xml: string) => inSignature(xml, `<ds:Object>${'<a/>'.repeat(49_000)}</ds:Object>`);
      expect(await prepare(withSignatureFiles(5, padded))).to.have.property('draft');
      await rejects(
        prepare(withSignatureFiles(6, padded)),
        refused('container', /too many elements in all files of sig/),
      );
    });

    it('its files of signatures have too many bytes together', async () => {
      const padded = (xml: string) => `${xml}<!--${'a'.repeat(6_500_000)}-->`;
      expect(await prepare(withSignatureFiles(3, padded))).to.have.property('draft');
      await rejects(
        prepare(withSignatureFiles(4, padded)),
        refused('container', /more than 20000000 bytes of signatures/),
      );
    });

    it('a signed file has changed', async () => {
      const bytes = changed('a.txt', (content) => `${content} and more`);
      await rejects(
        prepare(bytes),
        refused('container', /signatures0.xml": what it signs as "a.txt" has been changed/),
      );
    });

    it('one of two signatures is broken', async () => {
      const twice = await signedBy(second, { container });
      const at = twice.lastIndexOf('<ds:DigestValue>') + 20;
      twice.write(twice.toString('latin1', at, at + 1) === 'A' ? 'B' : 'A', at, 'latin1');
      await rejects(prepare(twice), refused('container'));
    });

    for (const [what, change, message] of [
      ['is not XML', () => 'no XML', /malformed META-INF\/manifest.xml/],
      ['is something else', () => '<a/>', /something else/],
      ['does not list a file', (xml: string) => xml.replace('a.txt', 'b.txt'), /does not list "a.txt"/],
      [
        'lists a file that is not there',
        (xml: string) =>
          xml.replace(
            '</manifest:manifest>',
            `${/<manifest:file-entry[^>]*a.txt.*?>/.exec(xml)?.[0].replace('a.txt', 'b.txt')}</manifest:file-entry>$&`,
          ),
        /lists "b.txt" in its META-INF\/manifest.xml, and has no such file/,
      ],
      [
        'lists a file twice',
        (xml: string) => xml.replace('full-path="empty"', 'full-path="a.txt"'),
        /lists "a.txt" twice/,
      ],
      [
        'has a file without a type',
        (xml: string) => xml.replace('manifest:media-type="text/plain"', ''),
        /without a name or type/,
      ],
      ['has a DOCTYPE', (xml: string) => xml.replace('?>', '?><!DOCTYPE a SYSTEM "file:///etc/passwd">'), /DOCTYPE/],
    ] as const) {
      it(`its manifest ${what}`, () => rejects(prepare(changed(manifestFile, change)), refused('container', message)));
    }
  });

  it('whose signature is damaged anywhere is refused, or valid for another program too', async function () {
    this.timeout(120_000);
    const target = unpacked(folder, container);
    const xml = readFileSync(path.join(target, signatures0), 'latin1');
    // What is damaged is the same in every run.
    let state = 20261128;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return Math.floor((state / 0x1_0000_0000) * below);
    };
    const read = (name: string) => readFileSync(path.join(target, name));
    const counts = { taken: 0, refused: 0 };
    for (let round = 0; round < 500; round += 1) {
      const at = random(xml.length);
      const length = random(3);
      const damaged = xml.slice(0, at) + String.fromCharCode(random(256)).repeat(random(2)) + xml.slice(at + length);
      const bytes = changed(signatures0, () => damaged, 'latin1');
      const isTaken = await prepare(bytes).then(
        () => true,
        (error) => !refused('container', /broken signature in "META-INF/)(error),
      );
      counts[isTaken ? 'taken' : 'refused'] += 1;
      if (isTaken) expect(await isValidIn(damaged, read), damaged).to.equal(true);
    }
    expect(counts.refused).to.be.above(300);
  });

  describe('is not assembled from a draft', () => {
    for (const [what, altered] of [
      [
        'with another container',
        (draft: ContainerDraft) => ({ ...draft, container: changed('a.txt', () => 'b').toString('base64') }),
      ],
      ['with a container that is none', (draft: ContainerDraft) => ({ ...draft, container: 'AAAA' })],
      [
        'with a container that is not Base64',
        (draft: ContainerDraft) => ({ ...draft, container: draft.container?.replace(/.{8}$/, '%%%%%%%%') }),
      ],
      [
        'whose container has got another signature',
        async (draft: ContainerDraft) => ({
          ...draft,
          container: (await signedBy(first, { container })).toString('base64'),
        }),
      ],
      ['with an entry that is taken', (draft: ContainerDraft) => ({ ...draft, signatureFile: signatures0 })],
      ['with another name of the signature', (draft: ContainerDraft) => ({ ...draft, signatureId: 'S2' })],
    ] as const) {
      it(what, async () => {
        const prepared = await prepare(container);
        const draft = await altered(prepared.draft);
        await rejects(containerFormat.assemble(draft, valueFor(prepared, second), noEvidence), refused('draft'));
      });
    }
  });
});
