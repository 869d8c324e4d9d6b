/**
 * Containers as somebody may bring them: signed by one person at the level LT and changed afterwards, or signed in
 * another way than this package does. Each is refused, or gets one more signature.
 */

import { createHash } from 'node:crypto';
import { collectEvidence } from '../../lib/documents/collect-evidence.js';
import {
  type SignatureFields,
  type SignedTexts,
  writeSignatureFile,
  writeSignatureValue,
  writeSignedTexts,
} from '../../lib/documents/container/xades.js';
import { writeZip } from '../../lib/documents/container/zip-writer.js';
import type { SignatureLevel } from '../../lib/documents/draft.js';
import { loadTimestampAnchors } from '../../lib/documents/index.js';
import { requestTimestamp } from '../../lib/documents/timestamp/timestamp.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { loadTrustAnchors } from '../../lib/trust/anchors.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import type { Signatory } from '../support/signing.js';
import { manifestFile, textFile } from './container-support.js';
import { entriesOf } from './document-tamperings.js';
import { rawSignature, signDocument } from './signed-documents.js';

/** What the changes are made with. */
export interface ExistingWorkshop {
  simulator: Simulator;
  first: Signatory;
  second: Signatory;
}

export interface ExistingContainer {
  what: string;
  /** What is said of it where it is refused. */
  refusal?: RegExp;
  /**
   * It is taken, and digidoc4j does not call it valid: it asks for a timestamp and an OCSP answer in each signature,
   * whose absence nobody can tell from that of a lower level.
   */
  lacksEvidence?: boolean;
  /** It is refused, and digidoc4j goes on without what it cannot read, or with a certificate that it has itself. */
  isOverlooked?: boolean;
  make(workshop: ExistingWorkshop): Promise<Buffer>;
}

const signatureFile = 'META-INF/signatures0.xml';
const files = [textFile('contract.txt'), textFile('annex.txt')];

type Entries = Map<string, Buffer>;

async function repacked(container: Buffer, change: (entries: Entries) => unknown): Promise<Buffer> {
  const entries = await entriesOf(container);
  await change(entries);
  return writeZip(
    [...entries].map(([name, content]) => ({ name, content })),
    new Date(),
  );
}

function edited(entries: Entries, name: string, change: (text: string) => string): void {
  const before = entries.get(name)?.toString('utf8') ?? '';
  const after = change(before);
  if (after === before) throw new Error(`Nothing has changed in ${name}.`);
  entries.set(name, Buffer.from(after));
}

const signed = async ({ simulator, first }: ExistingWorkshop, level: SignatureLevel = 'LT', document = files) =>
  (await signDocument(simulator, first, { files: document }, { level })).content;

const changed = (change: (entries: Entries) => unknown) => async (workshop: ExistingWorkshop) =>
  repacked(await signed(workshop), change);

const inManifest = (change: (xml: string) => string) => changed((entries) => edited(entries, manifestFile, change));
const inSignature = (change: (xml: string) => string) => changed((entries) => edited(entries, signatureFile, change));

/** The first element of this name, which holds Base64. */
const inElement = (name: string, change: (der: Buffer) => Buffer) => (xml: string) =>
  xml.replace(
    new RegExp(`(<xades:${name}>)([^<]+)`),
    (_all, tag, text) => tag + change(Buffer.from(text, 'base64')).toString('base64'),
  );
const inEvidence = (name: string, change: (der: Buffer) => Buffer) => inSignature(inElement(name, change));
const withoutCertificates = (xml: string) => xml.replace(/<xades:CertificateValues>.*<\/xades:CertificateValues>/s, '');

function flipped(der: Buffer, index: number): Buffer {
  const copy = Buffer.from(der);
  copy[index] = (der[index] as number) ^ 1;
  return copy;
}

