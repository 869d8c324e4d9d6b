/** The UUIDs by which the RP API tells sessions and relying parties. */

import { SmartIdInputError } from '../shared/errors.js';

/** Of any version and variant, in upper or lower case: whoever made it decides. */
export const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The UUID itself, as it stands.
 * @throws SmartIdInputError when it is none; the message does not repeat the value.
 */
export function parseUuid(text: string, field: string): string {
  if (typeof text !== 'string' || !uuidPattern.test(text)) throw new SmartIdInputError(field, 'must be a UUID.');
  return text;
}
