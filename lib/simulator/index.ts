/**
 * What `passport-smart-id/simulator` exports.
 * @module passport-smart-id/simulator
 */

export type { AttemptView } from '../attempt/view.js';
export type { Flow } from '../shared/undertaking.js';
export type { AccountKey, AccountKeys } from './account-keys.js';
export {
  type AskedCertificateLevel,
  type CertificateLevel,
  type CertificatePurpose,
  type EndResult,
  type RefusedInteraction,
  type SimulatedAccount,
  simulatedAccounts,
} from './accounts.js';
export type { Fault, Faults } from './faults.js';
export type { InteractionType } from './interactions.js';
export type { MockPhoneAnswer } from './mock-phone.js';
export type { RelyingParty, SimulatorOptions } from './options.js';
export { type Authority, type AuthorityKeys, type AuthorityOverrides, generateAuthorityKeys } from './pki/authority.js';
export type { IssuedCertificate, Issuer, SignatureHash } from './pki/certificate.js';
export {
  type BasicConstraints,
  type CertificateExtension,
  type KeyUsage,
  type QcDocument,
  type QcStatement,
  qcStatement,
} from './pki/extensions.js';
export type { DistinguishedName, NameAttribute, NameAttributeType } from './pki/names.js';
export type { SimulatedPki } from './pki/pki.js';
export type { UserCertificateOverrides } from './pki/user-certificate.js';
export type { CertificateStatus } from './revocation/ocsp.js';
export type { CrlFault, OcspFault, SimulatedRevocation } from './revocation/revocation.js';
export type {
  ConfirmOptions,
  PhoneAnswer,
  RefuseOptions,
  ShownView,
  SimulatedPhone,
} from './simulated-phone.js';
export { type Simulator, startSimulator } from './simulator.js';
export type { SimulatedTimestamps, TimestampFault } from './timestamps/timestamps.js';
