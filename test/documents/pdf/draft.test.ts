import { rejects } from 'node:assert/strict';
import { expect } from 'chai';
import { type PdfDraft, pdfFormat, preparePdf } from '../../../lib/documents/pdf/index.js';
import { maxCmsBytes } from '../../../lib/documents/pdf/signature-field.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { type Signatory, signatory } from '../../support/signing.js';
import { handmade, onePage } from '../pdf-corpus.js';
import { noEvidence, signatureOf, stored } from '../pdf-signer.js';

describe('The draft of a signed PDF', () => {
  const file = handmade({ objects: onePage() });
  let simulator: Simulator;
  let person: Signatory;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
  });
  after(() => simulator.close());

  const prepare = (pdf = file) => preparePdf(pdf, { certificate: person.certificate, level: 'B' });

  it('is plain data that gives the same file however often and wherever it is completed', async () => {
    const prepared = await prepare();
    const { draft } = prepared;
    const signature = signatureOf(prepared, person);
    expect(stored(draft)).to.deep.equal(draft);
    const [one, other] = [
      await pdfFormat.assemble(draft, signature, noEvidence),
      await pdfFormat.assemble(stored(draft), signature, noEvidence),
    ];
    expect(one.equals(other)).to.equal(true);
    expect(draft).to.include({ level: 'B', signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-512' });
    expect(Buffer.from(draft.data, 'base64').equals(prepared.data)).to.equal(true);
  });

  it('has the signature value timestamped', async () => {
    const prepared = await prepare();
    const signature = signatureOf(prepared, person);
    expect(pdfFormat.timestampedBytes(prepared.draft, signature)).to.equal(signature);
  });

  const flipped = (base64: string, position: number) => {
    const bytes = Buffer.from(base64, 'base64');
    const at = position < 0 ? bytes.length + position : position;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes.toString('base64');
  };
  const changes: Record<string, (draft: PdfDraft) => Partial<Record<keyof PdfDraft, unknown>>> = {
    'another file': () => ({ pdf: handmade({ objects: onePage('/Rotate 90') }).toString('base64') }),
    'one bit of the file': ({ pdf }) => ({ pdf: flipped(pdf, 200) }),
    'a file that is cut off': ({ pdf }) => ({ pdf: pdf.slice(0, -4) }),
    'a file that is not Base64': ({ pdf }) => ({ pdf: `!${pdf.slice(1)}` }),
    'one bit before the gap': ({ increment }) => ({ increment: flipped(increment, 30) }),
    'one bit after the gap': ({ increment }) => ({ increment: flipped(increment, -3) }),
    'something in the gap': ({ increment }) => ({ increment: flipped(increment, 5000) }),
    'a gap elsewhere': ({ byteRange: [start, first, second, rest] }) => ({
      byteRange: [start, first + 2, second + 2, rest - 2],
    }),
    'a smaller gap': ({ byteRange: [start, first, second, rest] }) => ({
      byteRange: [start, first, second - 2, rest + 2],
    }),
    'a gap in the file itself': ({ byteRange: [, , , rest] }) => ({ byteRange: [0, 10, 10 + 65_538, rest] }),
    'no byte range': () => ({ byteRange: undefined }),
    'another hash': () => ({ hashAlgorithm: 'SHA-256' }),
    'an unknown hash': () => ({ hashAlgorithm: 'MD5' }),
    'other signed attributes': ({ data }) => ({ data: flipped(data, -1) }),
    'signed attributes that are no Base64': () => ({ data: 'x' }),
    'the certificate of somebody else': () => ({
      certificate: signatory(simulator, { documentNumber: null }).certificate.raw.toString('base64'),
    }),
    'no certificate': () => ({ certificate: undefined }),
    'no file': () => ({ pdf: undefined }),
    'a number for a file': () => ({ pdf: 5 }),
  };
  /** What is signed stays, and the place of the signature has so many digits more or less. */
  function withGap({ increment, byteRange }: PdfDraft, digits: number): Partial<PdfDraft> {
    const text = Buffer.from(increment, 'base64').toString('latin1');
    const [, gap = ''] = /\/Contents (<0+>)/.exec(text) ?? [];
    const other = `<${'0'.repeat(gap.length - 2 + digits)}>`;
    const [start, firstLength, secondStart, secondLength] = byteRange;
    return {
      increment: Buffer.from(text.replace(gap, other), 'latin1').toString('base64'),
      byteRange: [start, firstLength, secondStart + digits, secondLength],
    };
  }
  const changesOfPlace: typeof changes = {
    'no place for the signature': (draft: PdfDraft) => withGap(draft, 1 - 2 * maxCmsBytes),
    'a smaller place for the signature': (draft: PdfDraft) => withGap(draft, -2),
    'a larger place for the signature': (draft: PdfDraft) => withGap(draft, 70_000),
    'a byte range of texts': ({ byteRange }: PdfDraft) => ({ byteRange: byteRange.map(String) }),
    'a byte range of three numbers': ({ byteRange }: PdfDraft) => ({ byteRange: byteRange.slice(0, 3) }),
    'a byte range that is none': () => ({ byteRange: null }),
    'an increment that is none': () => ({ increment: 5 }),
    'a file that is none': () => ({ pdf: 5 }),
  };

  for (const [what, change] of Object.entries({ ...changes, ...changesOfPlace })) {
    it(`is refused with ${what}`, async () => {
      const prepared = await prepare();
      const changed = { ...stored(prepared.draft), ...change(prepared.draft) } as PdfDraft;
      await rejects(pdfFormat.assemble(changed, signatureOf(prepared, person), noEvidence), {
        name: 'SmartIdInputError',
        field: 'draft',
        message: /^draft is not what preparePdf made/,
      });
    });
  }
});
