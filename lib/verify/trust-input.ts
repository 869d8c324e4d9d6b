/** What every verification is given to judge certificates by. */

import type { TrustAnchors } from '../trust/anchors.js';
import type { RevocationChecker } from '../trust/revocation/revocation.js';

/** What certificates are judged by. */
export interface TrustInput {
  /** The CAs that are trusted, by `loadTrustAnchors`. */
  trustAnchors: TrustAnchors;
  /** Made once by `createRevocationChecker`, and used for all verifications. */
  revocation: RevocationChecker;
  /** Also take the certificate policies of the demo environment's 2016 CA; never with the live service. */
  acceptDemoPolicies?: boolean;
  /** Milliseconds since the epoch. */
  now: number;
}
