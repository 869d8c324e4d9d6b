/**
 * The test accounts: the document number alone fixes what happens. First those of the demo environment (RP API 3.2.3,
 * "Test accounts", here for either kind of flow and every type of session), then the simulator's own, `…-SIMU-Q`, for
 * what has none there. Names are invented, and so are dates of birth that a number does not hold. `TIMEOUT` ends the
 * session at once: no test should have to wait for it.
 */
import type { InteractionType } from './interactions.js';

/** The level of a simulated account. */
export type CertificateLevel = 'ADVANCED' | 'QUALIFIED';

/**
 * `QSCD`: qualified, and the key is in a qualified signature creation device. Certificates of accounts never say it as
 * a level.
 */
export type AskedCertificateLevel = CertificateLevel | 'QSCD';

/** An account has a key and a certificate for each. */
export type CertificatePurpose = 'authentication' | 'signature';

/**
 * How a session ends (RP API 3.2.3, "Session end result codes").
 * @useDeclaredType
 */
export type EndResult = (typeof endResults)[number];

export const endResults = [
  'OK',
  'USER_REFUSED',
  'USER_REFUSED_INTERACTION',
  'USER_REFUSED_CERT_CHOICE',
  'TIMEOUT',
  'WRONG_VC',
  'DOCUMENT_UNUSABLE',
  'REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP',
  'PROTOCOL_FAILURE',
  'EXPECTED_LINKED_SESSION',
  'SERVER_ERROR',
  'ACCOUNT_UNUSABLE',
] as const;

/**
 * What an account refuses. The list of the demo environment knows `verificationCodeChoice` too, from before version 3:
 * the choice among three codes, whatever text comes with it.
 */
export type RefusedInteraction = InteractionType | 'verificationCodeChoice';

/** A person with a document, and what their phone does. */
export interface SimulatedAccount {
  /** Such as `PNOEE-40404040009-MOCK-Q`. */
  documentNumber: string;
  /** What becomes of each session of this account. */
  outcome: EndResult;
  /** With `USER_REFUSED_INTERACTION`: the one that is refused. If it is not offered, the account answers `OK`. */
  refusedInteraction?: RefusedInteraction;
  /** Of the person, as the certificate has it. */
  name: {
    /** Family name. */
    surname: string;
    /** All given names. */
    givenName: string;
  };
  /** Of the account. */
  level: CertificateLevel;
  /** Qualified, but the key that it signs with is not in a qualified signature creation device. */
  lacksQscd?: true;
  /** `YYYY-MM-DD`, when the certificate states it. */
  dateOfBirth?: string;
  /** What OCSP and the list of revoked certificates say of its certificates; good if it does not say. */
  certificateStatus?: 'revoked' | 'unknown';
  /** `older`: the profile of certificates under the RSA authorities. */
  certificateProfile: 'current' | 'older';
}

type AccountDetails = Partial<Omit<SimulatedAccount, 'documentNumber' | 'outcome'>>;

function account(
  documentNumber: string,
  outcome: EndResult,
  givenName: string,
  details: AccountDetails = {},
): SimulatedAccount {
  return {
    documentNumber,
    outcome,
    name: { surname: 'TESTNUMBER', givenName },
    level: documentNumber.endsWith('-NQ') ? 'ADVANCED' : 'QUALIFIED',
    certificateProfile: 'current',
    ...details,
  };
}

/** Persons of several countries who all do the same. */
function accounts(
  documentNumbers: readonly string[],
  outcome: EndResult,
  givenName: string,
  details?: AccountDetails,
): SimulatedAccount[] {
  return documentNumbers.map((documentNumber) => account(documentNumber, outcome, givenName, details));
}

