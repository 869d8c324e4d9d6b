/** Revocation lists (RFC 5280, section 5) that come over plain HTTP from whoever stands between. */

import { type Bytes, bitString, explicit, integer, oid, sequence, tlv, utcTime } from '../../support/der.js';
import { fieldsOf } from './certificate-fields.js';
import {
  documents,
  elements,
  type Filler,
  filled,
  hugeBitString,
  hugeInteger,
  indefinite,
  longTime,
  nested,
  noise,
  numbered,
  octets,
  oidOfManyArcs,
  oidOfOneArc,
  repeated,
} from './elements.js';
import { extension, hostileExtensions, hostileNames } from './names.js';
import { fitted, type Shape, shapesOf, truncated } from './shape.js';
import { ecdsaWithSha384, type Victim } from './victim.js';

/** What a list is made of, each as DER. */
interface ListParts {
  version: Bytes;
  signature: Bytes;
  issuer: Bytes;
  thisUpdate: Bytes;
  nextUpdate: Bytes;
  /** One after the other. */
  entries: Bytes;
  extensions: Bytes;
  algorithm: Bytes;
}

/** Entries of the list that the demo environment's CA published in March 2026. */
const recordedEntries = 10_062;
const maxReadingMs = 15;
const nothing = Buffer.alloc(0);
const reason = extension(oid('2.5.29.21'), tlv(0x0a, Buffer.of(1)));

export function listsOf(victim: Victim) {
  const { issuer, serialNumber } = fieldsOf(victim.certificate);
  const time = utcTime(new Date(victim.login.now - 60_000));
  const later = utcTime(new Date(victim.login.now + 3_600_000));
  const entry = (serial: Bytes, ...others: readonly Bytes[]) => sequence(serial, time, ...others);
  /** As real ones are: of a serial number of sixteen octets. */
  const anyEntry = entry(integer(Buffer.concat([Buffer.of(0x40), octets.placeholder, noise(11)])));

  /** @param signature a BIT STRING; the authority's own otherwise. */
  function list(parts: Partial<ListParts> = {}, signature?: Bytes): Bytes {
    const { extensions } = parts;
    const toBeSigned = sequence(
      parts.version ?? integer(Buffer.of(1)),
      parts.signature ?? ecdsaWithSha384,
      parts.issuer ?? issuer,
      parts.thisUpdate ?? time,
      parts.nextUpdate ?? later,
      sequence(parts.entries ?? anyEntry),
      extensions ? explicit(0, sequence(extensions)) : nothing,
    );
    return sequence(toBeSigned, parts.algorithm ?? ecdsaWithSha384, signature ?? victim.signatureOf(toBeSigned));
  }

  return { list, entry, anyEntry, ofVictim: entry(serialNumber), time };
}

