/** A certificate taken apart into the fields that it is signed over, so that any of them can be another. */

import { type Bytes, childrenOf, explicit, sequence } from '../../support/der.js';
import { ecdsaWithSha384, type Victim } from './victim.js';

export interface CertificateFields {
  version: Bytes;
  serialNumber: Bytes;
  signature: Bytes;
  issuer: Bytes;
  validity: Bytes;
  subject: Bytes;
  publicKey: Bytes;
  extensions: readonly Bytes[];
}

/** Around what is signed. */
export interface Seal {
  algorithm?: Bytes;
  /** A BIT STRING; the authority's own signature otherwise. */
  signature?: Bytes;
}

export function fieldsOf(certificate: Uint8Array): CertificateFields {
  const [toBeSigned] = childrenOf(certificate) as [Bytes];
  const [version, serialNumber, signature, issuer, validity, subject, publicKey, list] = childrenOf(toBeSigned) as [
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
    Bytes,
  ];
  const extensions = childrenOf(childrenOf(list)[0] as Bytes);
  return { version, serialNumber, signature, issuer, validity, subject, publicKey, extensions };
}

export function certificateOfFields(fields: CertificateFields, { signatureOf }: Victim, seal: Seal = {}): Bytes {
  const { version, serialNumber, signature, issuer, validity, subject, publicKey, extensions } = fields;
  const list = explicit(3, sequence(...extensions));
  const toBeSigned = sequence(version, serialNumber, signature, issuer, validity, subject, publicKey, list);
  return sequence(toBeSigned, seal.algorithm ?? ecdsaWithSha384, seal.signature ?? signatureOf(toBeSigned));
}
