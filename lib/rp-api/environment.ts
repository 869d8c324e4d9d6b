/** Which Smart-ID service is talked to (section "Environments"). */

import type { CallbackUrlRules } from '../protocol/callback.js';
import { SmartIdInputError } from '../shared/errors.js';

/** The service's name, or the address and scheme name of another one, such as a simulator or a broker's gateway. */
export type Environment =
  | 'demo'
  | 'live'
  | {
      /** The URL that the paths of the RP API follow, such as `https://gateway.example.com/smart-id-rp/v3`. */
      baseUrl: string;
      /** What links and signatures name: `smart-id`, or `smart-id-demo` where test persons log in. */
      schemeName: string;
    };

/** Which of the two public services it is, however it was named; `other` is a simulator or a gateway. */
export type EnvironmentKind = 'live' | 'demo' | 'other';

/** A service, as its name or its address stands for it. */
export interface ResolvedEnvironment {
  /** Without a slash at the end. */
  baseUrl: string;
  /** `smart-id` in the live service, `smart-id-demo` in the demo. */
  schemeName: string;
  /** Which of the public services it is. */
  kind: EnvironmentKind;
  /** Whether real persons log in there. */
  isLive: boolean;
}

const live: ResolvedEnvironment = {
  baseUrl: 'https://rp-api.smart-id.com/v3',
  schemeName: 'smart-id',
  kind: 'live',
  isLive: true,
};
const demo: ResolvedEnvironment = {
  baseUrl: 'https://sid.demo.sk.ee/smart-id-rp/v3',
  schemeName: 'smart-id-demo',
  kind: 'demo',
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
  if (/[?#\s]/.test(baseUrl)) {
    throw new SmartIdInputError('environment.baseUrl', 'must not contain a query, a fragment or a space.');
  }
  if (typeof schemeName !== 'string' || schemeName === '' || schemeName.includes('|')) {
    throw new SmartIdInputError('environment.schemeName', 'must be a text that is not empty and has no "|".');
  }
  const kind = kindOfAddress(baseUrl);
  return { baseUrl: baseUrl.replace(/\/+$/, ''), schemeName, kind, isLive: kind === 'live' };
}

/** The public services refuse a callback without encryption; a simulator, given by its address, takes one. */
export function callbackUrlRules({ kind }: Pick<ResolvedEnvironment, 'kind'>): CallbackUrlRules {
  return { allowLoopbackHttp: kind === 'other' };
}

/** By the host alone: whatever is asked of it, its answers are those of this service. */
function kindOfAddress(baseUrl: string): EnvironmentKind {
  const host = hostOf(baseUrl);
  if (host === hostOf(live.baseUrl)) return 'live';
  return host === hostOf(demo.baseUrl) ? 'demo' : 'other';
}

/** In lower case, and without the dot that a full name may end in. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/\.$/, '');
}
