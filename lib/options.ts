/** The options that the strategy has besides those that it shares with signings. */

import type { Request } from 'express';
import {
  type CommonOptions,
  type CommonStartOptions,
  checkCommonStartOptions,
  checkFunction,
  checkOptionNames,
  checkText,
  commonOptionNames,
  purposeOf,
  type ResolvedCommonOptions,
  resolveCommonOptions,
} from './attempt/options.js';
import { SmartIdInputError } from './errors.js';
import type { LoginSettings } from './login/begin.js';
import { type AuthenticationCertificateLevel, checkCertificateLevel } from './protocol/algorithms.js';
import type { ExpectedSigner } from './verify/certificate-checks.js';

/** Who is to log in: nobody in particular, a person, or one document. Decided by the site's code, for each request. */
export type Identify = (req: Request) => ExpectedSigner | undefined | Promise<ExpectedSigner | undefined>;

/** What a login may be started with; each field defaults to the strategy's option of the same name. */
export interface StartOptions extends CommonStartOptions {
  identify?: Identify;
  /**
   * In a `notification` flow only: shows the verification code first and sends the push when the page posts to `push`, because
   * a phone that asks at once hides the code where both are the same device. Default `false`.
   */
  holdPush?: boolean;
}

export interface SmartIdStrategyOptions extends CommonOptions {
  /** The lowest level that may log in. Default `QUALIFIED`. */
  certificateLevel?: AuthenticationCertificateLevel;
  /** Default: nobody in particular. A `notification` flow needs somebody. */
  identify?: Identify;
  /** Where `authenticate` sends a request that has no attempt. Without it, such a request fails. */
  loginURL?: string;
}

export interface ResolvedOptions extends ResolvedCommonOptions, LoginSettings {
  what: 'login';
  start: ResolvedCommonOptions['start'] & { identify: Identify };
  loginURL?: string;
}

const known = [...commonOptionNames, 'identify', 'loginURL', 'passReqToCallback'];

/** @throws SmartIdInputError naming the option and the rule it breaks. */
export function resolveOptions(options: SmartIdStrategyOptions): ResolvedOptions {
  checkOptionNames(options, known, 'SmartIdStrategy');
  const { certificateLevel = 'QUALIFIED', identify = () => undefined, loginURL } = options;
  const common = resolveCommonOptions(options, 'Log in to');
  checkCertificateLevel(certificateLevel, ['ADVANCED', 'QUALIFIED']);
  checkFunction('identify', identify);
  checkText('loginURL', loginURL);
  return {
    ...common,
    what: 'login',
    purpose: purposeOf('login', common, certificateLevel),
    certificateLevel,
    start: { ...common.start, identify },
    loginURL,
  };
}

/** @throws SmartIdInputError naming the field and the rule it breaks. */
export function checkStartOptions(
  start: StartOptions,
  settings: { appCallbackURL?: string; start: Pick<ResolvedOptions['start'], 'flow'> },
): void {
  checkCommonStartOptions(start, settings);
  if (start.identify !== undefined) checkFunction('identify', start.identify);
  const { flow = settings.start.flow, holdPush = false } = start;
  if (typeof holdPush !== 'boolean') throw new SmartIdInputError('holdPush', 'must be true or false.');
  if (holdPush && flow !== 'notification') {
    throw new SmartIdInputError('holdPush', "needs the flow 'notification': no other one sends a push.");
  }
}
