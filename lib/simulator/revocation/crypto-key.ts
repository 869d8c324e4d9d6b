/** The keys of the simulator's authorities as pkijs wants them to sign OCSP answers and lists with. */
import { type KeyObject, webcrypto } from 'node:crypto';

/** What OCSP answers and lists are signed with; SHA-1 where they are to be refused. */
export type SignatureHash = 'SHA-256' | 'SHA-384' | 'SHA-1';

export function cryptoKeyOf(privateKey: KeyObject, hash: SignatureHash): Promise<webcrypto.CryptoKey> {
  const algorithm =
    privateKey.asymmetricKeyType === 'ec'
      ? { name: 'ECDSA', namedCurve: 'P-384' }
      : { name: 'RSASSA-PKCS1-v1_5', hash };
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
}
