/** A contract as a PDF with a PAdES baseline B signature (ETSI EN 319 142-1). */

import type { X509Certificate } from 'node:crypto';
import { Signer, SignPdf } from '@signpdf/signpdf';
import { cmsSignature, createSignedAttributes, encodeSignedAttributes, encodeSignedData } from './cms.js';
import { type Contract, createContractPage } from './contract-page.js';
import { assertSignature, type PreparedDocument } from './prepared-document.js';
import { addSignatureField } from './signature-field.js';

export interface ContractToSign extends Contract {
  signerName: string;
  certificate: X509Certificate;
  signedAt: Date;
}

export async function preparePdf({
  certificate,
  signerName,
  signedAt,
  ...contract
}: ContractToSign): Promise<PreparedDocument> {
  const page = await createContractPage(contract, signedAt);
  addSignatureField(page, signerName, signedAt);
  // In a compressed object the placeholder could not be found.
  const pdf = await page.document.save({ useObjectStreams: false });

  const observer = new InstantSigner();
  await new SignPdf().sign(pdf, observer);
  const signedAttributes = createSignedAttributes(observer.content, certificate);
  const toSign = encodeSignedAttributes(signedAttributes);
  return {
    ...cmsSignature,
    fileName: 'contract.pdf',
    contentType: 'application/pdf',
    toSign,
    async complete(signature) {
      assertSignature(toSign, signature, certificate, cmsSignature);
      return new SignPdf().sign(pdf, new InstantSigner(encodeSignedData(signedAttributes, signature, certificate)));
    },
  };
}

/** @signpdf waits for no phone: it runs once to show what is to be signed, and once more when the CMS is there. */
class InstantSigner extends Signer {
  /** Everything in the file but the place of the CMS. */
  content: Buffer = Buffer.alloc(0);

  constructor(private readonly signedData: Buffer = Buffer.alloc(0)) {
    super();
  }

  override async sign(content: Buffer): Promise<Buffer> {
    this.content = content;
    return this.signedData;
  }
}
