/** The keys of the simulator's authorities as pkijs wants them to sign OCSP answers and lists with. */
import { type KeyObject, webcrypto } from 'node:crypto';

/** What all OCSP answers and lists are signed with. */
export const signatureHash = 'SHA-384';

export function cryptoKeyOf(privateKey: KeyObject): Promise<webcrypto.CryptoKey> {
  const algorithm =
    privateKey.asymmetricKeyType === 'ec'
      ? { name: 'ECDSA', namedCurve: 'P-384' }
      : { name: 'RSASSA-PKCS1-v1_5', hash: signatureHash };
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']);
}
