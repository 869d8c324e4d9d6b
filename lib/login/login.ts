/**
 * A login over plain values, for sites of any framework: the site keeps the attempt, and gets a verified person in the
 * end.
 */

import { LRUCache } from 'lru-cache';
import { type Attempt, attemptLifetimeMs, finishGraceMs } from '../attempt/attempt.js';
import { checkOptionNames } from '../attempt/check-options.js';
import { siteNameOf } from '../attempt/create-session.js';
import { attemptIdIn, callbackEntry, fieldsIn } from '../attempt/parameters.js';
import { profileOf, type SmartIdProfile } from '../attempt/profile.js';
import { type AttemptView, failedView } from '../attempt/view.js';
import { publishOutcome } from '../shared/diagnostics.js';
import { SmartIdInputError } from '../shared/errors.js';
import { failure } from '../shared/outcome.js';
import { KeptBySite } from './kept-by-site.js';
import { infoOf, type SmartIdInfo } from './login-info.js';
import { type LoginStart, loginOptionNames, resolveLoginOptions, type SmartIdLoginOptions } from './options.js';
import { LoginSteps } from './steps.js';
import { MemoryUsedAttempts, type UsedAttempts } from './used-kept-by-site.js';
import { ViewStream } from './view-stream.js';

/** What `SmartIdLogin` is told. */
export interface SmartIdLoginCoreOptions extends SmartIdLoginOptions {
  /**
   * Remembers which attempts were used up; several processes need a `RedisAttemptStore`.
   * @default a memory of this process
   */
  store?: UsedAttempts;
}

/** How one login begins. */
export interface LoginStartOptions extends LoginStart {
  /**
   * The id of the visitor's session, by which starts are limited to 30 in five minutes.
   * @default no such limit
   */
  browser?: string;
}

/** How one login is finished. */
export interface LoginFinishOptions<Accepted> {
  /**
   * The query of the callback URL, as the framework has parsed it or as `URLSearchParams`, where the app has led the
   * browser back. Without it, the login is finished as a QR code or a push is.
   */
  query?: URLSearchParams | Readonly<Record<string, unknown>>;
  /**
   * The site's own word on a verified person, such as looking them up. What it throws is thrown on, and the same finish
   * can be tried again: whatever must not be lost belongs here, and not behind `finish`.
   */
  accept?: (profile: SmartIdProfile, info: SmartIdInfo) => Accepted | Promise<Accepted>;
  /** Ends the wait for a result when it aborts, such as when the visitor leaves. */
  signal?: AbortSignal;
}

/** A verified person, or why there is none. */
export type LoginResult<Accepted = undefined> =
  | {
      /** Everything was verified, and `accept` has been called. */
      ok: true;
      /** Who has logged in. */
      profile: SmartIdProfile;
      /** How they have logged in. */
      info: SmartIdInfo;
      /** What `accept` has answered. */
      accepted: Accepted;
    }
  | {
      /** Nobody was logged in: `code` says why. */
      ok: false;
      /** Stable, and for the site alone: it may tell of an account. */
      code: string;
      /** For the visitor; it tells nothing of an account. */
      message: string;
      /** The HTTP status that fits. */
      status: 401 | 403;
      /** As it was given to `start`. */
      returnTo?: string;
      /** Whether the attempt can still be finished: keep it, and go on showing it. */
      isOpen: boolean;
    };

/** Held pushes that are remembered as sent; beyond these, one that is asked for again may go out again. */
const maxPushed = 10_000;

/**
 * Logs people in over plain values, without Express or Passport. The site keeps each attempt where only the browser
 * that began it has it, and the browser itself cannot read it: in its session on the server, or in an encrypted cookie.
 */
export class SmartIdLogin {
  /** The name by which the app shows the site: `brokeredRpName`, else `relyingPartyName`. */
  readonly siteName: string;
  /** @internal */
  readonly steps: LoginSteps;
  /** @internal */
  readonly store: UsedAttempts;
  /** Attempts whose push has gone out, by id: who asks again with the attempt as it was before gets the same. */
  private readonly pushed = new LRUCache<string, Promise<Attempt>>({ max: maxPushed, ttl: attemptLifetimeMs });

  /** @throws SmartIdInputError naming the option and the rule it breaks. */
  constructor(options: SmartIdLoginCoreOptions) {
    const { store, ...rest } = options ?? {};
    for (const method of ['claim', 'release'] as const) {
      if (store !== undefined && typeof store?.[method] !== 'function') {
        throw new SmartIdInputError('store', `must have a method ${method}.`);
      }
    }
    const settings = resolveLoginOptions(rest as SmartIdLoginOptions, loginOptionNames, 'SmartIdLogin');
    this.steps = new LoginSteps(settings, store?.limits);
    this.store = store ?? new MemoryUsedAttempts();
    this.siteName = siteNameOf(this.steps.settings);
  }

