/** Checks of a certificate and of whom it stands for (sections "Verifying the response" and "Certificate profiles"). */

import { type Identity, identityOf } from '../identity.js';
import { type CertificateLevel, certificateLevels } from '../protocol/algorithms.js';
import { decodeBase64 } from '../protocol/base64.js';
import { documentBelongsTo, semanticsIdentifierOf } from '../protocol/document-number.js';
import type { TrustAnchors } from '../trust/anchors.js';
import { type Certificate, maxCertificateBytes, parseCertificate } from '../trust/certificate.js';
import { buildPath } from '../trust/path.js';
import {
  authenticationLevel,
  hasStrongRsaKey,
  isForAuthentication,
  isForSignatures,
  signatureLevel,
} from '../trust/profile.js';
import type { RevocationChecker } from '../trust/revocation/revocation.js';
import { documentNumberInSubjectAltName } from '../trust/subject-alt-name.js';
import { type Check, established } from './check.js';

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

/** What certificates are judged by. */
export interface TrustInput {
  /** The CAs that are trusted, by `loadTrustAnchors`. */
  trustAnchors: TrustAnchors;
  /** Made once by `createRevocationChecker`, and used for all verifications. */
  revocation: RevocationChecker;
  /** Also take the certificate policies of the demo environment's 2016 CA; never with the live service. */
  acceptDemoPolicies?: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}

export interface CertificateContext extends TrustInput {
  /** What was asked for. */
  session: { certificateLevel: CertificateLevel; expected?: ExpectedSigner };
  /** As it was answered. */
  cert?: { value: string; certificateLevel: string };
  documentNumber?: string;
  certificate?: Certificate;
  path?: Certificate[];
  level?: CertificateLevel;
  identity?: Identity;
}

/** Characters. */
const maxCertificateBase64 = Math.ceil(maxCertificateBytes / 3) * 4;

/** What each purpose asks of a certificate. */
const purposes = {
  authentication: { isMeant: isForAuthentication, levelOf: authenticationLevel, name: 'Smart-ID authentication' },
  signature: { isMeant: isForSignatures, levelOf: signatureLevel, name: 'Smart-ID signatures' },
};

/** From the bytes to the person. */
export function certificateChecks(purpose: keyof typeof purposes): readonly Check<CertificateContext>[] {
  return [
    { name: 'certificate', refuse: refuseCertificate },
    { name: 'certificate-path', refuse: refusePath },
    { name: 'revocation', refuse: refuseRevoked },
    { name: 'certificate-profile', refuse: (context) => refuseProfile(context, purpose) },
    { name: 'certificate-level', refuse: refuseLevel },
    { name: 'identity', refuse: refuseIdentity },
    { name: 'document-number', refuse: refuseDocumentNumber },
    { name: 'expected-signer', refuse: refuseUnexpectedSigner },
  ];
}

function refuseCertificate(context: CertificateContext): string | undefined {
  const cert = established(context.cert);
  const ahead = judgedAhead.get(cert);
  if (ahead?.value === cert.value) {
    context.certificate = ahead.certificate;
    return undefined;
  }
  const der = decodeCertificate(cert.value);
  if (!der?.length) return 'it is not Base64, or too long';
  context.certificate = parseCertificate(der);
  return undefined;
}

/** Undefined for what is no Base64, or too long to be a certificate. */
function decodeCertificate(value: string): Buffer | undefined {
  return value.length <= maxCertificateBase64 ? decodeBase64(value) : undefined;
}

/** What was judged of answers that are still to be verified: forgotten with the answer. */
const judgedAhead = new WeakMap<object, { value: string; certificate: Certificate }>();

/**
 * Judges the path of an answer's certificate as soon as the answer is there, and has the question about its revocation
 * go out: by the time the person's browser comes to finish, it has been answered. Whatever is wrong is told when the
 * same answer is verified.
 * @param cert of the answer, the same object that is verified later.
 */
export function judgeCertificateAhead(cert: { value: string }, { trustAnchors, revocation, now }: TrustInput): void {
  try {
    const certificate = parseCertificate(decodeCertificate(cert.value) ?? Buffer.alloc(0));
    const result = buildPath(certificate, trustAnchors, now);
    if ('refusal' in result) return;
    judgedAhead.set(cert, { value: cert.value, certificate });
    revocation.askAhead(result.path, now);
  } catch {
    // Malformed: the verification says so.
  }
}

function refusePath(context: CertificateContext): string | undefined {
  const { certificate, trustAnchors, now } = context;
  const result = buildPath(established(certificate), trustAnchors, now);
  if ('refusal' in result) return result.refusal;
  context.path = result.path;
  return undefined;
}

function refuseRevoked({ path, revocation, now }: CertificateContext): Promise<string | undefined> {
  return revocation.refuse(established(path), now);
}

/** The purpose and the level, from the certificate; the answer's own word for the level must agree. */
function refuseProfile(context: CertificateContext, purpose: keyof typeof purposes): string | undefined {
  const certificate = established(context.certificate);
  const { isMeant, levelOf, name } = purposes[purpose];
  if (!hasStrongRsaKey(certificate)) return 'its key is not an RSA key of at least 2048 bits';
  if (!isMeant(certificate)) return `its key usage is not that of ${name}`;
  const level = levelOf(certificate, { acceptDemoPolicies: context.acceptDemoPolicies ?? false });
  if (!level) return `its policies or statements are not those of ${name}`;
  context.level = level;
  const answered = established(context.cert).certificateLevel;
  // The service speaks of QUALIFIED where the certificate states a qualified device too.
  const agrees = answered === level || (answered === 'QUALIFIED' && level === 'QSCD');
  return agrees ? undefined : 'it states another level than the answer';
}

function refuseLevel({ level, session }: CertificateContext): string | undefined {
  const asked = certificateLevels.indexOf(session.certificateLevel);
  if (asked === -1) return 'there is no such level as the one asked for';
  return certificateLevels.indexOf(established(level)) >= asked ? undefined : 'its level is below the one asked for';
}

function refuseIdentity(context: CertificateContext): undefined {
  context.identity = identityOf(established(context.certificate));
}

/** The certificate names its document in newer issues; in all of them the document must be the person's. */
function refuseDocumentNumber({ documentNumber, certificate, identity }: CertificateContext): string | undefined {
  if (!documentNumber) return 'there is none';
  if (!documentBelongsTo(documentNumber, established(identity).semanticsIdentifier)) {
    return "it is not one of the certificate's subject";
  }
  const named = documentNumberInSubjectAltName(established(certificate));
  return named !== undefined && named !== documentNumber ? 'it is not the one in the certificate' : undefined;
}

function refuseUnexpectedSigner({ documentNumber, identity, session }: CertificateContext): string | undefined {
  const { expected } = session;
  if (!expected) return undefined;
  const matches =
    'documentNumber' in expected
      ? expected.documentNumber === documentNumber
      : expected.semanticsIdentifier === established(identity).semanticsIdentifier;
  return matches ? undefined : 'the session was for somebody else';
}
