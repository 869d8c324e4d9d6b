/** The certificates that the site trusts to issue Smart-ID certificates: only those, never the system's store. */

import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { Certificate as PkiCertificate } from 'pkijs';
import { SmartIdInputError } from '../errors.js';
import { type Certificate, parseCertificate } from './certificate.js';
import { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, PemConverter } from './x509.js';

/** PEM text, a DER certificate, the path of a file or of a folder of such files, or a list of these. */
export type TrustAnchorSource = string | Uint8Array | readonly (string | Uint8Array)[];

/** Made by `loadTrustAnchors`. An issuing CA is an anchor by itself; it need not come with its root. */
export interface TrustAnchors {
  readonly certificates: readonly Certificate[];
  /** The same certificates for path building. */
  readonly forPathBuilding: readonly PkiCertificate[];
}

const field = 'trustAnchors';

/**
 * Reads and checks the anchors, files included (synchronously: it happens once, when the site starts).
 * @param now milliseconds since the epoch.
 * @throws SmartIdInputError when there is none, one cannot be read, is no CA certificate or is not valid now.
 */
export function loadTrustAnchors(source: TrustAnchorSource, now: number): TrustAnchors {
  const sources: readonly unknown[] = Array.isArray(source) ? source : [source];
  const found = new Map<string, Certificate>();
  for (const certificate of sources.flatMap(readSource)) {
    checkAnchor(certificate, now);
    found.set(certificate.node.fingerprint256, certificate);
  }
  if (found.size === 0) throw new SmartIdInputError(field, 'must hold at least one CA certificate.');
  const certificates = [...found.values()];
  return { certificates, forPathBuilding: certificates.map(({ der }) => PkiCertificate.fromBER(der)) };
}

function readSource(source: unknown): Certificate[] {
  if (source instanceof Uint8Array) return readBytes(source, 'a given buffer');
  if (typeof source !== 'string' || source === '') {
    throw new SmartIdInputError(
      field,
      'must be PEM text, a DER buffer, the path of a file or folder, or a list of these.',
    );
  }
  if (source.includes('-----BEGIN')) return readPem(source, 'the given text');
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
  return files.flatMap((file) => readBytes(readFileSync(file), `"${file}"`));
}

function readBytes(bytes: Uint8Array, where: string): Certificate[] {
  const text = Buffer.from(bytes).toString('latin1');
  return text.includes('-----BEGIN') ? readPem(text, where) : [readCertificate(bytes, where)];
}

function readPem(text: string, where: string): Certificate[] {
  let blocks: ReturnType<typeof PemConverter.decodeWithHeaders>;
  try {
    blocks = PemConverter.decodeWithHeaders(text);
  } catch (cause) {
    throw new SmartIdInputError(field, `cannot be read: ${where} is not PEM.`, { cause });
  }
  // A block that the converter does not recognise would be an anchor silently lost.
  if (blocks.length === 0 || blocks.length !== text.match(/-----BEGIN/g)?.length) {
    throw new SmartIdInputError(field, `cannot be read: ${where} is not PEM.`);
  }
  return blocks.map(({ type, rawData }) => {
    if (type !== PemConverter.CertificateTag) {
      throw new SmartIdInputError(field, `must hold certificates only, but ${where} holds a ${type}.`);
    }
    return readCertificate(new Uint8Array(rawData), where);
  });
}

function readCertificate(der: Uint8Array, where: string): Certificate {
  try {
    return parseCertificate(der);
  } catch (cause) {
    throw new SmartIdInputError(field, `cannot be read: ${where} holds no X.509 certificate.`, { cause });
  }
}

function checkAnchor({ x509 }: Certificate, now: number): void {
  const name = `"${x509.subject}"`;
  if (!x509.getExtension(BasicConstraintsExtension)?.ca) {
    throw new SmartIdInputError(field, `must hold CA certificates only; ${name} is none.`);
  }
  const usages = x509.getExtension(KeyUsagesExtension)?.usages ?? 0;
  if ((usages & KeyUsageFlags.keyCertSign) === 0) {
    throw new SmartIdInputError(field, `must hold CA certificates only; ${name} may not sign certificates.`);
  }
  if (now > x509.notAfter.getTime()) {
    throw new SmartIdInputError(field, `holds ${name}, which expired on ${x509.notAfter.toISOString().slice(0, 10)}.`);
  }
  if (now < x509.notBefore.getTime()) {
    throw new SmartIdInputError(
      field,
      `holds ${name}, which is valid from ${x509.notBefore.toISOString().slice(0, 10)} only.`,
    );
  }
}
