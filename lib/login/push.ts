/**
 * The push of a login that was begun with `holdPush`: it goes out once the page shows the verification code, so that
 * the person has seen the code before the phone asks for it.
 */

import { attemptLifetimeMs } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import { type AttemptView, failedView } from '../attempt/view.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { createNotification, type LoginSettings, recipientOf } from './begin.js';

/** Whether a push that was begun some time before may still go out to this person or document. */
export type MayPush = (to: ExpectedSigner) => boolean | Promise<boolean>;

export class HeldPushes {
  /** Those that are going out, by the id of their attempt: whoever asks for the same one waits for it. */
  private readonly underWay = new Map<string, Promise<void>>();
  private readonly settings: LoginSettings;
  private readonly attempts: Attempts;

  constructor(settings: LoginSettings, attempts: Attempts) {
    this.settings = settings;
    this.attempts = attempts;
  }

  /**
   * Sends the push of this attempt, unless it has gone out or may not, and gives what `status` would show then.
   * @throws SmartIdLimitError, SmartIdRequestError or SmartIdServiceError where the push
   * could not be sent. It is held back as before then, and can be asked for again.
   */
  async send(kept: KeptAttempts, id: string, mayPush: MayPush): Promise<AttemptView> {
    const { attempts } = this;
    let attempt = await attempts.read(kept, id);
    if (attempt?.isHeld) {
      await this.sendOnce(kept, id, mayPush);
      // Also for who has only waited, and whose session was loaded while the push was held back.
      attempt = await attempts.readAgain(kept, id);
    }
    return attempt ? attempts.view(attempt, attempts.observe(attempt)) : failedView(id, 'no_attempt');
  }

  private sendOnce(kept: KeptAttempts, id: string, mayPush: MayPush): Promise<void> {
    const present = this.underWay.get(id);
    if (present) return present;
    const sending = this.sendHeld(kept, id, mayPush).finally(() => this.underWay.delete(id));
    this.underWay.set(id, sending);
    return sending;
  }

  /**
   * What is asked for is what was kept, so that the phone shows the code that the page shows. A request that the
   * service took, but whose answer was lost, is thus made again with the same challenge; nobody asks about the session
   * that it left behind. Two processes that are asked at the same moment may each send a push, with the same code: the
   * session that is stored first is the one that counts, and confirming the other one logs nobody in.
   */
  private async sendHeld(kept: KeptAttempts, id: string, mayPush: MayPush): Promise<void> {
    const { settings, attempts } = this;
    // The session may have been loaded before another request sent the push or cancelled the login, or before a logout.
    const attempt = await attempts.readAgain(kept, id);
    if (!attempt?.isHeld || attempt.ended || attempts.clock() >= attempt.expiresAt) return;
    const { asked, ...held } = attempt.session;
    if (asked.sessionType !== 'auth') return;
    const to = recipientOf(asked);
    if (!(await mayPush(to))) return;
    await attempts.limits.countPush(to);
    const { sessionID, accountProblem } = await createNotification(settings, asked);
    const receivedAt = attempts.clock();
    // Where it is not there any more, after a logout, the push has gone out for nothing.
    const sent = {
      ...attempt,
      isHeld: undefined,
      expiresAt: receivedAt + attemptLifetimeMs,
      session: { ...held, asked, sessionID, receivedAt },
      accountProblem,
    };
    await kept.update(sent, attempt);
  }
}
