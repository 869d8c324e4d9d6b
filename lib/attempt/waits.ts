/** Waits that tests of what comes after them need not sit through: one object that they change, and no option of the package. */

export const waits = {
  /**
   * Milliseconds to wait for a result. A return from the app comes a moment before it; `finish` comes after `status` has
   * said `ready`.
   */
  patienceOf: { callback: 20_000, finish: 2_000 },
  /** Milliseconds that a page has to close the connection after the last event, before we do. */
  partingMs: 5_000,
};
