import { rejects } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { PDFDocument, StandardFonts } from '@cantoo/pdf-lib';
import { expect } from 'chai';
import { type PdfOptions, preparePdf, type VisibleSignature } from '../../../lib/documents/pdf/index.js';
import { standardFont } from '../../../lib/documents/pdf/standard-font.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { needTools } from '../../support/outside-tools.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { handmade, libraryFile, onePage } from '../pdf-corpus.js';
import { fontsOf, placeOf, signedBy, textOf, verdicts } from '../pdf-signer.js';

describe('A visible signature of a PDF', () => {
  const font = readFileSync(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')));
  const box = { page: 1, x: 50, y: 60, width: 250, height: 50 };
  const signedAt = Date.now();
  const time = `${new Date(signedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  let simulator: Simulator;
  let person: Signatory;
  let folder: string;
  let file: Buffer;

  before(async function () {
    needTools(this, 'pdffonts', 'pdfsig', 'pdftotext');
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    folder = mkdtempSync(path.join(tmpdir(), 'pdf-'));
    file = await libraryFile();
  });
  after(async () => {
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const signed = (visible: VisibleSignature, options: Partial<PdfOptions> = {}, pdf = file) =>
    signedBy(person, pdf, { visible, signedAt, ...options });
  const refused = (
    visible: Partial<VisibleSignature>,
    field: string,
    message: RegExp,
    options: Partial<PdfOptions> = {},
  ) =>
    rejects(preparePdf(file, { certificate: person.certificate, visible: { ...box, ...visible }, ...options }), {
      name: 'SmartIdInputError',
      field,
      message,
    });

  it('shows the name of the certificate and the time', async () => {
    const pdf = await signed(box);
    expect(textOf(folder, pdf)).to.contain('OK TESTNUMBER').and.contain(time);
    expect(verdicts(folder, pdf)).to.include({ valid: 1, invalid: 0, coversAll: 1 });
  });

  it('shows Western letters in Helvetica, and others in the font that is given, of which it takes what it needs', async () => {
    const estonian = await signed(box, { signerName: 'Õnne Žüri-Šöö (tõlk) \\ 5 €' });
    expect(textOf(folder, estonian)).to.contain('Õnne Žüri-Šöö (tõlk) \\ 5 €');
    const baltic = await signed({ ...box, font }, { signerName: 'Ņikita Žaikūnė ąčęėįšųū Ģērbtuve Ёлка' });
    expect(textOf(folder, baltic)).to.contain('Ņikita Žaikūnė ąčęėįšųū Ģērbtuve Ёлка').and.contain(time);
    expect(fontsOf(folder, baltic)).to.match(/SMARTI\+Signature +CID TrueType +Identity-H +yes yes yes/);
    expect(verdicts(folder, baltic)).to.include({ valid: 1, invalid: 0 });
    expect(baltic.length - file.length).to.be.below(110_000);
  });

  it('shows a name without the marks that Helvetica lacks, where no font is given, so that everybody can sign', async () => {
    const pdf = await signed(box, { signerName: 'Ņikita Žaikūnė ąčęėįšųū Ģērbtuve' });
    expect(textOf(folder, pdf)).to.contain('Nikita Žaikune aceeišuu Gerbtuve').and.contain(time);
  });

  it('shows the text that is given instead, in its lines', async () => {
    const pdf = await signed({ ...box, text: 'Approved\nby the board' });
    expect(textOf(folder, pdf)).to.contain('Approved by the board').and.not.contain(time);
  });

  it('is on the page and at the place that are given', async () => {
    const pdf = await signed({ page: 2, x: 400, y: 700, width: 150, height: 40, text: 'HERE' });
    const { left, top } = placeOf(folder, pdf, 2, 'HERE');
    expect(left).to.be.within(400, 405);
    expect(top).to.be.within(842 - 740, 842 - 720);
  });

  for (const rotation of [90, 180, 270]) {
    it(`stands upright at its place as it is seen on a page that is turned by ${rotation} degrees`, async () => {
      const pdf = await signed({ ...box, text: 'UPRIGHT' }, {}, await libraryFile({ rotation }));
      const { left, top, right, bottom } = placeOf(folder, pdf, 1, 'UPRIGHT');
      const shownHeight = rotation === 180 ? 842 : 595;
      expect(left).to.be.within(50, 55);
      expect(top).to.be.within(shownHeight - 110, shownHeight - 95);
      expect(right - left).to.be.above(2 * (bottom - top));
    });
  }

  it('is placed from the corner of what is seen of a page', async () => {
    const cropped = handmade({ objects: onePage('/CropBox [100 200 400 500]') });
    const pdf = await signed({ page: 1, x: 10, y: 10, width: 100, height: 20, text: 'CROPPED' }, {}, cropped);
    expect(pdf.toString('latin1')).to.contain('/Rect [110 210 210 230]');
  });

  it('is refused when the standard font lacks a character, which is named with what helps', async () => {
    await refused({ text: 'ū' }, 'visible.font', /^visible\.font must be given.*"ū" \(U\+016B\)\.$/);
    await refused({ text: '漢' }, 'visible.font', /"漢" \(U\+6F22\)/);
  });

  it('is refused when the font that is given lacks a character, or is none that can be embedded', async () => {
    await refused(
      { font, text: '漢' },
      'visible.font',
      /^visible\.font does not have "漢" \(U\+6F22\): give another font\.$/,
    );
    for (const bytes of [Buffer.alloc(0), Buffer.from('none'), font.subarray(0, 1000), Buffer.alloc(50_000, 0xff)]) {
      await refused({ font: bytes, text: 'a' }, 'visible.font', /^visible\.font must be a TrueType font/);
    }
    const restricted = Buffer.from(font);
    const directory = restricted.indexOf('OS/2');
    restricted.writeUInt16BE(2, restricted.readUInt32BE(directory + 8) + 8);
    await refused({ font: restricted, text: 'a' }, 'visible.font', /licence/);
    await refused({ font: 'DejaVu' as never }, 'visible.font', /bytes of a TrueType font/);
  });

  it('is refused for a font that is damaged, or looks too large for its box then', async () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      return Math.floor((seed / 0x80000000) * below);
    };
    for (let count = 0; count < 200; count++) {
      const damaged = Buffer.from(font);
      // In the directory and the tables that are read most.
      for (let change = 0; change < 5; change++) damaged[random(4000)] = random(256);
      const preparing = preparePdf(file, { certificate: person.certificate, visible: { ...box, font: damaged } });
      await preparing.catch((error) => expect(error.field).to.match(/^visible/));
    }
  });

  it('is refused where it cannot be', async () => {
    await refused({ page: 4 }, 'visible.page', /^visible\.page must be a page of the file, which has 3\.$/);
    await refused({ page: 0 }, 'visible.page', /1 for the first/);
    await refused({ page: 1.5 }, 'visible.page', /1 for the first/);
    await refused({ x: -1 }, 'visible.x', /points, 0 or more/);
    await refused({ y: Number.NaN }, 'visible.y', /points, 0 or more/);
    await refused({ width: 0 }, 'visible.width', /above 0/);
    await refused({ height: Number.POSITIVE_INFINITY }, 'visible.height', /above 0/);
    await refused({ x: 400 }, 'visible', /^visible must be on the page, which is 595 by 842 points\.$/);
    await refused({ width: 20 }, 'visible', /^visible is too small for its text\.$/);
    await refused({ height: 8 }, 'visible', /^visible is too small for its text\.$/);
    await refused({ text: 'a\u202eb' }, 'visible.text', /U\+202E/);
  });

  it('knows how wide the letters of Helvetica are, as Adobe says', async () => {
    const document = await PDFDocument.create();
    const helvetica = await document.embedFont(StandardFonts.Helvetica);
    // One by one: the library moves some pairs closer together.
    for (const letter of 'Allkirjastatud 2026-11-28 {~} ÕÄÖÜõäöüŠŽšžÇÉÑçéñ') {
      expect(standardFont.width(letter), letter).to.be.closeTo(helvetica.widthOfTextAtSize(letter, 1), 1e-9);
    }
    for (const sign of '€„“”–—•…ÆæØøßŒœ½©') {
      expect(standardFont.width(sign), sign).to.be.at.least(helvetica.widthOfTextAtSize(sign, 1));
    }
  });
});
