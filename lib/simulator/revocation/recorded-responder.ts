/**
 * A responder with the certificate of the demo environment's: RSA 3072, issued for five years by the authority whose
 * certificates it speaks of, for OCSP signing and nothing else, without policies and without an address to ask about
 * it.
 */
import { type Authority, authorityName, generateRsaKey } from '../pki/authority.js';
import { type IssuedCertificate, issueCertificate, keyIdentifier } from '../pki/certificate.js';
import * as extension from '../pki/extensions.js';

const ocspSigning = '1.3.6.1.5.5.7.3.9';
const day = 24 * 60 * 60 * 1000;

export async function createRecordedResponder(authority: Authority, now: number): Promise<IssuedCertificate> {
  const privateKey = await generateRsaKey(3072);
  const contents = {
    subject: authorityName('Simulated OCSP responder'),
    privateKey,
    notBefore: new Date(now - day),
    notAfter: new Date(now + 5 * 365 * day),
    extensions: [
      { ...extension.basicConstraints({ ca: false }), critical: true },
      extension.authorityKeyIdentifier(authority.keyIdentifier),
      extension.authorityInformationAccess({ caIssuers: authority.caIssuersUrl }),
      extension.ocspNoCheck(),
      extension.extendedKeyUsage([ocspSigning]),
      extension.subjectKeyIdentifier(keyIdentifier(privateKey)),
      extension.keyUsage(['digitalSignature']),
    ],
  };
  return issueCertificate(contents, authority, 'sha384');
}
