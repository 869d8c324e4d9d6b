/** A container as another library for XAdES makes it: with a signature of level B by PKCS#1 v1.5, which xmlsec1 knows. */

import { sign, webcrypto } from 'node:crypto';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { SignedXml, xml } from 'xadesjs';
import { ZipFile } from 'yazl';
import type { ContainerFile } from '../../lib/documents/container/index.js';
import type { Signatory } from '../support/signing.js';
// Which tells the library where it finds XML.
import './container-support.js';

const containerType = 'application/vnd.etsi.asic-e+zip';
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' };
const exclusiveCanonicalization = 'http://www.w3.org/2001/10/xml-exc-c14n#';

/** What the library does at once, in two steps: the value comes from somewhere else. */
class XadesSignature extends SignedXml {
  async sign(files: readonly ContainerFile[], { certificate, privateKey }: Signatory): Promise<string> {
    for (const [index, { contentType }] of files.entries()) this.addFormat(index, contentType);
    const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
    const publicKey = await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
    const base64 = certificate.raw.toString('base64');
    await this.ApplySignOptions(this.XmlSignature, algorithm, publicKey, {
      references: files.map(({ name }, index) => ({
        id: `file-${index}`,
        uri: encodeURIComponent(name),
        hash: 'SHA-512',
      })),
      x509: [base64],
      signingCertificateV2: { certificate: base64, digestAlgorithm: 'SHA-512' },
      signingTime: { value: new Date() },
    });
    const { SignedInfo } = this.XmlSignature;
    SignedInfo.SignatureMethod.Algorithm = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512';
    SignedInfo.CanonicalizationMethod.Algorithm = exclusiveCanonicalization;
    SignedInfo.References.Item(files.length)?.Transforms.Add(this.ResolveTransform('exc-c14n'));
    const contents = new Map(files.map(({ name, content }) => [encodeURIComponent(name), new Uint8Array(content)]));
    this.contentHandler = async ({ Uri }) => contents.get(Uri ?? '') ?? null;
    await this.DigestReferences(new Uint8Array());
    this.XmlSignature.SignatureValue = new Uint8Array(
      sign('sha512', Buffer.from(this.TransformSignedInfo()), privateKey),
    );
    const namespace = 'http://uri.etsi.org/02918/v1.2.1#';
    return `<asic:XAdESSignatures xmlns:asic="${namespace}">${this.toString()}</asic:XAdESSignatures>`;
  }

  private addFormat(index: number, contentType: string): void {
    const format = new xml.DataObjectFormat();
    format.ObjectReference = `#file-${index}`;
    format.MimeType = contentType;
    this.SignedProperties.SignedDataObjectProperties.DataObjectFormats.Add(format);
  }
}

function manifestOf(files: readonly ContainerFile[]): string {
  const entries = [{ name: '/', contentType: containerType }, ...files].map(
    ({ name, contentType }) =>
      `<manifest:file-entry manifest:full-path="${name}" manifest:media-type="${contentType}"/>`,
  );
  const namespace = 'urn:oasis:names:tc:opendocument:xmlns:manifest:1.0';
  return `<manifest:manifest xmlns:manifest="${namespace}" manifest:version="1.2">${entries.join('')}</manifest:manifest>`;
}

/** @param files whose names need no escapes in XML. */
export async function containerByXadesjs(files: readonly ContainerFile[], person: Signatory): Promise<Buffer> {
  const signatures = await new XadesSignature().sign(files, person);
  const container = new ZipFile();
  container.addBuffer(Buffer.from(containerType), 'mimetype', { compress: false, forceDosTimestamp: true });
  container.addBuffer(Buffer.from(manifestOf(files)), 'META-INF/manifest.xml');
  for (const { name, content } of files) container.addBuffer(Buffer.from(content), name);
  container.addBuffer(Buffer.from(signatures), 'META-INF/signatures0.xml');
  container.end();
  return buffer(container.outputStream as Readable);
}
