/** The answer of a timestamp authority (RFC 3161, section 2.4.2): a token, or why there is none. */

import { SmartIdServiceError } from '../../shared/errors.js';
import { type Bytes, DerError, type DerReader, onlyElement, tags } from '../../trust/der.js';
import { integerIn } from '../../trust/der-values.js';
import { derOfBer } from './ber.js';

export const authorityName = 'The timestamp authority';

/** PKIStatus `granted` and `grantedWithMods`. */
const granted = new Set([0, 1]);
const rejection = 2;
/** PKIFailureInfo, by the number of the bit. */
const failures: Record<number, string> = {
  0: 'badAlg',
  2: 'badRequest',
  5: 'badDataFormat',
  14: 'timeNotAvailable',
  15: 'unacceptedPolicy',
  16: 'unacceptedExtension',
  17: 'addInfoNotAvailable',
  25: 'systemFailure',
};

/**
 * DER of the token, of which nothing is verified yet.
 * @param ber the answer: authorities may write it in BER.
 * @throws SmartIdServiceError `bad_response` when there is none, `server_error` when the authority refuses.
 */
export function readTimestampResponse(ber: Bytes): Bytes {
  let response: Response;
  try {
    response = readResponse(derOfBer(ber));
  } catch (cause) {
    if (!(cause instanceof DerError)) throw cause;
    throw new SmartIdServiceError('bad_response', `${authorityName} sent something that is not a timestamp response.`, {
      cause,
    });
  }
  const { status, failure, token } = response;
  if (!granted.has(status)) {
    const why = failure ?? (status === rejection ? 'no reason given' : `status ${status}`);
    throw new SmartIdServiceError('server_error', `${authorityName} gives no timestamp (${why}).`);
  }
  if (!token) throw new SmartIdServiceError('bad_response', `${authorityName} sent no timestamp.`);
  return token;
}

interface Response {
  status: number;
  failure?: string;
  token?: Bytes;
}

function readResponse(der: Bytes): Response {
  const { reader } = onlyElement(der, tags.sequence);
  const info = reader.next(tags.sequence).reader;
  const token = reader.nextIf(tags.sequence);
  reader.finish();
  return { ...readStatus(info), token: token?.bytes };
}

function readStatus(info: DerReader): Pick<Response, 'status' | 'failure'> {
  const [status = 0, ...others] = integerIn(info.next(tags.integer));
  if (others.length > 0) throw new DerError('a status is malformed');
  // What the authority says in words is not repeated: anybody may have written it.
  info.nextIf(tags.sequence);
  const bits = info.nextIf(tags.bitString)?.content.subarray(1);
  info.finish();
  return { status, failure: bits && firstFailure(bits) };
}

function firstFailure(bits: Bytes): string | undefined {
  const isSet = (bit: number) => ((bits[bit >> 3] ?? 0) & (0x80 >> (bit & 7))) !== 0;
  const number = Object.keys(failures).map(Number).find(isSet);
  return number === undefined ? undefined : failures[number];
}
