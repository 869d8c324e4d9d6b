/** Checks of a certificate and of whom it stands for (sections "Verifying the response" and "Certificate profiles"). */

import {
  type AuthenticationCertificateLevel,
  type CertificateLevel,
  certificateLevels,
} from '../protocol/algorithms.js';
import { documentBelongsTo, semanticsIdentifierOf } from '../protocol/document-number.js';
import type { StatusCertificate } from '../rp-api/responses.js';
import type { Certificate } from '../trust/certificate.js';
import {
  authenticationLevel,
  hasStrongRsaKey,
  isForAuthentication,
  isForSignatures,
  type ProfileRules,
  signatureLevel,
} from '../trust/certificate-profile.js';
import { buildPath } from '../trust/path.js';
import { documentNumberInSubjectAltName } from '../trust/subject-alt-name.js';
import { certificateOf } from './certificate-ahead.js';
import { check, fail } from './check.js';
import { type Identity, identityOf } from './identity.js';
import type { TrustInput } from './trust-input.js';

/** Who alone may confirm: a person, or one of their documents. */
export type ExpectedSigner =
  | {
      /** Such as `PNOEE-40404040009`. */
      semanticsIdentifier: string;
    }
  | {
      /** Such as `PNOEE-40404040009-MOCK-Q`. */
      documentNumber: string;
    };

/** The semantics identifier of whoever is named. */
export function personOf(signer: ExpectedSigner): string {
  return 'documentNumber' in signer ? semanticsIdentifierOf(signer.documentNumber) : signer.semanticsIdentifier;
}

/** What a certificate is for, and what that asks of it. */
interface CertificatePurpose<Level extends CertificateLevel> {
  name: string;
  isMeant(certificate: Certificate): boolean;
  levelOf(certificate: Certificate, rules: ProfileRules): Level | undefined;
}

export const forAuthentication: CertificatePurpose<AuthenticationCertificateLevel> = {
  name: 'Smart-ID authentication',
  isMeant: isForAuthentication,
  levelOf: authenticationLevel,
};
export const forSignatures: CertificatePurpose<CertificateLevel> = {
  name: 'Smart-ID signatures',
  isMeant: isForSignatures,
  levelOf: signatureLevel,
};

/** A certificate as it was answered, and what it is held against. */
export interface AnsweredCertificate<Level extends CertificateLevel> {
  cert: StatusCertificate;
  documentNumber: string | undefined;
  asked: { certificateLevel: CertificateLevel; expected?: ExpectedSigner };
  purpose: CertificatePurpose<Level>;
  trust: TrustInput;
}

/** A certificate that is trusted, and the account that it stands for. */
export interface CheckedCertificate<Level extends CertificateLevel> {
  certificate: Certificate;
  identity: Identity;
  /** What the certificate states: the level asked for, or a higher one. */
  level: Level;
  documentNumber: string;
}

/** From the bytes to the person. */
export async function checkCertificate<Level extends CertificateLevel>(
  answered: AnsweredCertificate<Level>,
): Promise<CheckedCertificate<Level>> {
  const { cert, asked, purpose, trust } = answered;
  const certificate = await check('certificate', () => certificateOf(cert));
  const path = await check('certificate-path', () => pathOf(certificate, trust));
  await check('revocation', () => checkRevocation(path, trust));
  const level = await check('certificate-profile', () => levelOf(certificate, cert, purpose, trust));
  await check('certificate-level', () => checkLevel(level, asked.certificateLevel));
  const identity = await check('identity', () => identityOf(certificate));
  const documentNumber = await check('document-number', () =>
    documentNumberOf(certificate, identity, answered.documentNumber),
  );
  await check('expected-signer', () => checkSigner(identity, documentNumber, asked.expected));
  return { certificate, identity, level, documentNumber };
}

function pathOf(certificate: Certificate, { trustAnchors, now }: TrustInput): readonly Certificate[] {
  const result = buildPath(certificate, trustAnchors, now);
  return 'refusal' in result ? fail(result.refusal) : result.path;
}

async function checkRevocation(path: readonly Certificate[], { revocation, now }: TrustInput): Promise<void> {
  const reason = await revocation.refuse(path, now);
  if (reason !== undefined) fail(reason);
}

/** The level that a certificate of this purpose states, with which the answer's own word must agree. */
function levelOf<Level extends CertificateLevel>(
  certificate: Certificate,
  { certificateLevel: answered }: StatusCertificate,
  { name, isMeant, levelOf: statedLevelOf }: CertificatePurpose<Level>,
  { acceptDemoPolicies = false }: TrustInput,
): Level {
  if (!hasStrongRsaKey(certificate)) fail('its key is not an RSA key of at least 2048 bits');
  if (!isMeant(certificate)) fail(`its key usage is not that of ${name}`);
  const level = statedLevelOf(certificate, { acceptDemoPolicies });
  if (!level) fail(`its policies or statements are not those of ${name}`);
  // The service speaks of QUALIFIED where the certificate states a qualified device too.
  const agrees = answered === level || (answered === 'QUALIFIED' && level === 'QSCD');
  return agrees ? level : fail('it states another level than the answer');
}

function checkLevel(level: CertificateLevel, asked: CertificateLevel): void {
  const lowest = certificateLevels.indexOf(asked);
  if (lowest === -1) fail('there is no such level as the one asked for');
  if (certificateLevels.indexOf(level) < lowest) fail('its level is below the one asked for');
}

/** The certificate names its document in newer issues; in all of them the document must be the person's. */
function documentNumberOf(
  certificate: Certificate,
  { semanticsIdentifier }: Identity,
  answered: string | undefined,
): string {
  if (!answered) fail('there is none');
  if (!documentBelongsTo(answered, semanticsIdentifier)) fail("it is not one of the certificate's subject");
  const named = documentNumberInSubjectAltName(certificate);
  if (named !== undefined && named !== answered) fail('it is not the one in the certificate');
  return answered;
}

function checkSigner(
  { semanticsIdentifier }: Identity,
  documentNumber: string,
  expected: ExpectedSigner | undefined,
): void {
  if (!expected) return;
  const isExpected =
    'documentNumber' in expected
      ? expected.documentNumber === documentNumber
      : expected.semanticsIdentifier === semanticsIdentifier;
  if (!isExpected) fail('the session was for somebody else');
}
