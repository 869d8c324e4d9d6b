/**
 * A XAdES baseline B signature of files outside of it, whose value comes from somewhere else (ETSI EN 319 132-1).
 *
 * It is made with the deprecated PKCS#1 v1.5 padding, here and nowhere else: xmlsec1 1.2.37, which Debian 12 has and
 * which checks these signatures in the tests, knows no RSASSA-PSS.
 */

import { webcrypto, type X509Certificate } from 'node:crypto';
import { DOMImplementation, DOMParser, XMLSerializer } from '@xmldom/xmldom';
import { Application, SignedXml, setNodeDependencies, xml } from 'xadesjs';
import type { ContainerFile } from './container-files.js';
import type { SignatureChoice } from './prepared-document.js';

export const xadesSignature = { signatureAlgorithm: 'sha512WithRSAEncryption' } as const satisfies SignatureChoice;

const signatureMethod = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512';
const exclusiveCanonicalization = 'http://www.w3.org/2001/10/xml-exc-c14n#';
const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-512' };

setNodeDependencies({ DOMImplementation, DOMParser, XMLSerializer });
Application.setEngine('node:crypto', webcrypto as Crypto);

/** What the library does at once, in two steps: one before and one after the signature value is known. */
export class XadesSignature extends SignedXml {
  /** The bytes to sign. */
  async prepare(files: readonly ContainerFile[], certificate: X509Certificate, signedAt: Date): Promise<Buffer> {
    for (const [index, { contentType }] of files.entries()) this.addFormat(index, contentType);
    const base64 = certificate.raw.toString('base64');
    await this.ApplySignOptions(this.XmlSignature, algorithm, await publicKey(certificate), {
      references: files.map(({ name }, index) => ({ id: referenceId(index), uri: uriOf(name), hash: 'SHA-512' })),
      x509: [base64],
      signingCertificateV2: { certificate: base64, digestAlgorithm: 'SHA-512' },
      signingTime: { value: signedAt },
    });
    const { SignedInfo } = this.XmlSignature;
    SignedInfo.SignatureMethod.Algorithm = signatureMethod;
    // Exclusive: the inclusive kind would sign the namespaces of the container's element around the signature as well.
    SignedInfo.CanonicalizationMethod.Algorithm = exclusiveCanonicalization;
    SignedInfo.References.Item(files.length)?.Transforms.Add(this.ResolveTransform('exc-c14n'));

    const contents = new Map(files.map(({ name, content }) => [uriOf(name), new Uint8Array(content)]));
    this.contentHandler = async ({ Uri }) => contents.get(Uri ?? '') ?? null;
    await this.DigestReferences(new Uint8Array());
    return Buffer.from(this.TransformSignedInfo());
  }

  /** The file of signatures that a container holds. */
  complete(value: Buffer): string {
    this.XmlSignature.SignatureValue = new Uint8Array(value);
    const namespace = 'http://uri.etsi.org/02918/v1.2.1#';
    return `<asic:XAdESSignatures xmlns:asic="${namespace}">${this.toString()}</asic:XAdESSignatures>`;
  }

  private addFormat(index: number, contentType: string): void {
    const format = new xml.DataObjectFormat();
    format.ObjectReference = `#${referenceId(index)}`;
    format.MimeType = contentType;
    this.SignedProperties.SignedDataObjectProperties.DataObjectFormats.Add(format);
  }
}

function referenceId(index: number): string {
  return `file-${index}`;
}

function uriOf(name: string): string {
  return encodeURIComponent(name);
}

function publicKey(certificate: X509Certificate): Promise<CryptoKey> {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']);
}
