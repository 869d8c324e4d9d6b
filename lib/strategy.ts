/** The Passport strategy: `start` and `status` are plain middleware, `authenticate` logs in, fails or errors. */

import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { Strategy as PassportStrategy } from 'passport-strategy';
import type { Attempt } from './attempt/attempt.js';
import { beginAttempt } from './attempt/begin.js';
import { unseenEnd } from './attempt/decoy.js';
import { StartLimit } from './attempt/start-limit.js';
import { type AttemptView, completeView, failedView, runningView } from './attempt/view.js';
import { requireWebSession } from './attempt/web-session.js';
import { SmartIdInputError, SmartIdSessionNotFoundError } from './errors.js';
import { finishAttempt, shortText } from './finish.js';
import {
  checkExpectedSigner,
  checkStartOptions,
  encodeInteractionsFor,
  type ResolvedOptions,
  resolveOptions,
  type SmartIdStrategyOptions,
  type StartOptions,
} from './options.js';
import { semanticsIdentifierOf } from './protocol/document-number.js';
import { SessionWatch } from './rp-api/session-watch.js';
import type { ExpectedSigner } from './verify/certificate-checks.js';
import { askSite, type VerifyFunction, type VerifyFunctionWithRequest } from './verify-function.js';

declare global {
  namespace Express {
    interface Request {
      /** Set by `SmartIdStrategy.start` and `status`. Nothing in it is secret. */
      smartId?: AttemptView;
    }
  }
}

/** In five minutes, for one browser session: each is a request to the RP API. */
const mostStarts = 30;
/** In five minutes, to one person, whoever asks: each lights up a phone. */
const mostPushes = 10;

export class SmartIdStrategy extends PassportStrategy {
  readonly name = 'smart-id';
  // Passport calls the strategy through Object.create, where #private members do not exist.
  private readonly settings: ResolvedOptions;
  private readonly watch: SessionWatch;
  private readonly starts: StartLimit;
  private readonly pushes: StartLimit;
  private readonly verify: VerifyFunctionWithRequest;

  /**
   * @param verify the site's own word on a verified person: returns a promise of the user, or calls `done`.
   * @throws SmartIdInputError naming the option and the rule it breaks.
   */
  constructor(options: SmartIdStrategyOptions & { passReqToCallback: true }, verify: VerifyFunctionWithRequest);
  constructor(options: SmartIdStrategyOptions & { passReqToCallback?: false }, verify: VerifyFunction);
  constructor(
    options: SmartIdStrategyOptions & { passReqToCallback?: boolean },
    verify: VerifyFunction | VerifyFunctionWithRequest,
  ) {
    super();
    this.settings = resolveOptions(options);
    this.watch = new SessionWatch(this.settings.client);
    this.starts = new StartLimit('too_many_starts', mostStarts, this.settings.clock);
    this.pushes = new StartLimit('too_many_pushes', mostPushes, this.settings.clock);
    const { passReqToCallback = false } = options;
    if (typeof passReqToCallback !== 'boolean')
      throw new SmartIdInputError('passReqToCallback', 'must be true or false.');
    if (typeof verify !== 'function') throw new SmartIdInputError('verify', 'must be a function.');
    this.verify = passReqToCallback
      ? (verify as VerifyFunctionWithRequest)
      : (_req, ...rest) => (verify as VerifyFunction)(...rest);
  }

  /** Middleware that begins a login, keeps it in the store and sets `req.smartId`; it logs nobody in. */
  start(options: StartOptions | ((req: Request) => StartOptions | Promise<StartOptions>) = {}): RequestHandler {
    if (typeof options !== 'function') checkStartOptions(options, this.settings);
    return middleware(async (req) => this.begin(req, typeof options === 'function' ? await options(req) : options));
  }

  /** Middleware that sets `req.smartId` for the attempt `id` of the query; it only looks and writes nothing. */
  status(): RequestHandler {
    return middleware(async (req) => {
      const id = shortText(req.query.id);
      if (id === undefined) throw new SmartIdInputError('id', 'must be the id of a Smart-ID login, in the query.');
      requireWebSession(req);
      const attempt = await this.settings.store.read(req, id);
      return attempt ? this.view(attempt) : failedView(id, 'no_attempt');
    });
  }

  /** For Passport: logs in, fails or errors, and never passes. */
  override authenticate(req: Request): void {
    const { settings, watch, verify } = this;
    // Taken now: who hands the strategy itself to passport.authenticate shares one object between all requests,
    // and by the time of the answer its actions may be those of somebody else's request.
    const { success, fail, redirect, error } = this;
    finishAttempt({
      req,
      settings,
      watch,
      actions: { success, fail, redirect },
      askSite: (verified, returnTo) => askSite(verified, returnTo, (...told) => verify(req, ...told)),
    }).catch(error);
  }

  private async begin(req: Request, options: StartOptions): Promise<AttemptView> {
    checkStartOptions(options, this.settings);
    const { start, store, callbackURL } = this.settings;
    const { flow = start.flow, identify = start.identify, interactions = start.interactions } = options;
    const { sessionID } = requireWebSession(req, flow === 'device-link' && callbackURL !== undefined);
    const request = {
      flow,
      expected: checkExpectedSigner(await identify(req)),
      interactions: encodeInteractionsFor(interactions, flow === 'notification' ? 'notification' : 'device-link'),
      lang: options.lang ?? start.lang,
      returnTo: options.returnTo,
    };
    this.starts.count(sessionID);
    if (flow === 'notification' && request.expected) this.pushes.count(personOf(request.expected));
    const attempt = await beginAttempt(this.settings, request);
    await store.create(req, attempt);
    return runningView(attempt, this.settings.clock(), attempt.accountProblem);
  }

  private view(attempt: Attempt): AttemptView {
    const { id, session, accountProblem, expiresAt } = attempt;
    const now = this.settings.clock();
    if (now >= expiresAt) return failedView(id, accountProblem ?? 'expired', attempt);
    if (accountProblem) return runningView(attempt, now, accountProblem);
    const look = this.watch.look(session.sessionID);
    const unseen = unseenEnd(attempt, look);
    if (unseen) return runningView(attempt, now, unseen);
    switch (look.state) {
      case 'running':
        return runningView(attempt, now);
      case 'complete':
        return completeView(attempt, look.status);
      case 'error':
        if (look.error instanceof SmartIdSessionNotFoundError) return failedView(id, 'expired', attempt);
        throw look.error;
    }
  }
}

function personOf(expected: ExpectedSigner): string {
  return 'documentNumber' in expected ? semanticsIdentifierOf(expected.documentNumber) : expected.semanticsIdentifier;
}

function middleware(view: (req: Request) => Promise<AttemptView>): RequestHandler {
  return (req: Request, _res: Response, next: NextFunction) => {
    view(req).then((smartId) => {
      req.smartId = smartId;
      next();
    }, next);
  };
}
