/** Certificates as node:crypto (OpenSSL), pkijs, asn1js and @peculiar/x509 read them: nothing here is of lib/trust. */

import { createHash, X509Certificate } from 'node:crypto';
import 'reflect-metadata';
import {
  AuthorityInfoAccessExtension,
  BasicConstraintsExtension,
  CertificatePolicyExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsageExtension,
  KeyUsagesExtension,
} from '@peculiar/x509';
import { type BaseBlock, fromBER, type GeneralizedTime } from 'asn1js';
import { Certificate, GeneralNames, QCStatements, RelativeDistinguishedNames, SubjectDirectoryAttributes } from 'pkijs';

/** What is checked by whoever builds a path, or looked at by the Smart-ID profile. */
const understood = new Set(['2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.32', '2.5.29.37']);
const ocspSigning = '1.3.6.1.5.5.7.3.9';
const digitalSignature = 1;

/** One certificate, read twice. */
export interface LibraryCertificate {
  openSsl: X509Certificate;
  pkijs: Certificate;
}

/** @throws when one of the libraries cannot read it. */
export function readCertificate(der: Uint8Array): LibraryCertificate {
  return { openSsl: new X509Certificate(der), pkijs: Certificate.fromBER(Uint8Array.from(der)) };
}

/** Why this is no certificate of the issuer that is valid now; undefined when it is. */
export function refusePath(
  { openSsl, pkijs }: LibraryCertificate,
  { openSsl: issuer }: LibraryCertificate,
  now: number,
): string | undefined {
  if (!openSsl.checkIssued(issuer)) return 'not issued by it';
  if (!openSsl.verify(issuer.publicKey)) return 'the signature is not that of the issuer';
  if (openSsl.ca) return 'it is a CA';
  if (!(Date.parse(openSsl.validFrom) <= now && now <= Date.parse(openSsl.validTo))) return 'it is not valid now';
  const unknown = pkijs.extensions?.find(({ critical, extnID }) => critical && !understood.has(extnID));
  return unknown && `the critical extension ${unknown.extnID} is unknown`;
}

