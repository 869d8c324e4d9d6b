/** The Passport strategy: `start`, `push`, `status` and `updates` are plain middleware, `authenticate` logs in, fails or errors. */

import type { Request, RequestHandler } from 'express';
import { Strategy as PassportStrategy } from 'passport-strategy';
import type { Attempt } from './attempt/attempt.js';
import { Attempts } from './attempt/attempts.js';
import { siteNameOf } from './attempt/creation.js';
import type { Show } from './attempt/live-view.js';
import { middleware } from './attempt/middleware.js';
import { checkExpectedSigner, encodeInteractionsFor, interactionSetOf } from './attempt/options.js';
import { Updates } from './attempt/updates.js';
import { type AttemptView, failedView } from './attempt/view.js';
import { SmartIdInputError } from './errors.js';
import { beginLogin } from './login/begin.js';
import { finishLogin } from './login/finish.js';
import { HeldPushes, type MayPush } from './login/push.js';
import {
  checkStartOptions,
  type ResolvedOptions,
  resolveOptions,
  type SmartIdStrategyOptions,
  type StartOptions,
} from './options.js';
import './request.js';
import { askSite, type VerifyFunction, type VerifyFunctionWithRequest } from './verify-function.js';

export class SmartIdStrategy extends PassportStrategy {
  readonly name = 'smart-id';
  /** The option of the same name: country codes such as `EE`; undefined where persons of all countries may log in. */
  readonly countries: readonly string[] | undefined;
  /** The name by which the app shows the site: `brokeredRpName`, else `relyingPartyName`. */
  readonly siteName: string;
  /** The option of the same name, or its default: the time now, in milliseconds since the epoch. */
  readonly clock: () => number;
  // Passport calls the strategy through Object.create, where #private members do not exist.
  private readonly settings: ResolvedOptions;
  private readonly attempts: Attempts;
  private readonly pushes: HeldPushes;
  private readonly live: Updates;
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
    this.countries = this.settings.countries;
    this.siteName = siteNameOf(this.settings);
    this.clock = this.settings.clock;
    this.attempts = new Attempts(this.settings);
    this.pushes = new HeldPushes(this.settings, this.attempts);
    this.live = new Updates(this.attempts, (_req, attempt) => this.view(attempt));
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
    return middleware(async (req) => {
      req.smartId = await this.begin(req, typeof options === 'function' ? await options(req) : options);
    });
  }

  /**
   * Middleware for a POST of `{ id }`: sends the push of a login that was started with `holdPush`, and sets `req.smartId`. It goes
   * out once, however often it is asked for. Where it cannot be sent, the error handler hears of it, and the same POST may be
   * tried again.
   * @param mayPush whether it may still go out, such as after a browser was revoked. Default: always.
   */
  push(mayPush: MayPush = () => true): RequestHandler {
    return middleware(async (req) => {
      req.smartId = await this.pushes.send(req, mayPush);
    });
  }

  /** Middleware that sets `req.smartId` for the attempt `id` of the query; it only looks and writes nothing. */
  status(): RequestHandler {
    return middleware(async (req) => {
      const { id, attempt } = await this.attempts.named(req);
      req.smartId = attempt ? this.view(attempt) : failedView(id, 'no_attempt');
    });
  }

  /**
   * Handler that answers with server-sent events: what `status` would show of the attempt `id` of the query, each second while there
   * is a QR link, and otherwise when it changes. The page closes the connection when `state` is not `running` any more.
   * @param show what to send of a view. Default: the view.
   */
  updates(show?: Show): RequestHandler {
    return this.live.handler(show);
  }

  /**
   * Middleware for a POST of `{ id }`: ends the login on the server, so that nothing the person does in the app
   * afterwards logs them in. Sets `req.smartId` to a failed view with the code `cancelled`, or `no_attempt` where there
   * was no open login to end. A finish or a return from the app afterwards fails with the code `cancelled`. The service
   * cannot be told, so the app goes on asking until the service ends its own session. A body without an id is a
   * SmartIdInputError for the error handler.
   */
  cancel(): RequestHandler {
    return middleware(async (req) => {
      req.smartId = await this.attempts.cancel(req);
    });
  }

  /**
   * For the end of the process: cuts live updates and ends the polls that nobody waits for. Requests that wait for a result go on until
   * they are answered; what has begun can be finished by another process.
   */
  close(): void {
    this.live.close();
    this.attempts.close();
  }

  /** For Passport: logs in, fails or errors, and never passes. */
  override authenticate(req: Request): void {
    const { settings, attempts, verify } = this;
    // Taken now: who hands the strategy itself to passport.authenticate shares one object between all requests,
    // and by the time of the answer its actions may be those of somebody else's request.
    const { success, fail, redirect, error } = this;
    finishLogin({
      req,
      settings,
      attempts,
      actions: { success, fail, redirect },
      askSite: (verified, returnTo) => askSite(verified, returnTo, (...told) => verify(req, ...told)),
    }).catch(error);
  }

  private view(attempt: Attempt): AttemptView {
    return this.attempts.view(attempt, this.attempts.see(attempt));
  }

  private async begin(req: Request, options: StartOptions): Promise<AttemptView> {
    checkStartOptions(options, this.settings);
    const { start } = this.settings;
    const { flow = start.flow, identify = start.identify, interactions = start.interactions } = options;
    const { holdPush = false } = options;
    this.attempts.checkWebSession(req, flow);
    const expected = checkExpectedSigner(await identify(req), 'identify', this.settings.countries);
    const request = {
      flow,
      holdPush,
      expected,
      interactions: encodeInteractionsFor(interactions, interactionSetOf(flow)),
      lang: options.lang ?? start.lang,
      returnTo: options.returnTo,
    };
    const pushedTo = flow === 'notification' && !holdPush ? expected : undefined;
    return this.attempts.firstView(
      await this.attempts.keep(req, flow, () => beginLogin(this.settings, request), pushedTo),
    );
  }
}
