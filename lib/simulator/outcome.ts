/** What a session's status says once an account has answered with OK. RP API 3.2.3, "Session status", "ACSP_V2". */
import { randomBytes } from 'node:crypto';
import type { AccountKey, AccountKeys } from './account-keys.js';
import type { SimulatedAccount } from './accounts.js';
import { messageToSign, userChallengeOf } from './calculations.js';
import { isSameDevice } from './callback.js';
import { interactionShown } from './decision.js';
import { schemeName } from './options.js';
import type { AuthenticationRequest } from './requests/authentication.js';
import type { Session } from './session.js';
import type { AuthenticationSignature, CompleteStatus, FlowType } from './session-status.js';
import { signDigest, signMessage } from './signing.js';

type Outcome = Omit<CompleteStatus, 'state'>;

export async function confirmedOutcome(
  keys: AccountKeys,
  session: Session,
  flowType: FlowType,
  account: SimulatedAccount,
  userChallengeVerifier: string,
): Promise<Outcome> {
  const { request } = session;
  const key = await keys.of(account.documentNumber, purposeOf(session));
  const result = { endResult: 'OK' as const, documentNumber: account.documentNumber };
  const cert = certificateShown(account, key);
  if (request.signatureProtocol === undefined) return { result, signature: { flowType }, cert };
  const interactionTypeUsed = interactionShown(request.interactions).type;
  if (request.signatureProtocol === 'ACSP_V2') {
    const signature = await authenticate(request, session, flowType, key, userChallengeVerifier);
    return { result, signatureProtocol: 'ACSP_V2', signature, cert, interactionTypeUsed };
  }
  const { digest, ...algorithm } = request.signatureProtocolParameters;
  const signature = { flowType, ...signDigest(Buffer.from(digest, 'base64'), key.privateKey, algorithm) };
  return { result, signatureProtocol: 'RAW_DIGEST_SIGNATURE', signature, cert, interactionTypeUsed };
}

export function certificateShown({ level }: SimulatedAccount, { certificate }: AccountKey) {
  return { value: certificate.toString('base64'), certificateLevel: level };
}

function purposeOf({ request }: Session) {
  return request.signatureProtocol === 'ACSP_V2' ? 'authentication' : 'signature';
}

async function authenticate(
  request: AuthenticationRequest,
  { relyingParty }: Session,
  flowType: FlowType,
  { privateKey }: AccountKey,
  userChallengeVerifier: string,
): Promise<AuthenticationSignature> {
  const { rpChallenge, ...algorithm } = request.signatureProtocolParameters;
  const serverRandom = randomBytes(18).toString('base64');
  const userChallenge = userChallengeOf(userChallengeVerifier);
  const message = messageToSign({
    schemeName,
    serverRandom,
    rpChallenge,
    userChallenge,
    relyingPartyName: request.relyingPartyName,
    brokeredRpName: relyingParty.brokeredRpName ?? '',
    interactions: request.interactions.encoded,
    interactionTypeUsed: interactionShown(request.interactions).type,
    initialCallbackUrl: isSameDevice(flowType) ? (request.initialCallbackUrl ?? '') : '',
    flowType,
  });
  return { serverRandom, userChallenge, flowType, ...(await signMessage(message, privateKey, algorithm)) };
}
