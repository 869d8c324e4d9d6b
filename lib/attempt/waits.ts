/**
 * Waits, in milliseconds, that tests of what comes after them need not sit through: one object that they change, and no
 * option of the package.
 */

export const waits = {
  /** A return from the app comes a moment before the result; `finish` comes after `status` has said `ready`. */
  maxResultWaitMs: { callback: 20_000, finish: 2_000 },
  /** What a page has to close the connection after the last event, before we do. */
  partingMs: 5_000,
};
