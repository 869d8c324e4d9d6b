import { rejects } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type PdfOptions, preparePdf } from '../../../lib/documents/pdf/index.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { needTools } from '../../support/outside-tools.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { certifiedPdf, emptyFields } from '../certified-pdf.js';
import { type HandmadePdf, handmade, onePage } from '../pdf-corpus.js';
import { placeOf, signedBy, textOf, verdicts } from '../pdf-signer.js';

describe('An empty signature field of a PDF', () => {
  let simulator: Simulator;
  let person: Signatory;
  let folder: string;

  before(async function () {
    needTools(this, 'pdffonts', 'pdfsig', 'pdftotext');
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    folder = mkdtempSync(path.join(tmpdir(), 'field-'));
  });
  after(async () => {
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const refused = (pdf: Uint8Array, message: RegExp, field: PdfOptions['field'] = 'Tenant', named = 'field') =>
    rejects(preparePdf(pdf, { certificate: person.certificate, field }), {
      name: 'SmartIdInputError',
      field: named,
      message,
    });

  const font = readFileSync(fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')));
  interface Template extends Partial<HandmadePdf> {
    annotations?: string;
    page?: string;
    form?: string;
  }

  /** A file with two empty fields, `Tenant` and `Unseen`. */
  function template({ annotations = '7 0 R 8 0 R', page = '', form = '/SigFlags 3', ...rest }: Template = {}): Buffer {
    const objects = {
      ...onePage(`/Annots [${annotations}] ${page}`, '/AcroForm 9 0 R'),
      ...emptyFields,
      9: `<< /Fields [7 0 R 8 0 R] ${form} >>`,
      ...rest.objects,
    };
    return handmade({ ...rest, objects });
  }

  const rectangle = '/Rect [300 500 520 560]';
  const widget = (entries: string) => `<< /Type /Annot /Subtype /Widget /F 4 ${entries} >>`;
  const field = (entries = '') => widget(`/FT /Sig /T (Tenant) ${rectangle} ${entries}`);
  const onTwoPages = () =>
    template({
      objects: {
        2: '<< /Type /Pages /Kids [3 0 R 10 0 R] /Count 2 /MediaBox [0 0 595 842] >>',
        10: '<< /Type /Page /Parent 2 0 R /Annots [7 0 R] >>',
      },
    });
  const withField = (object: string, options: Template = {}) =>
    template({ ...options, objects: { 7: object, ...options.objects } });
  for (const [what, file] of [
    ['in a table', template()],
    ['in an object stream', template({ kind: 'stream', compressed: [1, 2, 3, 7, 8, 9] })],
    ['in a hybrid file', template({ kind: 'hybrid', compressed: [7, 8, 9] })],
    ['of a form that says of no signatures', template({ form: '' })],
  ] as const) {
    it(`is filled, and shows at its place who has signed: ${what}`, async () => {
      const signed = await signedBy(person, file, { field: 'Tenant' });
      expect(signed.subarray(0, file.length).equals(file)).to.equal(true);
      const { valid, invalid, coversAll, said } = verdicts(folder, signed);
      expect({ valid, invalid, coversAll }).to.deep.equal({ valid: 1, invalid: 0, coversAll: 1 });
      expect(said).to.match(/Signature Field Name: Tenant\n +- Signer/);
      const { left, top, right, bottom } = placeOf(folder, signed, 1, 'OK');
      expect([left >= 300, right <= 520, 842 - top <= 560, 842 - bottom >= 500]).to.deep.equal([
        true,
        true,
        true,
        true,
      ]);
      expect(signed.toString('latin1', file.length)).to.match(/\/SigFlags 3|^((?!\/AcroForm|\/SigFlags).)*$/s);
    });
  }

  it('changes nothing but itself where the form has all flags already', async () => {
    const file = template();
    const added = (await signedBy(person, file, { field: 'Tenant' })).toString('latin1', file.length);
    const changed = [...added.matchAll(/^(\d+) 0 obj$/gm)].map(([, number]) => Number(number));
    expect(changed.filter((number) => number <= 9)).to.deep.equal([7]);
    const [, rest] = /^7 0 obj\n<<(.*)>>\nendobj$/m.exec(added) ?? [];
    expect(rest).to.match(/^(.*) \/V \d+ 0 R \/AP <<\/N \d+ 0 R>>$/);
    expect(rest).to.contain('/T (Tenant) /F 4 /P 3 0 R /Rect [300 500 520 560] /V');
  });

  it('is filled without a trace on the page where it has no area', async () => {
    const signed = await signedBy(person, template(), { field: 'Unseen' });
    expect(verdicts(folder, signed).said).to.match(/Signature Field Name: Unseen\n +- Signer/);
    expect(textOf(folder, signed).trim()).to.equal('');
  });

  it('is named with those above it, from which it may have its type', async () => {
    const file = withField('<< /FT /Sig /T (Parties) /Kids [10 0 R] >>', {
      annotations: '10 0 R',
      objects: { 10: widget(`/Parent 7 0 R /T (Tenant) ${rectangle}`) },
    });
    const signed = await signedBy(person, file, { field: 'Parties.Tenant' });
    expect(verdicts(folder, signed)).to.include({ valid: 1, invalid: 0 });
    await refused(file, /^field must be the name of a field of the file/);
    await refused(file, /^field has a widget of its own/, 'Parties');
  });

  it('is filled one after the other, and each only once', async () => {
    const once = await signedBy(person, template(), { field: 'Tenant' });
    await refused(once, /^field is already signed/);
    const twice = await signedBy(person, once, { field: 'Unseen' });
    expect(verdicts(folder, await signedBy(person, twice))).to.include({ valid: 3, invalid: 0 });
  });

  it('shows the text and the font that are given', async () => {
    const signed = await signedBy(person, template(), { field: { name: 'Tenant', text: 'Pieņemts\nšodien', font } });
    expect(textOf(folder, signed)).to.contain('Pieņemts šodien');
    await refused(template(), /^field\.font must be given/, { name: 'Tenant', text: 'ņ' }, 'field.font');
    await refused(template(), /^field\.text must be a text/, { name: 'Tenant', text: '' }, 'field.text');
    await refused(template(), /^field\.font must be the bytes/, { name: 'Tenant', font: 'x' as never }, 'field.font');
    await refused(template(), /^field is too small for its text/, { name: 'Tenant', text: 'a\n'.repeat(50) });
  });

  for (const rotation of [90, 180, 270]) {
    it(`shows its text upright on a page that is turned by ${rotation} degrees`, async () => {
      const signed = await signedBy(person, template({ page: `/Rotate ${rotation}` }), {
        field: { name: 'Tenant', text: 'UPRIGHT' },
      });
      const { left, top, right, bottom } = placeOf(folder, signed, 1, 'UPRIGHT');
      expect(right - left).to.be.above(2 * (bottom - top));
      const [shownLeft, shownTop] = { 90: [500, 300], 180: [75, 500], 270: [282, 75] }[rotation] as [number, number];
      expect(left).to.be.within(shownLeft, shownLeft + 5);
      expect(top).to.be.within(shownTop, shownTop + 15);
    });
  }

  describe('is refused', () => {
    for (const [what, file, message] of [
      ['that the file has not', withField(widget('/FT /Sig /T (Other)')), /name of a field of the file/],
      [
        'beside one with a personal code',
        withField(widget('/FT /Sig /T (Mari 40404040009)')),
        /no signature field|"Unseen"\.$/,
      ],
      ['of a text', withField(widget(`/FT /Tx /T (Tenant) ${rectangle}`)), /name of a signature field/],
      ['without a type', withField(widget(`/T (Tenant) ${rectangle}`)), /name of a signature field/],
      ['of which there are two', template({ objects: { 8: field() } }), /the file has several/],
      ['that is signed', withField(field('/V << /Type /Sig >>')), /is already signed/],
      ['that is read-only', withField(field('/Ff 1')), /is read-only/],
      ['that locks others', withField(field('/Lock << /Action /All >>')), /locks fields when it is signed/],
      ['without a rectangle', withField(widget('/FT /Sig /T (Tenant)')), /has no rectangle/],
      ['whose rectangle is none', withField(widget('/FT /Sig /T (Tenant) /Rect [1 2 (a) 4]')), /has no rectangle/],
      ['beyond any page', withField(widget(`/FT /Sig /T (Tenant) /Rect [0 0 ${'9'.repeat(30)} 50]`)), /is on no page/],
      ['on no page', template({ annotations: '8 0 R' }), /is on no page/],
      ['on two pages', onTwoPages(), /is on several pages/],
      ['that is hidden', withField(widget(`/FT /Sig /T (Tenant) ${rectangle} /F 2`).replace('/F 4 ', '')), /is hidden/],
      ['that is seen on paper alone', withField(field().replace('/F 4', '/F 36')), /is hidden/],
      ['that is a page as well', withField(field().replace('/Type /Annot', '/Type /Page')), /something else as well/],
      ['that is no widget', withField(`<< /FT /Sig /T (Tenant) ${rectangle} >>`), /has a widget of its own/],
      [
        'with a widget apart',
        withField('<< /FT /Sig /T (Tenant) /Kids [10 0 R] >>', {
          annotations: '10 0 R',
          objects: { 10: widget(`/Parent 7 0 R ${rectangle}`) },
        }),
        /has a widget of its own/,
      ],
      ['with two widgets', withField('<< /FT /Sig /T (Tenant) /Kids [10 0 R 11 0 R] >>'), /has a widget of its own/],
      ['that is no object', template({ objects: { 9: `<< /Fields [${field()}] >>` } }), /has a widget of its own/],
      ['that asks for a reason', withField(field('/SV << /Reasons [(I agree)] >>')), /something else .*\(Reasons\)/],
      ['that asks for a certificate', withField(field('/SV << /Cert << >> >>')), /\(Cert\)/],
      ['that asks for a hash', withField(field('/SV << /DigestMethod [(SHA256)] >>')), /\(DigestMethod\)/],
      ['that asks for a form', withField(field('/SV << /SubFilter [/adbe.pkcs7.detached] >>')), /\(SubFilter\)/],
      ['that asks for what nobody knows', withField(field('/SV << /A#0AB 1 >>')), /of its signature\.$/],
      ['whose seed values are none', withField(field('/SV 5')), /malformed seed values/],
    ] as const) {
      it(`a field ${what}`, () => refused(file, message));
    }

    it('an empty name, and a place besides its own', async () => {
      await refused(template(), /^field must be the name of a field/, '');
      await refused(template(), /^field must be the name of a field/, {} as never);
      const visible = { page: 1, x: 0, y: 0, width: 100, height: 50 };
      await rejects(preparePdf(template(), { certificate: person.certificate, field: 'Tenant', visible }), {
        field: 'visible',
        message: /^visible must be left out with a field/,
      });
    });
  });

  it('is filled where its seed values are met', async () => {
    const values = '/Type /SV /Ff 67 /Filter /Adobe.PPKLite /SubFilter [/adbe.pkcs7.detached /ETSI.CAdES.detached]';
    const file = withField(field(`/SV << ${values} /DigestMethod [(SHA256) (SHA512)] >>`));
    expect(verdicts(folder, await signedBy(person, file, { field: 'Tenant' }))).to.include({ valid: 1, invalid: 0 });
  });

  for (const [lock, isLocked] of [
    ['/Action /All', true],
    ['/Action /Exclude /Fields [(Other)]', true],
    ['/Action /Exclude /Fields [(Tenant)]', false],
    ['/Action /Include /Fields [(Tenant)]', true],
    ['/Action /Include /Fields [(Ten)]', false],
    ['/Action /Exclude /Fields [(Tenant)] /P 1', true],
  ] as const) {
    it(`is ${isLocked ? 'refused' : 'filled'} after a signature that locks: ${lock}`, async () => {
      const earlier = `<< /FT /Sig /T (Earlier) /V << /Type /Sig >> /Lock << ${lock} >> >>`;
      const file = template({ objects: { 9: '<< /Fields [7 0 R 8 0 R 10 0 R] >>', 10: earlier } });
      if (isLocked) await refused(file, /^pdf has a signature that locks it/, 'Tenant', 'pdf');
      else await preparePdf(file, { certificate: person.certificate, field: 'Tenant' });
    });
  }

  for (const permission of [2, 3]) {
    it(`is filled in a file that is certified with the permission ${permission}, and is seen there`, async () => {
      const file = certifiedPdf(person, permission);
      const signed = await signedBy(person, file, { field: 'Tenant' });
      expect(verdicts(folder, signed)).to.include({ valid: 2, invalid: 0, coversAll: 1 });
      expect(textOf(folder, signed)).to.contain('OK');
    });
  }

  it('is refused in a file that is certified against changes, also where the catalog says nothing of it', async () => {
    const file = certifiedPdf(person, 1);
    const silent = Buffer.from(file.toString('latin1').replace('/Perms', '/Prems'), 'latin1');
    for (const one of [file, silent]) await refused(one, /^pdf is certified against changes/, 'Tenant', 'pdf');
  });
});
