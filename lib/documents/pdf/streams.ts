/**
 * Decodes the streams that a file's structure is in (ISO 32000-2, sections 7.4.4, 7.5.7 and 7.5.8). How much comes out
 * of one is limited: a stream of 100 kB may hold 100 MB of zeros.
 */

import { inflateSync } from 'node:zlib';
import { costs, type PdfEffort } from './effort.js';
import { damaged, isDictionary, type PdfDictionary, PdfName, type PdfValue } from './values.js';

/** @param get what a reference leads to. */
export function decodeStream(
  dictionary: PdfDictionary,
  data: Buffer,
  effort: PdfEffort,
  get: (value: PdfValue | undefined) => PdfValue,
): Buffer {
  effort.spend(data.length);
  const filters = listed(get(dictionary.get('Filter'))).map(get);
  const [first] = filters;
  if (first === undefined) return data;
  if (filters.length > 1 || !(first instanceof PdfName) || first.value !== 'FlateDecode') {
    throw damaged('its structure is compressed in another way than Flate');
  }
  const inflated = inflate(data, effort.inflatableBytes);
  effort.spendInflated(inflated.length);
  const parameters = get(listed(get(dictionary.get('DecodeParms')))[0]);
  return isDictionary(parameters) ? undoPrediction(inflated, parameters, effort) : inflated;
}

function listed(value: PdfValue): readonly PdfValue[] {
  if (value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function inflate(data: Buffer, maxOutputLength: number): Buffer {
  try {
    return inflateSync(data, { maxOutputLength: Math.max(1, maxOutputLength) });
  } catch (cause) {
    const isTooLong = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw damaged(isTooLong ? 'its structure is too large' : 'a stream cannot be decompressed');
  }
}

const maxColumns = 1024;

/** PNG predictors (RFC 2083, section 6), with one octet a pixel, as cross-reference streams have them. */
function undoPrediction(data: Buffer, parameters: PdfDictionary, effort: PdfEffort): Buffer {
  const predictor = parameters.get('Predictor') ?? 1;
  if (predictor === 1) return data;
  const columns = parameters.get('Columns') ?? 1;
  const isKnown = typeof predictor === 'number' && predictor >= 10 && predictor <= 15;
  if (!isKnown || typeof columns !== 'number' || !(columns >= 1 && columns <= maxColumns)) {
    throw damaged('a stream has a predictor that is not known');
  }
  if ((parameters.get('Colors') ?? 1) !== 1 || (parameters.get('BitsPerComponent') ?? 8) !== 8) {
    throw damaged('a stream has a predictor that is not known');
  }
  effort.spend(costs.predictedByte * data.length);
  const rows = Math.floor(data.length / (columns + 1));
  const decoded = Buffer.alloc(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = row * (columns + 1);
    const predict = predictions[data[from] as number];
    if (!predict) throw damaged('a stream has a predictor that is not known');
    const at = row * columns;
    for (let column = 0; column < columns; column++) {
      const left = column > 0 ? (decoded[at + column - 1] as number) : 0;
      const up = row > 0 ? (decoded[at - columns + column] as number) : 0;
      const upLeft = column > 0 && row > 0 ? (decoded[at - columns + column - 1] as number) : 0;
      decoded[at + column] = (data[from + 1 + column] as number) + predict(left, up, upLeft);
    }
  }
  return decoded;
}

/** By their number. */
const predictions: ((left: number, up: number, upLeft: number) => number)[] = [
  () => 0,
  (left) => left,
  (_left, up) => up,
  (left, up) => (left + up) >> 1,
  paeth,
];

function paeth(left: number, up: number, upLeft: number): number {
  const [toLeft, toUp, toUpLeft] = [Math.abs(up - upLeft), Math.abs(left - upLeft), Math.abs(left + up - 2 * upLeft)];
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}
