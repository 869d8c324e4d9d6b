/** A timestamp authority of OpenSSL, which shares no mistake with ours. */

import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { TimeStampResp } from 'pkijs';
import { written } from '../support/judges.js';
import { said } from '../support/outside-tools.js';

export interface OpensslTimestamps {
  /** DER of its certificate, which it has issued itself. */
  certificate: Buffer;
  /** DER of the token about these bytes. */
  timestamp(bytes: Uint8Array): Buffer;
  /** What OpenSSL says of a token. */
  verify(token: Uint8Array, bytes: Uint8Array): string;
}

const configuration = `
[tsa]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha512
default_policy = 0.4.0.2023.1.1
digests = sha512
ess_cert_id_alg = sha256
`;

export function opensslTimestamps(folder: string): OpensslTimestamps {
  const openssl = (...args: string[]) => said('openssl', args, folder);
  openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'tsa.key'],
    ...['-out', 'tsa.pem', '-days', '30', '-subj', '/CN=Timestamps', '-addext', 'keyUsage=critical,digitalSignature'],
    ...['-addext', 'extendedKeyUsage=critical,timeStamping'],
  );
  openssl('x509', '-in', 'tsa.pem', '-outform', 'DER', '-out', 'tsa.der');
  writeFileSync(path.join(folder, 'serial'), '01\n');
  writeFileSync(path.join(folder, 'tsa.cnf'), configuration);
  return {
    certificate: readFileSync(path.join(folder, 'tsa.der')),
    timestamp(bytes) {
      written(folder, 'stamped', Buffer.from(bytes));
      openssl('ts', '-query', '-data', 'stamped', '-sha512', '-cert', '-out', 'query');
      openssl('ts', '-reply', '-queryfile', 'query', '-config', 'tsa.cnf', '-section', 'tsa', '-out', 'reply');
      const { timeStampToken } = TimeStampResp.fromBER(new Uint8Array(readFileSync(path.join(folder, 'reply'))));
      if (!timeStampToken) throw new Error('OpenSSL gave no token.');
      return Buffer.from(timeStampToken.toSchema().toBER());
    },
    verify(token, bytes) {
      written(folder, 'token', Buffer.from(token));
      written(folder, 'stamped', Buffer.from(bytes));
      return openssl('ts', '-verify', '-token_in', '-in', 'token', '-data', 'stamped', '-CAfile', 'tsa.pem');
    },
  };
}
