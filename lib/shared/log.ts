/**
 * What a site's log says without anybody subscribing to anything: a warning where an answer does not verify, since it
 * may be an attack; and each step, where the process runs with `NODE_DEBUG=smart-id`.
 */

import { debuglog } from 'node:util';
import { LRUCache } from 'lru-cache';

/** Milliseconds from one line to the next of the same check: an attack that goes on must not fill the log. */
const warningIntervalMs = 60_000;
/** The package has far fewer, but a site's `prepare` may throw errors with checks of its own. */
const maxChecks = 100;

/**
 * Lets one failure of each check through in each interval.
 * @param now milliseconds by a clock that nobody sets.
 * @returns a function that counts a failure of a check, and gives how many were left out before it; undefined where it
 * is to be left out itself.
 */
export function createWarningLimit(now: () => number): (check: string) => number | undefined {
  const warnings = new LRUCache<string, { at: number; leftOut: number }>({ max: maxChecks });
  return (check) => {
    const last = warnings.get(check);
    if (last && now() - last.at < warningIntervalMs) {
      last.leftOut++;
      return undefined;
    }
    warnings.set(check, { at: now(), leftOut: 0 });
    return last?.leftOut ?? 0;
  };
}

/** What a site most likely has to change, by the check. */
const hints: Readonly<Record<string, string>> = {
  'certificate-path':
    ' Where it refuses everybody, trustAnchors are not those of this service: a simulator that was started anew has new ones.',
};

const countFailure = createWarningLimit(() => performance.now());

/**
 * A warning of the process goes to standard error, to whoever listens for `warning`, and nowhere where the site turns
 * it off by its code.
 */
export function warnOfVerificationFailure(check: string): void {
  const name = printable(check);
  const leftOut = countFailure(name);
  if (leftOut === undefined) return;
  const others = leftOut === 0 ? '' : ` ${leftOut} more since the last such line.`;
  process.emitWarning(
    `A Smart-ID login or signature did not verify: the check "${name}" refused it, so nobody was logged in and nothing was signed.${others}${hints[name] ?? ''} SECURITY.md of passport-smart-id says what each check refuses; the channel passport-smart-id:verification-failure tells of each failure.`,
    { type: 'SmartIdWarning', code: 'SMART_ID_NOT_VERIFIED' },
  );
}

/** Failures of TLS are mistakes of deployment or attacks: they stay until somebody does what the message says. */
const lastingFailures = new Set(['tls_handshake', 'pin_mismatch']);

const countServiceFailure = createWarningLimit(() => performance.now());

/** For where no error handler of the site gets the error. */
export function warnOfUnusableService({ code, message }: { code: string; message: string }): void {
  if (!lastingFailures.has(code) || countServiceFailure(code) === undefined) return;
  process.emitWarning(message, { type: 'SmartIdWarning', code: 'SMART_ID_SERVICE_UNUSABLE' });
}

const debug = debuglog('smart-id');

/** Whether the process runs with `NODE_DEBUG=smart-id`, which is known from its beginning. */
export const areStepsLogged: boolean = debug.enabled;

export function logStep(step: string, words: readonly string[]): void {
  debug('%s', [step, ...words.map(printable)].join(' '));
}

/** A short part of a line, which must not look like another line whatever the service or a site has put into it. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
}
