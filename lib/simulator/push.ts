/** A session that reaches a person's account without a link is answered by it, by itself, after a while. */
import { setTimeout as wait } from 'node:timers/promises';
import type { SimulatedAccount } from './accounts.js';
import { type AccountContext, answerSession, isSuitable } from './answer.js';
import { type Decide, decisionOfAccount } from './decision.js';
import type { Session } from './session.js';

/** Resolves when the session is over. */
export function answerLater(
  context: AccountContext,
  session: Session,
  delay: number,
  decide: Decide = decisionOfAccount,
): Promise<void> {
  const account = session.accounts?.find((candidate) => isSuitable(candidate, session));
  if (!account) throw new Error('a notification for nobody');
  return answerAfter(context, session, account, delay, decide);
}

async function answerAfter(
  context: AccountContext,
  session: Session,
  account: SimulatedAccount,
  delay: number,
  decide: Decide,
): Promise<void> {
  await wait(delay, undefined, { ref: false });
  const decision = decide(account, session);
  // A failure means that the session is over: a person was faster on the phone page, or a test, or it ended with an
  // error.
  await answerSession(context, session, 'Notification', { account, ipAddress: '127.0.0.1' }, decision).catch(() => {});
}
