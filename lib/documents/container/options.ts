/** What a container is prepared with. */

import type { DraftFields } from '../draft.js';
import { type DocumentOptions, resolveOptions as resolveDocumentOptions } from '../options.js';

/** What `prepareContainer` is told besides the files. */
export type ContainerOptions = DocumentOptions;

/** Milliseconds since the epoch: ZIP files know no time outside of these. */
export const earliestSigning = Date.UTC(1980, 0, 1);
export const latestSigning = Date.UTC(2107, 11, 31);

/** @throws SmartIdInputError naming the option. */
export function resolveOptions(options: ContainerOptions): Omit<DraftFields, 'data'> {
  return resolveDocumentOptions(options, earliestSigning, latestSigning).fields;
}
