/** OCSP answers (RFC 6960) that come over plain HTTP from whoever stands between. */

import { createHash } from 'node:crypto';
import {
  type Bytes,
  bitString,
  explicit,
  generalizedTime,
  integer,
  octetString,
  oid,
  sequence,
  tlv,
} from '../../support/der.js';
import { certificateOfFields, fieldsOf } from './certificate-fields.js';
import {
  documents,
  elements,
  type Filler,
  filled,
  hugeBitString,
  hugeInteger,
  longTime,
  nested,
  oidOfManyArcs,
  oidOfOneArc,
  repeated,
} from './elements.js';
import { hostileKeys } from './keys.js';
import { extension, hostileExtensions, hostileNames } from './names.js';
import { fitted, type Shape, shapesOf, truncated } from './shape.js';
import { ecdsaWithSha384, type Victim } from './victim.js';

/** What an answer is made of, each as DER. */
interface AnswerParts {
  responseStatus: Bytes;
  responseType: Bytes;
  /** What is signed. */
  version: Bytes;
  responderId: Bytes;
  producedAt: Bytes;
  responses: Bytes;
  responseExtensions: Bytes;
  /** Around it. */
  algorithm: Bytes;
  certificates: Bytes;
}

interface SingleParts {
  hashAlgorithm: Bytes;
  serialNumber: Bytes;
  certStatus: Bytes;
  thisUpdate: Bytes;
  nextUpdate: Bytes;
  extensions: Bytes;
}

const nothing = Buffer.alloc(0);
const nonce = oid('1.3.6.1.5.5.7.48.1.2');
const good = tlv(0x80);

export function ocspAnswersAbout(victim: Victim) {
  const { certificate, authority, login } = victim;
  const { issuer, serialNumber } = fieldsOf(certificate);
  const time = generalizedTime(new Date(login.now - 60_000));
  const later = generalizedTime(new Date(login.now + 3_600_000));
  const revoked = explicit(1, time);

  function single(parts: Partial<SingleParts> = {}): Bytes {
    const certId = sequence(
      sequence(parts.hashAlgorithm ?? oid('1.3.14.3.2.26'), tlv(0x05)),
      octetString(createHash('sha1').update(issuer).digest()),
      octetString(authority.keyIdentifier),
      parts.serialNumber ?? serialNumber,
    );
    const end = explicit(0, parts.nextUpdate ?? later);
    const extensions = parts.extensions ? explicit(1, sequence(parts.extensions)) : nothing;
    return sequence(certId, parts.certStatus ?? good, parts.thisUpdate ?? time, end, extensions);
  }

  /** @param signature a BIT STRING; the authority's own otherwise. */
  function answer(parts: Partial<AnswerParts> = {}, signature?: Bytes): Bytes {
    const { responseExtensions, certificates } = parts;
    const toBeSigned = sequence(
      parts.version ? explicit(0, parts.version) : nothing,
      parts.responderId ?? explicit(2, octetString(authority.keyIdentifier)),
      parts.producedAt ?? time,
      sequence(parts.responses ?? single()),
      responseExtensions ? explicit(1, sequence(responseExtensions)) : nothing,
    );
    const basic = sequence(
      toBeSigned,
      parts.algorithm ?? ecdsaWithSha384,
      signature ?? victim.signatureOf(toBeSigned),
      certificates ? explicit(0, sequence(certificates)) : nothing,
    );
    const responseType = parts.responseType ?? oid('1.3.6.1.5.5.7.48.1.1');
    const responseStatus = parts.responseStatus ?? tlv(0x0a, Buffer.of(0));
    return sequence(responseStatus, explicit(0, sequence(responseType, octetString(basic))));
  }

  return { answer, single, revoked };
}

