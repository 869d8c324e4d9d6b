/** Which Smart-ID service is talked to (section "Environments"). */

import { SmartIdInputError } from '../errors.js';

/** The service's name, or the address and scheme name of another one, such as a simulator or a broker's gateway. */
export type Environment = 'demo' | 'live' | { baseUrl: string; schemeName: string };

export interface ResolvedEnvironment {
  /** Without a slash at the end. */
  baseUrl: string;
  schemeName: string;
  isLive: boolean;
}

const live: ResolvedEnvironment = { baseUrl: 'https://rp-api.smart-id.com/v3', schemeName: 'smart-id', isLive: true };
const demo: ResolvedEnvironment = {
  baseUrl: 'https://sid.demo.sk.ee/smart-id-rp/v3',
  schemeName: 'smart-id-demo',
  isLive: false,
};

const loopbackUrl = /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:\/|$)/;

/** @throws SmartIdInputError when the environment is unknown or its address is not https (http only for loopback). */
export function resolveEnvironment(environment: Environment): ResolvedEnvironment {
  if (environment === 'live') return live;
  if (environment === 'demo') return demo;
  if (typeof environment !== 'object' || environment === null) {
    throw new SmartIdInputError('environment', "must be 'demo', 'live' or { baseUrl, schemeName }.");
  }
  const { baseUrl, schemeName } = environment;
  if (
    typeof baseUrl !== 'string' ||
    !URL.canParse(baseUrl) ||
    !(/^https:\/\//.test(baseUrl) || loopbackUrl.test(baseUrl))
  ) {
    throw new SmartIdInputError('environment.baseUrl', 'must be an https URL (http only for localhost).');
  }
  if (/[?#]/.test(baseUrl)) throw new SmartIdInputError('environment.baseUrl', 'must not contain a query or fragment.');
  if (typeof schemeName !== 'string' || schemeName === '' || schemeName.includes('|')) {
    throw new SmartIdInputError('environment.schemeName', 'must be a text that is not empty and has no "|".');
  }
  return { baseUrl: baseUrl.replace(/\/+$/, ''), schemeName, isLive: false };
}
