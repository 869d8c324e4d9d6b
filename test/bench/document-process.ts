/** One document of one size, prepared and completed in a process of its own, so that its memory can be told apart. */

import { constants, createHash, sign, X509Certificate } from 'node:crypto';
import { startSimulator } from '../../dist/simulator/index.js';
import { type DocumentKind, documentWays } from './document-ways.js';
import { median } from './measure.js';

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

async function measure(kind: DocumentKind, megabytes: number): Promise<DocumentCost> {
  const simulator = await startSimulator({ port: 0 });
  const key = simulator.pki.issueUserCertificate({ purpose: 'signature' });
  const { trustAnchors } = simulator;
  await simulator.close();
  const way = documentWays[kind](new X509Certificate(key.certificate), trustAnchors);

  const round = async (bytes: Buffer): Promise<Omit<DocumentCost, 'peakBytes' | 'documentBytes'>> => {
    const sha512Ms = await cpuMsOf(() => createHash('sha512').update(bytes).digest());
    let data: Uint8Array = Buffer.alloc(0);
    const prepareMs = await cpuMsOf(async () => (data = await way.prepare(bytes)));
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    const value = sign('sha512', data, { key: key.privateKey, ...padding });
    const completeMs = await cpuMsOf(() => way.complete(value));
    return { sha512Ms, prepareMs, completeMs };
  };

  // What is loaded and compiled on the way is not the document's.
  await round(documentOf(kind, 10_000));
  const bytes = documentOf(kind, megabytes * 1_000_000);
  await collectGarbage();
  const before = process.memoryUsage.rss();
  const costs = [await round(bytes)];
  const peakBytes = process.resourceUsage().maxRSS * 1024 - before;
  while (costs.length < rounds) {
    await collectGarbage();
    costs.push(await round(bytes));
  }
  const medianOf = (name: keyof (typeof costs)[number]) => median(costs.map((cost) => cost[name]));
  const times = {
    sha512Ms: medianOf('sha512Ms'),
    prepareMs: medianOf('prepareMs'),
    completeMs: medianOf('completeMs'),
  };
  return { ...times, peakBytes, documentBytes: bytes.length };
}

function documentOf(kind: DocumentKind, size: number): Buffer {
  const content = Buffer.alloc(size, 'What is signed. ');
  return kind.startsWith('pdf') ? pdfWith(content) : content;
}

/** What is freed by another thread is waited for. */
async function collectGarbage(): Promise<void> {
  global.gc?.();
  await new Promise((resolve) => setTimeout(resolve, 200));
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

const [kind, megabytes] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await measure(kind as DocumentKind, Number(megabytes))));
process.exit();
