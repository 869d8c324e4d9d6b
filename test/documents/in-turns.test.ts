import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type ContainerFile, containerFormat, prepareContainer } from '../../lib/documents/container/index.js';
import { decodeInTurns, hashInTurns, partsOf } from '../../lib/documents/in-turns.js';
import { pdfFormat, preparePdf } from '../../lib/documents/pdf/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type Signatory, signatory } from '../support/signing.js';
import { turnsDuring } from '../support/turns.js';
import { noEvidence, valueFor } from './container-support.js';
import { handmade, onePage } from './pdf-corpus.js';
import { signatureOf } from './pdf-signer.js';

describe('Large documents', () => {
  const content = Buffer.alloc(10_000_001, 'What is signed. ');
  let simulator: Simulator;
  let person: Signatory;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
  });
  after(() => simulator.close());

  it('are hashed part by part to the digest of the whole', async () => {
    const hash = createHash('sha512');
    await hashInTurns(hash, partsOf(content));
    expect(hash.digest('hex')).to.equal(createHash('sha512').update(content).digest('hex'));
  });

  it('are decoded part by part into their place, which is full only of what is Base64', async () => {
    const text = content.toString('base64');
    const place = Buffer.alloc(content.length);
    expect(await decodeInTurns(text, place)).to.equal(true);
    expect(place.equals(content)).to.equal(true);
    const changes = [
      text.slice(0, -4),
      `${text.slice(0, 8)}====${text.slice(12)}`,
      `${text.slice(0, 999)}!${text.slice(1000)}`,
    ];
    for (const changed of changes) expect(await decodeInTurns(changed, Buffer.alloc(content.length))).to.equal(false);
  });

  const small: ContainerFile[] = Array.from({ length: 100 }, (_, index) => ({
    name: `${index}.bin`,
    contentType: 'application/octet-stream',
    content: content.subarray(index * 100_000, (index + 1) * 100_000),
  }));
  for (const [what, files] of [
    ['one large file', [{ name: 'large.bin', contentType: 'application/octet-stream', content }]],
    ['many small files', small],
  ] as const) {
    it(`leave the event loop to others: a container of ${what}`, async () => {
      const options = { certificate: person.certificate, level: 'B' } as const;
      expect(await turnsDuring(() => prepareContainer({ files }, options))).to.be.at.least(3);
      const prepared = await prepareContainer({ files }, options);
      const assemble = () => containerFormat.assemble(prepared.draft, valueFor(prepared, person), noEvidence);
      expect(await turnsDuring(assemble)).to.be.at.least(6);
    });
  }

  it('leave the event loop to others: a PDF', async () => {
    const pdf = handmade({ objects: { ...onePage(), 5: { entries: '', data: content } } });
    const options = { certificate: person.certificate, level: 'B' } as const;
    expect(await turnsDuring(() => preparePdf(pdf, options))).to.be.at.least(3);
    const prepared = await preparePdf(pdf, options);
    const assemble = () => pdfFormat.assemble(prepared.draft, signatureOf(prepared, person), noEvidence);
    expect(await turnsDuring(assemble)).to.be.at.least(6);
  });
});
