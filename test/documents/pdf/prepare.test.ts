import { rejects } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type PdfOptions, preparePdf } from '../../../lib/documents/pdf/index.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { generateRsaKey } from '../../../lib/simulator/pki/authority.js';
import { needTools } from '../../support/outside-tools.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { fromLibrary, handmade, libraryFile, onePage, signableFiles } from '../pdf-corpus.js';
import { signedBy, verdicts } from '../pdf-signer.js';

describe('A PDF that is signed', () => {
  let simulator: Simulator;
  let person: Signatory;
  let folder: string;
  let files: Record<string, Buffer>;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    folder = mkdtempSync(path.join(tmpdir(), 'pdf-'));
    files = await signableFiles();
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  const prepare = (pdf: Uint8Array, options: Partial<PdfOptions> = {}) =>
    preparePdf(pdf, { certificate: person.certificate, ...options });
  const refused = (pdf: Uint8Array, message: RegExp, options: Partial<PdfOptions> = {}, field = 'pdf') =>
    rejects(prepare(pdf, options), { name: 'SmartIdInputError', field, message });

  for (const what of [
    'a classic table of cross-references',
    'a cross-reference stream and an object stream',
    'a cross-reference stream with wide fields',
    'a hybrid of both',
    'PDF 2.0',
    'linearisation',
    'a form',
    'a form in an object stream',
    'a form in the catalog',
    'a static XFA form',
    'an orphan copy of the page',
    'no line end after its last line',
    'something after its end',
    'scripts, made by a library',
    'a form and object streams, made by a library',
  ]) {
    it(`with ${what}: pdfsig finds three valid signatures, and what was there stays to the octet`, async function () {
      needTools(this, 'pdfsig');
      const file = files[what] as Buffer;
      const visible = { page: 1, x: 20, y: 20, width: 200, height: 40 };
      const once = await signedBy(person, file);
      const twice = await signedBy(person, once, { visible });
      const thrice = await signedBy(person, twice);
      expect(once.subarray(0, file.length).equals(file)).to.equal(true);
      expect(thrice.subarray(0, twice.length).equals(twice)).to.equal(true);
      expect(verdicts(folder, once)).to.include({ valid: 1, invalid: 0, coversAll: 1 });
      const { said, ...counts } = verdicts(folder, thrice);
      expect(counts, said).to.deep.equal({ valid: 3, invalid: 0, coversAll: 1 });
      expect(said).not.to.match(/error|warning/i);
    });
  }

  it('gets cross-references of the kind that it has: a table after a table or a hybrid, a stream after a stream', async () => {
    const added = async (what: string) => {
      const file = files[what] as Buffer;
      return (await signedBy(person, file)).toString('latin1', file.length);
    };
    for (const what of ['a classic table of cross-references', 'a hybrid of both', 'linearisation']) {
      expect(await added(what))
        .to.match(/\nxref\n[\s\S]*\ntrailer\n/)
        .and.not.contain('/XRef');
    }
    expect(await added('PDF 2.0'))
      .to.contain('/Type /XRef')
      .and.not.contain('\nxref\n');
  });

  it('keeps the page that the cross-references lead to, where there is another one of its number', async () => {
    const file = files['an orphan copy of the page'] as Buffer;
    expect((await signedBy(person, file)).toString('latin1', file.length)).not.to.contain('[0 0 111 111]');
  });

  it('changes nothing of a page but its list of annotations, of a form but its fields and flags', async () => {
    const file = files['a form'] as Buffer;
    const added = (await signedBy(person, file)).toString('latin1', file.length);
    const changed = [...added.matchAll(/^(\d) 0 obj\n(.*)$/gm)].map(([, number, text]) => `${number}: ${text}`);
    expect(changed.slice(0, 2)).to.deep.equal([
      '3: <</Type /Page /Parent 2 0 R /Contents 4 0 R /Resources <<>> /Annots [8 0 R 10 0 R]>>',
      '5: <</Fields [8 0 R 10 0 R] /DA (/Helv 0 Tf 0 g) /NeedAppearances true /SigFlags 3>>',
    ]);
  });

  it('gets a field whose name no other has, in whatever way it is written', async () => {
    const named = (name: string) =>
      handmade({ objects: { ...onePage('', '/AcroForm << /Fields [5 0 R] >>'), 5: `<< /T ${name} /FT /Tx >>` } });
    for (const name of ['(Signature1)', '(Sign\\141ture1)', '<FEFF005300690067006E006100740075007200650031>']) {
      const added = (await signedBy(person, named(name))).toString('latin1', named(name).length);
      expect(added).to.contain(
        `/T <FEFF${Buffer.from('Signature2', 'utf16le').swap16().toString('hex').toUpperCase()}>`,
      );
    }
  });

  it('says who, when, why and where, in any letters, whatever looks like a part of a PDF in it', async function () {
    needTools(this, 'pdfsig');
    const trick = '/ByteRange [0 0 0 0] /Contents <00> ) >> endobj';
    const pdf = await signedBy(person, files['PDF 2.0'] as Buffer, {
      signerName: 'Žaneta Ņ',
      reason: trick,
      location: 'Šiauliai',
      signedAt: Date.UTC(2026, 10, 28, 4, 5, 6),
    });
    const { said, valid } = verdicts(folder, pdf);
    expect(valid).to.equal(1);
    expect(said).to.contain('Signing Time: Nov 28 2026 04:05:06');
    expect(said).to.contain('Signature Type: ETSI.CAdES.detached');
  });

  it('is invalid after a change of any octet that is signed, and so are the signatures after it', async function () {
    this.timeout(60_000);
    needTools(this, 'pdfsig');
    const once = await signedBy(person, files['a classic table of cross-references'] as Buffer);
    const twice = await signedBy(person, once);
    const gaps = [...twice.toString('latin1').matchAll(/<[0-9a-f]{60000,}>/g)].map((gap) => [
      gap.index,
      gap.index + gap[0].length,
    ]);
    const [[firstGap = 0, afterFirstGap = 0] = [], [secondGap = 0, afterSecondGap = 0] = []] = gaps;
    const spread = (from: number, to: number, count: number) =>
      Array.from({ length: count }, (_, index) => from + Math.floor((index * (to - 1 - from)) / (count - 1)));
    // The first five octets say that it is a PDF; without them there is nothing to judge.
    const first = [...spread(5, firstGap, 25), ...spread(afterFirstGap, once.length, 15)];
    const second = [...spread(once.length, secondGap, 15), ...spread(afterSecondGap, twice.length, 10)];
    for (const position of [...first, ...second]) {
      const altered = Buffer.from(twice);
      altered.writeUInt8(altered.readUInt8(position) ^ 1, position);
      const { valid, said } = verdicts(folder, altered);
      expect(valid, `octet ${position}: ${said}`).to.be.at.most(position < once.length ? 0 : 1);
    }
  });

  describe('is refused', () => {
    it('when it is empty, not bytes, or no PDF', async () => {
      await refused(Buffer.alloc(0), /^pdf is empty\.$/);
      await refused('%PDF-' as never, /^pdf must be bytes\.$/);
      await refused(Buffer.from('Hello'), /^pdf is not a PDF/);
      await refused(Buffer.concat([Buffer.from('junk\n'), await libraryFile()]), /^pdf is not a PDF/);
    });

    it('when it is larger than the site takes, 100 MB unless it says otherwise', async () => {
      await refused(Buffer.alloc(100_000_001), /^pdf must have at most 100000000 bytes\.$/);
      const file = await libraryFile();
      await refused(file, /^pdf must have at most/, { maxPdfBytes: file.length - 1 });
      await prepare(file, { maxPdfBytes: file.length });
    });

    it('when it is encrypted, with or without a password to open it', async () => {
      for (const userPassword of ['', 'secret']) {
        const document = await fromLibrary();
        document.encrypt({ userPassword, ownerPassword: 'owner' });
        await refused(Buffer.from(await document.save({ useObjectStreams: false })), /^pdf is encrypted/);
      }
    });

    const certified = (parameters: string) =>
      handmade({
        objects: {
          ...onePage('', '/Perms << /DocMDP 5 0 R >>'),
          5: `<< /Type /Sig /Reference [<< /TransformMethod /DocMDP /TransformParams ${parameters} >>] >>`,
        },
      });

    it('when it is certified against changes; it may be certified for forms or annotations, and not seen then', async () => {
      for (const parameters of ['<< /P 1 >>', '<< /P 4 >>', '<< /P (2) >>']) {
        await refused(certified(parameters), /^pdf is certified against changes/);
      }
      const visible = { page: 1, x: 0, y: 0, width: 100, height: 50 };
      for (const parameters of ['<< /P 2 >>', '<< /P 3 >>', '<< >>', 'null']) {
        await prepare(certified(parameters));
        await refused(certified(parameters), /^visible must be left out/, { visible }, 'visible');
      }
    });

    const withField = (field: string, signature = '<< /Type /Sig >>') =>
      handmade({
        objects: {
          ...onePage('', '/AcroForm << /Fields [5 0 R] >>'),
          5: `<< /FT /Sig /T (Earlier) ${field} >>`,
          6: signature,
        },
      });

    it('when an earlier signature locks it', async () => {
      const locked = /^pdf has a signature that locks it/;
      await refused(withField('/V 6 0 R /Lock << /Action /All >>'), locked);
      await refused(withField('/V 6 0 R /Lock << /Action /Exclude /Fields [(a)] >>'), locked);
      await refused(withField('/V 6 0 R /Lock << /Action /Include /Fields [(a)] /P 1 >>'), locked);
      const reference = '<< /Reference [<< /TransformMethod /FieldMDP /TransformParams << /Action /All >> >>] >>';
      await refused(withField('/V 6 0 R', reference), locked);
      await prepare(withField('/V 6 0 R /Lock << /Action /Include /Fields [(a)] /P 2 >>'));
      await prepare(withField('/Lock << /Action /All >>'));
    });

    it('when it is a dynamic XFA form', async () => {
      const xfa = (catalog: string, data = '<config/>') =>
        handmade({
          objects: {
            ...onePage('', `/AcroForm << /Fields [] /XFA 5 0 R >> ${catalog}`),
            5: { entries: '', data: Buffer.from(data) },
          },
        });
      await refused(xfa('/NeedsRendering true'), /^pdf is a dynamic XFA form/);
      await refused(xfa('', '<dynamicRender> required</dynamicRender>'), /^pdf is a dynamic XFA form/);
      await prepare(xfa(''));
    });

    it('when it grants usage rights, which a change takes away', () =>
      refused(handmade({ objects: onePage('', '/Perms << /UR3 << >> >>') }), /^pdf grants usage rights/));

    it('when it has no page', () =>
      refused(
        handmade({ objects: { ...onePage(), 2: '<< /Type /Pages /Kids [] /Count 0 >>' } }),
        /^pdf has no page\.$/,
      ));

    it('when its cross-references are not where it says, and nothing is searched for', async () => {
      const file = handmade({ objects: onePage() }).toString('latin1');
      for (const start of ['0', '12', '99999', '999999999999']) {
        const wrong = file.replace(/startxref\n\d+/, `startxref\n${start}`);
        await refused(Buffer.from(wrong, 'latin1'), /^pdf is damaged: its cross-references are not where it says\.$/);
      }
      await refused(
        Buffer.from(file.replace('startxref', 'startyref'), 'latin1'),
        /^pdf is damaged: its end is missing\.$/,
      );
      await refused(Buffer.from(file.slice(0, -30), 'latin1'), /^pdf is damaged: its end is missing\.$/);
    });

    it('when an object is not where it says', () =>
      refused(
        Buffer.from(handmade({ objects: onePage() }).toString('latin1').replace('3 0 obj', '8 0 obj'), 'latin1'),
        /^pdf is damaged: object 3 is not where it says\.$/,
      ));

    it('when an object stream states other numbers than the cross-references, or one twice', async () => {
      const other = { 5: '<< /Type /Page /Parent 2 0 R /Contents 6 0 R /Resources << >> >>' };
      const more = { 6: { entries: '', data: Buffer.from('1 0 0 rg 50 700 100 100 re f') } };
      const pdf = { objects: { ...onePage(), ...other, ...more }, kind: 'stream', compressed: [5, 3] } as const;
      expect((await prepare(handmade(pdf))).draft.pdf).to.be.a('string');
      // Readers go by the index: one that looks for the number would show the other page.
      await refused(handmade({ ...pdf, stated: () => [3, 5] }), /object 3 is not where it says/);
      await refused(
        handmade({ ...pdf, stated: () => [3, 3] }),
        /an object stream is malformed|object 5 is not where it says/,
      );
    });

    it('when the box of the page is no rectangle', async () => {
      for (const box of ['[0 0 NaN 842]', '[0 0 Infinity 842]', '[0 0 (a) 842]', '[0 0 595]', '5']) {
        await refused(handmade({ objects: onePage(`/MediaBox ${box}`) }), /^pdf is damaged/);
      }
    });

    it('when two values of one key leave it open what the page is', () =>
      refused(
        handmade({ objects: onePage('/Rotate 0 /Rotate 90') }),
        /^pdf is damaged: a dictionary has a key twice \(Rotate\)\.$/,
      ));
  });

  describe('is not prepared', () => {
    const refusedOption = (options: Partial<PdfOptions>, field: string, message: RegExp) =>
      refused(files['PDF 2.0'] as Buffer, message, options, field);

    it('with a certificate that is none, or not for signatures, or not valid at the time', async () => {
      const certificateOf = (overrides: Parameters<typeof signatory>[1]) => signatory(simulator, overrides).certificate;
      const day = 86_400_000;
      await refusedOption({ certificate: Buffer.from('none') }, 'certificate', /DER\)\.$/);
      await refusedOption({ certificate: undefined }, 'certificate', /DER\)\.$/);
      await refusedOption(
        { certificate: certificateOf({ purpose: 'authentication' }) },
        'certificate',
        /nonRepudiation/,
      );
      await refusedOption(
        { certificate: certificateOf({ keyUsage: ['digitalSignature'] }) },
        'certificate',
        /nonRepudiation/,
      );
      const notAfter = new Date(Date.now() - day);
      await refusedOption({ certificate: certificateOf({ notAfter }) }, 'certificate', /must be valid at/);
      await refusedOption({ signedAt: Date.UTC(2000, 1) }, 'certificate', /must be valid at/);
      await refusedOption(
        { certificate: certificateOf({ privateKey: await generateRsaKey(1024) }) },
        'certificate',
        /RSA key of 2048 bits/,
      );
    });

    it('with options that break a rule', async () => {
      await refusedOption({ level: 'LTA' as never }, 'level', /B, T, LT/);
      await refusedOption({ hashAlgorithm: 'SHA3-256' as never }, 'hashAlgorithm', /SHA-256, SHA-384, SHA-512/);
      await refusedOption({ hashAlgorithm: 'SHA-1' as never }, 'hashAlgorithm', /must be one of/);
      await refusedOption({ signatureAlgorithm: 'rsa' as never }, 'signatureAlgorithm', /must be one of/);
      await refusedOption(
        { signatureAlgorithm: 'sha256WithRSAEncryption', hashAlgorithm: 'SHA-512' },
        'hashAlgorithm',
        /or left out/,
      );
      await refusedOption({ signedAt: Number.NaN }, 'signedAt', /milliseconds/);
      await refusedOption({ expiresInMs: 0 }, 'expiresInMs', /positive/);
      await refusedOption({ signerName: ' ' }, 'signerName', /text of at most/);
      await refusedOption({ signerName: 'a\u202eb' }, 'signerName', /must not hold the character U\+202E\.$/);
      await refusedOption({ reason: 'x'.repeat(501) }, 'reason', /at most 500/);
      await refusedOption({ location: 5 as never }, 'location', /must be a text/);
    });
  });

  it('expires when its site says', async () => {
    const { draft } = await prepare(files['PDF 2.0'] as Buffer, { expiresInMs: 5000 });
    expect(draft.expiresAt - Date.now()).to.be.within(0, 5000);
  });
});
