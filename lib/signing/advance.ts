/**
 * From the certificate to the signature: once the person has chosen, the certificate is verified, the site makes what is to be
 * signed, and the signature session follows at once. The person waits in the app meanwhile.
 */

import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import { type Attempt, attemptLifetime } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import type { CompleteSessionStatus } from '../rp-api/responses.js';
import { verifyCertificateChoice } from '../verify/certificate-choice.js';
import type { ResolvedSigningOptions } from './options.js';
import { prepareDigest } from './prepare.js';
import { refusal } from './refusal.js';
import { type CreatedSession, signByNotification, signLinked } from './sessions.js';

/** Attempts remembered after their step; beyond that those longest ago are forgotten. */
const mostRemembered = 10_000;

export class SignatureStep {
  /**
   * Each is taken once, however many requests see that the person has chosen: a session that was loaded before the attempt
   * changed still shows the choice.
   */
  private readonly steps = new LRUCache<string, Promise<Attempt>>({ max: mostRemembered });
  private readonly settings: ResolvedSigningOptions;
  private readonly attempts: Attempts;

  constructor(settings: ResolvedSigningOptions, attempts: Attempts) {
    this.settings = settings;
    this.attempts = attempts;
  }

  /**
   * The attempt with its signature session; undefined when it has one already. If that fails, the attempt is over.
   * @throws SmartIdSigningError, SmartIdVerificationError, SmartIdOutcomeError, and what is broken.
   */
  async take(req: Request, attempt: Attempt, status: CompleteSessionStatus): Promise<Attempt | undefined> {
    if (attempt.session.asked.sessionType !== 'cert') return undefined;
    const present = this.steps.get(attempt.id);
    if (present) return present;
    const step = this.takeFirst(req, attempt, status);
    this.steps.set(attempt.id, step);
    return step;
  }

  private async takeFirst(req: Request, attempt: Attempt, status: CompleteSessionStatus): Promise<Attempt> {
    const { store } = this.attempts;
    try {
      const session = await this.createSignature(req, attempt, status);
      const receivedAt = this.settings.clock();
      const { lang } = attempt.session;
      const next = { ...attempt, expiresAt: receivedAt + attemptLifetime, session: { receivedAt, lang, ...session } };
      await store.update(req, next);
      return next;
    } catch (error) {
      await store.take(req, attempt.id);
      throw error;
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
