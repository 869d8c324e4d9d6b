/**
 * The Passport strategy: `start`, `push`, `status` and `updates` are plain middleware, `authenticate` logs in, fails or
 * errors.
 */

import type { Request, RequestHandler, Response } from 'express';
import { Strategy as PassportStrategy } from 'passport-strategy';
import { setAnswerHeaders } from '../attempt/answer-headers.js';
import { checkCallbackHost } from '../attempt/callback-place.js';
import { siteNameOf } from '../attempt/create-session.js';
import { EventStream } from '../attempt/event-stream.js';
import { checkExpectedSigner } from '../attempt/expected-signer.js';
import type { KeptAttempts } from '../attempt/kept-attempts.js';
import { KeptForRequest } from '../attempt/kept-for-request.js';
import { middleware, type Show } from '../attempt/middleware.js';
import { entryOf, requirePostedId, requireQueryId } from '../attempt/parameters.js';
import { checkSessionCookie } from '../attempt/session-cookie.js';
import type { SiteRequest } from '../attempt/site-request.js';
import type { AttemptView } from '../attempt/view.js';
import { whileConnected } from '../attempt/while-connected.js';
import { keepOpenLoginsAcrossLogin } from '../login/other-logins.js';
import { LoginSteps } from '../login/steps.js';
import { publishOutcome } from '../shared/diagnostics.js';
import { SmartIdInputError } from '../shared/errors.js';
import { failure } from '../shared/outcome.js';
import {
  type AuthenticateOptions,
  checkStartOptions,
  type Identify,
  type ResolvedOptions,
  resolveOptions,
  type SmartIdStrategyOptions,
  type StartOptions,
} from './options.js';
import './authenticate-options.js';
import '../attempt/express-request.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import { askSite, type VerifyFunction, type VerifyFunctionWithRequest } from './verify-function.js';

/** Whether a push that was begun some time before may still go out to this person or document, from this browser. */
export type MayPush = (req: Request, to: ExpectedSigner) => boolean | Promise<boolean>;

/** The Passport strategy: `start`, `push`, `status` and `updates` are middleware, `passport.authenticate` logs in. */
export class SmartIdStrategy extends PassportStrategy {
  /** The option of the same name, by which `passport.authenticate` finds the strategy. */
  readonly name: string;
  /** The option of the same name: country codes such as `EE`; undefined where persons of all countries may log in. */
  readonly countries: readonly string[] | undefined;
  /** The name by which the app shows the site: `brokeredRpName`, else `relyingPartyName`. */
  readonly siteName: string;
  /** The option of the same name. */
  readonly callbackURL: string | undefined;
  /** The option of the same name, or its default: the time now, in milliseconds since the epoch. */
  readonly clock: () => number;
  // Passport calls the strategy through Object.create, where #private members do not exist.
  private readonly settings: ResolvedOptions;
  /** @internal For the pages, which need no middleware; so are `keptFor` and `identify`. */
  readonly steps: LoginSteps;
  private readonly verify: VerifyFunctionWithRequest;

