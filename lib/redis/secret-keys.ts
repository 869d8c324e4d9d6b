/**
 * Keys derived from the site's secrets by HKDF (RFC 5869): one for each purpose, so that one use says nothing about
 * another.
 */

import { hkdfSync } from 'node:crypto';

export type SecretPurpose = 'attempts' | 'limits' | 'drafts';

export function deriveKey(secret: string, purpose: SecretPurpose): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', `passport-smart-id ${purpose}`, 32));
}
