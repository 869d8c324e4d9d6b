/**
 * The dates of a revocation answer (RFC 6960, section 4.2.2.1; RFC 5280, section 5.1.2), in milliseconds since the
 * epoch.
 */

/** How far the clocks of the site and of the service may differ. */
const clockToleranceMs = 60_000;
/** How long an answer without `nextUpdate` is taken for new. */
const maxAgeWithoutNextUpdateMs = 300_000;

/** Why an answer is not of now, or undefined. */
export function problemWithDates(thisUpdate: number, nextUpdate: number | undefined, now: number): string | undefined {
  if (thisUpdate > now + clockToleranceMs) return 'it is from the future';
  const end = nextUpdate ?? thisUpdate + maxAgeWithoutNextUpdateMs;
  // Written this way round so that a date that is none refuses as well.
  return now - clockToleranceMs <= end ? undefined : 'it is out of date';
}
