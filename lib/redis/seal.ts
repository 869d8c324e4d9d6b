/**
 * Encryption of what is kept outside of the site: AES-256-GCM (NIST SP 800-38D) with keys derived from the site's
 * secrets. The first secret seals, all of them open, so that a secret can be replaced while the site runs.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveKey } from './secret-keys.js';

const nonceLength = 12;
const tagLength = 16;

export class Seal {
  private readonly keys: readonly Buffer[];

  /** @param secrets at least one. */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map((secret) => deriveKey(secret, 'attempts'));
  }

  /** @param place where it is kept: a sealed text cannot be opened in another place. */
  close(text: string, place: string): string {
    const nonce = randomBytes(nonceLength);
    const cipher = createCipheriv('aes-256-gcm', this.keys[0] as Buffer, nonce).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** The text; undefined where none of the secrets has sealed it for this place. */
  open(sealed: string, place: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < nonceLength + tagLength) return undefined;
    for (const key of this.keys) {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceLength), {
        authTagLength: tagLength,
      })
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(-tagLength));
      try {
        return decipher.update(bytes.subarray(nonceLength, -tagLength), undefined, 'utf8') + decipher.final('utf8');
      } catch {
        // Of another secret, or not ours.
      }
    }
    return undefined;
  }
}
