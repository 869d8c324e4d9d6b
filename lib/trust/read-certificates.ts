/** X.509 certificates from what people have them in: PEM text, DER bytes, files and folders. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { SmartIdInputError } from '../shared/errors.js';
import { type Certificate, parseCertificate } from './certificate.js';

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

/** RFC 7468, section 3: no headers, and nothing in it that could be read in more than one way. */
const pemBlock = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]*)-----END \1-----/g;

function readPem(text: string, { field, where }: Place): Certificate[] {
  const blocks = [...text.matchAll(pemBlock)];
  // What does not look like a block would be a certificate silently lost.
  if (blocks.length !== text.match(/-----BEGIN/g)?.length) {
    throw new SmartIdInputError(field, `cannot be read: ${where} is not PEM.`);
  }
  return blocks.map(([, type, base64 = '']) => {
    if (type !== 'CERTIFICATE') {
      throw new SmartIdInputError(field, `must hold certificates only, but ${where} holds a ${type}.`);
    }
    return readCertificate(Buffer.from(base64, 'base64'), { field, where });
  });
}

function readCertificate(der: Uint8Array, { field, where }: Place): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    throw new SmartIdInputError(field, `cannot be read: ${where} holds no X.509 certificate.`, { cause });
  }
}
