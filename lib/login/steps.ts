/**
 * What a login goes through, from its start to its end, wherever its attempts are kept and whichever framework asks:
 * the strategy, the pages and `SmartIdLogin` stand on it.
 */

import type { Attempt } from '../attempt/attempt.js';
import { Attempts } from '../attempt/attempts.js';
import type { FinishRequest } from '../attempt/finish-attempt.js';
import { encodeInteractionsFor, interactionSetOf } from '../attempt/flow-interactions.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import type { ViewListener } from '../attempt/live-view.js';
import type { AttemptLimits } from '../attempt/start-limit.js';
import { Updates } from '../attempt/updates.js';
import { type AttemptView, failedView } from '../attempt/view.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { beginLogin } from './begin.js';
import { type Accept, finishLogin, type LoginEnd } from './finish.js';
import { checkLoginStart, type LoginStart, type ResolvedLoginOptions } from './options.js';
import { HeldPushes, type MayPush } from './push.js';

export class LoginSteps {
  private readonly attempts: Attempts;
  private readonly pushes: HeldPushes;
  private readonly live: Updates;

  /** @param limits counts starts and pushes. Default: in memory, for this alone. */
  constructor(
    readonly settings: ResolvedLoginOptions,
    limits?: AttemptLimits,
  ) {
    this.attempts = new Attempts(settings, limits);
    this.pushes = new HeldPushes(settings, this.attempts);
    this.live = new Updates(this.attempts);
  }

  /**
   * @param field by which the site has named who must log in, for messages.
   * @throws SmartIdInputError, SmartIdLimitError, SmartIdRequestError, SmartIdServiceError.
   */
  async start(kept: KeptAttempts, start: LoginStart, field = 'expected'): Promise<Attempt> {
    const { settings } = this;
    const expected = checkLoginStart(start, settings, field);
    const { flow = settings.start.flow, interactions = settings.start.interactions, holdPush = false } = start;
    const request = {
      flow,
      holdPush,
      expected,
      interactions: encodeInteractionsFor(interactions, interactionSetOf(flow)),
      lang: start.lang ?? settings.start.lang,
      returnTo: start.returnTo,
    };
    const begin = () => beginLogin(settings, request);
    if (flow !== 'notification' || holdPush || !expected) return this.attempts.keep(kept, flow, begin);
    return this.attempts.keepPushed(kept, flow, begin, { to: expected });
  }

  /** What a visitor is shown of an attempt that has just begun. */
  firstView(attempt: Attempt): AttemptView {
    return this.attempts.firstView(attempt);
  }

  /** Sends the push of a login that was started with `holdPush`, once. */
  push(kept: KeptAttempts, id: string, mayPush: MayPush): Promise<AttemptView> {
    return this.pushes.send(kept, id, mayPush);
  }

  async status(kept: KeptAttempts, id: string): Promise<AttemptView> {
    const attempt = await this.attempts.read(kept, id);
    return attempt ? this.view(attempt) : failedView(id, 'no_attempt');
  }

  listen(kept: KeptAttempts, id: string, createListener: () => ViewListener): Promise<void> {
    return this.live.listen(kept, id, (attempt) => this.view(attempt), createListener);
  }

  cancel(kept: KeptAttempts, id: string): Promise<AttemptView> {
    return this.attempts.cancel(kept, id);
  }

  /**
   * Verifies everything, and only then asks whether the person is accepted.
   * @param expected who must have been named when it began, where only they may finish.
   */
  finish<T>(request: FinishRequest, accept: Accept<T>, expected?: ExpectedSigner): Promise<LoginEnd<T>> {
    return finishLogin({ request, attempts: this.attempts, settings: this.settings, accept, expected });
  }

  /** Cuts live updates and ends the polls that nobody waits for. */
  close(): void {
    this.live.close();
    this.attempts.close();
  }

  private view(attempt: Attempt): AttemptView {
    return this.attempts.view(attempt, this.attempts.observe(attempt));
  }
}
