/** How hashes are written in requests, tokens and their signatures (RFC 5754, section 2). */

import type { DerElement } from '../../trust/der.js';
import { DerError, tags } from '../../trust/der.js';
import { objectIdentifierIn } from '../../trust/der-values.js';
import { encodeDer, encodeObjectIdentifier } from '../../trust/encode-der.js';
import type { DocumentHashAlgorithm } from '../draft.js';

const types: Record<DocumentHashAlgorithm, string> = {
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
};
const hashes = new Map(Object.entries(types).map(([hash, type]) => [type, hash as DocumentHashAlgorithm]));

/** AlgorithmIdentifier. With the NULL that more authorities expect than do without. */
export function encodeHashAlgorithm(hash: DocumentHashAlgorithm): Buffer<ArrayBuffer> {
  return encodeDer(tags.sequence, encodeObjectIdentifier(types[hash]), encodeDer(tags.null));
}

/**
 * The hash that an AlgorithmIdentifier names; undefined when it is one that is not strong, or not used.
 * @throws DerError when it is none.
 */
export function hashAlgorithmIn({ reader }: DerElement): DocumentHashAlgorithm | undefined {
  const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
  skipNull(reader);
  return hashes.get(type);
}

/** Parameters that are NULL or left out, after which there is nothing. @throws DerError when they are others. */
export function skipNull(reader: DerElement['reader']): void {
  const parameters = reader.nextIf(tags.null);
  reader.finish();
  if (parameters && parameters.content.length > 0) throw new DerError('a NULL is not empty');
}
