/**
 * The requests that create a session, and which of its three types it then has. RP API 3.2.3, "Device link":
 * `sessionType`.
 */
import type { AuthenticationRequest } from './authentication.js';
import type { CertificateChoiceRequest } from './certificate.js';
import type { SignatureRequest } from './signature.js';

export type SessionRequest = AuthenticationRequest | SignatureRequest | CertificateChoiceRequest;

export type SessionType = 'auth' | 'sign' | 'cert';

export function sessionTypeOf({ signatureProtocol }: SessionRequest): SessionType {
  if (signatureProtocol === undefined) return 'cert';
  return signatureProtocol === 'ACSP_V2' ? 'auth' : 'sign';
}

/** What a calculation takes as `challengeOrDigest`: nothing is signed in a certificate choice. */
export function challengeOrDigestOf(request: SessionRequest): string {
  if (request.signatureProtocol === undefined) return '';
  return request.signatureProtocol === 'ACSP_V2'
    ? request.signatureProtocolParameters.rpChallenge
    : request.signatureProtocolParameters.digest;
}
