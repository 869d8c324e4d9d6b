/**
 * What the phone page is told about a session: what an app would show, and nothing secret. RP API 3.2.3,
 * "Interactions".
 */
import { randomInt } from 'node:crypto';
import { simulatedAccounts } from '../accounts.js';
import { isSuitable } from '../answer.js';
import { interactionShown } from '../decision.js';
import type { InteractionType } from '../interactions.js';
import { type SessionType, sessionTypeOf } from '../requests/session-request.js';
import type { Session } from '../session.js';
import type { FlowType } from '../session-status.js';

export interface PhoneView {
  id: string;
  flowType: FlowType;
  sessionType: SessionType;
  relyingPartyName: string;
  brokeredRpName?: string;
  /** Missing in a certificate choice, as is `text`. */
  interactionType?: InteractionType;
  text?: string;
  /** Document numbers of those who may answer. */
  accounts: string[];
  /** Of notification sessions, except linked ones and certificate choices: to compare with the site's. */
  verificationCode?: string;
  /** In its place, where the person has to choose: three codes, one of them the site's. */
  verificationCodes?: string[];
}

export function phoneView(session: Session, flowType: FlowType): PhoneView {
  const { interactions } = session.request;
  const shown = interactions && interactionShown(interactions);
  const isChoice = shown?.type === 'confirmationMessageAndVerificationCodeChoice';
  const code = session.verificationCode;
  return {
    id: session.phoneId,
    flowType,
    sessionType: sessionTypeOf(session.request),
    relyingPartyName: session.request.relyingPartyName,
    brokeredRpName: session.relyingParty.brokeredRpName,
    interactionType: shown?.type,
    text: shown?.text,
    accounts: simulatedAccounts
      .filter((account) => isSuitable(account, session))
      .map(({ documentNumber }) => documentNumber),
    verificationCode: isChoice ? undefined : code,
    verificationCodes: isChoice && code !== undefined ? codesToChooseFrom(code) : undefined,
  };
}

function codesToChooseFrom(right: string): string[] {
  const codes = new Set([right]);
  while (codes.size < 3) codes.add(String(randomInt(10_000)).padStart(4, '0'));
  // Sorted, so that the place of the right one says nothing.
  return [...codes].sort();
}