const last = (der: Buffer) => flipped(der, der.length - 1);
const inTime = (der: Buffer) => flipped(der, der.toString('latin1').search(/\d{14}Z/) + 13);
/** In the arc of RSA and of all that is PKCS. */
const inFirst = (octets: string) => (der: Buffer) => {
  const at = der.indexOf(Buffer.from(octets, 'hex'));
  if (at < 0) throw new Error('They are not there.');
  return flipped(der, at + octets.length / 2 - 1);
};
/** Its serial number. */
const inFirstCertificate = (der: Buffer) => flipped(der, der.indexOf(Buffer.from('a003020102', 'hex')) + 8);
const inSignatureOfCertificate = (der: Buffer) => {
  const at = der.indexOf(Buffer.from('a003020102', 'hex')) - 4;
  const start = at - 4;
  return flipped(der, start + 4 + der.readUInt16BE(start + 2) - 1);
};
/** The algorithm of the OCSP answer's own signature stands before its certificates. */
const inAlgorithm = (der: Buffer) => {
  const certificates = der.indexOf(Buffer.from('a003020102', 'hex'));
  return flipped(der, der.lastIndexOf(Buffer.from('06082a8648ce3d0403', 'hex'), certificates) + 9);
};

const same = (xml: string) => xml;

/** Signed at the level LT, but for a change of what is signed. */
const signedOtherwise =
  (
    change: {
      signedInfo?: (xml: string) => string;
      signedProperties?: (xml: string) => string;
      manifest?: (xml: string) => string;
      timestamped?: (xml: string) => string;
      signatures?: (xml: string) => string;
    },
    document = files,
  ) =>
  async (workshop: ExistingWorkshop) => {
    const { simulator, first } = workshop;
    const fields: SignatureFields = {
      signatureAlgorithm: 'sha512WithRSAEncryption',
      hashAlgorithm: 'SHA-512',
      certificate: first.certificate.raw.toString('base64'),
      signedAt: Date.now(),
      signatureId: 'S0',
    };
    const texts = rewritten(fields, document, change);
    const value = rawSignature(Buffer.from(texts.signedInfo), fields, first.privateKey);
    const now = Date.now();
    const timestamp = await requestTimestamp({
      url: simulator.timestampUrl,
      bytes: Buffer.from((change.timestamped ?? same)(writeSignatureValue('S0', value))),
      trustAnchors: loadTimestampAnchors(simulator.timestampTrustAnchors, now),
      clock: Date.now,
    });
    const evidence = await collectEvidence({
      certificate: parseCertificate(first.certificate.raw),
      trustAnchors: loadTrustAnchors(simulator.trustAnchors, now),
      timestamp,
      clock: Date.now,
    });
    return repacked(await signed(workshop, 'B', document), (entries) => {
      const xml = writeSignatureFile(fields, texts, value, evidence);
      entries.set(signatureFile, Buffer.from((change.signatures ?? same)(xml)));
      if (change.manifest) edited(entries, manifestFile, change.manifest);
    });
  };

function rewritten(
  fields: SignatureFields,
  document: typeof files,
  change: { signedInfo?: (xml: string) => string; signedProperties?: (xml: string) => string },
): SignedTexts {
  const sha512 = (bytes: Uint8Array) => createHash('sha512').update(bytes).digest();
  const before = writeSignedTexts(
    fields,
    document.map((file) => ({ ...file, digest: sha512(file.content) })),
  );
  const signedProperties = change.signedProperties?.(before.signedProperties) ?? before.signedProperties;
  const digest = sha512(Buffer.from(signedProperties)).toString('base64');
  const signedInfo = before.signedInfo.replace(/(.*<ds:DigestValue>)[^<]+/s, (_all, start) => start + digest);
  return { signedProperties, signedInfo: change.signedInfo?.(signedInfo) ?? signedInfo };
}

const fileEntry =
  '<manifest:file-entry manifest:full-path="b.txt" manifest:media-type="text/plain"></manifest:file-entry>';
