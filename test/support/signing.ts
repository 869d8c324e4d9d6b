/** A person who signs with a Smart-ID signing certificate, without the service in between. */

import { constants, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { SignatureChoice } from '../../lib/protocol/algorithms.js';
import type { Simulator, UserCertificateOverrides } from '../../lib/simulator/index.js';
import { readyRsaKeys } from './rsa-keys.js';

export interface Signatory {
  certificate: X509Certificate;
  privateKey: KeyObject;
}

/** Somebody of an issuing authority on P-384. */
export function signatory({ pki }: Simulator, overrides: UserCertificateOverrides = {}): Signatory {
  const { certificate, privateKey } = pki.issueUserCertificate({
    account: 'PNOEE-40404040009-MOCK-Q',
    purpose: 'signature',
    ...overrides,
  });
  return { certificate: new X509Certificate(certificate), privateKey };
}

/** The raw signature value, as it comes from the phone. */
export function signatureValue(
  { data, signatureAlgorithm, hashAlgorithm }: SignatureChoice & { data: Buffer },
  { privateKey }: Signatory,
): Buffer {
  if (signatureAlgorithm !== 'rsassa-pss') return sign(signatureAlgorithm.slice(0, 6), data, privateKey);
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
  return sign(hashAlgorithm, data, { key: privateKey, padding, saltLength });
}

/** A key of the size that Smart-ID has. */
export async function keyOfRealSize(): Promise<KeyObject> {
  const [key] = readyRsaKeys(6144);
  if (!key) throw new Error('There is no key of 6144 bits.');
  return key.privateKey;
}
