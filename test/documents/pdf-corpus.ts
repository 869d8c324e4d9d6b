/** PDFs of many kinds, made by hand, so that each of them is known to the octet. */

import { deflateSync } from 'node:zlib';
import { degrees, PDFDocument, StandardFonts } from '@cantoo/pdf-lib';

/** What an object is: its text, or a stream with these entries of its dictionary. */
export type HandmadeObject = string | { entries: string; data: Buffer };

export interface HandmadePdf {
  objects: Record<number, HandmadeObject>;
  /** How the objects are found; a table otherwise. */
  kind?: 'table' | 'stream' | 'hybrid';
  /** Numbers of those that are in an object stream. */
  compressed?: readonly number[];
  version?: string;
  /** Further entries of the trailer. */
  trailer?: string;
  /** How many spaces are in the object stream besides its objects. */
  padding?: number;
  /** What becomes of the numbers that the object stream states of its objects, in their order. */
  stated?: (numbers: readonly number[]) => readonly number[];
  /** Of the entries of a cross-reference stream. */
  widths?: readonly [number, number, number];
}

/** One page with a square on it. */
export function onePage(page = '', catalog = ''): Record<number, HandmadeObject> {
  return {
    1: `<< /Type /Catalog /Pages 2 0 R ${catalog} >>`,
    2: '<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 595 842] >>',
    3: `<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << >> ${page} >>`,
    4: { entries: '', data: Buffer.from('0 0 1 rg 50 700 100 100 re f') },
  };
}

/** Writes a PDF with one section of cross-references. */
export function handmade({
  objects,
  kind = 'table',
  compressed = [],
  version = '1.7',
  trailer = '',
  padding = 0,
  stated = (given) => given,
  widths = [1, 4, 2],
}: HandmadePdf): Buffer {
  const chunks: Buffer[] = [Buffer.from(`%PDF-${version}\n%\xe2\xe3\xcf\xd3\n`, 'latin1')];
  let bytes = (chunks[0] as Buffer).length;
  const position = () => bytes;
  const push = (text: string | Buffer) => {
    const chunk = typeof text === 'string' ? Buffer.from(text, 'latin1') : text;
    chunks.push(chunk);
    bytes += chunk.length;
  };
  const places = new Map<number, [type: number, second: number, third: number]>();
  const write = (number: number, object: HandmadeObject) => {
    places.set(number, [1, position(), 0]);
    push(`${number} 0 obj\n`);
    if (typeof object === 'string') push(object);
    else {
      push(`<< ${object.entries} /Length ${object.data.length} >>\nstream\n`);
      push(object.data);
      push('\nendstream');
    }
    push('\nendobj\n');
  };

  const numbers = Object.keys(objects).map(Number);
  for (const number of numbers) if (!compressed.includes(number)) write(number, objects[number] as HandmadeObject);
  let next = Math.max(...numbers) + 1;
  if (compressed.length > 0) {
    const streamNumber = next++;
    write(
      streamNumber,
      objectStream(
        compressed.map((number) => [number, objects[number] as string]),
        padding,
        stated,
      ),
    );
    for (const [index, number] of compressed.entries()) places.set(number, [2, streamNumber, index]);
  }
  const root = `/Root 1 0 R ${trailer}`;
  let hybrid = '';
  if (kind !== 'table') {
    const start = position();
    const number = next++;
    places.set(number, [1, start, 0]);
    const wanted = kind === 'hybrid' ? new Map([...places].filter(([, [type]]) => type === 2)) : places;
    write(number, crossReferenceStream(wanted, next, root, widths));
    if (kind === 'stream') return Buffer.concat([...chunks, Buffer.from(`startxref\n${start}\n%%EOF\n`)]);
    hybrid = `/XRefStm ${start}`;
  }
  const start = position();
  const sections: string[][] = [];
  for (let number = 0; number < next; number++) {
    const [type, offset] = places.get(number) ?? [0, 0];
    const row = type === 1 ? `${String(offset).padStart(10, '0')} 00000 n \n` : '0000000000 65535 f \n';
    // Those that are hidden from older readers.
    if (type === 2) continue;
    const last = sections.at(-1);
    if (last && Number(last[0]) + last.length - 1 === number) last.push(row);
    else sections.push([String(number), row]);
  }
  const table = sections.map(([first, ...rows]) => `${first} ${rows.length}\n${rows.join('')}`).join('');
  push(`xref\n${table}trailer\n<< /Size ${next} ${root} ${hybrid} >>\nstartxref\n${start}\n%%EOF\n`);
  return Buffer.concat(chunks);
}

