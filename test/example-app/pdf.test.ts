import { rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { extractSignature } from '@signpdf/utils';
import { fromBER } from 'asn1js';
import { expect } from 'chai';
import { ContentInfo, SignedData } from 'pkijs';
import { type ContractToSign, preparePdf } from '../../example-app/documents/pdf.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { generateRsaKey } from '../../lib/simulator/pki/authority.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { judgePdf, trustingDatabase, written } from '../support/judges.js';
import { needTools, said } from '../support/outside-tools.js';
import { keyOfRealSize, type Signatory, signatory, signatureValue } from '../support/signing.js';

describe('A contract as a PDF', () => {
  const signerName = 'Ņikita Õunapuu-Žaikūnė Šūbert';
  let simulator: Simulator;
  let person: Signatory;
  let folder: string;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    folder = mkdtempSync(path.join(tmpdir(), 'contract-'));
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  const prepare = (changes: Partial<ContractToSign> = {}, { certificate } = person) =>
    preparePdf({
      title: 'Üürileping',
      text: 'The tenant pays 1 € a month.\n\nŽālioji vēja ķīļa ģērbtuve.',
      signerName,
      certificate,
      signedAt: new Date(),
      ...changes,
    });

  async function signed(by = person, changes: Partial<ContractToSign> = {}): Promise<Buffer> {
    const document = await prepare(changes, by);
    return document.complete(signatureValue(document, by));
  }

  /** The CMS in a signed PDF, and what it is about. The library takes zeros at its end for padding. */
  function cmsOf(pdf: Buffer): { cms: Buffer; signedData: Buffer } {
    const { signature, signedData } = extractSignature(pdf);
    const padded = Buffer.concat([Buffer.from(signature, 'latin1'), Buffer.alloc(16)]);
    return { cms: padded.subarray(0, fromBER(new Uint8Array(padded)).offset), signedData };
  }

  const inFolder = (name: string, content: string | Buffer) => written(folder, name, content);

  describe('as pdfsig sees it', () => {
    let trusting: string;

    before(function () {
      needTools(this, 'pdfsig', 'certutil');
      trusting = trustingDatabase(folder, simulator);
    });

    const judge = (pdf: Buffer, database = trusting) => judgePdf(folder, pdf, database);

    it('holds one valid signature that covers all of it', async () => {
      const judgement = judge(await signed());
      expect(judgement).to.contain('Signature Type: ETSI.CAdES.detached');
      expect(judgement).to.contain('Total document signed');
      expect(judgement).to.contain('Signature Validation: Signature is Valid.');
      expect(judgement).not.to.contain('Signature #2');
    });

    it('was signed at the time that it names', async () => {
      const judgement = judge(await signed(person, { signedAt: new Date('2026-02-03T04:05:06Z') }));
      expect(judgement).to.contain('Signing Time: Feb 03 2026 04:05:06');
    });

    it('has room for a signature of the real size', async function () {
      this.timeout(60_000);
      const judgement = judge(await signed(signatory(simulator, { privateKey: await keyOfRealSize() })));
      expect(judgement).to.contain('Signature Validation: Signature is Valid.');
    });

    // poppler 22.12 takes NSS's word for an error of any certificate without an extended key usage, real ones included,
    // although NSS returned success. What it says of this one is what the others deserve, and OpenSSL says below.
    it('is trusted by those who trust the issuing authority, and by nobody else', async () => {
      const pdf = await signed(signatory(simulator, { extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'] }));
      expect(judge(pdf)).to.contain('Certificate Validation: Certificate is Trusted.');
      const empty = mkdtempSync(path.join(folder, 'empty-'));
      said('certutil', ['-N', '-d', `sql:${empty}`, '--empty-password']);
      expect(judge(pdf, `sql:${empty}`)).to.contain('Certificate Validation: Certificate issuer is unknown.');
    });

    it('is invalid after a change of any part of the document', async () => {
      const pdf = await signed();
      const signatureStart = pdf.indexOf('/Contents <');
      const signatureEnd = pdf.indexOf('>', signatureStart);
      for (const position of [pdf.indexOf('stream') + 10, pdf.indexOf('/M (D:') + 8, signatureEnd + 20]) {
        const altered = Buffer.from(pdf);
        altered.writeUInt8(altered.readUInt8(position) ^ 1, position);
        expect(judge(altered)).to.contain('Signature Validation: Digest Mismatch.');
      }
    });

    it('is invalid with another signature value', async () => {
      const document = await prepare();
      const value = signatureValue(document, person).toString('hex');
      const pdf = (await document.complete(Buffer.from(value, 'hex'))).toString('latin1');
      expect(pdf).to.contain(value);
      const other = value.replace(/.$/, (digit) => (Number.parseInt(digit, 16) ^ 1).toString(16));
      const judgement = judge(Buffer.from(pdf.replace(value, other), 'latin1'));
      expect(judgement).to.contain('Signature Validation: Signature is Invalid.');
    });
  });

  it('holds a CAdES signature that OpenSSL verifies to the issuing authority', async function () {
    needTools(this, 'openssl');
    const { cms, signedData } = cmsOf(await signed());
    const judge = (authority: Buffer) =>
      said('openssl', [
        ...['cms', '-verify', '-cades', '-binary', '-partial_chain', '-no-CApath', '-no-CAstore'],
        ...['-inform', 'DER', '-in', inFolder('signature.der', cms)],
        ...['-content', inFolder('content', signedData), '-out', path.join(folder, 'verified')],
        ...['-CAfile', inFolder('anchor.pem', toPem(authority))],
      ]);
    const { qualified, qualifiedRsa } = simulator.pki.authorities;
    expect(judge(qualified.certificate)).to.contain('CAdES Verification successful');
    expect(judge(qualifiedRsa.certificate)).to.contain('CAdES Verification failure');
  });

  it('has the signed attributes of PAdES and no others, in the order of DER, with the certificate', async () => {
    const document = await prepare();
    const { cms } = cmsOf(await document.complete(signatureValue(document, person)));
    const { content } = ContentInfo.fromBER(new Uint8Array(cms));
    const { signerInfos, certificates } = new SignedData({ schema: content });
    expect(signerInfos[0]?.signedAttrs?.attributes.map(({ type }) => type)).to.deep.equal([
      '1.2.840.113549.1.9.3',
      '1.2.840.113549.1.9.16.2.47',
      '1.2.840.113549.1.9.4',
    ]);
    expect(certificates).to.have.length(1);
    expect(fromBER(new Uint8Array(document.toSign)).result.idBlock.tagNumber).to.equal(17);
  });

  it('shows who signed and what, in all Baltic letters', async function () {
    needTools(this, 'pdftotext');
    const text = said('pdftotext', ['-layout', inFolder('shown.pdf', await signed()), '-']);
    for (const shown of [`Signed by ${signerName} with Smart-ID`, 'Üürileping', '1 €', 'Žālioji vēja ķīļa ģērbtuve.']) {
      expect(text.replace(/\s+/g, ' ')).to.contain(shown);
    }
  });

  it('takes the lines of a form, which end in two characters', async function () {
    needTools(this, 'pdftotext');
    const pdf = await signed(person, { text: 'one\r\ntwo' });
    expect(said('pdftotext', [inFolder('lines.pdf', pdf), '-'])).to.contain('one\ntwo\n');
  });

  it('is not confused by a title and a name that look like parts of a PDF', async function () {
    needTools(this, 'pdfsig');
    const trick = '/ByteRange [0 /********** /********** /**********] /Contents <00>';
    const pdf = await signed(person, { title: trick, signerName: trick });
    expect(said('pdfsig', ['-nocert', inFolder('trick.pdf', pdf)])).to.contain('Signature is Valid.');
  });

  for (const [what, text] of [
    ['a text that is longer than the page', 'line\n'.repeat(60)],
    ['a text that is longer than any page', 'word '.repeat(100_000)],
    ['a word that is longer than a line', 'w'.repeat(200)],
  ] as const) {
    it(`is refused with ${what}`, () => rejects(prepare({ text }), { message: 'The text does not fit on the page.' }));
  }

  for (const [what, text] of [
    ['a character that the font does not have', '漢'],
    ['a character that turns the direction of writing', 'a\u202eb'],
    ['a control character', 'a\u0007b'],
    ['half a character', 'a\ud800b'],
  ] as const) {
    it(`is refused with ${what}, wherever it is`, async () => {
      await rejects(prepare({ text }), { message: /^The font cannot show the character U\+[0-9A-F]{4}\.$/ });
      await rejects(prepare({ title: text }), { message: /^The font cannot show/ });
      await rejects(prepare({ signerName: text }), { message: /^The font cannot show/ });
    });
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
      signatureValue(await prepare({ text: 'Another contract.' }), person),
    ]) {
      await rejects(document.complete(signature), { message: /^This is not the signature of this document/ });
    }
    expect(await document.complete(own)).to.be.instanceOf(Buffer);
  });
});
