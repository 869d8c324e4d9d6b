/**
 * From the certificate to the signature: once the person has chosen, the certificate is verified, the site makes what is to be
 * signed, and the signature session follows at once. The person waits in the app meanwhile, and the page that began may be
 * asleep behind it, so the process that began the attempt goes on by itself.
 */

import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { type Attempt, attemptLifetime } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import { verifyCertificateChoice } from '../verify/certificate-choice.js';
import type { ResolvedSigningOptions } from './options.js';
import { prepareDigest } from './prepare.js';
import { refusal, refusalOf } from './refusal.js';
import { type CreatedSession, signByNotification, signLinked } from './sessions.js';

/** Attempts remembered after their step; beyond that those longest ago are forgotten. */
const mostRemembered = 10_000;
/** Milliseconds of one wait for the choice; the next begins where the attempt still runs. */
const oneWait = 20_000;
/** Milliseconds that another process leaves to the one that began the attempt, which may have been stopped. */
const headStart = 2_000;

export class SignatureStep {
  /** The attempt after its step, however many requests see that the person has chosen, from whatever session they loaded. */
  private readonly steps = new LRUCache<string, Promise<Attempt>>({ max: mostRemembered });
  /** When a choice was first seen that is for another process to go on with. */
  private readonly firstSeen = new LRUCache<string, number>({ max: mostRemembered });
  private readonly followed = new Set<string>();
  private readonly settings: ResolvedSigningOptions;
  private readonly attempts: Attempts;

  constructor(settings: ResolvedSigningOptions, attempts: Attempts) {
    this.settings = settings;
    this.attempts = attempts;
  }

  /** Waits for the choice and takes the step, whether anybody asks or not. Errors are for those who ask. */
  async follow(req: Request, attempt: Attempt): Promise<void> {
    const { id, session, accountProblem, expiresAt } = attempt;
    if (session.asked.sessionType !== 'cert' || accountProblem) return;
    this.followed.add(id);
    const { watch, clock } = this.attempts;
    const never = new AbortController().signal;
    let look = await watch.wait(session.sessionID, oneWait, never);
    while (look.state === 'running' && clock() < expiresAt) {
      look = await watch.wait(session.sessionID, oneWait, never);
    }
    if (look.state === 'complete' && look.status.result.endResult === 'OK') this.begin(req, attempt, look.status);
    this.followed.delete(id);
  }

  /** Whether this process is to take the step now. */
  isDue({ id, signing }: Attempt): boolean {
    if (this.followed.has(id) || signing?.isStepBegun) return false;
    const since = this.firstSeen.get(id) ?? performance.now();
    this.firstSeen.set(id, since);
    return performance.now() - since >= headStart;
  }

  /**
   * The attempt as it is after its step; as it was where none has been taken here.
   * @throws what went wrong in the step and is no refusal, once.
   */
  async after(attempt: Attempt): Promise<Attempt> {
    try {
      return (await this.steps.get(attempt.id)) ?? attempt;
    } catch (error) {
      this.steps.set(attempt.id, Promise.resolve(ended(attempt, notBegun)));
      throw error;
    }
  }

  /** Takes the step, and gives the attempt after it; undefined when there is none to take. */
  async take(req: Request, attempt: Attempt, status: CompleteSessionStatus): Promise<Attempt | undefined> {
    if (attempt.session.asked.sessionType !== 'cert') return undefined;
    this.begin(req, attempt, status);
    return this.after(attempt);
  }

  private begin(req: Request, attempt: Attempt, status: CompleteSessionStatus): void {
    if (this.steps.has(attempt.id)) return;
    const step = this.takeFirst(req, attempt, status);
    step.catch(() => {});
    this.steps.set(attempt.id, step);
  }

  private async takeFirst(req: Request, attempt: Attempt, status: CompleteSessionStatus): Promise<Attempt> {
    const { store } = this.attempts;
    const begun = { ...attempt, signing: attempt.signing && { ...attempt.signing, isStepBegun: true } };
    // The person must not be asked to sign where nobody waits for it any more, such as after a logout.
    if (!(await store.update(req, begun))) return ended(attempt, 'no_attempt');
    try {
      const session = await this.createSignature(req, attempt, status);
      const receivedAt = this.settings.clock();
      const { lang } = attempt.session;
      const next = { ...begun, expiresAt: receivedAt + attemptLifetime, session: { receivedAt, lang, ...session } };
      await store.update(req, next);
      return next;
    } catch (error) {
      const refused = refusalOf(error, attempt);
      const over = ended(attempt, refused?.code ?? notBegun);
      await store.update(req, over);
      if (!refused) throw error;
      return over;
    }
  }

  private async createSignature(
    req: Request,
    attempt: Attempt,
    status: CompleteSessionStatus,
  ): Promise<CreatedSession> {
    const { settings } = this;
    const { id, flow, session, signing } = attempt;
    const { asked } = session;
    if (asked.sessionType !== 'cert' || !signing) throw new Error('There is no certificate choice in this attempt.');
    const verified = await verifyCertificateChoice({
      status,
      session: asked,
      ...settings.trust,
      now: settings.clock(),
    });
    const { reference, interactions } = signing;
    const toSign = await prepareDigest(settings, verified, { id, reference }, req);
    if (!toSign) throw refusal('not_accepted', attempt);
    const terms = { toSign, signer: verified, interactions };
    if (flow !== 'notification') return signLinked(settings, terms, session, verified.flowType);
    const begun = await signByNotification(settings, terms);
    // The person has just used this account: nothing is left to hide.
    if (begun.accountProblem) throw refusal(begun.accountProblem, attempt);
    return begun.session;
  }
}

/** The site or the service has failed; the error itself goes to the site's error handler. */
const notBegun = 'not_begun';

function ended(attempt: Attempt, code: string): Attempt {
  return { ...attempt, ended: code };
}
