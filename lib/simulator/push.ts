/** A notification session reaches the person's account, which answers by itself after a while. */
import { type AccountContext, answerSession, decisionOfAccount, isSuitable } from './answer.js';
import type { Session } from './session.js';

export function answerPushLater(context: AccountContext, session: Session, delay: number): void {
  const account = session.accounts?.find((candidate) => isSuitable(candidate, session));
  if (!account) throw new Error('a notification for nobody');
  setTimeout(() => {
    const decision = decisionOfAccount(account, session);
    // A failure means that the session is over: a person was faster on the phone page, or it ended with an error.
    answerSession(context, session, 'Notification', { account, ipAddress: '127.0.0.1' }, decision).catch(() => {});
  }, delay).unref();
}
