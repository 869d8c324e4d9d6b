/** What a draft of either format must be that comes back from a store: anything may be in there by now. */

import * as v from 'valibot';
import { hashAlgorithmOf, signatureAlgorithms } from '../protocol/algorithms.js';
import { decodeBase64 } from '../protocol/base64.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { DraftEvidence, DraftFields } from './draft.js';
import { choiceOf, documentHashAlgorithms, signatureLevels } from './options.js';

const base64 = v.pipe(
  v.string(),
  v.check((text) => decodeBase64(text) !== undefined),
);
const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const schema = v.looseObject({
  level: v.picklist(signatureLevels),
  signatureAlgorithm: v.picklist(signatureAlgorithms),
  hashAlgorithm: v.picklist(documentHashAlgorithms),
  certificate: base64,
  signedAt: time,
  expiresAt: time,
  data: base64,
  signature: v.optional(base64),
});

const evidenceSchema = v.object({ timestamp: base64, ocspResponses: v.array(base64), collectedAt: time });

/**
 * What both formats have in common, but for the timestamp and the evidence, which can be had again where they are none;
 * what is their own is for them to check.
 * @throws SmartIdInputError naming `draft` when it is none.
 */
export function checkDraft(draft: DraftFields): void {
  const { issues } = v.safeParse(schema, draft, { abortEarly: true });
  const [issue] = issues ?? [];
  if (issue) throw new SmartIdInputError('draft', `is not a draft: ${v.getDotPath(issue) ?? 'it'} is wrong.`);
  if (hashAlgorithmOf(choiceOf(draft)) !== draft.hashAlgorithm) {
    throw changed('its algorithms do not go together');
  }
}

/** Of evidence, which can be had again where it is none. */
export function isEvidence(evidence: unknown): evidence is DraftEvidence {
  return v.is(evidenceSchema, evidence);
}

/** The error for a draft that is not the one that was prepared. */
export function changed(what: string, options?: ErrorOptions): SmartIdInputError {
  return new SmartIdInputError('draft', `has been changed since it was prepared: ${what}.`, options);
}
