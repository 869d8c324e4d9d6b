/** What goes into a signed file beside the signature itself, so that it can be verified later. */

/** What the levels above `B` have in addition. */
export interface SignatureEvidence {
  /** The timestamp token (RFC 3161): DER of a CMS ContentInfo. */
  timestamp?: Uint8Array;
  /** DER of the certificates that lead from the signer and from the timestamp unit to their anchors, these included. */
  certificates: readonly Uint8Array[];
  /** DER of the OCSP responses about them (RFC 6960, OCSPResponse). */
  ocspResponses: readonly Uint8Array[];
}