  /**
   * With the request as the first argument of `verify`.
   * @param verify the site's own word on a verified person: returns a promise of the user, or calls `done`.
   * @throws SmartIdInputError naming the option and the rule it breaks.
   */
  constructor(options: SmartIdStrategyOptions & { passReqToCallback: true }, verify: VerifyFunctionWithRequest);
  /**
   * With a `verify` that needs no request.
   * @param verify the site's own word on a verified person: returns a promise of the user, or calls `done`.
   * @throws SmartIdInputError naming the option and the rule it breaks.
   */
  constructor(options: SmartIdStrategyOptions & { passReqToCallback?: false }, verify: VerifyFunction);
  constructor(
    options: SmartIdStrategyOptions & { passReqToCallback?: boolean },
    verify: VerifyFunction | VerifyFunctionWithRequest,
  ) {
    super();
    this.settings = resolveOptions(options);
    const { login } = this.settings;
    this.name = login.name;
    this.countries = login.countries;
    this.siteName = siteNameOf(login);
    this.callbackURL = login.callbackURL;
    this.clock = login.clock;
    this.steps = new LoginSteps(login, this.settings.store.limits);
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
   * Middleware for a POST of `{ id }`: sends the push of a login that was started with `holdPush`, and sets
   * `req.smartId`. It goes out once, however often it is asked for. Where it cannot be sent, the error handler hears of
   * it, and the same POST may be tried again.
   * @param mayPush whether it may still go out, such as after a browser was revoked; by default it may.
   */
  push(mayPush: MayPush = () => true): RequestHandler {
    return middleware(async (req) => {
      const id = requirePostedId(req);
      req.smartId = await this.steps.push(this.keptFor(req), id, (to) => mayPush(req, to));
    });
  }

  /** Middleware that sets `req.smartId` for the attempt `id` of the query; it only looks and writes nothing. */
  status(): RequestHandler {
    return middleware(async (req) => {
      const id = requireQueryId(req);
      req.smartId = await this.steps.status(this.keptFor(req), id);
    });
  }

  /**
   * Handler that answers with server-sent events: what `status` would show of the attempt `id` of the query, each
   * second while there is a QR link, and otherwise when it changes. The page closes the connection when `state` is not
   * `running` any more.
   * @param show what to send of a view; by default the view itself.
   */
  updates(show: Show = (view) => view): RequestHandler {
    return (req, res, next) => {
      Promise.resolve()
        .then(() => this.listen(req, res, show))
        .catch(next);
    };
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
      const id = requirePostedId(req);
      req.smartId = await this.steps.cancel(this.keptFor(req), id);
    });
  }

  /**
   * For the end of the process: cuts live updates and ends the polls that nobody waits for. Requests that wait for a
   * result go on until they are answered; what has begun can be finished by another process.
   */
  close(): void {
    this.steps.close();
  }

  /** For Passport: logs in, fails or errors, and never passes. */
  override authenticate(req: Request, options: AuthenticateOptions = {}): void {
    // Taken now: who hands the strategy itself to passport.authenticate shares one object between all requests,
    // and by the time of the answer its actions may be those of somebody else's request.
    const { success, fail, redirect, error } = this;
    // Express links the two; elsewhere the edge has set them.
    if (req.res) setAnswerHeaders(req.res);
    this.finish(req, options, { success, fail, redirect }).catch(error);
  }

  /** @internal Whom the site names in general. */
  identify(req: SiteRequest): ReturnType<Identify> {
    return this.settings.identify(req as Request);
  }

  private async finish(req: Request, { identify }: AuthenticateOptions, actions: Actions): Promise<void> {
    const { verify } = this;
    const { loginURL, login } = this.settings;
    const kept = this.keptFor(req);
    const expected = identify && (await this.identifyAtFinish(req, identify));
    const ended = await whileConnected(req, (signal) =>
      this.steps.finish(
        { kept, entry: entryOf(req), signal },
        async (verified, { returnTo }) => {
          const answer = await askSite(verified, returnTo, (...told) => verify(req, ...told));
          return { isAccepted: Boolean(answer.user), answer };
        },
        expected,
      ),
    );
    switch (ended.end) {
      case 'absent':
        if (loginURL) return actions.redirect(loginURL);
        publishOutcome('login', 'no_attempt', login.clock(), undefined);
        return actions.fail(failure('no_attempt'), 401);
      case 'failed':
        return actions.fail({ ...failure(ended.code), ...returnToOf(ended.attempt) }, ended.httpStatus);
      case 'verified': {
        const { user, info } = ended.accepted;
        if (!user) return actions.fail(info ?? failure('not_accepted'), 401);
        keepOpenLoginsAcrossLogin(req);
        return actions.success(user, info);
      }
    }
  }

  /** A site that names who may finish must name somebody: nobody would be everybody. */
  private async identifyAtFinish(req: Request, identify: Identify): Promise<ExpectedSigner> {
    const expected = checkExpectedSigner(await identify(req), 'identify');
    if (!expected)
      throw new SmartIdInputError('identify', 'must name a person or a document where a login is finished.');
    return expected;
  }

  private async begin(req: Request, options: StartOptions): Promise<AttemptView> {
    checkStartOptions(options, this.settings);
    const { identify = this.settings.identify, ...start } = options;
    const kept = this.keptFor(req);
    const { flow = this.settings.login.start.flow } = start;
    checkSessionCookie(req, flow === 'device-link' && this.callbackURL !== undefined);
    checkCallbackHost(req.headers, this.callbackURL);
    const expected = checkExpectedSigner(await identify(req), 'identify', this.settings.login.countries);
    return this.steps.firstView(await this.steps.start(kept, { ...start, expected }, 'identify'));
  }

  private listen(req: Request, res: Response, show: Show): Promise<void> {
    const id = requireQueryId(req);
    const textOf = (view: AttemptView) => JSON.stringify(show(view, req));
    return this.steps.listen(this.keptFor(req), id, () => new EventStream(res, textOf));
  }

  /** @internal */
  keptFor(req: SiteRequest): KeptAttempts {
    return new KeptForRequest(req, this.settings.store);
  }
}

/** Passport's actions for one request. */
interface Actions {
  success(user: Express.User, info?: object): void;
  fail(challenge: object, status: number): void;
  redirect(url: string): void;
}

function returnToOf(attempt: { returnTo?: string } | undefined): { returnTo?: string } {
  return attempt?.returnTo === undefined ? {} : { returnTo: attempt.returnTo };
}
