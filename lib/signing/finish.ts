/** The end of a signing: verifies everything about the signature, and only then hands it to the site. */

import type { Attempt } from '../attempt/attempt.js';
import type { Attempts } from '../attempt/attempts.js';
import {
  type FailedFinish,
  type FinishRequest,
  type FinishResult,
  finishAttempt,
  orGiveBack,
} from '../attempt/finish-attempt.js';
import type { FlowType } from '../protocol/acsp-v2.js';
import type { SignatureChoice } from '../protocol/algorithms.js';
import { codeOf, publishOutcome } from '../shared/diagnostics.js';
import { outcomeCode, type SmartIdSigningError } from '../shared/errors.js';
import { verifySignature } from '../verify/signature.js';
import type { SigningContext } from './create-signature.js';
import type { ResolvedSigningOptions, Signer, SigningRequest } from './options.js';
import { checkSignerCountry, signerOf } from './prepare.js';
import type { SignatureStep } from './signature-step.js';
import { signingError, signingErrorOf } from './signing-error.js';

/** A signature, verified. */
export interface SmartIdSignature extends SigningRequest, SignatureChoice {
  /** The signature itself: RSA, as long as the key. */
  value: Buffer;
  /** Base64, as it was sent. */
  digest: string;
  /** The same as `prepare` was told. */
  signer: Signer;
  /** How the person came to the app. */
  flowType: FlowType;
  /** The `type` of the interaction that the app has shown. */
  interactionTypeUsed: string;
  /** The phone's address, where the relying party may ask for it. */
  deviceIpAddress?: string;
  /** As it was given to `start`. */
  returnTo?: string;
}

interface SigningFinish {
  context: SigningContext;
  request: FinishRequest;
  settings: ResolvedSigningOptions;
  attempts: Attempts;
  step: SignatureStep;
  /** What the site does with the signature. What it throws leaves the attempt as it was. */
  keep(signature: SmartIdSignature): unknown;
}

/** @throws SmartIdSigningError, and what is broken: SmartIdSessionError, SmartIdServiceError, errors of `prepare`. */
export async function finishSigning(finish: SigningFinish): Promise<SmartIdSignature> {
  const { context, request, settings, attempts, step, keep } = finish;
  let known: Attempt | undefined;
  let isVerified = false;
  try {
    const result = await finishAttempt(request, attempts, (attempt, status) => {
      known = attempt;
      return step.take(context, attempt, status);
    });
    if (result.end === 'absent') throw signingError('no_attempt');
    known = result.attempt;
    if (result.end === 'failed') throw await errorOfFailedFinish(result, settings);
    const signature = await signatureOrDiscard(result, settings);
    isVerified = true;
    await orGiveBack(finish, result.attempt, () => keep(signature));
    publishOutcome('signing', 'ok', settings.clock(), known);
    return signature;
  } catch (error) {
    // The person has signed: what goes wrong with the site's work is no refusal of theirs, whatever class it has.
    const told = (isVerified ? undefined : signingErrorOf(error, known)) ?? error;
    publishOutcome('signing', codeOf(told), settings.clock(), known);
    throw told;
  }
}

/** Why there is no signature, where nobody else can have one of this attempt either: it was taken here. */
async function errorOfFailedFinish(
  { attempt, code, httpStatus, isTaken }: FailedFinish,
  settings: ResolvedSigningOptions,
): Promise<SmartIdSigningError> {
  if (attempt && isTaken) await settings.discard(attempt.id);
  return signingError(code, attempt, httpStatus);
}

/** The attempt is over: without a signature nothing is needed any more that was prepared for it. */
async function signatureOrDiscard(
  result: FinishResult & { end: 'complete' },
  settings: ResolvedSigningOptions,
): Promise<SmartIdSignature> {
  try {
    return await signatureOf(result, settings);
  } catch (error) {
    await settings.discard(result.attempt.id);
    throw error;
  }
}

async function signatureOf(
  { attempt, status, callback }: FinishResult & { end: 'complete' },
  { trust, clock, countries }: ResolvedSigningOptions,
): Promise<SmartIdSignature> {
  const { id, returnTo, signing, session } = attempt;
  const { asked } = session;
  // A certificate choice ends here only when nobody has chosen.
  if (asked.sessionType !== 'sign') throw signingError(outcomeCode(status.result.endResult), attempt);
  const verified = await verifySignature({ status, session: asked, callback, ...trust, now: clock() });
  checkSignerCountry(verified.identity, countries, attempt);
  const { value, flowType, interactionTypeUsed, deviceIpAddress } = verified;
  const { digest, signatureAlgorithm, hashAlgorithm } = asked;
  return {
    id,
    reference: signing?.reference,
    returnTo,
    value,
    digest,
    signatureAlgorithm,
    hashAlgorithm,
    signer: signerOf(verified),
    flowType,
    interactionTypeUsed,
    deviceIpAddress,
  };
}
