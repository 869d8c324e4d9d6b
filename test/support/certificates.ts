/** Certificates of the simulator's authority with exactly the extensions that a test wants, and no others. */

import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { CertificateExtension, DistinguishedName, Simulator } from '../../lib/simulator/index.js';
import { issueCertificate } from '../../lib/simulator/pki/certificate.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';

const { privateKey: anyKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const day = 86_400_000;

interface Wish {
  subject?: DistinguishedName;
  privateKey?: KeyObject;
  extensions?: readonly CertificateExtension[];
}

export function certificateWith({ pki }: Simulator, wish: Wish): Certificate {
  const { subject = [['commonName', 'Somebody']], privateKey = anyKey, extensions = [] } = wish;
  const contents = {
    subject,
    privateKey,
    extensions,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
  };
  return parseCertificate(issueCertificate(contents, pki.authorities.qualified, 'sha384').certificate);
}
