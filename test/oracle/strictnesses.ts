/** The ways in which lib/trust is stricter than others, on purpose; and the few parts that it leaves alone. */

import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import {
  constructedTag,
  type DerElement,
  DerReader,
  elementsIn,
  onlyElement,
  primitiveTag,
  tags,
} from '../../lib/trust/der.js';
import { authorityInfoAccess, crlDistributionPoints, extensionTypes } from '../../lib/trust/extensions.js';
import { buildPath } from '../../lib/trust/path.js';
import { partsOfAnswer } from './documents.js';
import type { Differences, Leniency, Strictness } from './verdict.js';

/** Extensions that are a SEQUENCE of sequences. */
const listsOfSequences = new Set([extensionTypes.certificatePolicies, authorityInfoAccess, crlDistributionPoints]);
const maxSequences = 50;
const maxElementsOfAnswer = 1000;

type Bytes = Uint8Array<ArrayBuffer>;

/** By what ours says, where that is the whole reason. */
function saying(name: string, ...reasons: readonly string[]): Strictness {
  return { name, reasons, explains: ({ ours: { refused } }) => reasons.some((reason) => refused.includes(reason)) };
}

/** By what ours says, where something in the bytes must be so besides. */
function sayingWhere(reason: string, name: string, isSo: (der: Bytes) => boolean): Strictness {
  return {
    name,
    reasons: [reason],
    explains: ({ der, ours: { refused } }) => refused.includes(reason) && isSo(Uint8Array.from(der)),
  };
}

/** Encodings that BER has and DER has not, values that the standards do not have, and what is beyond the bounds. */
const ofReading: readonly Strictness[] = [
  saying('BER: a length that is not minimal', 'a length is not minimal'),
  saying('BER: an indefinite length', 'a length is indefinite'),
  saying('a tag of several octets', 'a tag has more than one octet'),
  saying('an integer that is not minimal, or empty', 'an integer is not minimal', 'an integer is empty'),
  saying('an object identifier that is not minimal, or cut off', 'identifier is not minimal', 'identifier is cut off'),
  saying('a length beyond the end of what it is in', 'an element is cut off'),
  saying('BER: a boolean that is neither 00 nor FF', 'a boolean is neither'),
  saying('BER: bits that say nothing', 'named bits are malformed', 'a bit string does not end'),
  saying('something after what is known', 'there is more than there should be'),
  saying('a time that is not in whole seconds of UTC, or none', 'a time is malformed'),
  saying('a text in another alphabet than its own', 'another alphabet', 'is not a text', 'encoded data was not valid'),
  saying('an extension twice', 'an extension twice'),
  saying('more or longer than any that is used', 'is too long', 'there are more than'),
  saying('a NULL that is not empty', 'a NULL is not empty'),
  saying('an empty list of extensions', 'a list of extensions is empty'),
  saying('a version that does not exist', 'the version of a'),
];

function ofCertificates(issuer: Certificate): readonly Strictness[] {
  return [
    ...ofReading,
    sayingWhere('not signed by a trust anchor', "the issuer's name in other bytes", (der) => {
      return !isSame(parseCertificate(der).fields.issuer.bytes, issuer.fields.subject.bytes);
    }),
    twoAlgorithms,
    lengthWithinElement(firstIn),
    saying('a subject that names nobody', 'it names nobody'),
    saying('a key that is not written as OpenSSL writes it', 'its key cannot be read'),
    saying('a name of a kind that is not used', 'a name is of an unknown kind'),
  ];
}

const twoAlgorithms = sayingWhere(
  'two signature algorithms differ',
  'two signature algorithms in other bytes',
  (der) => {
    const { reader } = onlyElement(der, tags.sequence);
    const inner = reader.next(tags.sequence).reader;
    const algorithm = reader.next(tags.sequence).bytes;
    for (const tag of [constructedTag(0), tags.integer]) inner.nextIf(tag);
    return !isSame(inner.next(tags.sequence).bytes, algorithm);
  },
);
/** @param signedIn what is signed of a document. */
function lengthWithinElement(signedIn: (der: Bytes) => DerElement): Strictness {
  return sayingWhere('another tag', 'a length that ends within what it holds', (der) =>
    hasLength(signedIn(der), cutOff),
  );
}

