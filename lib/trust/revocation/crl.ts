/** Certificate revocation lists (RFC 5280, section 5), the fallback where OCSP gives no answer. */

import { type BitString, fromBER, Sequence } from 'asn1js';
import { CertificateRevocationList } from 'pkijs';
import type { Certificate } from '../certificate.js';
import { type DerElement, derElements, fewDerElements } from '../der.js';
import { isSignedWith, isStrong } from '../signatures.js';
import { refuseDates } from './freshness.js';

/** The serial numbers of the revoked certificates, hexadecimal without leading zeros. */
export type RevokedSerials = ReadonlySet<string>;
export type CrlResult = { revoked: RevokedSerials; nextUpdate?: Date } | { refusal: string };

/** Extensions by which a list speaks of some certificates only, or of changes to another list. */
const partialLists = new Set(['2.5.29.27', '2.5.29.28']);

const sequence = 0x30;
const times = [0x17, 0x18];

/**
 * The list, when it is the issuer's own, whole and of now. Its entries, of which there may be very many, are not looked
 * at before its signature has been verified, and are then walked through without building a tree of them.
 * @throws Error when the bytes are no list.
 */
export function readCrl(der: Uint8Array<ArrayBuffer>, issuer: Certificate, now: number): CrlResult {
  const { crl, toBeSigned, entries } = split(der);
  const { signatureAlgorithm, signature, signatureValue } = crl;
  if (!isStrong(signatureAlgorithm)) return { refusal: 'it is signed with an algorithm that is not strong enough' };
  if (!signature.isEqual(signatureAlgorithm)) return { refusal: 'its two signature algorithms differ' };
  if (!crl.issuer.isEqual(issuer.pkijs.subject)) return { refusal: 'it is that of another CA' };
  if (!isSignedWith(issuer.publicKey, toBeSigned, signatureAlgorithm, signatureValue)) {
    return { refusal: 'its signature is not that of the CA' };
  }
  const unusable = crl.crlExtensions?.extensions.find(({ critical, extnID }) => critical || partialLists.has(extnID));
  if (unusable) return { refusal: `its extension ${unusable.extnID} is not understood` };
  const refusal = refuseDates(crl.thisUpdate.value, crl.nextUpdate?.value, now);
  if (refusal) return { refusal };
  return { revoked: new Set(serialsIn(entries)), nextUpdate: crl.nextUpdate?.value };
}

/** A hexadecimal number as `RevokedSerials` has it. */
export function normalizedSerial(hexadecimal: string): string {
  return hexadecimal.toLowerCase().replace(/^0+(?=.)/, '');
}

/** The list without its entries, as pkijs reads it; what its signature covers; and the content of its entries. */
function split(der: Uint8Array<ArrayBuffer>) {
  const list = first(fewDerElements(der, 1));
  const parts = fewDerElements(list.content, 3);
  const toBeSigned = first(parts);
  const fields = fewDerElements(toBeSigned.content, 7);
  const at = fields.findIndex(({ tag }, index) => tag === sequence && times.includes(fields[index - 1]?.tag ?? 0));
  const [entries] = at === -1 ? [] : fields.splice(at, 1);
  const head = new Sequence({ value: [new Sequence({ value: fields.map(asn1Of) }), ...parts.slice(1).map(asn1Of)] });
  return {
    crl: new CertificateRevocationList({ schema: fromBER(head.toBER(false)).result }),
    toBeSigned: toBeSigned.bytes,
    entries: entries?.content ?? new Uint8Array(),
  };
}

function first([element]: readonly DerElement[]): DerElement {
  if (!element) throw new Error('An element of the list is missing.');
  return element;
}

function asn1Of({ bytes }: DerElement) {
  return fromBER(bytes).result as BitString;
}

function* serialsIn(entries: Uint8Array<ArrayBuffer>): Generator<string> {
  for (const { content } of derElements(entries)) {
    const serial = first(fewDerElements(content, 3));
    yield normalizedSerial(Buffer.from(serial.content).toString('hex'));
  }
}
