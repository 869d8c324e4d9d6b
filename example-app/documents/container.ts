/**
 * Files in an ASiC-E container with a XAdES baseline B signature (ETSI EN 319 162-1, section 4.4): the kind of signed
 * document that people in the Baltic states know as .asice.
 */

import type { X509Certificate } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { assertFiles, type ContainerFile } from './container-files.js';
import { createManifest } from './manifest.js';
import { assertSignature, type PreparedDocument } from './prepared-document.js';
import { XadesSignature, xadesSignature } from './xades.js';

export interface ContainerToSign {
  files: readonly ContainerFile[];
  certificate: X509Certificate;
  signedAt: Date;
}

const contentType = 'application/vnd.etsi.asic-e+zip';

export async function prepareContainer({ files, certificate, signedAt }: ContainerToSign): Promise<PreparedDocument> {
  assertFiles(files);
  const signature = new XadesSignature();
  const toSign = await signature.prepare(files, certificate, signedAt);
  return {
    ...xadesSignature,
    fileName: 'contract.asice',
    contentType,
    toSign,
    async complete(value) {
      assertSignature(toSign, value, certificate, xadesSignature);
      return zip(files, signature.complete(value), signedAt);
    },
  };
}

async function zip(files: readonly ContainerFile[], signatures: string, mtime: Date): Promise<Buffer> {
  const container = new ZipFile();
  // By this entry, first and as it is, programs know the file's type from its first bytes (section A.1).
  container.addBuffer(Buffer.from(contentType), 'mimetype', { mtime, compress: false, forceDosTimestamp: true });
  container.addBuffer(Buffer.from(createManifest(contentType, files)), 'META-INF/manifest.xml', { mtime });
  for (const { name, content } of files) container.addBuffer(content, name, { mtime });
  container.addBuffer(Buffer.from(signatures), 'META-INF/signatures0.xml', { mtime });
  container.end();
  return buffer(container.outputStream);
}
