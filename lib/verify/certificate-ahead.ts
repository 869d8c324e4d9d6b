/** The certificate of an answer, which is judged as soon as the answer is there, and read once. */

import { decodeBase64 } from '../protocol/base64.js';
import { type Certificate, maxCertificateBytes, parseCertificate } from '../trust/certificate.js';
import { buildPath } from '../trust/path.js';
import { fail } from './check.js';
import type { TrustInput } from './trust-input.js';

/** Characters. */
const maxCertificateBase64 = Math.ceil(maxCertificateBytes / 3) * 4;

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
    const certificate = readCertificate(cert.value);
    const result = buildPath(certificate, trustAnchors, now);
    if ('refusal' in result) return;
    judgedAhead.set(cert, { value: cert.value, certificate });
    revocation.askAhead(result.path, now);
  } catch {
    // Malformed: the verification says so.
  }
}

/** The certificate as it was judged ahead, by which its revocation is known, or read now. */
export function certificateOf(cert: { value: string }): Certificate {
  const ahead = judgedAhead.get(cert);
  return ahead?.value === cert.value ? ahead.certificate : readCertificate(cert.value);
}

function readCertificate(value: string): Certificate {
  const der = value.length <= maxCertificateBase64 ? decodeBase64(value) : undefined;
  if (!der?.length) fail('it is not Base64, or too long');
  return parseCertificate(der);
}
