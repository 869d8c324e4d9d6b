import { rejects } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateSync } from 'node:zlib';
import { expect } from 'chai';
import { Attribute, ContentInfo, SignedData } from 'pkijs';
import type { SignatureEvidence } from '../../../lib/documents/evidence.js';
import { PdfFile } from '../../../lib/documents/pdf/file.js';
import { type PdfOptions, pdfFormat, preparePdf } from '../../../lib/documents/pdf/index.js';
import { PdfReference } from '../../../lib/documents/pdf/values.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { toPem } from '../../../lib/simulator/pki/certificate.js';
import { written } from '../../support/judges.js';
import { needTools, said } from '../../support/outside-tools.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { type OpensslTimestamps, opensslTimestamps } from '../openssl-timestamps.js';
import { handmade, onePage, signableFiles } from '../pdf-corpus.js';
import { cmsOf, noEvidence, signatureOf, stored, verdicts } from '../pdf-signer.js';

describe('A PDF with what is needed to verify it later', () => {
  const file = handmade({ objects: onePage() });
  let simulator: Simulator;
  let person: Signatory;
  let folder: string;
  let authority: OpensslTimestamps;
  let issuer: Buffer;
  let ocspResponse: Buffer;

  before(async function () {
    needTools(this, 'openssl', 'pdfsig');
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    folder = mkdtempSync(path.join(tmpdir(), 'pdf-'));
    authority = opensslTimestamps(folder);
    issuer = simulator.pki.authorities.qualified.certificate;
    ocspResponse = await askOcsp();
  });
  after(async () => {
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  async function askOcsp(): Promise<Buffer> {
    written(folder, 'issuer.pem', toPem(issuer));
    written(folder, 'person.pem', person.certificate.toString());
    said(
      'openssl',
      ['ocsp', '-issuer', 'issuer.pem', '-cert', 'person.pem', '-no_nonce', '-reqout', 'request'],
      folder,
    );
    const [, url = ''] = /OCSP - URI:(\S+)/.exec(person.certificate.infoAccess ?? '') ?? [];
    const body = readFileSync(path.join(folder, 'request'));
    const answer = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/ocsp-request' } });
    return Buffer.from(await answer.arrayBuffer());
  }

  const evidenceFor = (signature: Uint8Array): SignatureEvidence => ({
    timestamp: authority.timestamp(signature),
    certificates: [person.certificate.raw, issuer, simulator.pki.root.certificate, authority.certificate],
    ocspResponses: [ocspResponse],
  });

  async function signed(pdf: Uint8Array = file, options: Partial<PdfOptions> = {}): Promise<Buffer> {
    const prepared = await preparePdf(pdf, { certificate: person.certificate, ...options });
    const signature = signatureOf(prepared, person);
    const stamped = pdfFormat.timestampedBytes(prepared.draft, signature);
    return pdfFormat.assemble(stored(prepared.draft), signature, evidenceFor(stamped));
  }

  /** The document security store, decoded. */
  async function storeOf(pdf: Buffer) {
    const read = await PdfFile.open(pdf);
    const store = read.dictionary(read.catalog.get('DSS'));
    const contents = (key: string) => read.array(store.get(key)).map((one) => read.stream(one));
    return { store, certificates: contents('Certs'), ocspResponses: contents('OCSPs') };
  }

  it('of level T has a timestamp of the signature value that OpenSSL verifies, and no store', async () => {
    const pdf = await signed(file, { level: 'T' });
    expect(verdicts(folder, pdf)).to.include({ valid: 1, invalid: 0, coversAll: 1 });
    expect((await storeOf(pdf)).store.size).to.equal(0);
    const { content } = ContentInfo.fromBER(new Uint8Array(cmsOf(pdf).cms));
    const { signerInfos, certificates } = new SignedData({ schema: content });
    const [attribute, ...others] = signerInfos[0]?.unsignedAttrs?.attributes ?? [];
    expect(others).to.deep.equal([]);
    expect(attribute).to.be.instanceOf(Attribute);
    expect(attribute?.type).to.equal('1.2.840.113549.1.9.16.2.14');
    const token = Buffer.from(attribute?.values[0].toBER());
    const signature = Buffer.from(signerInfos[0]?.signature.valueBlock.valueHexView ?? []);
    expect(authority.verify(token, signature)).to.contain('Verification: OK');
    expect(authority.verify(token, signature.subarray(1))).to.contain('Verification: FAILED');
    expect(certificates).to.have.length(4);
  });

  it('of level LT has the certificates and OCSP responses in a revision of its own, after the signature', async () => {
    const pdf = await signed();
    expect(verdicts(folder, pdf)).to.include({ valid: 1, invalid: 0, coversAll: 0 });
    const { store, certificates, ocspResponses } = await storeOf(pdf);
    expect([...store.keys()]).to.deep.equal(['Type', 'Certs', 'OCSPs']);
    expect(certificates.map((one) => one?.toString('hex'))).to.deep.equal(
      evidenceFor(Buffer.of(1)).certificates.map((one) => Buffer.from(one).toString('hex')),
    );
    expect(ocspResponses.map((one) => one?.equals(ocspResponse))).to.deep.equal([true]);
    written(folder, 'response', ocspResponses[0] as Buffer);
    const judged = said(
      'openssl',
      ['ocsp', '-respin', 'response', '-issuer', 'issuer.pem', '-cert', 'person.pem', '-noverify'],
      folder,
    );
    expect(judged).to.contain('person.pem: good');
  });

  for (const what of [
    'a classic table of cross-references',
    'PDF 2.0',
    'a hybrid of both',
    'a form in an object stream',
  ]) {
    it(`keeps what is there of earlier signatures, in a file with ${what}: three signers, all valid`, async () => {
      const files = await signableFiles();
      const once = await signed(files[what] as Buffer);
      const twice = await signed(once, { visible: { page: 1, x: 20, y: 20, width: 200, height: 40 } });
      const thrice = await signed(twice);
      expect(thrice.subarray(0, once.length).equals(once)).to.equal(true);
      const { said: judgement, ...counts } = verdicts(folder, thrice);
      expect(counts, judgement).to.deep.equal({ valid: 3, invalid: 0, coversAll: 0 });
      expect((await storeOf(thrice)).certificates).to.have.length(12);
      expect((await storeOf(thrice)).ocspResponses).to.have.length(3);
    });
  }

  it('is added to a store that is in the catalog, or whose lists are objects, and changes nothing else of it', async () => {
    const stores = {
      '<< /Certs [5 0 R] /VRI << /AB << /Cert [5 0 R] >> >> /Other true >>': '',
      '6 0 R': '<< /Certs 7 0 R /VRI << /AB << /Cert [5 0 R] >> >> /Other true >>',
    };
    for (const [place, store] of Object.entries(stores)) {
      const objects = { ...onePage('', `/DSS ${place}`), 5: { entries: '', data: Buffer.from('earlier') } };
      const pdf = await signed(handmade({ objects: store ? { ...objects, 6: store, 7: '[5 0 R]' } : objects }));
      const found = await storeOf(pdf);
      expect(found.certificates).to.have.length(5);
      expect(found.certificates[0]?.toString()).to.equal('earlier');
      expect(found.store.get('Other')).to.equal(true);
      expect([...found.store.keys()]).to.include('VRI');
    }
  });

  it('has each certificate once, however often it is given', async () => {
    const prepared = await preparePdf(file, { certificate: person.certificate });
    const signature = signatureOf(prepared, person);
    const evidence = evidenceFor(signature);
    const twice = { ...evidence, certificates: [...evidence.certificates, ...evidence.certificates] };
    const pdf = await pdfFormat.assemble(prepared.draft, signature, twice);
    expect((await storeOf(pdf)).certificates).to.have.length(4);
    const { content } = ContentInfo.fromBER(new Uint8Array(cmsOf(pdf).cms));
    expect(new SignedData({ schema: content }).certificates).to.have.length(4);
  });

  it('is the same file however often it is completed with the same evidence', async () => {
    const prepared = await preparePdf(file, { certificate: person.certificate });
    const signature = signatureOf(prepared, person);
    const evidence = evidenceFor(signature);
    const complete = () => pdfFormat.assemble(stored(prepared.draft), signature, evidence);
    expect((await complete()).equals(await complete())).to.equal(true);
  });

  it('is refused without what its level needs, and when it does not fit into the file', async () => {
    const prepared = await preparePdf(file, { certificate: person.certificate });
    const signature = signatureOf(prepared, person);
    const evidence = evidenceFor(signature);
    const refused = (other: SignatureEvidence, message: RegExp) =>
      rejects(pdfFormat.assemble(prepared.draft, signature, other), {
        name: 'SmartIdInputError',
        field: 'evidence',
        message,
      });
    await refused(noEvidence, /must have a timestamp for the level LT/);
    await refused({ ...evidence, ocspResponses: [] }, /must have OCSP responses for the level LT/);
    await refused(
      { ...evidence, timestamp: Buffer.alloc(32_768) },
      /is too large: the signature has \d+ of 32768 bytes/,
    );
  });

  it('compresses nothing that a reader could not read', async () => {
    const pdf = await signed();
    const read = await PdfFile.open(pdf);
    const [reference] = read.array(read.dictionary(read.catalog.get('DSS')).get('OCSPs'));
    expect(reference).to.be.instanceOf(PdfReference);
    const text = pdf.toString('latin1');
    const start = text.indexOf('stream\n', text.indexOf(`\n${(reference as PdfReference).number} 0 obj`)) + 7;
    expect(inflateSync(pdf.subarray(start)).equals(ocspResponse)).to.equal(true);
  });

  describe('is not begun where the evidence could not be added', () => {
    const withStore = (catalog: string, store: string) => handmade({ objects: { ...onePage('', catalog), 9: store } });
    const plain = handmade({ objects: onePage() }).toString('latin1');

    /** So many revisions in which nothing is changed. */
    function revisions(count: number): Buffer {
      let text = plain;
      let previous = /startxref\n(\d+)/.exec(text)?.[1];
      for (let number = 1; number < count; number++) {
        const at = text.length;
        text += `xref\n0 0\ntrailer\n<< /Size 5 /Root 1 0 R /Prev ${previous} >>\nstartxref\n${at}\n%%EOF\n`;
        previous = String(at);
      }
      return Buffer.from(text, 'latin1');
    }

    for (const [what, pdf] of [
      ['its store is a number', withStore('/DSS 9 0 R', '42')],
      ['the certificates in its store are a number', withStore('/DSS << /Certs 9 0 R >>', '42')],
      ['the OCSP answers in its store are a number', withStore('/DSS << /OCSPs 9 0 R >>', '42')],
      ['it has as many objects as a file can have', Buffer.from(plain.replace('/Size 5', '/Size 8388607'), 'latin1')],
      ['it has as many revisions as a file may have', revisions(1000)],
      [
        'it has as many cross-references as a file may have',
        Buffer.from(plain.replace('xref\n', `xref\n${'0 1\n0000000000 65535 f \n'.repeat(999_993)}`), 'latin1'),
      ],
    ] as const) {
      it(`since ${what}, which does no harm without evidence`, async () => {
        const prepare = (level: 'B' | 'LT') => preparePdf(pdf, { certificate: person.certificate, level });
        await rejects(prepare('LT'), { name: 'SmartIdInputError', field: 'pdf' });
        expect((await prepare('B')).draft.level).to.equal('B');
      });
    }
  });
});
