/**
 * What a timestamp unit signs (RFC 3161, section 2.4.2: TSTInfo). Decoded only when its signature has been verified.
 */

import {
  type Bytes,
  constructedTag,
  type DerElement,
  DerError,
  onlyElement,
  primitiveTag,
  tags,
} from '../../trust/der.js';
import { booleanIn, integerIn, objectIdentifierIn, timeIn } from '../../trust/der-values.js';
import { encodeDer } from '../../trust/encode-der.js';
import { type Extension, extensionsIn, hasExtensionTwice } from '../../trust/extensions.js';
import type { DocumentHashAlgorithm } from '../draft.js';
import { hashAlgorithmIn } from './hash-types.js';
import { versionIn } from './signed-data.js';

export interface TokenInfo {
  /** Object identifier. */
  policy: string;
  /** What it is about; the algorithm is undefined when it is none that is used, and the identifier whatever it is. */
  imprint: { hashAlgorithm: DocumentHashAlgorithm | undefined; hashIdentifier: DerElement; hash: Bytes };
  /** Milliseconds since the epoch. */
  time: number;
  /** How far the time may be from the true one, where the unit says so. */
  accuracyMs?: number;
  /** Octets of an INTEGER. */
  nonce?: Bytes;
}

/** The type of this content. */
export const tokenInfoType = '1.2.840.113549.1.9.16.1.4';

/** @throws DerError when it is none, or has an extension that must be understood and is not. */
export function readTokenInfo(der: Bytes): TokenInfo {
  const { reader } = onlyElement(der, tags.sequence);
  if (versionIn(reader.next(tags.integer)) !== 1) throw new DerError('the version is unknown');
  const policy = objectIdentifierIn(reader.next(tags.objectIdentifier));
  const imprint = readImprint(reader.next(tags.sequence));
  integerIn(reader.next(tags.integer));
  const time = preciseTimeIn(reader.next(tags.generalizedTime));
  const accuracy = reader.nextIf(tags.sequence);
  // In what order timestamps are made, which says nothing of this one.
  const ordering = reader.nextIf(tags.boolean);
  const nonce = reader.nextIf(tags.integer);
  // The name that the authority gives itself; its certificate has the one that counts.
  reader.nextIf(constructedTag(0));
  const extensions = reader.nextIf(constructedTag(1));
  reader.finish();
  if (ordering) booleanIn(ordering);
  checkExtensions(extensions ? extensionsIn(extensions) : []);
  return {
    policy,
    imprint,
    time,
    accuracyMs: accuracy && accuracyMsIn(accuracy),
    nonce: nonce && integerIn(nonce),
  };
}

function readImprint({ reader }: DerElement): TokenInfo['imprint'] {
  const hashIdentifier = reader.next(tags.sequence);
  const hashAlgorithm = hashAlgorithmIn(hashIdentifier);
  const hash = reader.next(tags.octetString).content;
  reader.finish();
  return { hashAlgorithm, hashIdentifier, hash };
}

const point = 0x2e;
const letterZ = 0x5a;
/** `YYYYMMDDhhmmss`. */
const wholeSecondsLength = 14;
const maxFractionDigits = 9;

/** A GeneralizedTime that may have a fraction of a second, which certificates must not have. */
function preciseTimeIn(element: DerElement): number {
  const { content } = element;
  if (content[wholeSecondsLength] !== point) return timeIn(element);
  const digits = Buffer.from(content.subarray(wholeSecondsLength + 1, -1)).toString('latin1');
  // A zero at the end would be a second spelling.
  const isFraction = /^\d*[1-9]$/.test(digits) && digits.length <= maxFractionDigits && content.at(-1) === letterZ;
  if (!isFraction) throw new DerError('a time is malformed');
  const whole = encodeDer(tags.generalizedTime, content.subarray(0, wholeSecondsLength), Buffer.from([letterZ]));
  return timeIn(onlyElement(whole, tags.generalizedTime)) + Math.floor(Number(`0.${digits}`) * 1000);
}

const [millis, micros] = [primitiveTag(0), primitiveTag(1)];
/** A number of seconds that has more octets says nothing of a clock. */
const maxAccuracyOctets = 4;

function accuracyMsIn({ reader }: DerElement): number {
  const parts = [tags.integer, millis, micros].map((tag) => reader.nextIf(tag)?.content);
  reader.finish();
  const [seconds, thousandths, millionths] = parts.map((part) => (part ? naturalNumber(part) : 0)) as [
    number,
    number,
    number,
  ];
  return seconds * 1000 + thousandths + millionths / 1000;
}

function naturalNumber(content: Bytes): number {
  const value = integerIn(onlyElement(encodeDer(tags.integer, content), tags.integer));
  if (value.length > maxAccuracyOctets || (value[0] as number) >= 0x80) throw new DerError('an accuracy is malformed');
  return value.reduce((number, octet) => number * 256 + octet, 0);
}

function checkExtensions(extensions: readonly Extension[]): void {
  const isUnusable = hasExtensionTwice(extensions) || extensions.some(({ isCritical }) => isCritical);
  if (isUnusable) throw new DerError('an extension is not understood');
}
