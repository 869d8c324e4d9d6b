/** The time of the process in the hands of a test: the limits in memory count by it, and not by the option `clock`. */

export const realNow = Date.now;

/** For the tests of the calling suite. What was made before them goes on by the real time. */
export function setTimeBy(clock: () => number): void {
  before(() => {
    Date.now = clock;
  });
  after(() => {
    Date.now = realNow;
  });
}