  /**
   * Begins a login.
   * @returns plain data for the site to keep. It holds secrets: it must neither reach the browser in the clear nor
   * another browser.
   * @throws SmartIdInputError, SmartIdLimitError, SmartIdRequestError, SmartIdServiceError.
   */
  start({ browser, ...start }: LoginStartOptions = {}): Promise<Attempt> {
    return this.steps.start(this.kept(undefined, browser), start);
  }

  /**
   * What to show the visitor, at this moment: a QR link lasts for a second. Nothing in it is secret.
   * @param attempt undefined where the site has none for this visitor: it is a failed view then.
   * @throws SmartIdServiceError where the service cannot be asked.
   */
  async view(attempt: Attempt | undefined): Promise<AttemptView> {
    return attempt ? this.steps.status(this.kept(attempt), attempt.id) : failedView('', 'no_attempt');
  }

  /**
   * The views one after the other: one each second while there is a QR link, else when something changes, and the last
   * one when `state` is not `running` any more. It ends early where the service cannot be asked, which `view` tells.
   * @throws SmartIdLimitError when more than ten listen to one attempt.
   */
  async *updates(
    attempt: Attempt | undefined,
    { signal }: { signal?: AbortSignal } = {},
  ): AsyncGenerator<AttemptView, void, undefined> {
    if (!attempt) return yield failedView('', 'no_attempt');
    const stream = new ViewStream(signal);
    await this.steps.listen(this.kept(attempt), attempt.id, () => stream);
    yield* stream;
  }

  /**
   * Sends the push of a login that was begun with `holdPush`, once.
   * @returns the attempt as it goes on, to be kept in place of the one before.
   * @throws SmartIdLimitError, SmartIdRequestError, SmartIdServiceError: it can be tried again.
   */
  push(attempt: Attempt): Promise<Attempt> {
    const present = this.pushed.get(attempt.id);
    if (present) return present;
    const kept = this.kept(attempt);
    const sent = this.steps.push(kept, attempt.id, () => true).then(() => kept.attempt ?? attempt);
    this.pushed.set(attempt.id, sent);
    sent.catch(() => this.pushed.delete(attempt.id));
    return sent;
  }

  /**
   * Ends the login, so that nothing that the person does in the app afterwards logs them in. Forget the attempt then.
   */
  async cancel(attempt: Attempt): Promise<void> {
    await this.steps.cancel(this.kept(attempt), attempt.id);
    // Also where its push has gone out since, which has given it more time.
    await this.store.claim(attempt.id, 2 * attemptLifetimeMs + finishGraceMs);
  }

  /**
   * Ends the login: waits for the result for some seconds, verifies everything, and gives the person, once. Forget the
   * attempt then, unless `isOpen` says that it can still be finished.
   * @param attempt undefined where the site has none for this visitor.
   * @throws SmartIdServiceError, SmartIdStoreError, and what `accept` throws: it can be tried again.
   */
  async finish<Accepted = undefined>(
    attempt: Attempt | undefined,
    options: LoginFinishOptions<Accepted> = {},
  ): Promise<LoginResult<Accepted>> {
    checkOptionNames(options, ['query', 'accept', 'signal'], 'finish');
    const { query, accept, signal = new AbortController().signal } = options;
    const entry = (query && callbackEntry(fieldsIn(query))) ?? (attempt && { by: 'finish' as const, id: attempt.id });
    const ended = await this.steps.finish(
      { kept: this.kept(attempt), entry, signal },
      async (verified, { returnTo }) => {
        const profile = profileOf(verified.identity);
        const info = infoOf(verified, returnTo);
        const accepted = (await accept?.(profile, info)) as Accepted;
        return { isAccepted: true, answer: { profile, info, accepted } };
      },
    );
    if (ended.end === 'verified') return { ok: true, ...ended.accepted };
    if (ended.end === 'absent') {
      publishOutcome('login', 'no_attempt', this.steps.settings.clock(), undefined);
      return { ok: false, ...failure('no_attempt'), status: 401, isOpen: false };
    }
    const { code, httpStatus } = ended;
    // A return of another attempt, such as an old link, leaves the one that the site has kept as it was.
    const isOpen = ended.isOpen || (code === 'return_without_session' && attempt !== undefined);
    return { ok: false, ...failure(code), status: httpStatus, isOpen, returnTo: ended.attempt?.returnTo };
  }

  /** For the end of the process: ends live updates and the polls that nobody waits for. */
  close(): void {
    this.steps.close();
  }

  /**
   * The id of the attempt that a callback URL's query or the body of a POST of `{ id }` names, by which a site finds it
   * that keeps several; undefined where it names none.
   */
  static attemptIdIn(parameters: unknown): string | undefined {
    return attemptIdIn(parameters instanceof URLSearchParams ? fieldsIn(parameters) : parameters);
  }

  private kept(attempt: Attempt | undefined, browser?: string): KeptBySite {
    return new KeptBySite(attempt, this.store, this.steps.settings.clock, { browser });
  }
}
