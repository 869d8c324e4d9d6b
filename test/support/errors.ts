import { SmartIdInputError } from '../../lib/shared/errors.js';

/** Arguments of chai's `throw` for an input error that names this field and the rule. */
export function inputError(field: string): [typeof SmartIdInputError, RegExp] {
  return [SmartIdInputError, new RegExp(`^${field.replace(/[.[\]]/g, '\\$&')} .{10,}`)];
}
