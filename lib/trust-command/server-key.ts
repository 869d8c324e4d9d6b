/** The key of a TLS server, as `pinnedKeys` names it. */

import { X509Certificate } from 'node:crypto';
import { connect, type SecureContextOptions } from 'node:tls';
import { pinOf } from '../rp-api/pinning.js';

export interface ServerKey {
  /** Base64 SHA-256 of the SubjectPublicKeyInfo. */
  pin: string;
  subject: string;
  /** When the certificate that holds the key expires; the next one may hold another. */
  notAfter: Date;
}

/** Milliseconds for the connection. */
const timeout = 10_000;

/**
 * Connects and looks at the certificate, which is validated as usual.
 * @throws Error when the server cannot be reached or its certificate is not valid.
 */
export function keyOfServer(
  host: string,
  port: number,
  { ca }: Pick<SecureContextOptions, 'ca'> = {},
): Promise<ServerKey> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, servername: host, ca, timeout }, () => {
      const { raw } = socket.getPeerCertificate();
      socket.destroy();
      resolve(keyOfCertificate(new X509Certificate(raw)));
    });
    socket.once('timeout', () => socket.destroy(new Error('it does not answer')));
    socket.once('error', reject);
  });
}

export function keyOfCertificate({ publicKey, subject, validTo }: X509Certificate): ServerKey {
  return { pin: pinOf(publicKey), subject: subject.replaceAll('\n', ', '), notAfter: new Date(validTo) };
}
