/** Containers that are signed in tests, and what programs of other people say of them. */

import { constants, sign, webcrypto } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { DOMImplementation, DOMParser, XMLSerializer } from '@xmldom/xmldom';
import { expect } from 'chai';
import { Application, SignedXml, setNodeDependencies } from 'xadesjs';
import {
  type ContainerFile,
  type ContainerInput,
  type ContainerOptions,
  containerFormat,
  type PreparedContainer,
  prepareContainer,
} from '../../lib/documents/container/index.js';
import type { SignatureEvidence } from '../../lib/documents/evidence.js';
import { SmartIdInputError } from '../../lib/shared/errors.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { written } from '../support/judges.js';
import { said } from '../support/outside-tools.js';
import type { Signatory } from '../support/signing.js';

setNodeDependencies({ DOMImplementation, DOMParser, XMLSerializer });
Application.setEngine('node:crypto', webcrypto as Crypto);

/** For `rejects`: an input error that names this field. */
export const refused =
  (field: string, pattern = /./) =>
  (error: unknown) => {
    expect(error).to.be.instanceOf(SmartIdInputError);
    expect((error as SmartIdInputError).field).to.equal(field);
    expect((error as SmartIdInputError).message).to.match(pattern);
    return true;
  };

export const noEvidence: SignatureEvidence = { certificates: [], ocspResponses: [] };

export function textFile(name: string, content = `the content of ${name}`): ContainerFile {
  return { name, contentType: 'text/plain', content: Buffer.from(content) };
}

export const containerType = 'application/vnd.etsi.asic-e+zip';
export const manifestFile = 'META-INF/manifest.xml';

/** The manifest of a container with these entries, with another prefix and other quotes than the library's. */
export function manifestOf(entryNames: readonly string[]): string {
  const names = entryNames.filter((name) => !/^META-INF\/|\/$/.test(name));
  const entries = names.map((name) => fileEntry(name, name.endsWith('.pdf') ? 'application/pdf' : 'text/plain'));
  const namespace = 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0';
  const content = [fileEntry('/', containerType), ...entries].join('');
  return `<?xml version='1.0' encoding='utf-8'?>\n<m:manifest xmlns:m='${namespace}'>${content}\n</m:manifest>`;
}

function fileEntry(name: string, type: string): string {
  const escaped = name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&apos;');
  return `\n  <m:file-entry m:full-path='${escaped}' m:media-type='${type}'/>`;
}

/** The signature value, as it comes from the phone. */
export function valueFor({ draft, data }: PreparedContainer, { privateKey }: Signatory): Buffer {
  const hash = draft.hashAlgorithm.replace('SHA-', 'sha');
  if (draft.signatureAlgorithm !== 'rsassa-pss') return sign(hash, data, privateKey);
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(hash, data, { key: privateKey, padding, saltLength });
}

export type TestOptions = Partial<ContainerOptions> & { evidence?: SignatureEvidence };

/** Prepared, kept as JSON in between as a store does, signed and assembled. */
export async function signedBy(
  person: Signatory,
  input: ContainerInput,
  { evidence = noEvidence, ...options }: TestOptions = {},
): Promise<Buffer> {
  const prepared = await prepareContainer(input, { certificate: person.certificate, level: 'B', ...options });
  const draft = JSON.parse(JSON.stringify(prepared.draft));
  return containerFormat.assemble(draft, valueFor(prepared, person), evidence);
}

/** What xmlsec1 says of a signature; it looks for files by the names in the references, as they are. */
export function judgedByXmlsec(folder: string, container: Buffer, { pki }: Simulator, signatureFile: string): string {
  const target = unpacked(folder, container);
  const trusted = written(folder, 'root.pem', toPem(pki.root.certificate));
  const between = written(folder, 'authority.pem', toPem(pki.authorities.qualified.certificate));
  const properties = 'http://uri.etsi.org/01903/v1.3.2#:SignedProperties';
  const chain = ['--trusted-pem', trusted, '--untrusted-pem', between];
  return said('xmlsec1', ['--verify', '--id-attr:Id', properties, ...chain, signatureFile], target);
}

/** The folder that unzip puts the files into. */
export function unpacked(folder: string, container: Buffer): string {
  const target = mkdtempSync(path.join(folder, 'unpacked-'));
  said('unzip', ['-q', written(folder, 'container.asice', container), '-d', target]);
  return target;
}

/** Whether xadesjs finds a signature valid; it knows RSASSA-PSS. */
export async function isValidForXadesjs(folder: string, container: Buffer, signatureFile: string): Promise<boolean> {
  const target = unpacked(folder, container);
  return isValidIn(readFileSync(path.join(target, signatureFile), 'utf8'), (name) =>
    readFileSync(path.join(target, name)),
  );
}

export async function isValidIn(signatures: string, read: (name: string) => Uint8Array): Promise<boolean> {
  const document = new DOMParser().parseFromString(signatures, 'text/xml');
  const [signature] = document.getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature');
  const signed = new SignedXml(document as unknown as Document);
  // It asks for what is inside of the document too, and finds that itself.
  signed.contentHandler = async ({ Uri = '' }) =>
    Uri?.startsWith('#') ? null : new Uint8Array(read(decodeURIComponent(Uri ?? '')));
  // It throws at some changes and says false at others.
  try {
    signed.LoadXml(signature as unknown as Element);
    return await signed.Verify();
  } catch {
    return false;
  }
}
