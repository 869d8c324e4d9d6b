/** Checks of options that are plain values or functions. */

import { SmartIdInputError } from '../shared/errors.js';
import type { AttemptStore } from './attempt.js';

/** The names of the fields of `T`: one that is missing, or that `T` has not, does not compile. */
export function namesOf<T extends object>(names: { readonly [Name in keyof Required<T>]: true }): readonly string[] {
  return Object.keys(names);
}

/** @throws SmartIdInputError naming the field that is none of these. */
export function checkOptionNames(options: object, known: readonly string[], owner: string): void {
  if (typeof options !== 'object' || options === null) throw new SmartIdInputError('options', 'must be an object.');
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new SmartIdInputError(name, `is not an option of ${owner}.`);
  }
}

/** @throws SmartIdInputError naming the method that is missing. */
export function checkStore(store: AttemptStore | undefined): void {
  if (store === undefined) return;
  for (const method of ['create', 'read', 'update', 'take'] as const) {
    if (typeof store?.[method] !== 'function') throw new SmartIdInputError('store', `must have a method ${method}.`);
  }
  if (store.limits !== undefined && typeof store.limits?.increment !== 'function') {
    throw new SmartIdInputError('store', 'must have a method limits.increment, or no limits.');
  }
}

export function checkFunction(field: string, value: unknown): void {
  if (typeof value !== 'function') throw new SmartIdInputError(field, 'must be a function.');
}

export function checkText(field: string, value: unknown, maxLength = 2000): void {
  if (value === undefined) return;
  if (typeof value !== 'string' || value === '' || value.length > maxLength) {
    throw new SmartIdInputError(field, `must be a text of 1 to ${maxLength} characters.`);
  }
}