export function listShapes(victim: Victim): Shape[] {
  const { list, entry, anyEntry, ofVictim, time } = listsOf(victim);
  const forged = bitString(victim.signatureOf(nothing).subarray(3));
  const manyEntries: Filler = (bytes) => numbered(anyEntry, octets, bytes);
  /** By somebody who can sign nothing. */
  const unsigned = (parts: Partial<ListParts>) => list(parts, forged);
  /** By the authority, which has revoked the certificate: it is the last of the entries. */
  const signed = ({ entries = nothing, ...others }: Partial<ListParts>) =>
    list({ entries: Buffer.concat([entries, ofVictim]), ...others });
  const of = (name: string, build: Filler): Shape => ({ name, build: fitted(build) });
  const both = (name: string, partsOf: (bytes: number) => Partial<ListParts>): Shape[] => [
    of(name, (bytes) => unsigned(partsOf(bytes))),
    of(`signed: ${name}`, (bytes) => signed(partsOf(bytes))),
  ];

  return [
    ...shapesOf(documents),
    { name: 'nothing', build: () => nothing },
    { name: 'a truncated list', build: truncated(fitted((bytes) => signed({ entries: manyEntries(bytes) }))) },
    of('lists one after the other', (bytes) => repeated(unsigned({}), bytes)),
    of('a list with trailing bytes', (bytes) => Buffer.concat([unsigned({}), filled(bytes, 0)])),
    ...shapesOf(elements, (filler) => (bytes) => unsigned({ entries: filler(bytes) })),
    ...both('very many entries', (bytes) => ({ entries: manyEntries(bytes) })),
    ...both('one entry very often', (bytes) => ({ entries: repeated(anyEntry, bytes) })),
    ...both('entries of a serial number and nothing else', (bytes) => ({
      entries: repeated(sequence(integer(Buffer.of(1))), bytes),
    })),
    ...both('entries with an extension', (bytes) => ({
      entries: repeated(entry(integer(noise(16).fill(1, 0, 1)), sequence(reason)), bytes),
    })),
    ...both('an entry with very many extensions', (bytes) => ({
      entries: entry(integer(Buffer.of(7)), sequence(repeated(reason, bytes))),
    })),
    ...both('an entry with a huge serial number', (bytes) => ({ entries: entry(hugeInteger(bytes)) })),
    ...both('an entry with a time of all the bytes', (bytes) => ({
      entries: sequence(integer(Buffer.of(7)), longTime(bytes)),
    })),
    ...both('entries without a serial number', (bytes) => ({ entries: repeated(sequence(time), bytes) })),
    ...both('entries with an empty serial number', (bytes) => ({ entries: repeated(entry(tlv(0x02)), bytes) })),
    ...both('empty entries', (bytes) => ({ entries: repeated(sequence(), bytes) })),
    ...both('entries that are NULLs', (bytes) => ({ entries: repeated(tlv(0x05), bytes) })),
    ...both('nested entries', (bytes) => ({ entries: nested(0x30)(bytes) })),
    ...both('entries of indefinite length', (bytes) => ({ entries: indefinite(0x30)(bytes) })),
    ...both('an entry of an OID of very many arcs', (bytes) => ({ entries: sequence(oidOfManyArcs(bytes), time) })),
    ...both('entries that are random bytes', (bytes) => ({ entries: noise(bytes) })),
    ...both('a huge version', (bytes) => ({ version: hugeInteger(bytes) })),
    ...both('a thisUpdate of all the bytes', (bytes) => ({ thisUpdate: longTime(bytes) })),
    ...both('a nextUpdate of all the bytes', (bytes) => ({ nextUpdate: longTime(bytes) })),
    of('a thisUpdate that is none', (bytes) =>
      signed({ thisUpdate: tlv(0x18, Buffer.from('99999999999999Z')), entries: manyEntries(bytes) }),
    ),
    of('a thisUpdate that is empty', (bytes) => signed({ thisUpdate: tlv(0x18), entries: manyEntries(bytes) })),
    ...shapesOf(hostileNames, (filler) => (bytes) => unsigned({ issuer: filler(bytes) })),
    ...shapesOf(hostileExtensions, (filler) => (bytes) => unsigned({ extensions: filler(bytes) })),
    ...shapesOf(
      hostileExtensions,
      (filler) => (bytes) => signed({ extensions: filler(bytes) }),
      (name) => `signed: ${name}`,
    ),
    of('two signature algorithms of very many arcs', (bytes) => {
      const algorithm = sequence(oidOfManyArcs(bytes / 2));
      return unsigned({ algorithm, signature: algorithm });
    }),
    of('a signature algorithm of one enormous arc', (bytes) => unsigned({ algorithm: sequence(oidOfOneArc(bytes)) })),
    of('a signature algorithm with nested parameters', (bytes) =>
      unsigned({ algorithm: sequence(oid('1.2.840.10045.4.3.3'), nested(0x30)(bytes)) }),
    ),
    of('a huge signature', (bytes) => list({}, hugeBitString(bytes))),
    of('a signature of huge numbers', (bytes) =>
      list({}, bitString(sequence(integer(filled(bytes / 2, 0x7f)), integer(filled(bytes / 2, 0x7f))))),
    ),
    of('a signature with 8 unused bits', (bytes) => list({}, bitString(filled(bytes, 0xa5), 8))),
    {
      name: `signed: ${recordedEntries} entries, as a CA has published`,
      build: () => signed({ entries: manyEntries((recordedEntries - 1) * anyEntry.length) }),
      maxStopMs: maxReadingMs,
    },
  ];
}
