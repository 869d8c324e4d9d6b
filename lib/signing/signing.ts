/**
 * Signing on a web site, in the manner of the strategy: `start`, `status`, `updates` and `finish` are plain middleware.
 */

import type { Request, RequestHandler } from 'express';
import type { Attempt } from '../attempt/attempt.js';
import { Attempts, type Seen } from '../attempt/attempts.js';
import { checkCallbackHost } from '../attempt/callback-place.js';
import { siteNameOf } from '../attempt/create-session.js';
import { EventStream } from '../attempt/event-stream.js';
import { encodeInteractionsFor, interactionSetOf } from '../attempt/flow-interactions.js';
import { KeptForRequest } from '../attempt/kept-for-request.js';
import type { ViewListener } from '../attempt/live-view.js';
import { middleware, type Show } from '../attempt/middleware.js';
import { entryOf, requirePostedId, requireQueryId } from '../attempt/parameters.js';
import { checkSessionCookie } from '../attempt/session-cookie.js';
import { Updates } from '../attempt/updates.js';
import { type AttemptView, failedView } from '../attempt/view.js';
import { whileConnected } from '../attempt/while-connected.js';
import '../attempt/express-request.js';
import './express-request.js';
import { beginSigning, type SigningStart } from './begin.js';
import type { SigningContext } from './create-signature.js';
import { finishSigning, type SmartIdSignature } from './finish.js';
import {
  checkSigningStartOptions,
  type Preparation,
  type Prepare,
  type ResolvedSigningOptions,
  resolveSigningOptions,
  type SigningStartOptions,
  type SmartIdSigningOptions,
} from './options.js';
import { SignatureStep } from './signature-step.js';
import { signingError, signingErrorOf } from './signing-error.js';

/** Signatures with Smart-ID: `start`, `status`, `updates` and `finish` are plain middleware. */
export class SmartIdSigning {
  /** The name by which the app shows the site: `brokeredRpName`, else `relyingPartyName`. */
  readonly siteName: string;
  /** The option of the same name, or its default: the time now, in milliseconds since the epoch. */
  readonly clock: () => number;
  /** The option of the same name. */
  readonly callbackURL: string | undefined;
  private readonly settings: ResolvedSigningOptions;
  private readonly attempts: Attempts;
  private readonly step: SignatureStep;
  private readonly live: Updates;

