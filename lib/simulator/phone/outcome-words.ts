/** The outcome of an account in words, for the person who picks one. */
import type { SimulatedAccount } from '../accounts.js';

const words: Record<SimulatedAccount['outcome'], string> = {
  OK: 'confirms',
  USER_REFUSED: 'refuses',
  USER_REFUSED_INTERACTION: 'refuses one kind of question',
  USER_REFUSED_CERT_CHOICE: 'refuses the choice of account',
  TIMEOUT: 'never answers',
  WRONG_VC: 'picks the wrong code',
  DOCUMENT_UNUSABLE: 'document is unusable',
  REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP: 'app is too old for the question',
  PROTOCOL_FAILURE: 'fails in the protocol',
  EXPECTED_LINKED_SESSION: 'expected a linked session',
  SERVER_ERROR: 'server fails',
  ACCOUNT_UNUSABLE: 'account is unusable',
};

export function outcomeInWords({ outcome, refusedInteraction, level, lacksQscd }: SimulatedAccount): string {
  const happens = refusedInteraction ? `refuses ${refusedInteraction}` : words[outcome];
  return happens + (level === 'ADVANCED' ? ', not qualified' : '') + (lacksQscd ? ', no QSCD' : '');
}
