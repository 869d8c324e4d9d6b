/** One octet changed in each part of a signed document, and which judges can tell. */

import { buffer } from 'node:stream/consumers';
import { fromBuffer } from 'yauzl';
import { ZipFile } from 'yazl';
import type { Simulator } from '../../lib/simulator/index.js';
import { assembledWith, type SignedFile } from './signed-documents.js';

/** Who judges documents. OpenSSL judges their timestamps alone. */
export type Judge = 'dss' | 'digidoc4j' | 'pdfsig' | 'xmlsec1' | 'openssl';

export interface DocumentTampering {
  what: string;
  /** Those that say that it is not valid, or not of the level LT. */
  tell: readonly Judge[];
  change(signed: SignedFile, simulator: Simulator): Promise<Buffer> | Buffer;
}

const signatureFile = 'META-INF/signatures0.xml';
const base64 = (text?: string) => Buffer.from(text ?? '', 'base64');

function flipped(bytes: Buffer, index: number): Buffer {
  const changed = Buffer.from(bytes);
  const at = index < 0 ? bytes.length + index : index;
  changed[at] = (bytes[at] as number) ^ 1;
  return changed;
}

/** Another second, in the first time that is a GeneralizedTime: when a token or an answer was made. */
function atAnotherTime(der: Buffer): Buffer {
  const at = der.toString('latin1').search(/\d{14}Z/);
  if (at < 0) throw new Error('It has no time.');
  return flipped(der, at + 13);
}

function once(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2 || from === to) throw new Error(`It is there ${parts.length - 1} times.`);
  return parts.join(to);
}

/** In a PDF the CMS is hexadecimal digits. */
function inPdf(part: (signed: SignedFile) => Buffer, change: (part: Buffer) => Buffer): DocumentTampering['change'] {
  return (signed) => {
    const before = part(signed);
    const text = signed.content.toString('latin1');
    return Buffer.from(once(text, before.toString('hex'), change(before).toString('hex')), 'latin1');
  };
}

function inPdfText(from: string, to: string): DocumentTampering['change'] {
  return ({ content }) => Buffer.from(once(content.toString('latin1'), from, to), 'latin1');
}

const signature = ({ draft }: SignedFile) => base64(draft.signature);
const certificate = ({ draft }: SignedFile) => base64(draft.certificate);
const timestamp = ({ draft }: SignedFile) => base64(draft.timestamp);
/** As the CMS has them: with another tag in front than what is signed. */
const signedAttributes = ({ draft }: SignedFile) => base64(draft.data).subarray(1);

/** Of a file with the text `0 0 1 rg`. */
export const pdfTamperings: readonly DocumentTampering[] = [
  {
    what: 'nothing, put together again',
    tell: [],
    change: (signed, simulator) => assembledWith(simulator, signed, (evidence) => evidence),
  },
  { what: 'the content of the file', tell: ['dss', 'pdfsig'], change: inPdfText('0 0 1 rg', '0 0 0 rg') },
  {
    what: 'the reason, in the signature dictionary',
    tell: ['dss', 'pdfsig'],
    change: inPdfText('/Reason <FEFF0041', '/Reason <FEFF0061'),
  },
  {
    what: 'the signed attributes',
    tell: ['dss', 'pdfsig'],
    change: inPdf(signedAttributes, (part) => flipped(part, -1)),
  },
  {
    what: 'the signature value',
    tell: ['dss', 'pdfsig', 'openssl'],
    change: inPdf(signature, (part) => flipped(part, 100)),
  },
  { what: 'the time in the timestamp', tell: ['dss', 'openssl'], change: inPdf(timestamp, atAnotherTime) },
  {
    what: 'the signature of the timestamp',
    tell: ['dss', 'openssl'],
    change: inPdf(timestamp, (part) => flipped(part, -1)),
  },
  {
    what: "the OCSP answer about the signer's certificate",
    tell: ['dss'],
    change: (signed, simulator) =>
      assembledWith(simulator, signed, ({ ocspResponses: [first, ...others], ...evidence }) => ({
        ...evidence,
        ocspResponses: [atAnotherTime(Buffer.from(first as Uint8Array)), ...others],
      })),
  },
  {
    what: "the signer's certificate",
    tell: ['dss', 'pdfsig'],
    change: inPdf(certificate, (part) => flipped(part, -1)),
  },
];

