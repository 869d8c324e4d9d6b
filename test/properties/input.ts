/** What property-based tests have in common: any input, and the two ways in which it may end. */

import { inspect } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { SmartIdError } from '../../lib/shared/errors.js';

/** Text of any kind, also with characters that come in pairs or not at all. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.string({ maxLength: 3000, size: 'max' }),
);

/** Anything that JavaScript or JSON can hand in. */
export const anything = fc.oneof(anyText, fc.anything({ withBigInt: true, withNullPrototype: true }), fc.jsonValue());

/**
 * The result, or undefined where an error of this package was thrown.
 * @throws AssertionError for any other error, and for one that repeats a text of eight or more characters that was handed in.
 */
export function resultOf<T>(run: () => T, given: unknown): T | undefined {
  try {
    return run();
  } catch (error) {
    expect(error, inspect(error)).to.be.instanceOf(SmartIdError);
    if (typeof given === 'string' && given.length >= 8) expect(inspect(error, { depth: 5 })).to.not.contain(given);
    return undefined;
  }
}

/** Checks with the same inputs each time. */
export function check<T>(arbitrary: fc.Arbitrary<T>, predicate: (value: T) => void, numRuns = 2000): void {
  fc.assert(
    fc.property(arbitrary, (value) => void predicate(value)),
    { numRuns, seed: 20_261_124 },
  );
}
