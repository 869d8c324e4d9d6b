/** What the phone page is told about a session: what an app would show, and nothing secret. RP API 3.2.3, "Interactions". */
import { randomInt } from 'node:crypto';
import { simulatedAccounts } from '../accounts.js';
import { interactionShown, isSuitable } from '../answer.js';
import { verificationCodeOf } from '../calculations.js';
import type { InteractionType } from '../interactions.js';
import type { FlowType, Session } from '../session.js';

export interface PhoneView {
  id: string;
  flowType: FlowType;
  relyingPartyName: string;
  brokeredRpName?: string;
  interactionType: InteractionType;
  text: string;
  /** Document numbers of those who may answer. */
  accounts: string[];
  /** Notification only: to compare with the site's. */
  verificationCode?: string;
  /** Notification with code choice only: three codes, one of them the site's. */
  verificationCodes?: string[];
}

export function phoneView(session: Session, flowType: FlowType): PhoneView {
  const { type, text } = interactionShown(session);
  const code = verificationCodeOf(session.request.signatureProtocolParameters.rpChallenge);
  const isChoice = type === 'confirmationMessageAndVerificationCodeChoice';
  return {
    id: session.phoneId,
    flowType,
    relyingPartyName: session.request.relyingPartyName,
    brokeredRpName: session.relyingParty.brokeredRpName,
    interactionType: type,
    text,
    accounts: simulatedAccounts
      .filter((account) => isSuitable(account, session))
      .map(({ documentNumber }) => documentNumber),
    verificationCode: flowType === 'Notification' && !isChoice ? code : undefined,
    verificationCodes: isChoice ? codesToChooseFrom(code) : undefined,
  };
}

function codesToChooseFrom(right: string): string[] {
  const codes = new Set([right]);
  while (codes.size < 3) codes.add(String(randomInt(10_000)).padStart(4, '0'));
  // Sorted, so that the place of the right one says nothing.
  return [...codes].sort();
}