/** What is in a container, by the names of the entries. */
export async function entriesOf(container: Buffer): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  const zip = await new Promise<import('yauzl').ZipFile>((resolve, reject) => {
    fromBuffer(container, { lazyEntries: false, autoClose: false }, (error, file) =>
      error ? reject(error) : resolve(file),
    );
  });
  const reading: Promise<void>[] = [];
  await new Promise((resolve, reject) => {
    zip.on('end', resolve).on('error', reject);
    zip.on('entry', (entry) => {
      reading.push(
        new Promise<Buffer>((done, failed) => {
          zip.openReadStream(entry, (error, stream) => (error ? failed(error) : done(buffer(stream))));
        }).then((content) => void entries.set(entry.fileName, content)),
      );
    });
  });
  await Promise.all(reading);
  return entries;
}

/** Packed anew, so that the sums of the ZIP file are right. */
async function withEntry(container: Buffer, name: string, change: (content: Buffer) => Buffer): Promise<Buffer> {
  const entries = await entriesOf(container);
  entries.set(name, change(entries.get(name) as Buffer));
  const zip = new ZipFile();
  // By this entry, first and as it is, programs know the type of the file.
  const { mimetype, ...others } = Object.fromEntries(entries) as Record<string, Buffer> & { mimetype: Buffer };
  zip.addBuffer(mimetype, 'mimetype', { compress: false });
  for (const [entry, content] of Object.entries(others)) zip.addBuffer(content, entry);
  zip.end();
  return buffer(zip.outputStream);
}

function inSignatures(change: (xml: string, signed: SignedFile) => string): DocumentTampering['change'] {
  return (signed) =>
    withEntry(signed.content, signatureFile, (xml) => Buffer.from(change(xml.toString('utf8'), signed)));
}

function inBase64(part: (signed: SignedFile) => Buffer, change: (part: Buffer) => Buffer): DocumentTampering['change'] {
  return inSignatures((xml, signed) => {
    const before = part(signed);
    return once(xml, before.toString('base64'), change(before).toString('base64'));
  });
}

/** The first element of this name, which holds Base64. */
function inElement(name: string, change: (part: Buffer) => Buffer): DocumentTampering['change'] {
  return inSignatures((xml) =>
    xml.replace(new RegExp(`(<${name}>)([^<]+)`), (_all, tag, text) => tag + change(base64(text)).toString('base64')),
  );
}

/** Of a container with the file `contract.txt`, signed with PKCS#1 v1.5, which all judges know. */
export const containerTamperings: readonly DocumentTampering[] = [
  { what: 'nothing, packed anew', tell: [], change: inSignatures((xml) => xml) },
  {
    what: 'the content of a file',
    tell: ['dss', 'digidoc4j', 'xmlsec1'],
    change: ({ content }) => withEntry(content, 'contract.txt', (text) => flipped(text, 0)),
  },
  {
    what: 'the digest of a file, in SignedInfo',
    tell: ['dss', 'digidoc4j', 'xmlsec1'],
    change: inElement('ds:DigestValue', (part) => flipped(part, 0)),
  },
  {
    what: 'an attribute, in SignedInfo',
    tell: ['dss', 'digidoc4j', 'xmlsec1'],
    change: inSignatures((xml) => once(xml, 'Reference Id="S0-file-1"', 'Reference Id="S0-file-3"')),
  },
  {
    what: 'the time, in SignedProperties',
    tell: ['dss', 'digidoc4j', 'xmlsec1'],
    change: inSignatures((xml) =>
      xml.replace(/\dZ<\/xades:SigningTime>/, (text) => `${(Number(text[0]) + 1) % 10}${text.slice(1)}`),
    ),
  },
  {
    what: 'the type of a file, in SignedProperties',
    tell: ['dss', 'digidoc4j', 'xmlsec1'],
    change: inSignatures((xml) => xml.replace('<xades:MimeType>text/plain', '<xades:MimeType>text/plaim')),
  },
  {
    what: 'the signature value',
    tell: ['dss', 'digidoc4j', 'xmlsec1', 'openssl'],
    change: inBase64(signature, (part) => flipped(part, 100)),
  },
  {
    what: 'the time in the timestamp',
    tell: ['dss', 'digidoc4j', 'openssl'],
    change: inBase64(timestamp, atAnotherTime),
  },
  {
    what: 'the signature of the timestamp',
    tell: ['dss', 'digidoc4j', 'openssl'],
    change: inBase64(timestamp, (part) => flipped(part, -1)),
  },
  {
    what: "the OCSP answer about the signer's certificate",
    tell: ['dss', 'digidoc4j'],
    change: inElement('xades:EncapsulatedOCSPValue', atAnotherTime),
  },
  {
    what: "the signer's certificate",
    tell: ['dss', 'digidoc4j', 'xmlsec1'],
    change: inBase64(certificate, (part) => flipped(part, -1)),
  },
];