/** All 67, in the order of the list. */
const demoAccounts: readonly SimulatedAccount[] = [
  account('PNOEE-40404040009-MOCK-Q', 'OK', 'OK', { dateOfBirth: '1904-04-04' }),
  account('PNOLT-40404040009-MOCK-Q', 'OK', 'OK', { dateOfBirth: '1904-04-04' }),
  account('PNOLV-040404-10003-DEMO-Q', 'OK', 'ŅEMAINĪGA', { certificateProfile: 'older' }),
  account('PNOBE-04040400287-MOCK-Q', 'OK', 'OK', { dateOfBirth: '1904-04-04' }),
  account('PNOEE-61101019999-MOCK-Q', 'OK', 'MINOR', { dateOfBirth: '2011-01-01' }),
  account('PNOLT-61101019999-MOCK-Q', 'OK', 'MINOR', { dateOfBirth: '2011-01-01' }),
  account('PNOLV-010111-22341-MOCK-Q', 'OK', 'BĒRNS', { dateOfBirth: '2011-01-01' }),
  account('PNOLV-320000-00008-DEMO-Q', 'OK', 'BĒRNS', { dateOfBirth: '2011-01-01' }),
  account('PNOBE-11010199815-MOCK-Q', 'OK', 'MINOR', { dateOfBirth: '2011-01-01' }),
  account('PNOLT-61101019988-MOCK-NQ', 'OK', 'MINOR', { dateOfBirth: '2011-01-01' }),
  account('PNOLV-020211-12351-MOCK-NQ', 'OK', 'BĒRNS', { dateOfBirth: '1911-02-02' }),

  // The one whose real certificates are known.
  account('PNOEE-40504040001-DEM0-Q', 'OK', 'OK', {
    name: { surname: 'TEST', givenName: 'OK' },
    dateOfBirth: '1905-04-04',
  }),
  account('PNOLT-40504040001-MOCK-Q', 'OK', 'OK', { dateOfBirth: '1905-04-04' }),
  account('PNOLV-050405-10009-DEM0-Q', 'OK', 'OK', { dateOfBirth: '1905-04-05' }),
  account('PNOLV-320000-10003-DEMO-Q', 'OK', 'OK', { dateOfBirth: '1905-04-04' }),
  account('PNOBE-05040400032-DEMO-Q', 'OK', 'OK', { dateOfBirth: '1905-04-04' }),
  account('PNOLT-40504049999-MOCK-NQ', 'OK', 'OK', { dateOfBirth: '1905-04-04' }),
  account('PNOLV-050404-19993-DEMO-NQ', 'OK', 'OK', { dateOfBirth: '1904-04-05' }),
  account('PNOEE-50001029996-DEMO-Q', 'OK', 'OK', { dateOfBirth: '2000-01-02' }),
  account('PNOLT-50001029996-DEMO-Q', 'OK', 'OK', { dateOfBirth: '2000-01-02' }),
  account('PNOLV-020100-29990-MOCK-Q', 'OK', 'OK', { dateOfBirth: '2000-01-02' }),
  account('PNOBE-00010299944-MOCK-Q', 'OK', 'OK', { dateOfBirth: '2000-01-02' }),
  account('PNOLT-30303039914-MOCK-Q', 'OK', 'OK', { dateOfBirth: '1903-03-03' }),
  account('PNOEE-39901012239-MOCK-Q', 'OK', 'ANOTHER ACCOUNT', { dateOfBirth: '1999-01-01' }),
  account('PNOLT-39901012239-DEMO-Q', 'OK', 'ANOTHER ACCOUNT', { dateOfBirth: '1999-01-01' }),
  account('PNOLV-030303-10215-MOCK-Q', 'OK', 'ANOTHER ACCOUNT', { dateOfBirth: '1903-03-03' }),
  account('PNOBE-99010199987-DEMO-Q', 'OK', 'ANOTHER ACCOUNT', { dateOfBirth: '1999-01-01' }),
  account('PNOEE-61101012257-MOCK-Q', 'OK', 'MINOR', { dateOfBirth: '2011-01-01' }),
  account('PNOLT-61101012257-MOCK-Q', 'OK', 'MINOR', { dateOfBirth: '2011-01-01' }),
  account('PNOLV-010111-23474-DEME-Q', 'OK', 'BĒRNS', { dateOfBirth: '2011-01-01' }),
  account('PNOLV-320000-00032-DEMO-Q', 'OK', 'BĒRNS', { dateOfBirth: '2011-01-01' }),
  account('PNOLV-030303-10004-MOCK-Q', 'OK', 'NO NUMBER', { dateOfBirth: '1903-03-03' }),
  account('PNOLV-040404-19999-MOCK-Q', 'OK', 'OK', { dateOfBirth: '1904-04-04' }),
  account('PNOLV-040404-19980-MOCK-Q', 'OK', 'OK', { dateOfBirth: '1904-04-04' }),
  account('PNOLV-311299-19993-MOCK-Q', 'OK', 'BIRTH DATE', { dateOfBirth: '1999-12-31' }),
  account('PNOLV-329999-99901-MOCK-Q', 'OK', 'BIRTH DATE', { dateOfBirth: '1990-03-01' }),
  account('PNOLV-329999-99709-MOCK-Q', 'OK', 'NO BIRTH DATE'),
  account('PNOLT-49912318881-MOCK-NQ', 'OK', 'OK', { dateOfBirth: '1999-12-31' }),
  account('PNOLV-311299-18886-MOCK-NQ', 'OK', 'OK', { dateOfBirth: '1999-12-31' }),

  ...accounts(
    ['PNOEE-30403039917-MOCK-Q', 'PNOLT-30403039917-MOCK-Q', 'PNOLV-030403-10016-MOCK-Q', 'PNOBE-00010238349-MOCK-Q'],
    'USER_REFUSED',
    'REFUSED',
  ),
  ...accounts(
    ['PNOEE-30403039928-MOCK-Q', 'PNOLT-30403039928-MOCK-Q', 'PNOLV-030403-10024-MOCK-Q', 'PNOBE-00010267350-MOCK-Q'],
    'USER_REFUSED_INTERACTION',
    'REFUSED TEXT',
    { refusedInteraction: 'displayTextAndPIN' },
  ),
  ...accounts(
    ['PNOEE-30403039939-MOCK-Q', 'PNOLT-30403039939-MOCK-Q', 'PNOLV-030403-10032-MOCK-Q', 'PNOBE-00010266756-MOCK-Q'],
    'USER_REFUSED_INTERACTION',
    'REFUSED CODE',
    { refusedInteraction: 'verificationCodeChoice' },
  ),
  ...accounts(
    ['PNOEE-30403039946-MOCK-Q', 'PNOLT-30403039946-MOCK-Q', 'PNOLV-030403-10040-MOCK-Q', 'PNOBE-00010232708-MOCK-Q'],
    'USER_REFUSED_INTERACTION',
    'REFUSED MESSAGE',
    { refusedInteraction: 'confirmationMessage' },
  ),
  ...accounts(
    ['PNOEE-30403039950-MOCK-Q', 'PNOLT-30403039950-MOCK-Q', 'PNOLV-030403-10059-MOCK-Q', 'PNOBE-00010211724-MOCK-Q'],
    'USER_REFUSED_INTERACTION',
    'REFUSED CODE CHOICE',
    { refusedInteraction: 'confirmationMessageAndVerificationCodeChoice' },
  ),
  ...accounts(
    ['PNOEE-30403039972-MOCK-Q', 'PNOLT-30403039972-MOCK-Q', 'PNOLV-030403-10075-MOCK-Q', 'PNOBE-00010216276-MOCK-Q'],
    'WRONG_VC',
    'WRONG CODE',
  ),
  ...accounts(
    ['PNOEE-30403039983-MOCK-Q', 'PNOLT-30403039983-MOCK-Q', 'PNOLV-030403-10083-MOCK-Q', 'PNOBE-00010220335-MOCK-Q'],
    'TIMEOUT',
    'TIMEOUT',
  ),
];

