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
import { problem } from './problem.js';

export function personInPath(request: Request): readonly SimulatedAccount[] {
  const identifier = String(request.params.semanticsIdentifier);
  if (/^(PNO|PAS|IDC)[A-Z]{2}-.+$/.test(identifier)) return accountsOfPerson(identifier);
  throw problem(400, 'invalid', 'The path must end with a semantics identifier.', {
    paramName: 'semantics-identifier',
  });
}

export function documentInPath(request: Request): readonly SimulatedAccount[] {
  const documentNumber = String(request.params.documentNumber);
  if (!/^(PNO|PAS|IDC)[A-Z]{2}-.+-[A-Z0-9]{4}-N?Q$/.test(documentNumber)) {
    throw problem(400, 'invalid', 'The path must end with a document number.', { paramName: 'document-number' });
  }
  const account = findAccount(documentNumber);
  return account ? [account] : [];
}

export function usableAccounts(
  named: readonly SimulatedAccount[],
  level: AskedCertificateLevel,
): readonly [SimulatedAccount, ...SimulatedAccount[]] {
  if (named.length === 0) throw problem(404, 'account_not_found', 'There is no such account.');
  const [first, ...others] = named.filter((account) => reachesLevel(account, level) && account.outcome !== 471);
  if (!first) throw problem(471, 'no_suitable_account', 'The person has no account of the asked level.');
  if ([first, ...others].every(({ outcome }) => outcome === 472)) {
    throw problem(472, 'person_should_look', 'The person should look in the Smart-ID app or the portal.');
  }
  return [first, ...others];
}
