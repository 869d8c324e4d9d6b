/** `passport-smart-id/redis`: attempts in Redis, for a site of several processes. */

export type { AskedSession, Attempt, Flow, HeldSession, LinkTerms, RunningSession } from '../attempt/attempt.js';
export type { KeyedTexts, TextPlace } from '../attempt/keyed-attempts.js';
export type { SiteRequest } from '../attempt/site-request.js';
export type { AttemptLimits } from '../attempt/start-limit.js';
export type { AccountProblem } from '../errors.js';
export type { FlowType } from '../protocol/acsp-v2.js';
export type {
  AuthenticationCertificateLevel,
  CertificateLevel,
  HashAlgorithm,
  SignatureAlgorithm,
} from '../protocol/algorithms.js';
export type { LinkLanguage } from '../protocol/device-link.js';
export type { DeviceLinkSession } from '../rp-api/responses.js';
export type { AuthenticationSession } from '../verify/authentication.js';
export type { ExpectedSigner } from '../verify/certificate-checks.js';
export type { CertificateChoiceSession } from '../verify/certificate-choice.js';
export type { SessionWays } from '../verify/session-checks.js';
export type { SignatureSession } from '../verify/signature.js';
export type {
  CommandOptions,
  RedisClient,
  RedisClusterClient,
  RedisSentinelClient,
  RedisServerClient,
} from './connection.js';
export { RedisAttemptStore, type RedisAttemptStoreOptions } from './redis-store.js';