const ownAccounts: readonly SimulatedAccount[] = [
  account('PNOEE-00000000001-SIMU-Q', 'USER_REFUSED_CERT_CHOICE', 'REFUSED CERTIFICATE'),
  account('PNOEE-00000000002-SIMU-Q', 'DOCUMENT_UNUSABLE', 'UNUSABLE DOCUMENT'),
  account('PNOEE-00000000003-SIMU-Q', 'REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP', 'OLD APP'),
  account('PNOEE-00000000004-SIMU-Q', 'PROTOCOL_FAILURE', 'PROTOCOL FAILURE'),
  account('PNOEE-00000000005-SIMU-Q', 'EXPECTED_LINKED_SESSION', 'LINKED SESSION'),
  account('PNOEE-00000000006-SIMU-Q', 'SERVER_ERROR', 'SERVER ERROR'),
  account('PNOEE-00000000007-SIMU-Q', 'ACCOUNT_UNUSABLE', 'UNUSABLE ACCOUNT'),
  account('PNOEE-00000000008-SIMU-Q', 'OK', 'REVOKED', { certificateStatus: 'revoked' }),
  account('PNOEE-00000000009-SIMU-Q', 'OK', 'UNKNOWN', { certificateStatus: 'unknown' }),
  account('PNOEE-00000000010-SIMU-Q', 'OK', 'NO QSCD', { lacksQscd: true }),
];

/** The accounts that there are in every simulator: those of the demo environment, and some more. */
export const simulatedAccounts: readonly SimulatedAccount[] = [...demoAccounts, ...ownAccounts];

export function findAccount(documentNumber: string): SimulatedAccount | undefined {
  return simulatedAccounts.find((candidate) => candidate.documentNumber === documentNumber);
}

export function accountsOfPerson(semanticsIdentifier: string): SimulatedAccount[] {
  return simulatedAccounts.filter(
    (candidate) => semanticsIdentifierOf(candidate.documentNumber) === semanticsIdentifier,
  );
}

/** A document number is a semantics identifier and two more parts. */
export function semanticsIdentifierOf(documentNumber: string): string {
  return documentNumber.replace(/-[^-]+-[^-]+$/, '');
}

/** Whether an account is good enough for what was asked. */
export function reachesLevel(account: SimulatedAccount, asked: AskedCertificateLevel): boolean {
  if (asked === 'ADVANCED') return true;
  return account.level === 'QUALIFIED' && !(asked === 'QSCD' && account.lacksQscd);
}
