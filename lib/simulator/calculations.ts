/**
 * The calculations of RP API 3.2.3 ("authCode", "ACSP_V2", "Verification code", "Callback URLs") as the service and the
 * app make them. The library has its own: here nothing of it is used, so that one mistake cannot hide in both.
 */
import { createHash, createHmac } from 'node:crypto';

const base64OfText = (text: string) => Buffer.from(text, 'utf8').toString('base64');

export interface AuthCodeInput {
  schemeName: string;
  /** Empty for a certificate choice, as are `challengeOrDigest` and `interactions`. */
  signatureProtocol: string;
  challengeOrDigest: string;
  relyingPartyName: string;
  brokeredRpName: string;
  interactions: string;
  /** Empty for QR. */
  initialCallbackUrl: string;
  /** The link without `&authCode=`. */
  unprotectedLink: string;
}

export function authCodeOf(sessionSecret: string, input: AuthCodeInput): string {
  const payload = [
    input.schemeName,
    input.signatureProtocol,
    input.challengeOrDigest,
    base64OfText(input.relyingPartyName),
    base64OfText(input.brokeredRpName),
    input.interactions,
    input.initialCallbackUrl,
    input.unprotectedLink,
  ].join('|');
  return createHmac('sha256', Buffer.from(sessionSecret, 'base64')).update(payload, 'utf8').digest('base64url');
}

export interface AcspV2Input {
  schemeName: string;
  serverRandom: string;
  rpChallenge: string;
  userChallenge: string;
  relyingPartyName: string;
  brokeredRpName: string;
  interactions: string;
  interactionTypeUsed: string;
  /** Empty for QR and Notification. */
  initialCallbackUrl: string;
  flowType: string;
}

/** What the person's key signs. */
export function messageToSign(input: AcspV2Input): Buffer {
  const parts = [
    input.schemeName,
    'ACSP_V2',
    input.serverRandom,
    input.rpChallenge,
    input.userChallenge,
    base64OfText(input.relyingPartyName),
    base64OfText(input.brokeredRpName),
    createHash('sha256').update(input.interactions, 'utf8').digest('base64'),
    input.interactionTypeUsed,
    input.initialCallbackUrl,
    input.flowType,
  ];
  return Buffer.from(parts.join('|'), 'utf8');
}

/** Four digits from the last two bytes of the challenge's hash. */
export function verificationCodeOf(rpChallenge: string): string {
  const digest = createHash('sha256').update(Buffer.from(rpChallenge, 'base64')).digest();
  return String(digest.readUInt16BE(digest.length - 2) % 10_000).padStart(4, '0');
}

export function sessionSecretDigestOf(sessionSecret: string): string {
  return createHash('sha256').update(Buffer.from(sessionSecret, 'base64')).digest('base64url');
}

export function userChallengeOf(userChallengeVerifier: string): string {
  return createHash('sha256').update(userChallengeVerifier, 'utf8').digest('base64url');
}
