/**
 * Holds the documented shapes of the RP API's answers against the schemas that read them: `npm run lint` compiles this, and fails where
 * the one has a field that the other has not.
 */

import type { InferOutput } from 'valibot';
import type {
  CodeSession,
  codeSessionSchema,
  DeviceLinkSession,
  deviceLinkSessionSchema,
  NotificationSession,
  notificationSessionSchema,
  SessionStatus,
  SigningCertificate,
  sessionStatusSchema,
  signingCertificateSchema,
} from '../../lib/rp-api/responses.js';

/** Written out, so that interfaces compare with what they extend. */
type Plain<T> = T extends readonly unknown[] ? T : T extends object ? { [K in keyof T]: Plain<T[K]> } : T;
type Same<A, B> = (<T>() => T extends Plain<A> ? 1 : 2) extends <T>() => T extends Plain<B> ? 1 : 2 ? true : never;

export const inStep: {
  deviceLink: Same<DeviceLinkSession, InferOutput<typeof deviceLinkSessionSchema>>;
  notification: Same<NotificationSession, InferOutput<typeof notificationSessionSchema>>;
  code: Same<CodeSession, InferOutput<typeof codeSessionSchema>>;
  certificate: Same<SigningCertificate, InferOutput<typeof signingCertificateSchema>>;
  status: Same<SessionStatus, InferOutput<typeof sessionStatusSchema>>;
} = { deviceLink: true, notification: true, code: true, certificate: true, status: true };
