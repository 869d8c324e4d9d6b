/** A container that waits for a signature. */

import * as v from 'valibot';
import { SmartIdInputError } from '../../shared/errors.js';
import { checkDraft } from '../check-draft.js';
import type { DraftFields } from '../draft.js';
import { earliestSigning, latestSigning } from './options.js';

/** Of a new container or of an existing one, in full: what was signed is what is in the file. */
export interface ContainerDraft extends DraftFields {
  /** The `Id` of the new signature. */
  signatureId: string;
  /** The entry that it will be in. */
  signatureFile: string;
  /** The files of a new container. */
  files?: DraftFile[];
  /** Base64 of an existing container. */
  container?: string;
}

/** A file of a new container, as JSON. */
export interface DraftFile {
  /** Without folders. */
  name: string;
  /** Such as `application/pdf`. */
  contentType: string;
  /** Base64 of its bytes. */
  content: string;
}

const schema = v.looseObject({
  signedAt: v.pipe(v.number(), v.safeInteger(), v.minValue(earliestSigning), v.maxValue(latestSigning)),
  signatureId: v.pipe(v.string(), v.regex(/^S\d{1,4}$/)),
  signatureFile: v.pipe(v.string(), v.regex(/^META-INF\/signatures\d{1,4}\.xml$/)),
  files: v.optional(v.array(v.object({ name: v.string(), contentType: v.string(), content: v.string() }))),
  container: v.optional(v.string()),
});

/**
 * What all drafts have, and what one of a container has besides.
 * @throws SmartIdInputError naming `draft` when it is not one of a container.
 */
export function checkContainerDraft(draft: ContainerDraft): void {
  checkDraft(draft);
  const { issues } = v.safeParse(schema, draft, { abortEarly: true });
  const [issue] = issues ?? [];
  if (issue)
    throw new SmartIdInputError('draft', `is not a draft of a container: ${v.getDotPath(issue) ?? 'it'} is wrong.`);
  if ((draft.files === undefined) === (draft.container === undefined)) {
    throw new SmartIdInputError('draft', 'is not a draft of a container: it must have either files or a container.');
  }
}
