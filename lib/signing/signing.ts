/** Signing on a web site, in the manner of the strategy: `start`, `status`, `updates` and `finish` are plain middleware. */

import type { Request, RequestHandler } from 'express';
import type { Attempt } from '../attempt/attempt.js';
import { Attempts, type Seen } from '../attempt/attempts.js';
import { siteNameOf } from '../attempt/creation.js';
import type { Show } from '../attempt/live-view.js';
import { middleware } from '../attempt/middleware.js';
import { encodeInteractionsFor, interactionSetOf } from '../attempt/options.js';
import { Updates } from '../attempt/updates.js';
import { type AttemptView, failedView } from '../attempt/view.js';
import '../request.js';
import { beginSigning, type SigningBeginning } from './begin.js';
import { finishSigning } from './finish.js';
import {
  checkSigningStartOptions,
  type Prepare,
  type ResolvedSigningOptions,
  resolveSigningOptions,
  type SigningStartOptions,
  type SmartIdSigningOptions,
} from './options.js';
import { refusal, refusalOf } from './refusal.js';
import { SignatureStep } from './step.js';

export class SmartIdSigning {
  /** The name by which the app shows the site: `brokeredRpName`, else `relyingPartyName`. */
  readonly siteName: string;
  /** The option of the same name, or its default: the time now, in milliseconds since the epoch. */
  readonly clock: () => number;
  private readonly settings: ResolvedSigningOptions;
  private readonly attempts: Attempts;
  private readonly step: SignatureStep;
  private readonly live: Updates;

  /**
   * @param prepare makes what is to be signed, once the signer's certificate is known.
   * @throws SmartIdInputError naming the option and the rule it breaks.
   */
  constructor(options: SmartIdSigningOptions, prepare: Prepare) {
    this.settings = resolveSigningOptions(options, prepare);
    this.siteName = siteNameOf(this.settings);
    this.clock = this.settings.clock;
    this.attempts = new Attempts(this.settings);
    this.step = new SignatureStep(this.settings, this.attempts);
    this.live = new Updates(this.attempts, (req, attempt) => this.view(req, attempt));
  }

  /** Middleware that begins a signature, keeps it in the store and sets `req.smartId`. */
  start(
    options: SigningStartOptions | ((req: Request) => SigningStartOptions | Promise<SigningStartOptions>) = {},
  ): RequestHandler {
    if (typeof options !== 'function') checkSigningStartOptions(options, this.settings);
    return middleware(async (req) => {
      req.smartId = await this.begin(req, typeof options === 'function' ? await options(req) : options);
    });
  }

  /**
   * Middleware that sets `req.smartId` for the attempt `id` of the query; it only looks. (Where the process that began the
   * attempt was stopped before the person had chosen a certificate, it goes on in its place.)
   */
  status(): RequestHandler {
    return middleware(async (req) => {
      const { id, attempt } = await this.attempts.named(req);
      req.smartId = attempt ? await this.view(req, attempt) : failedView(id, 'no_attempt');
    });
  }

  /** Handler that answers with server-sent events, like that of the strategy. */
  updates(show?: Show): RequestHandler {
    return this.live.handler(show);
  }

  /**
   * Middleware for a POST of `{ id }`: ends the signing on the server, so that nothing the person does in the app
   * afterwards is used. Sets `req.smartId` as `cancel` of `SmartIdStrategy` does, and fails in the same way.
   */
  cancel(): RequestHandler {
    return middleware(async (req) => {
      req.smartId = await this.attempts.cancel(req);
    });
  }

  /**
   * Middleware for the POST of `{ id }` and for the callback URL: sets `req.smartIdSignature` and lets the request pass
   * once everything has been verified, and never otherwise.
   */
  finish(): RequestHandler {
    const { settings, attempts, step } = this;
    return middleware(async (req) => {
      req.smartIdSignature = await finishSigning({ req, settings, attempts, step });
    });
  }

  /**
   * For the end of the process: cuts live updates and ends what goes on in the background. Requests that wait for a result go on
   * until they are answered; what has begun can be finished by another process.
   */
  close(): void {
    this.step.close();
    this.live.close();
    this.attempts.close();
  }

  private async begin(req: Request, options: SigningStartOptions): Promise<AttemptView> {
    checkSigningStartOptions(options, this.settings);
    const { start } = this.settings;
    const { flow = start.flow, interactions = start.interactions, lang = start.lang } = options;
    const { signer, reference, returnTo } = options;
    this.attempts.checkWebSession(req, flow);
    const encoded = encodeInteractionsFor(interactions, interactionSetOf(flow));
    const beginning = { flow, expected: signer, reference, interactions: encoded, lang, returnTo };
    const pushedTo = flow === 'notification' ? signer : undefined;
    try {
      const attempt = await this.attempts.keep(req, flow, () => this.beginAttempt(beginning, req), pushedTo);
      void this.step.follow(req, attempt);
      return this.attempts.firstView(attempt);
    } catch (error) {
      const refused = refusalOf(error);
      if (!refused) throw error;
      return failedView('', refused.code);
    }
  }

  private async beginAttempt(beginning: SigningBeginning, req: Request): Promise<Attempt> {
    const attempt = await beginSigning(this.settings, beginning, req);
    if (!attempt) throw refusal('not_accepted');
    return attempt;
  }

  private async view(req: Request, stored: Attempt): Promise<AttemptView> {
    const { attempts, step } = this;
    const attempt = await step.after(stored);
    const seen = attempts.see(attempt);
    if (!hasChosen(attempt, seen)) return attempts.view(attempt, seen);
    const next = await step.take(req, attempt, seen.status);
    const now = next && attempts.see(next);
    return next && now && !hasChosen(next, now) ? attempts.view(next, now) : viewOfStep(attempt);
  }
}

/** Whether the person has chosen the certificate, and the signature has not begun. */
function hasChosen({ session }: Attempt, seen: Seen): seen is Seen & { state: 'complete' } {
  return session.asked.sessionType === 'cert' && seen.state === 'complete' && seen.status.result.endResult === 'OK';
}

/** Somebody has used the link, so that it is of no use to anybody else; the signature is about to begin. */
function viewOfStep({ id, flow, expiresAt }: Attempt): AttemptView {
  return { id, state: 'running', flow, step: 'signature', expiresAt };
}
