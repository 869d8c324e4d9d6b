/** One document of one size, prepared and completed in a process of its own, so that its memory can be told apart. */

import { constants, createHash, sign } from 'node:crypto';
import { loadTrustAnchors } from '../../dist/client.js';
import {
  addSignature,
  completeDraft,
  type DocumentDraft,
  prepareContainer,
  preparePdf,
} from '../../dist/documents/index.js';
import { startSimulator } from '../../dist/simulator/index.js';

/** What it costs, in milliseconds of CPU and bytes. */
export interface DocumentCost {
  sha512Ms: number;
  prepareMs: number;
  completeMs: number;
  /** Above what the process had when it held the document alone. */
  peakBytes: number;
  documentBytes: number;
}

const rounds = 5;

async function measure(kind: string, megabytes: number): Promise<DocumentCost> {
  const simulator = await startSimulator({ port: 0 });
  const key = simulator.pki.issueUserCertificate({ purpose: 'signature' });
  const services = { trustAnchors: loadTrustAnchors(simulator.trustAnchors, Date.now()), clock: Date.now };
  await simulator.close();
  const content = Buffer.alloc(megabytes * 1_000_000, 'What is signed. ');
  const bytes = kind === 'pdf' ? pdfWith(content) : content;
  const fileBytes = Math.floor(bytes.length / 100);
  const files = Array.from({ length: 100 }, (_, index) => ({
    name: `file-${index}.bin`,
    contentType: 'application/octet-stream',
    content: bytes.subarray(index * fileBytes, (index + 1) * fileBytes),
  }));
  const options = { certificate: key.certificate, level: 'B' } as const;
  const prepare = () => (kind === 'pdf' ? preparePdf(bytes, options) : prepareContainer({ files }, options));

  const costs = { sha512Ms: [] as number[], prepareMs: [] as number[], completeMs: [] as number[] };
  global.gc?.();
  const before = process.memoryUsage.rss();
  for (let round = 0; round < rounds; round++) {
    costs.sha512Ms.push(await cpuMsOf(() => createHash('sha512').update(bytes).digest()));
    let prepared: { draft: DocumentDraft; data: Buffer } | undefined;
    costs.prepareMs.push(await cpuMsOf(async () => (prepared = await prepare())));
    const { draft, data } = prepared as { draft: DocumentDraft; data: Buffer };
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    const signed = addSignature(draft, sign('sha512', data, { key: key.privateKey, ...padding }), Date.now());
    prepared = undefined;
    costs.completeMs.push(await cpuMsOf(() => completeDraft(signed, services)));
    global.gc?.();
  }
  const peakBytes = process.resourceUsage().maxRSS * 1024 - before;
  return { ...mapMedian(costs), peakBytes, documentBytes: bytes.length };
}

function mapMedian({ sha512Ms, prepareMs, completeMs }: Record<'sha512Ms' | 'prepareMs' | 'completeMs', number[]>) {
  return { sha512Ms: median(sha512Ms), prepareMs: median(prepareMs), completeMs: median(completeMs) };
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)] as number;
}

async function cpuMsOf(work: () => unknown): Promise<number> {
  const begin = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

/** One page with an image of these bytes. */
function pdfWith(image: Buffer): Buffer {
  const parts: Buffer[] = [];
  const offsets: number[] = [];
  let length = 0;
  const add = (part: Buffer | string) => {
    const bytes = Buffer.from(part as string, 'latin1');
    parts.push(bytes);
    length += bytes.length;
  };
  const object = (body: string, stream?: Buffer) => {
    offsets.push(length);
    add(`${offsets.length} 0 obj\n${body}\n`);
    if (stream) {
      add('stream\n');
      add(stream);
      add('\nendstream\n');
    }
    add('endobj\n');
  };
  add('%PDF-1.7\n');
  object('<< /Type /Catalog /Pages 2 0 R >>');
  object('<< /Type /Pages /Kids [3 0 R] /Count 1 >>');
  object('<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I 4 0 R >> >> >>');
  const width = Math.floor(image.length / 1000);
  object(
    `<< /Type /XObject /Subtype /Image /Width ${width} /Height 1000 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length ${image.length} >>`,
    image,
  );
  const table = length;
  const entries = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  add(`xref\n0 ${offsets.length + 1}\n0000000000 65535 f \n${entries}`);
  add(`trailer\n<< /Size ${offsets.length + 1} /Root 1 0 R >>\nstartxref\n${table}\n%%EOF\n`);
  return Buffer.concat(parts);
}

const [kind = 'pdf', megabytes = '20'] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await measure(kind, Number(megabytes))));
process.exit();
