/** The dates of a revocation answer (RFC 6960, section 4.2.2.1; RFC 5280, section 5.1.2). */

/** Milliseconds that the clocks of the site and of the service may differ. */
const clockTolerance = 60_000;
/** Milliseconds that an answer without `nextUpdate` is taken for new. */
const longestWithoutNextUpdate = 300_000;

/** Why an answer is not of now, or undefined. */
export function refuseDates(thisUpdate: Date, nextUpdate: Date | undefined, now: number): string | undefined {
  if (thisUpdate.getTime() > now + clockTolerance) return 'it is from the future';
  const end = nextUpdate?.getTime() ?? thisUpdate.getTime() + longestWithoutNextUpdate;
  // Written this way round so that a date that is none refuses as well.
  return now - clockTolerance <= end ? undefined : 'it is out of date';
}
