/**
 * From the certificate to the signature: once the person has chosen, the certificate is verified, the site makes what
 * is to be signed, and the signature session follows at once. The person waits in the app meanwhile, and the page that
 * began may be asleep behind it, so the process that began the attempt goes on by itself.
 */

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { type Attempt, attemptLifetimeMs } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import { stepFailures } from '../shared/diagnostics.js';
import { verifyCertificateChoice } from '../verify/certificate-choice.js';
import type { ResolvedSigningOptions } from './options.js';
import { prepareDigest } from './prepare.js';
import { type NewSigningSession, signByNotification, signLinked } from './sessions.js';
import { signingError, signingErrorOf } from './signing-error.js';

/** Attempts remembered for their lifetime; beyond that those longest ago are forgotten. */
const maxRemembered = 10_000;
/** Choices that are waited for although nobody asks; beyond that those who ask take the step. */
const maxFollowed = 500;
/** Milliseconds of one wait for the choice; the next begins where the attempt is still there. */
const choiceWaitMs = 20_000;
/** Milliseconds that another process leaves to the one that began the attempt, which may have been stopped. */
const headStartMs = 2_000;
/** Milliseconds that those who ask wait for a step under way, and between two looks at what another process does. */
const stepWaitMs = 1_000;
const pauseMs = 200;

/** Who asks about an attempt: the request, which may have been answered since, and the attempts of its browser. */
export interface SigningContext {
  req: Request;
  kept: KeptAttempts;
}

export class SignatureStep {
  /**
   * The attempt after its step, however many requests see that the person has chosen, from whatever session they
   * loaded.
   */
  private readonly steps = new LRUCache<string, Promise<Attempt>>({ max: maxRemembered, ttl: 2 * attemptLifetimeMs });
  /** When a choice was first seen that is for another process to go on with. */
  private readonly firstSeen = new LRUCache<string, number>({ max: maxRemembered, ttl: attemptLifetimeMs });
  private readonly followed = new Set<string>();
  private readonly closing = new AbortController();
  private readonly settings: ResolvedSigningOptions;
  private readonly attempts: Attempts;

  constructor(settings: ResolvedSigningOptions, attempts: Attempts) {
    this.settings = settings;
    this.attempts = attempts;
    // One for each choice that is followed.
    setMaxListeners(maxFollowed, this.closing.signal);
  }

  /** Waits for the choice and takes the step, whether anybody asks or not. Errors are for those who ask. */
  async follow(asking: SigningContext, attempt: Attempt): Promise<void> {
    const { id, session } = attempt;
    const { signal } = this.closing;
    if (session.asked.sessionType !== 'cert') return;
    if (this.followed.size >= maxFollowed || signal.aborted) return;
    this.followed.add(id);
    try {
      const watch = this.attempts.watchOf(attempt);
      let observed = await watch.wait(session.sessionID, choiceWaitMs, signal);
      while (observed.state === 'running' && !signal.aborted && (await this.isOpen(asking, attempt))) {
        observed = await watch.wait(session.sessionID, choiceWaitMs, signal);
      }
      if (observed.state === 'complete' && observed.status.result.endResult === 'OK')
        this.begin(asking, attempt, observed.status);
    } catch {
      // Such as a session store that is out of reach: those who ask go on.
    } finally {
      this.followed.delete(id);
    }
  }

  /** Ends all that goes on in the background. */
  close(): void {
    this.closing.abort();
  }

  /** The attempt as it is after its step; as it was where none has been taken here, or it takes long. */
  async after(attempt: Attempt): Promise<Attempt> {
    const step = this.steps.get(attempt.id);
    if (!step || attempt.ended) return attempt;
    try {
      return await Promise.race([step, sleep(stepWaitMs, attempt, { ref: false })]);
    } catch (error) {
      // Told to one, and to the channel.
      this.steps.set(attempt.id, Promise.resolve(ended(attempt, notBegun)));
      throw error;
    }
  }

  /**
   * Takes the step where it is for this process to take, and gives the attempt as it is then; undefined when there is
   * no step to take.
   * @throws what went wrong in the step and is no refusal, once.
   */
  async take(asking: SigningContext, attempt: Attempt, status: CompleteSessionStatus): Promise<Attempt | undefined> {
    if (attempt.session.asked.sessionType !== 'cert') return undefined;
    if (!this.steps.has(attempt.id) && this.isDue(attempt)) this.begin(asking, attempt, status);
    if (this.steps.has(attempt.id)) return this.after(attempt);
    await sleep(pauseMs, undefined, { ref: false });
    return (await this.attempts.readAgain(asking.kept, attempt.id)) ?? ended(attempt, 'no_attempt');
  }

