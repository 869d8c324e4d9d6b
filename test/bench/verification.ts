/** Verifying one login, against the operations of node:crypto in it. */

import { constants, createHash, verify, X509Certificate } from 'node:crypto';
import { acspV2Message } from '../../lib/protocol/acsp-v2.js';
import { startSimulator } from '../../lib/simulator/index.js';
import { verifyAuthentication } from '../../lib/verify/authentication.js';
import { genuineAuthentication } from '../support/authentication.js';
import { inTurns, printTable } from './measure.js';

/** As the keys of Smart-ID are. */
const keySize = 6144;

export async function benchVerification(): Promise<void> {
  const simulator = await startSimulator({ port: 0, keySize });
  const input = await genuineAuthentication(simulator);
  const { status, session, trustAnchors } = input;
  const { signature, cert, interactionTypeUsed } = status;
  if (!signature?.value || !cert) throw new Error('There is no signature.');
  const der = Buffer.from(cert.value, 'base64');
  const issuer = trustAnchors.certificates.find(({ node }) => new X509Certificate(der).checkIssued(node));
  if (!issuer) throw new Error('There is no issuer.');
  const value = Buffer.from(signature.value, 'base64');
  const message = Buffer.from(
    acspV2Message({
      ...session,
      serverRandom: signature.serverRandom ?? '',
      userChallenge: signature.userChallenge ?? '',
      interactionTypeUsed: interactionTypeUsed ?? '',
      flowType: 'QR',
    }),
  );
  /** The certificate as OpenSSL reads it, the signatures of its issuer and its own, and the hash of the interactions. */
  const raw = () => {
    const certificate = new X509Certificate(der);
    createHash('sha256').update(session.interactions).digest();
    const key = { key: certificate.publicKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 };
    return certificate.verify(issuer.publicKey) && verify('sha512', message, key, value);
  };
  if (!raw()) throw new Error('The raw operations do not verify the login.');
  const [ours = 0, theirs = 0] = await inTurns(() => verifyAuthentication(input), raw);
  await simulator.close();
  const { asymmetricKeyType, asymmetricKeyDetails } = issuer.publicKey;
  console.log(
    `One login with a ${keySize}-bit key of an issuer with ${asymmetricKeyType} ${asymmetricKeyDetails?.namedCurve}, its revocation remembered:\n`,
  );
  printTable(
    ['', 'µs', 'ratio'],
    [
      ['raw node:crypto', theirs.toFixed(0), '1.00'],
      ['verifyAuthentication', ours.toFixed(0), (ours / theirs).toFixed(2)],
    ],
  );
}