function firstIn(der: Bytes): DerElement {
  return onlyElement(der, tags.sequence).reader.next(tags.sequence);
}

const oddParameters = saying('parameters that an algorithm has not', 'with an algorithm that is not strong enough');

export function certificateDifferences(issuer: Certificate): Differences {
  return {
    strictnesses: [
      ...ofCertificates(issuer),
      oddParameters,
      saying('a subjectAltName without exactly one CN', 'does not hold exactly one CN'),
      sayingWhere('another tag', 'another tag than that of a SEQUENCE', hasOddSequences),
      sayingWhere('another tag', 'a distribution point by the tag of a value, not of a list', hasOddDistributionPoints),
      saying('a date of birth that is as good as none', 'no date of birth is read'),
    ],
    // What they say is for others. That each is a list, with a known type in front of each of its elements, is read.
    leniencies: [
      leavingAlone('what a QC statement says besides its type', 'QC statements'),
      leavingAlone('what a qualifier of a policy says', 'policies'),
      leavingAlone('what a name of another kind in a subjectAltName says', 'subjectAltName'),
      leavingAlone('what a location says that is no address', 'access'),
      leavingAlone('what a distribution point says that is no address', 'distribution points'),
    ],
  };
}

/** @peculiar/x509 takes other tags for those of sequences. */
function hasOddSequences(der: Bytes): boolean {
  return parseCertificate(der).extensions.some(({ type, value }) => {
    if (!listsOfSequences.has(type)) return false;
    const list = new DerReader(value).nextOfAnyTag();
    return [list, ...elementsIn(list, maxSequences)].some(({ tag }) => tag !== tags.sequence);
  });
}

/** @peculiar/x509 takes `80` and `82` for `a0` and `a2` there. */
function hasOddDistributionPoints(der: Bytes): boolean {
  const oddTags: readonly number[] = [primitiveTag(0), primitiveTag(2)];
  return parseCertificate(der).extensions.some(({ type, value }) => {
    if (type !== crlDistributionPoints) return false;
    const points = elementsIn(new DerReader(value).nextOfAnyTag(), maxSequences);
    const fields = points.flatMap((point) => elementsIn(point, maxSequences));
    const names = fields.filter(isConstructed).flatMap((field) => elementsIn(field, maxSequences));
    return [...fields, ...names].some(({ tag }) => oddTags.includes(tag));
  });
}

export function listDifferences(issuer: Certificate): Differences {
  return {
    strictnesses: [
      ...ofReading,
      sayingWhere('that of another CA', "the issuer's name in other bytes", (der) => {
        const { reader } = onlyElement(der, tags.sequence).reader.next(tags.sequence);
        reader.nextIf(tags.integer);
        reader.next(tags.sequence);
        return !isSame(reader.next(tags.sequence).bytes, issuer.fields.subject.bytes);
      }),
      twoAlgorithms,
      lengthWithinElement(firstIn),
      oddParameters,
    ],
    leniencies: [],
  };
}

/** @param now milliseconds since the epoch. */
export function answerDifferences(issuer: Certificate, now: number): Differences {
  return {
    strictnesses: [
      sayingWhere('is cut off', 'a nonce that is empty', (der) => partsOfAnswer(der).nonce()?.length === 0),
      ...ofReading,
      oddParameters,
      saying('a certStatus that is not as it is defined', 'a status is malformed'),
      sayingWhere(
        'gives no answer',
        'a status that is not one octet',
        (der) => partsOfAnswer(der).status().length !== 1,
      ),
      sayingWhere('about another certificate', 'several answers in one', (der) => partsOfAnswer(der).answers() > 1),
      sayingWhere(
        'another tag',
        'a nonce that is no OCTET STRING',
        (der) => partsOfAnswer(der).nonce()?.[0] !== tags.octetString,
      ),
      lengthWithinElement((der) => partsOfAnswer(der).signed()),
      sayingWhere('not authorised by the CA', "the responder's name in other bytes", (der) => {
        const parts = partsOfAnswer(der);
        const responderId = parts.responderId();
        const names = [issuer, ...parts.certificates().flatMap(readable)].map(({ fields }) => fields.subject.bytes);
        return responderId.tag === constructedTag(1) && !names.some((name) => isSame(name, responderId.content));
      }),
      ...ofCertificates(issuer).map((strictness) => ofResponder(strictness, issuer, now)),
    ],
    leniencies: [
      {
        name: 'what is no certificate, beside those of an answer',
        explains: ({ der, theirs: { refused } }) =>
          refused.includes('BasicOCSPResponse') &&
          partsOfAnswer(der)
            .certificates()
            .some((certificate) => readable(certificate).length === 0),
      },
    ],
  };
}

