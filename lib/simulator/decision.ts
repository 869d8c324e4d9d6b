/** What an account does with a session. RP API 3.2.3, "Test accounts", "Session end result codes". */
import type { EndResult, RefusedInteraction, SimulatedAccount } from './accounts.js';
import type { Interaction, Interactions, InteractionType } from './interactions.js';
import { sessionTypeOf } from './requests/session-request.js';
import type { Session } from './session.js';

export interface Decision {
  endResult: EndResult;
  interaction?: RefusedInteraction;
}

/** The others are about a question or a code, and a certificate choice has neither. */
const outcomesOfChoices: readonly EndResult[] = [
  'USER_REFUSED',
  'USER_REFUSED_CERT_CHOICE',
  'TIMEOUT',
  'DOCUMENT_UNUSABLE',
  'ACCOUNT_UNUSABLE',
  'PROTOCOL_FAILURE',
  'SERVER_ERROR',
];

/** Whether a session of this kind can end so. */
export function canEndWith(outcome: EndResult, { request, verificationCode }: Session): boolean {
  if (outcome === 'OK') return true;
  // Only a push has a code, a linked signature has none, and a code is chosen where the relying party offers that alone.
  if (outcome === 'WRONG_VC') {
    return verificationCode !== undefined && request.interactions?.list.some(isChoiceOfCode) === true;
  }
  return sessionTypeOf(request) !== 'cert' || outcomesOfChoices.includes(outcome);
}

/** How a session is decided for which an account has been chosen. */
export type Decide = (account: SimulatedAccount, session: Session) => Decision;

/** What the account's document number says will happen; `OK` where that cannot happen. */
export function decisionOfAccount(
  { outcome, refusedInteraction }: Pick<SimulatedAccount, 'outcome' | 'refusedInteraction'>,
  session: Session,
): Decision {
  if (!canEndWith(outcome, session)) return { endResult: 'OK' };
  if (outcome !== 'USER_REFUSED_INTERACTION') return { endResult: outcome };
  const isOffered = session.request.interactions?.list.some(({ type }) => isRefused(type, refusedInteraction));
  return isOffered ? { endResult: outcome, interaction: refusedInteraction } : { endResult: 'OK' };
}

function isRefused(type: InteractionType, refused: RefusedInteraction | undefined): boolean {
  return type === refused || (refused === 'verificationCodeChoice' && isChoiceOfCode({ type }));
}

function isChoiceOfCode({ type }: Pick<Interaction, 'type'>): boolean {
  return type === 'confirmationMessageAndVerificationCodeChoice';
}

/** What an account does that stands for this outcome and refuses whatever question is shown. */
export function decisionForOutcome(outcome: EndResult, session: Session): Decision {
  const { interactions } = session.request;
  return decisionOfAccount(
    { outcome, refusedInteraction: interactions && interactionShown(interactions).type },
    session,
  );
}

/** The first one offered: this app supports them all. */
export function interactionShown({ list }: Interactions): Interaction {
  return list[0];
}
