/**
 * From the certificate to the signature: once the person has chosen, the signature session follows at once, since the
 * person waits in the app. However many requests of however many processes see the choice, one of them takes this step.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import { type Attempt, attemptLifetimeMs } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import { stepFailures } from '../shared/diagnostics.js';
import { ChoiceWatch } from './choice-watch.js';
import { createSignature, type SigningContext } from './create-signature.js';
import type { ResolvedSigningOptions } from './options.js';
import { signingErrorOf } from './signing-error.js';

/** Attempts remembered for their lifetime; beyond that those longest ago are forgotten. */
const maxRemembered = 10_000;
/** What another process leaves to the one that began the attempt, which may have been stopped. */
const headStartMs = 2_000;
/** How long those who ask wait for a step under way. */
const stepWaitMs = 1_000;
/** Between two looks at what another process does. */
const pauseMs = 200;

/** The site or the service has failed; the error itself goes to the site's error handler. */
const notBegun = 'not_begun';

export class SignatureStep {
  /**
   * The attempt after its step, however many requests see that the person has chosen, from whatever session they
   * loaded.
   */
  private readonly steps = new LRUCache<string, Promise<Attempt>>({ max: maxRemembered, ttl: 2 * attemptLifetimeMs });
  /** When a choice was first seen that is for another process to go on with. */
  private readonly firstSeen = new LRUCache<string, number>({ max: maxRemembered, ttl: attemptLifetimeMs });
  private readonly choices: ChoiceWatch;

  constructor(
    private readonly settings: ResolvedSigningOptions,
    private readonly attempts: Attempts,
  ) {
    this.choices = new ChoiceWatch(attempts);
  }

  /** Waits for the choice and takes the step, whether anybody asks or not. Errors are for those who ask. */
  takeWhenChosen(context: SigningContext, attempt: Attempt): Promise<void> {
    return this.choices.watch(context.kept, attempt, (status) => this.begin(context, attempt, status));
  }

  /** Ends all that goes on in the background. */
  close(): void {
    this.choices.close();
  }

  /** The attempt as it is after its step; as it was where none has been taken here, or it takes long. */
  async after(attempt: Attempt): Promise<Attempt> {
    const step = this.steps.get(attempt.id);
    if (!step || attempt.ended) return attempt;
    try {
      return await Promise.race([step, sleep(stepWaitMs, attempt, { ref: false })]);
    } catch (error) {
      // Told to one, and to the channel.
      this.steps.set(attempt.id, Promise.resolve(endedWith(attempt, notBegun)));
      throw error;
    }
  }

  /**
   * Takes the step where it is for this process to take, and gives the attempt as it is then; undefined when there is
   * no step to take.
   * @throws what is broken: an error of the site or of the service, once.
   */
  async take(context: SigningContext, attempt: Attempt, status: CompleteSessionStatus): Promise<Attempt | undefined> {
    if (attempt.session.asked.sessionType !== 'cert') return undefined;
    if (!this.steps.has(attempt.id) && this.isDue(attempt)) this.begin(context, attempt, status);
    if (this.steps.has(attempt.id)) return this.after(attempt);
    await sleep(pauseMs, undefined, { ref: false });
    return (await this.attempts.readAgain(context.kept, attempt.id)) ?? endedWith(attempt, 'no_attempt');
  }

  /** Whether the step is for this process to take now. */
  private isDue({ id, signing }: Attempt): boolean {
    if (this.choices.has(id) || signing?.isStepBegun) return false;
    const since = this.firstSeen.get(id) ?? performance.now();
    this.firstSeen.set(id, since);
    return performance.now() - since >= headStartMs;
  }

  private begin(context: SigningContext, attempt: Attempt, status: CompleteSessionStatus): void {
    if (this.steps.has(attempt.id)) return;
    const step = this.claim(context, attempt, status);
    step.catch((error: unknown) => stepFailures.publish({ error, attemptId: attempt.id }));
    this.steps.set(attempt.id, step);
  }

  /** Takes the step where no other process was faster: the store knows who has begun it. */
  private async claim(context: SigningContext, attempt: Attempt, status: CompleteSessionStatus): Promise<Attempt> {
    const { kept } = context;
    const present = await this.attempts.readAgain(kept, attempt.id);
    // The person must not be asked to sign where nobody waits for it any more, such as after a logout.
    if (!present) return endedWith(attempt, 'no_attempt');
    if (present.ended) return present;
    const begun = { ...present, signing: present.signing && { ...present.signing, isStepBegun: true } };
    const isOurs = !present.signing?.isStepBegun && (await kept.update(begun, present));
    return isOurs ? this.complete(context, attempt, begun, status) : this.asStored(context, attempt);
  }

  private async complete(
    context: SigningContext,
    attempt: Attempt,
    begun: Attempt,
    status: CompleteSessionStatus,
  ): Promise<Attempt> {
    const { settings, attempts } = this;
    const { kept } = context;
    try {
      const session = await createSignature(settings, attempts, context, attempt, status);
      const receivedAt = settings.clock();
      const { lang } = attempt.session;
      const next = { ...begun, expiresAt: receivedAt + attemptLifetimeMs, session: { receivedAt, lang, ...session } };
      // Where it was cancelled meanwhile, or its session has ended, nobody uses what the person signs now.
      if (await kept.update(next, begun)) return next;
      await settings.discard(attempt.id);
      return this.asStored(context, attempt);
    } catch (error) {
      await settings.discard(attempt.id);
      const signingError = signingErrorOf(error, attempt);
      const over = endedWith(begun, signingError?.code ?? notBegun);
      await kept.update(over, begun);
      if (!signingError) throw error;
      return over;
    }
  }

  /** Another process was faster: what becomes of it is in the store. */
  private async asStored({ kept }: SigningContext, attempt: Attempt): Promise<Attempt> {
    this.steps.delete(attempt.id);
    return (await this.attempts.readAgain(kept, attempt.id)) ?? endedWith(attempt, 'no_attempt');
  }
}

function endedWith(attempt: Attempt, code: string): Attempt {
  return { ...attempt, ended: code };
}
