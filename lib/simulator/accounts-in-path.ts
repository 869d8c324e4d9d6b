/**
 * The accounts that the path of a request names, and whether one of them will do. RP API 3.2.3, "HTTP status codes".
 */
import type { Request } from 'express';
import {
  type AskedCertificateLevel,
  accountsOfPerson,
  findAccount,
  reachesLevel,
  type SimulatedAccount,
} from './accounts.js';
import { invalidRequest, Problem, problemWithoutBody } from './problem.js';

export type Accounts = readonly [SimulatedAccount, ...SimulatedAccount[]];

/** The person's accounts that will do. Somebody whose accounts are all of another level is told from a stranger. */
export function personInPath({ params }: Request, level: AskedCertificateLevel): Accounts {
  const identifier = String(params.semanticsIdentifier);
  if (!/^(PNO|PAS|IDC)[A-Z]{2}-.+$/.test(identifier)) {
    throw malformed('The path must end with a semantics identifier.', 'semantics-identifier');
  }
  const accounts = accountsOfPerson(identifier);
  if (accounts.length === 0) throw new Problem(404, 'Not Found');
  const usable = accounts.filter((account) => reachesLevel(account, level));
  if (isSome(usable)) return usable;
  const detail = 'No suitable account of requested type found, but user has some other accounts';
  throw new Problem(404, 'Not Found', [{ code: 'NO_SUITABLE_ACCOUNT_FOUND', detail }]);
}

/** The one account. A document that will not do is not told from one that there is not. */
export function documentInPath({ params }: Request, level: AskedCertificateLevel): Accounts {
  const documentNumber = String(params.documentNumber);
  if (!/^(PNO|PAS|IDC)[A-Z]{2}-.+-[A-Z0-9]{4}-N?Q$/.test(documentNumber)) {
    throw malformed('The path must end with a document number.', 'document-number');
  }
  const account = findAccount(documentNumber);
  if (account && reachesLevel(account, level)) return [account];
  throw problemWithoutBody(404, 'There is no such document, or it is not suitable.');
}

function malformed(detail: string, paramName: string): Problem {
  return invalidRequest([{ detail, paramName }]);
}

function isSome(accounts: readonly SimulatedAccount[]): accounts is Accounts {
  return accounts.length > 0;
}