  /** Whether the step is for this process to take now. */
  private isDue({ id, signing }: Attempt): boolean {
    if (this.followed.has(id) || signing?.isStepBegun) return false;
    const since = this.firstSeen.get(id) ?? performance.now();
    this.firstSeen.set(id, since);
    return performance.now() - since >= headStartMs;
  }

  private async isOpen(asking: SigningContext, { id, expiresAt }: Attempt): Promise<boolean> {
    if (this.attempts.clock() >= expiresAt) return false;
    const present = await this.attempts.readAgain(asking.kept, id);
    return present !== undefined && present.ended === undefined;
  }

  private begin(asking: SigningContext, attempt: Attempt, status: CompleteSessionStatus): void {
    if (this.steps.has(attempt.id)) return;
    const step = this.takeFirst(asking, attempt, status);
    step.catch((error: unknown) => stepFailures.publish({ error, attemptId: attempt.id }));
    this.steps.set(attempt.id, step);
  }

  private async takeFirst(asking: SigningContext, attempt: Attempt, status: CompleteSessionStatus): Promise<Attempt> {
    const present = await this.attempts.readAgain(asking.kept, attempt.id);
    // The person must not be asked to sign where nobody waits for it any more, such as after a logout.
    if (!present) return ended(attempt, 'no_attempt');
    if (present.ended) return present;
    const begun = { ...present, signing: present.signing && { ...present.signing, isStepBegun: true } };
    if (present.signing?.isStepBegun || !(await asking.kept.update(begun, present)))
      return this.asStored(asking, attempt);
    try {
      const session = await this.createSignature(asking, attempt, status);
      const receivedAt = this.settings.clock();
      const { lang } = attempt.session;
      const next = { ...begun, expiresAt: receivedAt + attemptLifetimeMs, session: { receivedAt, lang, ...session } };
      // Where it was cancelled meanwhile, or its session has ended, nobody uses what the person signs now.
      if (await asking.kept.update(next, begun)) return next;
      await this.settings.discard(attempt.id);
      return this.asStored(asking, attempt);
    } catch (error) {
      await this.settings.discard(attempt.id);
      const refused = signingErrorOf(error, attempt);
      const over = ended(begun, refused?.code ?? notBegun);
      await asking.kept.update(over, begun);
      if (!refused) throw error;
      return over;
    }
  }

  /** Another process was faster: what becomes of it is in the store. */
  private async asStored(asking: SigningContext, attempt: Attempt): Promise<Attempt> {
    this.steps.delete(attempt.id);
    return (await this.attempts.readAgain(asking.kept, attempt.id)) ?? ended(attempt, 'no_attempt');
  }

  private async createSignature(
    asking: SigningContext,
    attempt: Attempt,
    status: CompleteSessionStatus,
  ): Promise<NewSigningSession> {
    const { settings } = this;
    const { id, flow, session, signing } = attempt;
    const { asked } = session;
    if (asked.sessionType !== 'cert' || session.sessionID === undefined || !signing) {
      throw new Error('There is no certificate choice in this attempt.');
    }
    const verified = await verifyCertificateChoice({
      status,
      session: asked,
      ...settings.trust,
      now: settings.clock(),
    });
    const { reference, interactions } = signing;
    const toSign = await prepareDigest(settings, verified, { id, reference }, asking.req);
    if (!toSign) throw signingError('not_accepted', attempt);
    // Preparing may have taken a while.
    const present = await this.attempts.readAgain(asking.kept, id);
    if (!present || present.ended) throw signingError(present?.ended ?? 'no_attempt', attempt);
    const terms = { toSign, signer: verified, interactions };
    if (flow !== 'notification') return signLinked(settings, terms, session, verified.flowType);
    const begun = await signByNotification(settings, terms);
    // The person has just used this account: nothing is left to hide.
    if (begun.accountProblem) throw signingError(begun.accountProblem, attempt);
    return begun.session;
  }
}

/** The site or the service has failed; the error itself goes to the site's error handler. */
const notBegun = 'not_begun';

function ended(attempt: Attempt, code: string): Attempt {
  return { ...attempt, ended: code };
}
