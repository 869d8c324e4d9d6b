/**
 * Sessions that do not exist but look as if they did. For a person without an account the service has no session; were
 * a visitor told so at once, anybody could find out who has one. So visitors are shown what they would be shown of
 * anybody, and it ends when an attempt expires that nobody confirms. For that to look the same, visitors are not told
 * either that the service has given up a session for a person whom they named, or cannot be asked about it: only that
 * the attempt has expired, in its own time. Nor may an answer take longer for the one than for the other: whatever is
 * done for a session is done for a decoy, too, but for the poll, which begins when the visitor has been answered.
 */

import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { SmartIdClient } from '../rp-api/client.js';
import type { DeviceLinkSession } from '../rp-api/responses.js';
import type { Observed } from '../rp-api/session-watch.js';
import { codeOf } from '../shared/diagnostics.js';
import { outcomeCode, SmartIdSessionNotFoundError } from '../shared/errors.js';
import type { Flow } from '../shared/undertaking.js';
import type { Attempt } from './attempt.js';

/** Letters and digits, as the service's tokens have them. */
const tokenCharacters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export class Decoys {
  private example: DeviceLinkSession | undefined;

  /** Takes note of what a session of the service looks like. */
  learn(session: DeviceLinkSession): void {
    this.example = session;
  }

  /** A session like those of the service; undefined as long as none has been seen in this process. */
  make(): DeviceLinkSession | undefined {
    if (!this.example) return undefined;
    const { deviceLinkBase, sessionToken } = this.example;
    return {
      sessionID: randomUUID(),
      sessionToken: Array.from(sessionToken, () => tokenCharacters[randomInt(tokenCharacters.length)]).join(''),
      sessionSecret: randomBytes(32).toString('base64'),
      deviceLinkBase,
    };
  }
}

/**
 * Asked about decoys in place of the service, so that all that is done for a real session but the poll is done for a
 * decoy too.
 */
export const decoyService: Pick<SmartIdClient, 'waitForSession'> = {
  waitForSession: () => new Promise(() => {}),
};

/** Ends of a push that the person whom it was sent to has brought about. */
const endsByPerson = /^(?:OK|WRONG_VC|USER_REFUSED.*)$/;
/** Ends of a push that tell of the account alone. */
const endsByAccount = new Set(['DOCUMENT_UNUSABLE', 'ACCOUNT_UNUSABLE', 'REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP']);

/**
 * The code, for the site alone, of an end that visitors are not told, because they named the person and nobody acted:
 * whoever sees a session end, or fail, knows that there is one, and so an account.
 */
export function unseenEnd({ flow, session: { asked }, signing }: Attempt, observed: Observed): string | undefined {
  // Who has chosen a certificate has acted, whoever named them.
  if (asked.expected === undefined || signing?.isStepBegun || observed.state === 'running') return undefined;
  const isLogin = signing === undefined;
  if (observed.state === 'error') {
    if (observed.error instanceof SmartIdSessionNotFoundError) return 'expired';
    return isLogin ? codeOf(observed.error) : undefined;
  }
  const { endResult } = observed.status.result;
  const isUnseen = isLogin ? !mayBeSeenOfLogin(endResult, flow) : !mayBeSeenOfSigning(endResult, flow);
  return isUnseen ? outcomeCode(endResult) : undefined;
}

/**
 * Ends of a device link that nobody has brought about with an account of theirs: what the service does by itself, and
 * what it does when it is shown a link with a wrong authCode, which the visitor can make of the one on the page.
 */
const endsByNobody = new Set(['TIMEOUT', 'SERVER_ERROR', 'PROTOCOL_FAILURE']);

function mayBeSeenOfLogin(endResult: string, flow: Flow): boolean {
  return flow === 'notification' ? endsByPerson.test(endResult) : !endsByNobody.has(endResult);
}

/** Who is to sign is named by the site, most often as who has logged in: they are told of failures. */
function mayBeSeenOfSigning(endResult: string, flow: Flow): boolean {
  return endResult !== 'TIMEOUT' && !(flow === 'notification' && endsByAccount.has(endResult));
}
