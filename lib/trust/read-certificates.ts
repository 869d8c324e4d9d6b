/** X.509 certificates from what people have them in: PEM text, DER bytes, files and folders. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { SmartIdInputError } from '../errors.js';
import { type Certificate, parseCertificate } from './certificate.js';
import { PemConverter } from './x509.js';

/** PEM text, a DER certificate, or the path of a file or of a folder of such files. */
export type CertificateSource = string | Uint8Array;

/** How errors name what was given. */
interface Place {
  field: string;
  where: string;
}

/**
 * The certificates of a source, files included (synchronously).
 * @throws SmartIdInputError naming the field when there is no such file, or it holds anything but certificates.
 */
export function readCertificates(source: unknown, field: string): Certificate[] {
  if (source instanceof Uint8Array) return readBytes(source, { field, where: 'a given buffer' });
  if (typeof source !== 'string' || source === '') {
    throw new SmartIdInputError(
      field,
      'must be PEM text, a DER buffer, the path of a file or folder, or a list of these.',
    );
  }
  if (source.includes('-----BEGIN')) return readPem(source, { field, where: 'the given text' });
  if (!existsSync(source)) {
    throw new SmartIdInputError(
      field,
      `holds neither PEM text nor the path of an existing file or folder: "${source.slice(0, 200)}".`,
    );
  }
  const files = statSync(source).isDirectory()
    ? readdirSync(source)
        .filter((name) => /\.(?:pem|crt|cer|der)$/i.test(name))
        .sort()
        .map((name) => path.join(source, name))
    : [source];
  return files.flatMap((file) => readBytes(readFileSync(file), { field, where: `"${file}"` }));
}

function readBytes(bytes: Uint8Array, place: Place): Certificate[] {
  const text = Buffer.from(bytes).toString('latin1');
  return text.includes('-----BEGIN') ? readPem(text, place) : [readCertificate(bytes, place)];
}

function readPem(text: string, { field, where }: Place): Certificate[] {
  let blocks: ReturnType<typeof PemConverter.decodeWithHeaders>;
  try {
    blocks = PemConverter.decodeWithHeaders(text);
  } catch (cause) {
    throw new SmartIdInputError(field, `cannot be read: ${where} is not PEM.`, { cause });
  }
  // A block that the converter does not recognise would be a certificate silently lost.
  if (blocks.length === 0 || blocks.length !== text.match(/-----BEGIN/g)?.length) {
    throw new SmartIdInputError(field, `cannot be read: ${where} is not PEM.`);
  }
  return blocks.map(({ type, rawData }) => {
    if (type !== PemConverter.CertificateTag) {
      throw new SmartIdInputError(field, `must hold certificates only, but ${where} holds a ${type}.`);
    }
    return readCertificate(new Uint8Array(rawData), { field, where });
  });
}

function readCertificate(der: Uint8Array, { field, where }: Place): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    throw new SmartIdInputError(field, `cannot be read: ${where} holds no X.509 certificate.`, { cause });
  }
}
