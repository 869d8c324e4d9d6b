/** The options that the strategy has besides those of a login. */

import type { Request } from 'express';
import type { AttemptStore } from '../attempt/attempt.js';
import { checkFunction, checkOptionNames, checkStore, checkText, namesOf } from '../attempt/check-options.js';
import { SessionAttemptStore } from '../attempt/session-store.js';
import { type CommonStartOptions, checkCommonStartOptions, commonStartNames } from '../attempt/start-options.js';
import {
  checkHoldPush,
  type LoginStart,
  loginOptionNames,
  type ResolvedLoginOptions,
  resolveLoginOptions,
  type SmartIdLoginOptions,
} from '../login/options.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';

/** Who is to log in: nobody in particular, a person, or one document. Decided by the site's code, for each request. */
export type Identify = (req: Request) => ExpectedSigner | undefined | Promise<ExpectedSigner | undefined>;

/** What a login may be started with; each field defaults to the strategy's option of the same name. */
export interface StartOptions extends CommonStartOptions, Pick<LoginStart, 'holdPush'> {
  /**
   * Who is asked to log in, for this start.
   * @default the option of the same name
   */
  identify?: Identify;
}

/** What `SmartIdStrategy` is told. */
export interface SmartIdStrategyOptions extends SmartIdLoginOptions {
  /**
   * Who is to log in, for each request. A `notification` flow needs somebody.
   * @default nobody in particular
   */
  identify?: Identify;
  /**
   * Where attempts are kept between requests.
   * @default in `req.session`
   */
  store?: AttemptStore;
  /** Where `authenticate` sends a request that has no attempt. Without it, such a request fails. */
  loginURL?: string;
}

/** What `passport.authenticate` may be told besides its own options. */
export interface AuthenticateOptions {
  /**
   * Who alone may finish here, such as the person who is logged in where a login confirms something: an attempt that
   * was begun for nobody or somebody else is not there.
   * @default whoever the attempt was begun for
   */
  identify?: Identify;
}

export interface ResolvedOptions {
  login: ResolvedLoginOptions;
  identify: Identify;
  store: AttemptStore;
  loginURL?: string;
}

const optionNames = [
  ...loginOptionNames,
  ...namesOf<Omit<SmartIdStrategyOptions, keyof SmartIdLoginOptions>>({
    identify: true,
    store: true,
    loginURL: true,
  }),
  'passReqToCallback',
];
const startNames = [
  ...commonStartNames,
  ...namesOf<Omit<StartOptions, keyof CommonStartOptions>>({ identify: true, holdPush: true }),
];

/** @throws SmartIdInputError naming the option and the rule it breaks. */
export function resolveOptions(options: SmartIdStrategyOptions): ResolvedOptions {
  const login = resolveLoginOptions(options, optionNames, 'SmartIdStrategy');
  const { identify = () => undefined, loginURL, store } = options;
  checkFunction('identify', identify);
  checkText('loginURL', loginURL);
  checkStore(store);
  // What a strategy has begun for nobody in particular is not there for one that names somebody.
  const purpose = options.identify ? `${login.purpose} identify` : login.purpose;
  return { login: { ...login, purpose }, identify, store: store ?? new SessionAttemptStore(login.clock), loginURL };
}

/** @throws SmartIdInputError naming the field and the rule it breaks. */
export function checkStartOptions(start: StartOptions, { login }: Pick<ResolvedOptions, 'login'>): void {
  checkOptionNames(start, startNames, 'start');
  checkCommonStartOptions(start, login);
  if (start.identify !== undefined) checkFunction('identify', start.identify);
  checkHoldPush(start, login);
}
