import type { Certificate } from '../../lib/trust/certificate.js';
import type { LibraryCertificate } from './library-certificate.js';

/** Somebody who issues certificates, and when that is looked at. */
export interface Surroundings {
  issuer: Certificate;
  libraryIssuer: LibraryCertificate;
  /** Of the issuer, valid; of others, lists may or may not speak of it. */
  certificate: Uint8Array;
  /** Milliseconds since the epoch. */
  now: number;
  /** Whether `now` is another time than that of the clock. */
  isRecorded?: boolean;
}
