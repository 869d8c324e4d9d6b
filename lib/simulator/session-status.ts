/** What `GET /session/{sessionID}` answers. RP API 3.2.3, "Session status", field by field. */
import type { CertificateLevel, EndResult } from './accounts.js';
import type { HashAlgorithm } from './authentication-request.js';
import type { InteractionType } from './interactions.js';
import type { FlowType } from './session.js';

export interface AuthenticationSignature {
  value: string;
  serverRandom: string;
  userChallenge: string;
  flowType: FlowType;
  signatureAlgorithm: string;
  /** With `rsassa-pss` only. */
  signatureAlgorithmParameters?: {
    hashAlgorithm: HashAlgorithm;
    maskGenAlgorithm: { algorithm: 'id-mgf1'; parameters: { hashAlgorithm: HashAlgorithm } };
    saltLength: number;
    trailerField: '0xbc';
  };
}

export interface RunningStatus {
  state: 'RUNNING';
}

export interface CompleteStatus {
  state: 'COMPLETE';
  result: { endResult: EndResult; documentNumber?: string; details?: { interaction: InteractionType } };
  signatureProtocol?: 'ACSP_V2';
  signature?: AuthenticationSignature;
  cert?: { value: string; certificateLevel: CertificateLevel };
  interactionTypeUsed?: InteractionType;
  deviceIpAddress?: string;
  ignoredProperties?: string[];
}

export type SessionStatus = RunningStatus | CompleteStatus;
