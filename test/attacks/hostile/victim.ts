/** A genuine login that is about to be verified, and the authority in whose name answers about it are made. */

import { generateKeyPairSync, sign } from 'node:crypto';
import { startSimulator } from '../../../lib/simulator/index.js';
import { genuineAuthentication } from '../../support/authentication.js';
import { type Bytes, bitString, oid, sequence } from '../../support/der.js';
import { certificateOf } from '../../support/genuine.js';
import type { Login } from './measured-process.js';

export interface Victim {
  /** What is verified. */
  login: Login;
  /** DER, as the next. */
  certificate: Bytes;
  authority: { certificate: Bytes; keyIdentifier: Bytes };
  /** A public key that is not the one of the login: what shows it is refused by the signature at the latest. */
  otherKey: Bytes;
  /** The authority's signature of these bytes by ECDSA with SHA-384, as a BIT STRING. */
  signatureOf(toBeSigned: Uint8Array): Bytes;
}

export const ecdsaWithSha384 = sequence(oid('1.2.840.10045.4.3.3'));

export async function findVictim(): Promise<Victim> {
  const simulator = await startSimulator({ port: 0 });
  try {
    const { session, status, now } = await genuineAuthentication(simulator);
    const { certificate, privateKey, keyIdentifier } = simulator.pki.authorities.qualified;
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    return {
      login: { session, status, now, trustAnchors: simulator.trustAnchors },
      certificate: Buffer.from(certificateOf({ status })),
      authority: { certificate: Buffer.from(certificate), keyIdentifier: Buffer.from(keyIdentifier) },
      otherKey: Buffer.from(publicKey.export({ type: 'spki', format: 'der' })),
      signatureOf: (toBeSigned) => bitString(sign('sha384', toBeSigned, privateKey)),
    };
  } finally {
    await simulator.close();
  }
}
