/** What a site hears of a login beside the person. */

import type { X509Certificate } from 'node:crypto';
import type { FlowType } from '../protocol/acsp-v2.js';
import type { AuthenticationCertificateLevel } from '../protocol/algorithms.js';
import type { VerifiedAuthentication } from '../verify/authentication.js';

/** What is known of a login beside the person; `req.authInfo` after it. */
export interface SmartIdInfo {
  /** The account that has confirmed, such as `PNOEE-40404040009-MOCK-Q`. */
  documentNumber: string;
  /** The level of the account. */
  certificateLevel: AuthenticationCertificateLevel;
  /** The account's certificate for authentication, verified. */
  certificate: X509Certificate;
  /** How the person came to the app. */
  flowType: FlowType;
  /** The `type` of the interaction that the app has shown. */
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
