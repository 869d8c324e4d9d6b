/**
 * What belongs together in linked signing: the certificate choice, and the signature that must follow it. RP API 3.2.3,
 * "Linked signing".
 */
import type { RelyingParty } from './options.js';
import { type Problem, problem } from './problem.js';
import { type SessionRequest, sessionTypeOf } from './requests/session-request.js';
import type { Session } from './session.js';

/** The certificate choice that a request names, if it is one for a linked signature. */
export function choiceToLink(
  { linkedSessionID }: SessionRequest,
  relyingParty: RelyingParty,
  sessions: readonly Session[],
): Session | undefined {
  if (linkedSessionID === undefined) return undefined;
  const choice = sessions.find(({ id }) => id === linkedSessionID);
  // One answer to both, so that nobody learns of the sessions of others.
  if (choice?.relyingParty !== relyingParty) throw refused('session_not_found', 'There is no such session.');
  if (!choice.deviceLink || sessionTypeOf(choice.request) !== 'cert') {
    throw refused('cannot_be_linked', 'The session is not a certificate choice by device link: it cannot be linked.');
  }
  if (choice.status.state !== 'COMPLETE' || choice.status.result.endResult !== 'OK') {
    throw refused('choice_not_made', 'The certificate choice has not ended with OK.');
  }
  return choice;
}

/**
 * Whether the person's app refuses this new session: it is a linked signature that the app does not wait for, or the
 * app waits for a linked signature and something else is pushed to it. A device link reaches no app by itself.
 */
export function isUnexpected({ accounts, choice, deviceLink }: Session, sessions: readonly Session[]): boolean {
  if (choice) return !choice.waitingApp?.isWaiting || !accounts?.includes(choice.waitingApp.account);
  if (deviceLink) return false;
  return sessions.some(
    ({ waitingApp }) => waitingApp?.isWaiting && accounts?.every((account) => account === waitingApp.account),
  );
}

function refused(code: string, detail: string): Problem {
  return problem(400, code, detail, { paramName: 'linkedSessionID', pointer: '/linkedSessionID' });
}
