/** The options of logins, however their attempts are kept. */

import { checkOptionNames, checkText, namesOf } from '../attempt/check-options.js';
import { checkExpectedSigner } from '../attempt/expected-signer.js';
import {
  type CommonOptions,
  commonOptionNames,
  type ResolvedCommonOptions,
  resolveCommonOptions,
} from '../attempt/options.js';
import { purposeOf } from '../attempt/purpose.js';
import { type CommonStartOptions, checkCommonStartOptions, commonStartNames } from '../attempt/start-options.js';
import { type AuthenticationCertificateLevel, checkCertificateLevel } from '../protocol/algorithms.js';
import { SmartIdInputError } from '../shared/errors.js';
import type { ExpectedSigner } from '../verify/certificate-checks.js';
import type { LoginSettings } from './begin.js';

/** What every kind of login is told. */
export interface SmartIdLoginOptions extends CommonOptions {
  /**
   * The lowest level that may log in.
   * @default `'QUALIFIED'`
   */
  certificateLevel?: AuthenticationCertificateLevel;
  /**
   * Tells several kinds of logins of one site apart, such as the login itself and a confirmation: what one has begun is
   * not there for another.
   * @default `'smart-id'`
   */
  name?: string;
}

/**
 * What a login may be started with; each field but `expected`, `holdPush` and `returnTo` defaults to the option of the
 * same name.
 */
export interface LoginStart extends CommonStartOptions {
  /**
   * Who must log in: a person or one document. A `notification` flow needs somebody.
   * @default whoever scans the code
   */
  expected?: ExpectedSigner;
  /**
   * In a `notification` flow only: shows the verification code first and sends the push when it is asked for, because a
   * phone that asks at once hides the code where both are the same device.
   * @default `false`
   */
  holdPush?: boolean;
}

export interface ResolvedLoginOptions extends ResolvedCommonOptions, LoginSettings {
  what: 'login';
  name: string;
}

export const loginOptionNames = [
  ...commonOptionNames,
  ...namesOf<Omit<SmartIdLoginOptions, keyof CommonOptions>>({ certificateLevel: true, name: true }),
];

/**
 * @param known the names of all options that may be there.
 * @param owner of the options, for messages.
 * @throws SmartIdInputError naming the option and the rule it breaks.
 */
export function resolveLoginOptions(
  options: SmartIdLoginOptions,
  known: readonly string[],
  owner: string,
): ResolvedLoginOptions {
  checkOptionNames(options, known, owner);
  const { certificateLevel = 'QUALIFIED', name = 'smart-id' } = options;
  const common = resolveCommonOptions(options, 'Log in to');
  checkCertificateLevel(certificateLevel, ['ADVANCED', 'QUALIFIED']);
  checkText('name', name, 100);
  const purpose = purposeOf('login', common, certificateLevel, name);
  return { ...common, what: 'login', name, purpose, certificateLevel };
}

const loginStartNames = [
  ...commonStartNames,
  ...namesOf<Omit<LoginStart, keyof CommonStartOptions>>({ expected: true, holdPush: true }),
];

/**
 * @param field by which the site has named who must log in, for messages.
 * @returns who must log in.
 * @throws SmartIdInputError naming the field and the rule it breaks.
 */
export function checkLoginStart(
  start: LoginStart,
  settings: Pick<ResolvedLoginOptions, 'appCallbackURL' | 'countries' | 'start'>,
  field = 'expected',
): ExpectedSigner | undefined {
  checkOptionNames(start, loginStartNames, 'start');
  checkCommonStartOptions(start, settings);
  checkHoldPush(start, settings);
  const expected = checkExpectedSigner(start.expected, field, settings.countries);
  if (!expected && (start.flow ?? settings.start.flow) === 'notification') {
    throw new SmartIdInputError(field, 'must name a person or a document in a notification flow.');
  }
  return expected;
}

/** @throws SmartIdInputError when there is no push to hold back. */
export function checkHoldPush(
  { flow, holdPush = false }: Pick<LoginStart, 'flow' | 'holdPush'>,
  settings: { start: Pick<ResolvedLoginOptions['start'], 'flow'> },
): void {
  if (typeof holdPush !== 'boolean') throw new SmartIdInputError('holdPush', 'must be true or false.');
  if (holdPush && (flow ?? settings.start.flow) !== 'notification') {
    throw new SmartIdInputError('holdPush', "needs the flow 'notification': no other one sends a push.");
  }
}