  /**
   * @param prepare makes what is to be signed, once the signer's certificate is known; `documents.prepare(…)` of
   * `SmartIdDocuments` where that is a document.
   * @throws SmartIdInputError naming the option and the rule it breaks.
   */
  constructor(options: SmartIdSigningOptions, prepare: Prepare | Preparation) {
    this.settings = resolveSigningOptions(options, prepare);
    this.siteName = siteNameOf(this.settings);
    this.clock = this.settings.clock;
    this.callbackURL = this.settings.callbackURL;
    this.attempts = new Attempts(this.settings, this.settings.store.limits);
    this.step = new SignatureStep(this.settings, this.attempts);
    this.live = new Updates(this.attempts);
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
   * Middleware that sets `req.smartId` for the attempt `id` of the query; it only looks. (Where the process that began
   * the attempt was stopped before the person had chosen a certificate, it goes on in its place.)
   */
  status(): RequestHandler {
    return middleware(async (req) => {
      req.smartId = await this.statusOf(req, requireQueryId(req));
    });
  }

  /** Handler that answers with server-sent events, like that of the strategy. */
  updates(show: Show = (view) => view): RequestHandler {
    return (req, res, next) => {
      Promise.resolve()
        .then(() => {
          const textOf = (view: AttemptView) => JSON.stringify(show(view, req));
          return this.listen(req, requireQueryId(req), () => new EventStream(res, textOf));
        })
        .catch(next);
    };
  }

  /**
   * Middleware for a POST of `{ id }`: ends the signing on the server, so that nothing the person does in the app
   * afterwards is used. Sets `req.smartId` as `cancel` of `SmartIdStrategy` does, and fails in the same way.
   */
  cancel(): RequestHandler {
    return middleware(async (req) => {
      req.smartId = await this.cancelOf(req, requirePostedId(req));
    });
  }

  /**
   * Middleware for the POST of `{ id }` and for the callback URL: sets `req.smartIdSignature` and lets the request pass
   * once everything has been verified, and never otherwise.
   */
  finish(): RequestHandler {
    return middleware(async (req) => {
      req.smartIdSignature = await this.sign(req, async () => {});
    });
  }

  /**
   * For the end of the process: cuts live updates and ends what goes on in the background. Requests that wait for a
   * result go on until they are answered; what has begun can be finished by another process.
   */
  close(): void {
    this.step.close();
    this.live.close();
    this.attempts.close();
  }

  /**
   * @internal Verifies everything about a signature and hands it to the site, whose error leaves the attempt as it was,
   * so that the same finish can be tried again.
   */
  sign(req: Request, keep: (signature: SmartIdSignature) => unknown): Promise<SmartIdSignature> {
    const { settings, attempts, step } = this;
    const context = this.contextOf(req);
    return whileConnected(req, (signal) => {
      const request = { kept: context.kept, entry: entryOf(req), signal };
      return finishSigning({ context, request, settings, attempts, step, keep });
    });
  }

  /** @internal */
  async begin(req: Request, options: SigningStartOptions): Promise<AttemptView> {
    checkSigningStartOptions(options, this.settings);
    const { start } = this.settings;
    const { flow = start.flow, interactions = start.interactions, lang = start.lang } = options;
    const { signer, reference, returnTo } = options;
    const context = this.contextOf(req);
    checkSessionCookie(req, flow === 'device-link' && this.settings.callbackURL !== undefined);
    checkCallbackHost(req.headers, this.settings.callbackURL);
    const encoded = encodeInteractionsFor(interactions, interactionSetOf(flow));
    const signingStart = { flow, expected: signer, reference, interactions: encoded, lang, returnTo };
    const begin = () => this.beginAttempt(signingStart, req);
    try {
      const attempt =
        flow === 'notification' && signer
          ? await this.attempts.keepPushed(context.kept, flow, begin, { to: signer, subject: reference })
          : await this.attempts.keep(context.kept, flow, begin);
      void this.step.takeWhenChosen(context, attempt);
      return this.attempts.firstView(attempt);
    } catch (error) {
      const known = signingErrorOf(error);
      if (!known) throw error;
      return failedView('', known.code);
    }
  }

  /** @internal */
  async statusOf(req: Request, id: string): Promise<AttemptView> {
    const context = this.contextOf(req);
    const attempt = await this.attempts.read(context.kept, id);
    return attempt ? this.view(context, attempt) : failedView(id, 'no_attempt');
  }

  /** @internal */
  listen(req: Request, id: string, createListener: () => ViewListener): Promise<void> {
    const context = this.contextOf(req);
    return this.live.listen(context.kept, id, (attempt) => this.view(context, attempt), createListener);
  }

  /** @internal */
  async cancelOf(req: Request, id: string): Promise<AttemptView> {
    const view = await this.attempts.cancel(this.contextOf(req).kept, id);
    if (view.code === 'cancelled') await this.settings.discard(id);
    return view;
  }

  private contextOf(req: Request): SigningContext {
    return { req, kept: new KeptForRequest(req, this.settings.store) };
  }

  private async beginAttempt(start: SigningStart, req: Request): Promise<Attempt> {
    const attempt = await beginSigning(this.settings, start, req);
    if (!attempt) throw signingError('not_accepted');
    return attempt;
  }

  private async view(context: SigningContext, stored: Attempt): Promise<AttemptView> {
    const { attempts, step } = this;
    const attempt = await step.after(stored);
    const seen = attempts.observe(attempt);
    if (!hasChosen(attempt, seen)) return attempts.view(attempt, seen);
    const next = await step.take(context, attempt, seen.status);
    const now = next && attempts.observe(next);
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
