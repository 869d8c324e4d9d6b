/** What a site hears of a login beside the person. */

import type { X509Certificate } from 'node:crypto';
import type { FlowType } from './protocol/acsp-v2.js';
import type { AuthenticationCertificateLevel } from './protocol/algorithms.js';
import type { VerifiedAuthentication } from './verify/authentication.js';

/** What is known of a login beside the person; `req.authInfo` after it. */
export interface SmartIdInfo {
  documentNumber: string;
  certificateLevel: AuthenticationCertificateLevel;
  certificate: X509Certificate;
  flowType: FlowType;
  interactionTypeUsed: string;
  /** The phone's address, where the relying party may ask for it. */
  deviceIpAddress?: string;
  /** As it was given to `start`. */
  returnTo?: string;
}

export function infoOf(verified: VerifiedAuthentication, returnTo: string | undefined): SmartIdInfo {
  const { identity: _, ...told } = verified;
  return { ...told, returnTo };
}