function objectStream(
  objects: readonly [number, string][],
  padding: number,
  stated: NonNullable<HandmadePdf['stated']>,
): HandmadeObject {
  let offset = 0;
  const numbers = stated(objects.map(([number]) => number));
  const index = objects.map(([, text], place) => {
    const entry = `${numbers[place]} ${offset}`;
    offset += text.length + 1;
    return entry;
  });
  const header = `${index.join(' ')}\n`;
  const data = Buffer.from(`${header}${objects.map(([, text]) => text).join('\n')}`, 'latin1');
  const entries = `/Type /ObjStm /N ${objects.length} /First ${header.length} /Filter /FlateDecode`;
  return { entries, data: deflateSync(Buffer.concat([data, Buffer.alloc(padding, ' ')])) };
}

/** With the PNG predictor "up", as most writers have it. */
function crossReferenceStream(
  places: ReadonlyMap<number, readonly number[]>,
  size: number,
  trailer: string,
  widths: readonly [number, number, number],
): HandmadeObject {
  const columns = widths.reduce((sum, width) => sum + width);
  const numbers = [...places.keys()].sort((one, other) => one - other);
  let previous = Buffer.alloc(columns);
  const rows = numbers.map((number) => {
    const row = Buffer.alloc(columns);
    let at = 0;
    for (const [index, width] of widths.entries()) {
      for (let octet = 0; octet < width; octet++) {
        row[at++] = Math.floor((places.get(number)?.[index] ?? 0) / 256 ** (width - 1 - octet));
      }
    }
    const predicted = Buffer.from(row.map((octet, column) => octet - (previous[column] as number)));
    previous = row;
    return Buffer.concat([Buffer.of(2), predicted]);
  });
  const index = numbers.flatMap((number) => [number, 1]).join(' ');
  const parameters = `/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns ${columns} >>`;
  const entries = `/Type /XRef /Size ${size} /W [${widths.join(' ')}] /Index [${index}] ${trailer} ${parameters}`;
  return { entries, data: deflateSync(Buffer.concat(rows)) };
}

/** Two sections, the first of which is what `startxref` points to and has the first page (ISO 32000-2, Annex F). */
export function linearised(): Buffer {
  const section = (first: number, offsets: readonly number[], trailer: string) => {
    const rows = offsets.map((offset) => (offset === 0 ? '0000000000 65535 f \n' : `${digits(offset)} 00000 n \n`));
    return `xref\n${first} ${offsets.length}\n${rows.join('')}trailer\n<< ${trailer} >>\n`;
  };
  const digits = (offset: number) => String(offset).padStart(10, '0');
  const header = '%PDF-1.4\n';
  const object = (number: number, text: string) => `${number} 0 obj\n${text}\nendobj\n`;
  // The length is not known before all is written; the numbers are as long as they are in the end.
  const write = (length: number, main: number): string => {
    const dictionary = object(
      3,
      `<< /Linearized 1 /L ${digits(length)} /O 5 /E 700 /N 1 /T ${digits(main)} /H [1 1] >>`,
    );
    const firstStart = header.length + dictionary.length;
    const catalog = object(4, '<< /Type /Catalog /Pages 1 0 R >>');
    const page = object(5, '<< /Type /Page /Parent 1 0 R /MediaBox [0 0 300 300] /Contents 2 0 R >>');
    const lengthOfFirst = section(3, [1, 1, 1], `/Size 6 /Root 4 0 R /Prev ${digits(main)}`).length;
    const between = 'startxref\n0\n%%EOF\n';
    const catalogAt = firstStart + lengthOfFirst + between.length;
    const pageAt = catalogAt + catalog.length;
    const pagesAt = pageAt + page.length;
    const pages = object(1, '<< /Type /Pages /Kids [5 0 R] /Count 1 >>');
    const contentsAt = pagesAt + pages.length;
    const contents = object(2, '<< /Length 13 >>\nstream\n10 10 9 9 re \nendstream');
    const offsets = [header.length, catalogAt, pageAt];
    const first = section(3, offsets, `/Size 6 /Root 4 0 R /Prev ${digits(contentsAt + contents.length)}`);
    const second = section(0, [0, pagesAt, contentsAt], '/Size 3');
    const end = `startxref\n${firstStart}\n%%EOF\n`;
    return header + dictionary + first + between + catalog + page + pages + contents + second + end;
  };
  const draft = write(0, 0);
  return Buffer.from(write(draft.length, draft.lastIndexOf('xref\n0 3')), 'latin1');
}

