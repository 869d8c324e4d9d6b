/** A person who signs with a Smart-ID signing certificate, without the service in between. */

import { type KeyObject, X509Certificate } from 'node:crypto';
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

/** A key of the size that Smart-ID has. */
export async function keyOfRealSize(): Promise<KeyObject> {
  const [key] = readyRsaKeys(6144);
  if (!key) throw new Error('There is no key of 6144 bits.');
  return key.privateKey;
}
