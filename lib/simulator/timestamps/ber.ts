/**
 * The same answer in BER, as authorities built on older releases of Bouncy Castle send it (RFC 5652, section 5.1): of
 * the token all that is not signed has indefinite lengths, and the content is an OCTET STRING in pieces.
 */
import { type BaseBlock, Constructed, fromBER, OctetString, type Sequence } from 'asn1js';

const [sequence, tag0, octetStringInPieces] = [0x30, 0xa0, 0x24];
const endOfContents = Buffer.alloc(2);
/** Octets of a piece. Bouncy Castle makes larger ones, into which a timestamp fits as a whole. */
const pieceSize = 100;

/** @param response an answer with a timestamp, in DER. */
export function inBer(response: Buffer): Buffer {
  const [status, token] = partsOf(fromBER(new Uint8Array(response)).result);
  const [type, explicit] = partsOf(token);
  const [signedData] = partsOf(explicit);
  const [version, hashes, content, certificates, ...rest] = partsOf(signedData);
  const [contentType, explicitContent] = partsOf(content);
  const [octets] = partsOf(explicitContent);
  const inPieces = indefinite(octetStringInPieces, ...piecesOf(octets as OctetString));
  const contentInBer = indefinite(sequence, derOf(contentType), indefinite(tag0, inPieces));
  // Those of who wants no certificates are left out, and what comes in their place are the signers.
  const list = certificates instanceof Constructed && certificates.idBlock.tagClass === 3;
  const listInBer = list ? indefinite(tag0, ...partsOf(certificates).map(derOf)) : derOf(certificates);
  const data = [derOf(version), derOf(hashes), contentInBer, listInBer, ...rest.map(derOf)];
  const tokenInBer = indefinite(sequence, derOf(type), indefinite(tag0, indefinite(sequence, ...data)));
  return indefinite(sequence, derOf(status), tokenInBer);
}

function partsOf(element?: BaseBlock): BaseBlock[] {
  return (element as Sequence | undefined)?.valueBlock.value ?? [];
}

function derOf(element?: BaseBlock): Buffer {
  return element ? Buffer.from(element.toBER()) : Buffer.alloc(0);
}

function piecesOf({ valueBlock: { valueHexView: octets } }: OctetString): Buffer[] {
  const count = Math.ceil(octets.length / pieceSize);
  return Array.from({ length: count }, (_, index) => {
    const valueHex = octets.slice(index * pieceSize, (index + 1) * pieceSize);
    return derOf(new OctetString({ valueHex }));
  });
}

function indefinite(tag: number, ...contents: Buffer[]): Buffer {
  return Buffer.concat([Buffer.of(tag, 0x80), ...contents, endOfContents]);
}
