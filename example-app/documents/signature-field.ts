/**
 * The signature field of a PAdES signature: the words that readers show, and a signature dictionary with room for the
 * CMS (ISO 32000-1, 12.7.4.5 and 12.8.1; ETSI EN 319 142-1, section 5.3). The placeholder packages of @signpdf are not
 * used, because they stand on versions of PDF libraries that nobody maintains, and leave the field's words empty.
 */

import { degrees, drawTextLines, PDFHexString, PDFName, PDFString, rgb } from '@cantoo/pdf-lib';
import {
  ANNOTATION_FLAGS,
  DEFAULT_BYTE_RANGE_PLACEHOLDER,
  DEFAULT_SIGNATURE_LENGTH,
  SIG_FLAGS,
  SUBFILTER_ETSI_CADES_DETACHED,
} from '@signpdf/utils';
import { type ContractPage, layOut, signatureBox } from './contract-page.js';

const { PRINT } = ANNOTATION_FLAGS;
const { SIGNATURES_EXIST, APPEND_ONLY } = SIG_FLAGS;
const { x, y, width, height } = signatureBox;

export function addSignatureField(contract: ContractPage, signerName: string, signedAt: Date): void {
  const { document, page } = contract;
  const { context, catalog } = document;
  const form = catalog.getOrCreateAcroForm();
  form.dict.set(PDFName.of('SigFlags'), context.obj(SIGNATURES_EXIST | APPEND_ONLY));
  const field = context.register(
    context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      T: PDFString.of('Signature'),
      Rect: [x, y, x + width, y + height],
      F: PRINT,
      P: page.ref,
      V: context.register(context.obj(signatureDictionary(signerName, signedAt))),
      AP: { N: context.register(appearance(contract, signerName, signedAt)) },
    }),
  );
  page.node.addAnnot(field);
  form.addField(field);
}

function signatureDictionary(signerName: string, signedAt: Date) {
  const unknown = PDFName.of(DEFAULT_BYTE_RANGE_PLACEHOLDER);
  return {
    Type: 'Sig',
    Filter: 'Adobe.PPKLite',
    SubFilter: SUBFILTER_ETSI_CADES_DETACHED,
    ByteRange: [0, unknown, unknown, unknown],
    Contents: PDFHexString.fromBytes(new Uint8Array(DEFAULT_SIGNATURE_LENGTH)),
    M: PDFString.fromDate(signedAt),
    Name: PDFHexString.fromText(signerName),
  };
}

function appearance({ document, font }: ContractPage, signerName: string, signedAt: Date) {
  const words = `Signed by ${signerName} with Smart-ID\n${signedAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const { lines, fontSize } = layOut(words, font, { x: 0, y: 0, width, height });
  const operators = drawTextLines(lines, {
    font: 'Font',
    size: fontSize,
    color: rgb(0, 0, 0),
    rotate: degrees(0),
    xSkew: degrees(0),
    ySkew: degrees(0),
  });
  return document.context.formXObject(operators, {
    BBox: [0, 0, width, height],
    Resources: { Font: { Font: font.ref } },
  });
}