/** What a certificate says, each by one of the libraries or by two that agree. @throws where it cannot be read. */
export function fieldsOf(certificate: LibraryCertificate): Record<string, unknown> {
  const { openSsl, pkijs } = certificate;
  const access = named('access', () =>
    extensionOf(certificate, '1.3.6.1.5.5.7.1.1', (raw) => new AuthorityInfoAccessExtension(raw)),
  );
  const urls = (names: AuthorityInfoAccessExtension['ocsp'] = []) =>
    names.flatMap(({ type, value }) => (type === 'url' && isUrl(value) ? [value] : []));
  const isCa = extensionOf(certificate, '2.5.29.19', (raw) => new BasicConstraintsExtension(raw).ca) ?? false;
  return {
    serialNumber: bigIntOf(openSsl.serialNumber).toString(),
    from: agreed(pkijs.notBefore.value.getTime(), Date.parse(openSsl.validFrom)),
    to: agreed(pkijs.notAfter.value.getTime(), Date.parse(openSsl.validTo)),
    subject: attributesOf(pkijs.subject.toSchema()),
    publicKey: createHash('sha256')
      .update(openSsl.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
    extensions: (pkijs.extensions ?? []).map(({ extnID, critical, extnValue }) => [
      arcs(extnID),
      critical,
      Buffer.from(extnValue.valueBlock.valueHexView).toString('hex'),
    ]),
    isCa: agreed(openSsl.ca, isCa),
    keyUsage: keyUsageOf(certificate),
    extendedKeyUsage: purposesOf(certificate),
    policies: named('policies', () =>
      extensionOf(certificate, '2.5.29.32', (raw) => new CertificatePolicyExtension(raw).policies.map(arcs)),
    ),
    ocspUrls: urls(access?.ocsp),
    caIssuersUrls: urls(access?.caIssuers),
    crlUrls: named('distribution points', () => extensionOf(certificate, '2.5.29.31', crlUrlsIn)) ?? [],
    qcStatements: named('QC statements', () =>
      valueIn(certificate, '1.3.6.1.5.5.7.1.3', (value) =>
        new QCStatements({ schema: value }).values.map(({ id }) => arcs(id)),
      ),
    ),
    commonNamesInSubjectAltName: named('subjectAltName', () =>
      valueIn(certificate, '2.5.29.17', (value) =>
        new GeneralNames({ schema: value }).names
          .flatMap(({ value: name }) =>
            name instanceof RelativeDistinguishedNames ? attributesOf(name.toSchema()) : [],
          )
          .filter(([type]) => type === '2.5.4.3')
          .map(([, text]) => text),
      ),
    ),
    dateOfBirth: valueIn(certificate, '2.5.29.9', dateOfBirthIn),
  };
}

/** Whether it is for OCSP answers. @throws where that cannot be read. */
export function isResponder(certificate: LibraryCertificate): boolean {
  const usages = keyUsageOf(certificate);
  return (
    (purposesOf(certificate) ?? []).includes(ocspSigning) && (usages === undefined || (usages & digitalSignature) !== 0)
  );
}

function keyUsageOf(certificate: LibraryCertificate): number | undefined {
  return extensionOf(certificate, '2.5.29.15', (raw) => new KeyUsagesExtension(raw).usages);
}

function purposesOf(certificate: LibraryCertificate): string[] | undefined {
  return extensionOf(certificate, '2.5.29.37', (raw) =>
    new ExtendedKeyUsageExtension(raw).usages.map((usage) => arcs(String(usage))),
  );
}

function crlUrlsIn(raw: ArrayBuffer): string[] {
  return new CRLDistributionPointsExtension(raw).distributionPoints
    .flatMap(({ distributionPoint }) => distributionPoint?.fullName ?? [])
    .flatMap(({ uniformResourceIdentifier }) => uniformResourceIdentifier ?? [])
    .filter(isUrl);
}

function dateOfBirthIn(value: BaseBlock): string {
  const { attributes } = new SubjectDirectoryAttributes({ schema: value });
  const found = attributes.find(({ type }) => type === '1.3.6.1.5.5.7.9.1')?.values[0] as GeneralizedTime | undefined;
  if (!found) throw new Error('no date of birth');
  return found.toDate().toISOString().slice(0, 10);
}

/** So that an error says what could not be read. */
function named<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Error(`${name}: ${String(cause)}`, { cause });
  }
}

function agreed<T>(one: T, other: T): T {
  if (one !== other) throw new Error(`two libraries read ${String(one)} and ${String(other)}`);
  return one;
}

/** asn1js writes an arc of more than 53 bits as the octets of its groups of seven bits. */
export function arcs(type: string): string {
  return type.replace(/\{([0-9a-f]+)\}/g, (_, groups: string) =>
    Buffer.from(groups, 'hex')
      .reduce((value, group) => value * 128n + BigInt(group & 0x7f), 0n)
      .toString(),
  );
}

/** OpenSSL writes a negative number as one. */
function bigIntOf(hexadecimal: string): bigint {
  return hexadecimal.startsWith('-') ? -BigInt(`0x${hexadecimal.slice(1)}`) : BigInt(`0x${hexadecimal}`);
}

/** The first one of its type. */
function extensionOf<T>({ pkijs }: LibraryCertificate, type: string, read: (raw: ArrayBuffer) => T): T | undefined {
  const extension = pkijs.extensions?.find(({ extnID }) => extnID === type);
  return extension && read(extension.toSchema().toBER(false));
}

function valueIn<T>({ pkijs }: LibraryCertificate, type: string, read: (value: BaseBlock) => T): T | undefined {
  const extension = pkijs.extensions?.find(({ extnID }) => extnID === type);
  if (!extension) return undefined;
  const { result, offset } = fromBER(Uint8Array.from(extension.extnValue.valueBlock.valueHexView));
  if (offset === -1) throw new Error(result.error);
  return read(result);
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text) && URL.canParse(text);
}

/** The types and texts of a Name, in its order. */
function attributesOf(name: BaseBlock): [string, string][] {
  const inner = (block: unknown) => (block as { valueBlock: { value: BaseBlock[] } }).valueBlock.value;
  return inner(name).flatMap((set) =>
    inner(set).map((attribute): [string, string] => {
      const [type, text] = inner(attribute) as unknown as [{ getValue(): string }, { getValue(): string }];
      return [arcs(type.getValue()), text.getValue()];
    }),
  );
}
