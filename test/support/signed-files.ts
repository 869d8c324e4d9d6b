/** Whether signed files have what the level LT needs (ETSI EN 319 142-1, section 6.3; EN 319 132-1, section 6.3). */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { isValidForXadesjs, unpacked } from '../documents/container-support.js';

/** The timestamp token that a signature has as an unsigned attribute, as DER writes its type. */
const timestampAttribute = Buffer.from('060b2a864886f70d010910020e', 'hex');
const signatureFile = 'META-INF/signatures0.xml';

/** Whether the CMS of the last signature has a timestamp, and the file certificates and OCSP answers. */
export function levelOfPdf(pdf: Buffer): 'B' | 'LT' | 'something else' {
  const text = pdf.toString('latin1');
  const contents = [...text.matchAll(/\/Contents <([0-9a-f]+)>/gi)].at(-1)?.[1] ?? '';
  const parts = [
    Buffer.from(contents, 'hex').includes(timestampAttribute),
    /\/DSS\b/.test(text) && /\/OCSPs\b/.test(text) && /\/Certs\b/.test(text),
  ];
  if (parts.every(Boolean)) return 'LT';
  return parts.some(Boolean) ? 'something else' : 'B';
}

/** Whether another library finds the only signature valid, that of RSASSA-PSS included, and what is in it. */
export async function expectContainer(folder: string, container: Buffer, level: 'B' | 'LT'): Promise<void> {
  expect(await isValidForXadesjs(folder, container, signatureFile), 'valid').to.equal(true);
  const signature = readFileSync(path.join(unpacked(folder, container), signatureFile), 'utf8');
  for (const element of ['SignatureTimeStamp', 'CertificateValues', 'OCSPValues']) {
    expect(signature.includes(`:${element}>`) || signature.includes(`:${element} `), element).to.equal(level === 'LT');
  }
}