/** What a library of other people writes. */
export async function fromLibrary(
  options: { useObjectStreams?: boolean; withForm?: boolean; withScript?: boolean; rotation?: number } = {},
): Promise<PDFDocument> {
  const document = await PDFDocument.create();
  const font = await document.embedFont(StandardFonts.Helvetica);
  for (const name of ['First', 'Second', 'Third']) {
    const page = document.addPage([595, 842]);
    page.drawText(`${name} page`, { x: 50, y: 700, size: 24, font });
    if (options.rotation) page.setRotation(degrees(options.rotation));
  }
  if (options.withForm) {
    const field = document.getForm().createTextField('Signature1');
    field.setText('A field that has the name which a signature would get.');
    field.addToPage(document.getPage(0), { x: 50, y: 600, width: 200, height: 20, font });
  }
  if (options.withScript) document.addJavaScript('greeting', 'app.alert("Hello")');
  return document;
}

export async function libraryFile(options: Parameters<typeof fromLibrary>[0] = {}): Promise<Buffer> {
  const document = await fromLibrary(options);
  return Buffer.from(await document.save({ useObjectStreams: options.useObjectStreams ?? false }));
}

/** Files that can be signed, by what they are. */
export async function signableFiles(): Promise<Record<string, Buffer>> {
  const compressed = { objects: onePage(), kind: 'stream', compressed: [1, 2, 3] } as const;
  const form = {
    ...onePage('/Annots 6 0 R', '/AcroForm 5 0 R'),
    5: '<< /Fields 7 0 R /DA (/Helv 0 Tf 0 g) /NeedAppearances true >>',
    6: '[8 0 R]',
    7: '[8 0 R]',
    8: '<< /Type /Annot /Subtype /Widget /FT /Tx /T (n\\141me) /V (x) /Rect [100 100 200 120] /P 3 0 R >>',
  };
  const table = handmade({ objects: onePage() });
  return {
    'a classic table of cross-references': table,
    'a cross-reference stream and an object stream': handmade(compressed),
    'a cross-reference stream with wide fields': handmade({ ...compressed, widths: [1, 8, 8] }),
    'a hybrid of both': handmade({ objects: form, kind: 'hybrid', compressed: [5, 6, 7, 8] }),
    'PDF 2.0': handmade({ ...compressed, version: '2.0' }),
    linearisation: linearised(),
    'a form': handmade({ objects: form }),
    'a form in an object stream': handmade({ objects: form, kind: 'stream', compressed: [1, 2, 3, 5, 6, 7, 8] }),
    'a form in the catalog': handmade({ objects: onePage('', '/AcroForm << /Fields [] /SigFlags 4 >>') }),
    'a static XFA form': handmade({
      objects: {
        ...onePage('', '/AcroForm << /Fields [] /XFA [(config) 5 0 R (template) 5 0 R] >>'),
        5: { entries: '', data: Buffer.from('<config><dynamicRender>forbidden</dynamicRender></config>') },
      },
    }),
    'an orphan copy of the page': withOrphan(table),
    'no line end after its last line': table.subarray(0, table.length - 1),
    'something after its end': Buffer.concat([table, Buffer.from('\r\n\0\0<!-- added by a mail server -->')]),
    'scripts, made by a library': await libraryFile({ withScript: true }),
    'a form and object streams, made by a library': await libraryFile({ withForm: true, useObjectStreams: true }),
  };
}

/** A copy of the page, of another size, that no cross-reference leads to. */
function withOrphan(table: Buffer): Buffer {
  const start = table.lastIndexOf('xref\n0 ');
  const orphan = '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 111 111] /Contents 4 0 R >>\nendobj\n';
  const rest = table.toString('latin1', start).replace(/startxref\n\d+/, `startxref\n${start + orphan.length}`);
  return Buffer.concat([table.subarray(0, start), Buffer.from(orphan + rest, 'latin1')]);
}
