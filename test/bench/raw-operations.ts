/** What node:crypto alone would do to verify a login: what it costs at the least. */

import { constants, createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { type Login, ocspOf } from './logins.js';

export interface RawOperations {
  /** Reads the certificate, verifies its issuer's signature and the login's, and hashes the interactions. */
  login(login: Login): void;
  /** That, and verifies the signature of the OCSP answer; the responder's certificate was judged before. */
  withOcsp(login: Login): void;
  /** That, and reads the responder's certificate and verifies its issuer's signature. */
  withResponder(login: Login): void;
}

/** @param issuer DER, as is the responder. */
export function rawOperations(issuer: Uint8Array, responder: Uint8Array): RawOperations {
  const issuerKey = new X509Certificate(issuer).publicKey;
  const responderKey = new X509Certificate(responder).publicKey;
  const keyIn = (certificate: Uint8Array) => {
    const read = new X509Certificate(certificate);
    require(read.verify(issuerKey));
    return read.publicKey;
  };
  const login = ({ certificate, session, signed }: Login) => {
    createHash('sha256').update(session.interactions).digest();
    const key = { key: keyIn(certificate), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    require(verify('sha512', signed.message, key, signed.value));
  };
  const answer = (of: Login, key: KeyObject) => {
    const { toBeSigned, signature } = ocspOf(of);
    require(verify('sha256', toBeSigned, key, signature));
  };
  return {
    login,
    withOcsp: (of) => {
      login(of);
      answer(of, responderKey);
    },
    withResponder: (of) => {
      login(of);
      answer(of, keyIn(ocspOf(of).responder));
    },
  };
}

function require(isVerified: boolean): void {
  if (!isVerified) throw new Error('The raw operations do not verify the login.');
}
