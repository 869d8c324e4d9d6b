/**
 * Encryption of what is kept outside of the site: AES-256-GCM (NIST SP 800-38D) with keys derived from the site's
 * secrets. The first secret encrypts, all of them decrypt, so that a secret can be replaced while the site runs.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveKey, type SecretPurpose } from './secret-keys.js';

const nonceBytes = 12;
const tagBytes = 16;

export class Cipher {
  private readonly keys: readonly Buffer[];

  /** @param secrets at least one. */
  constructor(secrets: readonly string[], purpose: SecretPurpose = 'attempts') {
    this.keys = secrets.map((secret) => deriveKey(secret, purpose));
  }

  /** @param place where it is kept: what is encrypted cannot be decrypted in another place. */
  encrypt(text: string, place: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0] as Buffer, nonce).setAAD(Buffer.from(place));
    const encrypted = [cipher.update(text, 'utf8'), cipher.final()];
    return Buffer.concat([nonce, ...encrypted, cipher.getAuthTag()]).toString('base64url');
  }

  /** The text; undefined where none of the secrets has encrypted it for this place. */
  decrypt(encrypted: string, place: string): string | undefined {
    const bytes = Buffer.from(encrypted, 'base64url');
    if (bytes.length < nonceBytes + tagBytes) return undefined;
    for (const key of this.keys) {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-tagBytes));
      try {
        return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        // Of another secret, or not ours.
      }
    }
    return undefined;
  }
}
