/**
 * Certificate revocation lists (RFC 5280, section 5), the fallback where OCSP gives no answer. One may have hundreds of
 * thousands of entries: they are not looked at before the signature has been verified, no structure is built of them,
 * and others get their turn in between.
 */

import type { Certificate } from '../certificate.js';
import { type Bytes, constructedTag, type DerElement, DerError, DerReader, onlyElement, tags } from '../der.js';
import { integerIn, timeIn } from '../der-values.js';
import { encodeDer } from '../encode-der.js';
import { type Extension, extensionsIn, hasExtensionTwice } from '../extensions.js';
import { isLongSignedWith, isStrong, readSigned } from '../signatures.js';
import { nextTurn } from '../turns.js';
import { problemWithDates } from './freshness.js';

/** `nextUpdate` in milliseconds since the epoch, where the list says when the next one comes. */
export type CrlResult = { list: RevocationList; nextUpdate?: number } | { refusal: string };

/** Extensions by which a list speaks of some certificates only, or of changes to another list. */
const partialLists = new Set(['2.5.29.27', '2.5.29.28']);
/** The value of `v2`; lists of the first version have none. */
const version2 = 1;
const extensionsTag = constructedTag(0);
/** Entries that are read before others get their turn: less than two milliseconds. */
const entriesPerTurn = 5_000;

/**
 * The list, when it is the issuer's own, whole and of now.
 * @param now milliseconds since the epoch.
 * @throws DerError when the bytes are no list.
 */
export async function readCrl(der: Bytes, issuer: Certificate, now: number): Promise<CrlResult> {
  const { reader } = onlyElement(der, tags.sequence);
  const signed = readSigned(reader);
  reader.finish();
  const head = readHead(signed.toBeSigned);
  if (!isStrong(signed)) return { refusal: 'it is signed with an algorithm that is not strong enough' };
  if (Buffer.compare(head.signature.bytes, signed.signatureAlgorithm.bytes) !== 0) {
    return { refusal: 'its two signature algorithms differ' };
  }
  if (Buffer.compare(head.issuer.bytes, issuer.fields.subject.bytes) !== 0) {
    return { refusal: 'it is that of another CA' };
  }
  if (!(await isLongSignedWith(issuer.publicKey, signed))) return { refusal: 'its signature is not that of the CA' };
  const nextUpdate = head.nextUpdate && timeIn(head.nextUpdate);
  const problem = problemWithExtensions(head.extensions) ?? problemWithDates(timeIn(head.thisUpdate), nextUpdate, now);
  if (problem) return { refusal: problem };
  const entries = head.entries?.content ?? new Uint8Array();
  const unusable = await problemWithEntries(entries);
  return unusable ? { refusal: unusable } : { list: new RevocationList(entries), nextUpdate };
}

/** TBSCertList; nothing of it is decoded. */
interface Head {
  signature: DerElement;
  issuer: DerElement;
  thisUpdate: DerElement;
  nextUpdate?: DerElement;
  entries?: DerElement;
  extensions?: DerElement;
}

function readHead({ reader }: DerElement): Head {
  const version = reader.nextIf(tags.integer)?.content;
  if (version && (version.length !== 1 || version[0] !== version2))
    throw new DerError('the version of a list is unknown');
  const head = {
    signature: reader.next(tags.sequence),
    issuer: reader.next(tags.sequence),
    thisUpdate: reader.nextOfAnyTag(),
    nextUpdate: reader.nextIf(tags.utcTime) ?? reader.nextIf(tags.generalizedTime),
    entries: reader.nextIf(tags.sequence),
    extensions: reader.nextIf(extensionsTag),
  };
  reader.finish();
  return head;
}

function problemWithExtensions(list: DerElement | undefined): string | undefined {
  const extensions = list ? someExtensionsIn(onlyElement(list.content, tags.sequence)) : [];
  if (hasExtensionTwice(extensions)) return 'it has an extension twice';
  const unusable = extensions.find(isUnusable);
  return unusable && `its extension ${unusable.type} is not understood`;
}

/** RFC 5280, sections 5.1.2.7 and 5.3: where there is a list of extensions, it has one at least. */
function someExtensionsIn(list: DerElement): Extension[] {
  const extensions = extensionsIn(list);
  if (extensions.length === 0) throw new DerError('a list of extensions is empty');
  return extensions;
}

function isUnusable({ isCritical, type }: Extension): boolean {
  return isCritical || partialLists.has(type);
}

/**
 * RFC 5280, section 5.3: a list with a critical extension in an entry that is not understood says nothing of any
 * certificate.
 */
async function problemWithEntries(entries: Bytes): Promise<string | undefined> {
  const reader = new DerReader(entries);
  for (let count = 1; !reader.isAtEnd; count++) {
    const entry = reader.next(tags.sequence).reader;
    integerIn(entry.next(tags.integer));
    timeIn(entry.nextOfAnyTag());
    const extensions = entry.nextIf(tags.sequence);
    entry.finish();
    const unknown = extensions && someExtensionsIn(extensions).find(({ isCritical }) => isCritical);
    if (unknown) return `the extension ${unknown.type} of an entry is not understood`;
    if (count % entriesPerTurn === 0) await nextTurn();
  }
  return undefined;
}

/** The entries of a list that was found to be good, as they came. */
export class RevocationList {
  private readonly entries: Bytes;

  constructor(entries: Bytes) {
    this.entries = entries;
  }

  /** @param serialNumber octets of the INTEGER, which has one spelling in DER. */
  has(serialNumber: Bytes): boolean {
    const encoded = encodeDer(tags.integer, serialNumber);
    const { buffer, byteOffset, byteLength } = this.entries;
    const bytes = Buffer.from(buffer, byteOffset, byteLength);
    // Most numbers are in no entry, which a search through the bytes tells soonest. What it finds may still be part of
    // something else.
    for (let at = bytes.indexOf(encoded); at !== -1; at = bytes.indexOf(encoded, at + 1)) {
      if (this.beginsAt(at)) return true;
    }
    return false;
  }

  /** Whether the content of an entry begins here. */
  private beginsAt(position: number): boolean {
    const reader = new DerReader(this.entries);
    let start = 0;
    while (start < position && !reader.isAtEnd) start = reader.next(tags.sequence).contentStart;
    return start === position;
  }
}