const listed = (xml: string) => xml.replace('</manifest:manifest>', `${fileEntry}$&`);
const open = (xml: string) => xml.replaceAll('"text/plain"', '""');
const withoutCanonicalization = (xml: string) =>
  xml.replace(/(<xades:SignatureTimeStamp[^>]*>)<ds:CanonicalizationMethod.*?<\/ds:CanonicalizationMethod>/s, '$1');
const formats = /<xades:SignedDataObjectProperties>.*<\/xades:SignedDataObjectProperties>/s;
const annex = /<ds:Reference Id="S0-file-1".*?<\/ds:Reference>/s;

export const existingContainers: readonly ExistingContainer[] = [
  { what: 'packed anew', make: changed(() => undefined) },
  {
    what: 'with a file that is not signed',
    refusal: /it does not sign the file "b.txt"/,
    make: changed((entries) => {
      entries.set('b.txt', Buffer.from('Pay 1000 EUR'));
      edited(entries, manifestFile, listed);
    }),
  },
  {
    what: 'with a file in the manifest alone',
    refusal: /lists "b.txt" in its META-INF\/manifest.xml, and has no such file/,
    make: inManifest(listed),
  },
  {
    what: 'with another type in the manifest',
    refusal: /it signs "contract.txt" as another type/,
    make: inManifest((xml) => xml.replace('text/plain', 'text/html')),
  },
  {
    what: 'with no type in the manifest',
    refusal: /it signs "contract.txt" as another type/,
    make: inManifest((xml) => xml.replace('text/plain', '')),
  },
  {
    what: 'with types that neither the manifest nor the signature states',
    make: signedOtherwise({ manifest: open, signedProperties: (xml) => xml.replace(formats, '') }),
  },
  {
    what: 'with types that are empty in the signature, too',
    make: signedOtherwise({ manifest: open, signedProperties: (xml) => xml.replaceAll('>text/plain<', '><') }),
  },
  {
    what: 'with spaces around a type',
    make: signedOtherwise({ signedProperties: (xml) => xml.replaceAll('>text/plain<', '> text/plain\n<') }),
  },
  {
    what: 'whose signature does not state types',
    refusal: /it signs "contract.txt" as another type/,
    make: signedOtherwise({ signedProperties: (xml) => xml.replace(formats, '') }),
  },
  {
    what: 'whose signature does not state the type of one file',
    refusal: /it signs "annex.txt" as another type/,
    make: signedOtherwise({
      signedProperties: (xml) => xml.replace(/(.*)<xades:DataObjectFormat .*?<\/xades:DataObjectFormat>/s, '$1'),
    }),
  },
  {
    what: 'whose signature states a type without a type',
    refusal: /it signs "contract.txt" as another type/,
    make: signedOtherwise({
      signedProperties: (xml) => xml.replace('<xades:MimeType>text/plain</xades:MimeType>', ''),
    }),
  },
  {
    what: 'whose signature has no name for its reference to a file',
    refusal: /it signs "contract.txt" as another type/,
    make: signedOtherwise({ signedInfo: (xml) => xml.replace(' Id="S0-file-0"', '') }),
  },
  {
    what: 'of which one file is not signed',
    refusal: /it does not sign the file "annex.txt"/,
    make: signedOtherwise({ signedInfo: (xml) => xml.replace(annex, '') }),
  },
  {
    what: 'whose reference to a file is of a type',
    refusal: /it does not sign the file "annex.txt"/,
    make: signedOtherwise({ signedInfo: (xml) => xml.replace('Id="S0-file-1" ', '$&Type="urn:a" ') }),
  },
  {
    what: 'whose reference to its properties is of no type',
    refusal: /"#S0-properties" is neither a file nor of a stated type/,
    make: signedOtherwise({
      signedInfo: (xml) => xml.replace(' Type="http://uri.etsi.org/01903#SignedProperties"', ''),
    }),
  },
  { what: 'signed at the level B', lacksEvidence: true, make: (workshop) => signed(workshop, 'B') },
  { what: 'signed at the level T', lacksEvidence: true, make: (workshop) => signed(workshop, 'T') },
  {
    what: 'whose evidence was taken away',
    lacksEvidence: true,
    make: inSignature((xml) => xml.replace(/<xades:UnsignedProperties>.*<\/xades:UnsignedProperties>/s, '')),
  },
  {
    what: 'whose timestamp was taken away',
    make: inSignature((xml) => xml.replace(/<xades:SignatureTimeStamp .*<\/xades:SignatureTimeStamp>/s, '')),
  },
  {
    what: 'with another time in the timestamp',
    refusal: /its timestamp is not what its unit has signed/,
    make: inEvidence('EncapsulatedTimeStamp', inTime),
  },
  {
    what: 'with another signature in the timestamp',
    refusal: /its timestamp is not what its unit has signed/,
    make: inEvidence('EncapsulatedTimeStamp', last),
  },
  {
    what: 'with another serial number in the certificate of the timestamp, and the right one beside it',
    make: inEvidence('EncapsulatedTimeStamp', inFirstCertificate),
  },
  {
    what: 'with another signature in the certificate of the timestamp, and the right one beside it',
    make: inEvidence('EncapsulatedTimeStamp', inSignatureOfCertificate),
  },
  {
    what: 'with another serial number in the only certificate of the timestamp',
    isOverlooked: true,
    refusal: /its timestamp has no certificate of its unit/,
    make: inSignature((xml) => inElement('EncapsulatedTimeStamp', inFirstCertificate)(withoutCertificates(xml))),
  },
  {
    what: 'with another signature in the only certificate of the timestamp',
    isOverlooked: true,
    refusal: /its timestamp is not what its unit has signed/,
    make: inSignature((xml) => inElement('EncapsulatedTimeStamp', inSignatureOfCertificate)(withoutCertificates(xml))),
  },
  {
    what: 'with a hash in the timestamp that nobody knows',
    isOverlooked: true,
    refusal: /its timestamp/,
    make: inEvidence('EncapsulatedTimeStamp', inFirst('608648016503040203')),
  },
  {
    what: 'with something behind the timestamp',
    isOverlooked: true,
    refusal: /its timestamp cannot be read/,
    make: inEvidence('EncapsulatedTimeStamp', (der) => Buffer.concat([der, Buffer.from([0])])),
  },
  {
    what: 'whose timestamp is none',
    isOverlooked: true,
    refusal: /its timestamp cannot be read/,
    make: inEvidence('EncapsulatedTimeStamp', () => Buffer.from('no token')),
  },
  {
    what: 'with a second timestamp that is none',
    isOverlooked: true,
    refusal: /its timestamp cannot be read/,
    make: inSignature((xml) =>
      xml.replace(
        /<xades:SignatureTimeStamp .*?<\/xades:SignatureTimeStamp>/s,
        (all) => all + all.replace('-timestamp"', '-timestamp2"').replace(/(Stamp>)[^<]+/, '$1bm8gdG9rZW4='),
      ),
    ),
  },
  {
    what: 'with the timestamp of another signature',
    refusal: /its timestamp is about something else/,
    make: async (workshop) => {
      const [one, other] = [await signed(workshop), await entriesOf(await signed(workshop))];
      const token = /(<xades:EncapsulatedTimeStamp>)[^<]+/;
      const [another = ''] = token.exec(other.get(signatureFile)?.toString() ?? '') ?? [];
      return repacked(one, (entries) => edited(entries, signatureFile, (xml) => xml.replace(token, another)));
    },
  },
  {
    what: 'whose timestamp has lost its canonicalization',
    refusal: /its timestamp is about something else/,
    make: inSignature(withoutCanonicalization),
  },
  {
    what: 'whose timestamp does not state its canonicalization',
    make: signedOtherwise({
      timestamped: (xml) => xml.replace(' xmlns:ds', ' xmlns:asic="http://uri.etsi.org/02918/v1.2.1#"$&'),
      signatures: withoutCanonicalization,
    }),
  },
  {
    what: 'whose signature does not name its certificate',
    refusal: /its certificate is not the one that it names/,
    make: signedOtherwise({
      signedProperties: (xml) => xml.replace(/<xades:SigningCertificateV2>.*<\/xades:SigningCertificateV2>/s, ''),
    }),
  },
  {
    what: "with another signature in the signer's certificate",
    refusal: /its certificate is not the one that it names/,
    make: inSignature((xml) =>
      xml.replace(
        /(<ds:X509Certificate>)([^<]+)/,
        (_all, tag, text) => tag + last(Buffer.from(text, 'base64')).toString('base64'),
      ),
    ),
  },
  {
    what: "with the signer's certificate behind that of somebody else",
    make: async (workshop) => {
      const certificate = `<ds:X509Certificate>${workshop.second.certificate.raw.toString('base64')}</ds:X509Certificate>`;
      return repacked(await signed(workshop), (entries) =>
        edited(entries, signatureFile, (xml) => xml.replace('<ds:X509Certificate>', `${certificate}$&`)),
      );
    },
  },
  {
    what: 'with the OCSP answers of another signer',
    lacksEvidence: true,
    make: async (workshop) => {
      const other = await signed({ ...workshop, first: workshop.second });
      const xml = (await entriesOf(other)).get(signatureFile)?.toString() ?? '';
      const [answers = ''] = /<xades:RevocationValues>.*<\/xades:RevocationValues>/s.exec(xml) ?? [];
      return repacked(await signed(workshop), (entries) =>
        edited(entries, signatureFile, (before) =>
          before.replace(/<xades:RevocationValues>.*<\/xades:RevocationValues>/s, answers),
        ),
      );
    },
  },
  {
    what: 'with another time in the OCSP answer',
    refusal: /its OCSP answer is not what its responder has signed/,
    make: inEvidence('EncapsulatedOCSPValue', inTime),
  },
  {
    what: 'with an algorithm in the OCSP answer that nobody knows',
    refusal: /its OCSP answer/,
    make: inEvidence('EncapsulatedOCSPValue', inAlgorithm),
  },
  {
    what: 'with another serial number in the certificate of the OCSP answer',
    refusal: /the certificate of its OCSP answer's responder is not what its issuer has signed/,
    make: inEvidence('EncapsulatedOCSPValue', inFirstCertificate),
  },
  {
    what: 'whose OCSP answer is none',
    refusal: /its OCSP answer cannot be read/,
    make: inEvidence('EncapsulatedOCSPValue', () => Buffer.from('no answer')),
  },
  {
    what: 'whose OCSP answer says that there is none',
    refusal: /its OCSP answer cannot be read/,
    make: inEvidence('EncapsulatedOCSPValue', () => Buffer.from('30030a0106', 'hex')),
  },
  {
    what: 'with a certificate that is none',
    isOverlooked: true,
    refusal: /its certificate cannot be read/,
    make: inEvidence('EncapsulatedX509Certificate', () => Buffer.from('no certificate')),
  },
  {
    what: 'with a certificate that is cut off',
    isOverlooked: true,
    refusal: /its certificate cannot be read/,
    make: inEvidence('EncapsulatedX509Certificate', (der) => der.subarray(0, -1)),
  },
  { what: 'with another signature in a certificate of a CA', make: inEvidence('EncapsulatedX509Certificate', last) },
];

/** Signed at the level LT, with more of what is called this in its evidence: other values, or the same once more. */
export const withMoreEvidence = (workshop: ExistingWorkshop, name: string, values: readonly (Buffer | undefined)[]) =>
  changed((entries) =>
    edited(entries, signatureFile, (xml) =>
      xml.replace(new RegExp(`(<xades:${name}>)([^<]+)(</xades:${name}>)`), (all, start, _value, end) => {
        const more = values.map((value) => (Buffer.isBuffer(value) ? start + value.toString('base64') + end : all));
        return all + more.join('');
      }),
    ),
  )(workshop);
