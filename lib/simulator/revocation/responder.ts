/**
 * Responders with certificates such as the demo environment's has: RSA 3072, issued for five years by the authority
 * whose certificates it speaks of, for OCSP signing and nothing else, without policies and without an address to ask
 * about it.
 */
import type { KeyObject } from 'node:crypto';
import { type Authority, authorityName, generateRsaKey } from '../pki/authority.js';
import {
  dayMs,
  type IssuedCertificate,
  type Issuer,
  issueCertificate,
  keyIdentifier,
  validUntil,
} from '../pki/certificate.js';
import * as extension from '../pki/extensions.js';

/** How a responder's certificate differs from a right one. */
export interface ResponderOverrides {
  /** Default: the authority. */
  issuer?: Issuer;
  /** Object identifiers. Default: OCSP signing. An empty list leaves the extension out. */
  extendedKeyUsage?: readonly string[];
  /** Default: five years. */
  notAfter?: Date;
}

const ocspSigning = '1.3.6.1.5.5.7.3.9';

/** By the `id` of the authority: one key for each, whatever simulator of this process it belongs to. */
const keys = new Map<string, Promise<KeyObject>>();

/**
 * The key of an authority's responder. Such a key takes up to a second to make, and a process may start hundreds of
 * simulators, few of which are asked about a certificate: so it is made when it is first used, and kept for them all.
 * Which responder is to be believed hangs on its certificate, and each authority issues one of its own.
 */
export function responderKeyOf({ id }: Authority): Promise<KeyObject> {
  const key = keys.get(id) ?? generateRsaKey(3072);
  keys.set(id, key);
  return key;
}

export function issueResponderCertificate(
  authority: Authority,
  privateKey: KeyObject,
  now: number,
  { issuer = authority, extendedKeyUsage = [ocspSigning], notAfter }: ResponderOverrides = {},
): IssuedCertificate {
  const [, name = ''] = authority.subject.find(([type]) => type === 'commonName') ?? [];
  const notBefore = new Date(now - 30 * dayMs);
  const contents = {
    subject: authorityName(`${name} OCSP RESPONDER`),
    privateKey,
    notBefore,
    notAfter: notAfter ?? validUntil(notBefore, 5),
    extensions: [
      { ...extension.basicConstraints({ ca: false }), critical: true },
      extension.authorityKeyIdentifier(issuer.keyIdentifier),
      extension.authorityInformationAccess({ caIssuers: authority.caIssuersUrl }),
      extension.ocspNoCheck(),
      ...(extendedKeyUsage.length > 0 ? [extension.extendedKeyUsage(extendedKeyUsage)] : []),
      extension.subjectKeyIdentifier(keyIdentifier(privateKey)),
      extension.keyUsage(['digitalSignature']),
    ],
  };
  return issueCertificate(contents, issuer, 'sha384');
}
