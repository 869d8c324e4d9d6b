/** What `GET /session/{sessionID}` answers. RP API 3.2.3, "Session status", field by field. */
import type { CertificateLevel, EndResult, RefusedInteraction } from './accounts.js';
import type { InteractionType } from './interactions.js';
import type { HashAlgorithm } from './signature-algorithms.js';

/** How the person came to the app. */
export type FlowType = 'QR' | 'Web2App' | 'App2App' | 'Notification';

/** Nothing is signed in a certificate choice. */
export interface CertificateChoiceSignature {
  flowType: FlowType;
}

export interface RawDigestSignature extends CertificateChoiceSignature {
  value: string;
  signatureAlgorithm: string;
  /** With `rsassa-pss` only. */
  signatureAlgorithmParameters?: {
    hashAlgorithm: HashAlgorithm;
    maskGenAlgorithm: { algorithm: 'id-mgf1'; parameters: { hashAlgorithm: HashAlgorithm } };
    saltLength: number;
    trailerField: '0xbc';
  };
}

export interface AuthenticationSignature extends RawDigestSignature {
  serverRandom: string;
  userChallenge: string;
}

export interface RunningStatus {
  state: 'RUNNING';
}

export interface CompleteStatus {
  state: 'COMPLETE';
  result: { endResult: EndResult; documentNumber?: string; details?: { interaction: RefusedInteraction } };
  /** Missing in a certificate choice, as is `interactionTypeUsed`. */
  signatureProtocol?: 'ACSP_V2' | 'RAW_DIGEST_SIGNATURE';
  signature?: AuthenticationSignature | RawDigestSignature | CertificateChoiceSignature;
  cert?: { value: string; certificateLevel: CertificateLevel };
  interactionTypeUsed?: InteractionType;
  deviceIpAddress?: string;
  ignoredProperties?: string[];
}

export type SessionStatus = RunningStatus | CompleteStatus;