export function ocspShapes(victim: Victim): Shape[] {
  const { answer, single, revoked } = ocspAnswersAbout(victim);
  const forged = bitString(victim.signatureOf(nothing).subarray(3));
  /** By somebody who can sign nothing. */
  const unsigned = (parts: Partial<AnswerParts>) => answer(parts, forged);
  /** By the authority, which says that the certificate is revoked. */
  const signed = (parts: Partial<AnswerParts>) => answer({ responses: single({ certStatus: revoked }), ...parts });
  const of = (name: string, build: Filler): Shape => ({ name, build: fitted(build) });
  const one = (name: string, partsOf: (bytes: number) => Partial<SingleParts>): Shape[] => [
    of(name, (bytes) => unsigned({ responses: single(partsOf(bytes)) })),
    of(`signed: ${name}`, (bytes) => signed({ responses: single({ certStatus: revoked, ...partsOf(bytes) }) })),
  ];
  const whole = (name: string, partsOf: (bytes: number) => Partial<AnswerParts>): Shape[] => [
    of(name, (bytes) => unsigned(partsOf(bytes))),
    of(`signed: ${name}`, (bytes) => signed(partsOf(bytes))),
  ];
  const stranger = (subject: Bytes, publicKey: Bytes = victim.otherKey) =>
    certificateOfFields({ ...fieldsOf(victim.certificate), subject, publicKey }, victim, { signature: forged });
  const { subject } = fieldsOf(victim.certificate);
  const manySingles: Filler = (bytes) => repeated(single(), bytes);

  return [
    ...shapesOf(documents),
    { name: 'nothing', build: () => nothing },
    { name: 'a truncated answer', build: truncated(fitted((bytes) => unsigned({ responses: manySingles(bytes) }))) },
    of('answers one after the other', (bytes) => repeated(unsigned({}), bytes)),
    of('an answer with trailing bytes', (bytes) => Buffer.concat([unsigned({}), filled(bytes, 0)])),
    ...shapesOf(elements, (filler) => (bytes) => unsigned({ responses: filler(bytes) })),
    of('a huge responseStatus', (bytes) => unsigned({ responseStatus: tlv(0x0a, filled(bytes, 0x7f)) })),
    of('a responseType of very many arcs', (bytes) => unsigned({ responseType: oidOfManyArcs(bytes) })),
    of('a responseType of one enormous arc', (bytes) => unsigned({ responseType: oidOfOneArc(bytes) })),
    ...whole('a huge version', (bytes) => ({ version: hugeInteger(bytes) })),
    ...whole('a producedAt of all the bytes', (bytes) => ({ producedAt: longTime(bytes) })),
    ...whole('very many SingleResponses', (bytes) => ({ responses: manySingles(bytes) })),
    ...one('a huge serial number', (bytes) => ({ serialNumber: hugeInteger(bytes) })),
    ...one('a hash algorithm of very many arcs', (bytes) => ({ hashAlgorithm: oidOfManyArcs(bytes) })),
    ...one('a certStatus of nested tags', (bytes) => ({ certStatus: nested(0xa1)(bytes) })),
    ...one('a thisUpdate of all the bytes', (bytes) => ({ thisUpdate: longTime(bytes) })),
    ...one('a nextUpdate of all the bytes', (bytes) => ({ nextUpdate: longTime(bytes) })),
    ...one('very many extensions of the single answer', (bytes) => ({
      extensions: (hostileExtensions['very many extensions'] as Filler)(bytes),
    })),
    ...shapesOf(hostileNames, (filler) => (bytes) => unsigned({ responderId: explicit(1, filler(bytes)) })),
    ...shapesOf(hostileExtensions, (filler) => (bytes) => unsigned({ responseExtensions: filler(bytes) })),
    ...shapesOf(
      hostileExtensions,
      (filler) => (bytes) => signed({ responseExtensions: filler(bytes) }),
      (name) => `signed: ${name}`,
    ),
    ...whole('a huge nonce', (bytes) => ({ responseExtensions: extension(nonce, octetString(filled(bytes, 1))) })),
    ...whole('very many nonces', (bytes) => ({ responseExtensions: repeated(extension(nonce, octetString()), bytes) })),
    of('a signature algorithm of very many arcs', (bytes) => unsigned({ algorithm: sequence(oidOfManyArcs(bytes)) })),
    of('a signature algorithm with nested parameters', (bytes) =>
      unsigned({ algorithm: sequence(oid('1.2.840.10045.4.3.3'), nested(0x30)(bytes)) }),
    ),
    of('a huge signature', (bytes) => answer({}, hugeBitString(bytes))),
    of('a signature of huge numbers', (bytes) =>
      answer({}, bitString(sequence(integer(filled(bytes / 2, 0x7f)), integer(filled(bytes / 2, 0x7f))))),
    ),
    of('a signature with 8 unused bits', (bytes) => answer({}, bitString(filled(bytes, 0xa5), 8))),
    of('the certificate of the authority very often', (bytes) =>
      unsigned({ certificates: repeated(victim.authority.certificate, bytes) }),
    ),
    of('a stranger very often', (bytes) => unsigned({ certificates: repeated(stranger(subject), bytes) })),
    of('very many certificates that are none', (bytes) => unsigned({ certificates: repeated(sequence(), bytes) })),
    of('four huge strangers', (bytes) =>
      unsigned({
        certificates: repeated(stranger((hostileNames['a name of very many SETs'] as Filler)(bytes / 5)), bytes),
      }),
    ),
    ...shapesOf(hostileKeys, (filler) => (bytes) => unsigned({ certificates: stranger(subject, filler(bytes)) })),
  ];
}