/** What is so of the responder's certificate, which ours refuses for it. */
function ofResponder({ name, reasons, explains }: Strictness, issuer: Certificate, now: number): Strictness {
  return {
    name: `the responder's certificate: ${name}`,
    reasons,
    explains: ({ der, ours, theirs }) =>
      ours.refused.includes('not authorised by the CA') &&
      partsOfAnswer(der)
        .certificates()
        .some((certificate) => {
          const refused = pathRefusal(certificate, issuer, now);
          return refused !== undefined && explains({ der: certificate, ours: { refused }, theirs });
        }),
  };
}

function pathRefusal(der: Bytes, issuer: Certificate, now: number): string | undefined {
  try {
    const certificate = parseCertificate(der);
    const result = buildPath(certificate, { certificates: [issuer] }, now);
    // These are read later, to know whether it is a responder's.
    const isRead = certificate.keyUsage !== undefined && certificate.extendedKeyUsage !== undefined;
    return 'refusal' in result ? result.refusal : isRead ? undefined : 'it has no usage';
  } catch (error) {
    return String(error);
  }
}

function readable(der: Bytes): Certificate[] {
  try {
    return [parseCertificate(der)];
  } catch {
    return [];
  }
}

/** Lengths that DER has not: OpenSSL writes an answer anew before it verifies it. */
const noDerLength = /a length is (?:not minimal|indefinite)/;
/** A length by which an element ends within one of those in it, which asn1js reads to its own end. */
const cutOff = /an element is cut off/;

/** Whether such a length is in it, however deep, and in what extensions hold. */
function hasLength(element: DerElement, kind: RegExp): boolean {
  try {
    const elements = elementsIn(element, maxElementsOfAnswer);
    return elements.some((inner) => (isConstructed(inner) || holdsSequence(inner)) && hasLength(inner, kind));
  } catch (error) {
    return kind.test(String(error));
  }
}

function isConstructed({ tag }: DerElement): boolean {
  return (tag & 0x20) !== 0;
}

function holdsSequence({ tag, content: [first] }: DerElement): boolean {
  return tag === tags.octetString && first === tags.sequence;
}

/** What OpenSSL's commands take, and libraries as they are asked here do not. */
export function withOpenSsl({ strictnesses, leniencies }: Differences): Differences {
  return {
    strictnesses: [
      // Its commands take SHA-1, which libraries are not asked to: the same words have another reason.
      saying('OpenSSL: a weak algorithm, or odd parameters of one', 'not strong enough'),
      ...strictnesses,
      saying('OpenSSL: a critical extension that is unknown', 'is not understood', 'is unknown'),
      saying('OpenSSL: another time', 'it is from the future', 'it is out of date'),
      saying('OpenSSL: another nonce, as the command is not told which', 'the nonce is not the one that was sent'),
      sayingWhere('the signature is not that of the', 'OpenSSL: signed bytes that it verifies as DER', (der) => {
        return hasLength(partsOfAnswer(der).signed(), noDerLength);
      }),
    ],
    leniencies,
  };
}

function leavingAlone(name: string, field: string): Leniency {
  return { name, explains: ({ theirs: { refused } }) => refused.startsWith(`Error: ${field}: `) };
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}
