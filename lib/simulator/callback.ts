/** Where the app goes when it is done, in the same-device flows. RP API 3.2.3, "Callback URLs". */
import { sessionSecretDigestOf } from './calculations.js';
import type { Session } from './session.js';
import type { FlowType } from './session-status.js';

/**
 * The app comes back after a refusal too: the site learns from the session what happened. Only an authentication has a
 * verifier.
 */
export function callbackUrlOf(
  { request, deviceLink, claim }: Session,
  userChallengeVerifier?: string,
): string | undefined {
  const url = claim?.callbackUrl ?? request.initialCallbackUrl;
  if (!claim || !isSameDevice(claim.flowType) || url === undefined || !deviceLink) return undefined;
  const separator = url.includes('?') ? '&' : '?';
  const verifier = userChallengeVerifier === undefined ? '' : `&userChallengeVerifier=${userChallengeVerifier}`;
  return `${url}${separator}sessionSecretDigest=${sessionSecretDigestOf(deviceLink.sessionSecret)}${verifier}`;
}

export function isSameDevice(flowType: FlowType): boolean {
  return flowType === 'Web2App' || flowType === 'App2App';
}
