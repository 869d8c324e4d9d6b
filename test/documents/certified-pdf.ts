/** PDFs that their author has certified, with empty signature fields for others: what templates are. */

import { createHash, sign } from 'node:crypto';
import { encodeSignedAttributes, encodeSignedData } from '../../lib/documents/pdf/cms.js';
import { dateString } from '../../lib/documents/pdf/values.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import type { Signatory } from '../support/signing.js';
import { handmade, onePage } from './pdf-corpus.js';

const contentsBytes = 8192;

/** Two empty fields, of which one is to be seen on the page, the other one nowhere. */
export const emptyFields = {
  7: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Tenant) /F 4 /P 3 0 R /Rect [300 500 520 560] >>',
  8: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Unseen) /F 132 /P 3 0 R /Rect [0 0 0 0] >>',
};

/** @param permission what may be done to it afterwards: 2 is filling in and signing, 3 comments as well. */
export function certifiedPdf({ certificate, privateKey }: Signatory, permission: number): Buffer {
  const reference = `<< /Type /SigRef /TransformMethod /DocMDP /TransformParams ${transformParameters(permission)} >>`;
  const pdf = handmade({
    objects: {
      ...onePage('/Annots [5 0 R 7 0 R 8 0 R]', '/AcroForm 9 0 R /Perms << /DocMDP 6 0 R >>'),
      ...emptyFields,
      5: '<< /Type /Annot /Subtype /Widget /FT /Sig /T (Author) /F 132 /P 3 0 R /Rect [0 0 0 0] /V 6 0 R >>',
      6:
        `<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M ${dateString(Date.now()).text} ` +
        `/ByteRange [0 ${'0000000000 '.repeat(3)}] /Contents <${'00'.repeat(contentsBytes)}> /Reference [${reference}] >>`,
      9: '<< /Fields [5 0 R 7 0 R 8 0 R] /SigFlags 3 >>',
    },
  });
  const start = pdf.indexOf('/Contents <') + '/Contents '.length;
  const end = start + 2 + 2 * contentsBytes;
  const numbers = [start, end, pdf.length - end].map((number) => String(number).padEnd(10)).join(' ');
  pdf.write(numbers, pdf.indexOf('/ByteRange [0 ') + '/ByteRange [0 '.length, 'latin1');
  const content = Buffer.concat([pdf.subarray(0, start), pdf.subarray(end)]);
  const author = parseCertificate(certificate.raw);
  const signedAttributes = encodeSignedAttributes(createHash('sha512').update(content).digest(), author);
  const cms = encodeSignedData({
    signedAttributes,
    signature: sign('sha512', signedAttributes, privateKey),
    signatureAlgorithm: 'sha512WithRSAEncryption',
    hashAlgorithm: 'SHA-512',
    certificate: author,
    certificates: [],
  });
  pdf.write(cms.toString('hex'), start + 1, 'latin1');
  return pdf;
}

function transformParameters(permission: number): string {
  return `<< /Type /TransformParams /P ${permission} /V /1.2 >>`;
}
