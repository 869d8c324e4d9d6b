/** What is set on Express's request once something has been signed. */

import type { SmartIdSignature } from './finish.js';

declare global {
  namespace Express {
    interface Request {
      /** Set by `SmartIdSigning.finish`, once everything about the signature has been verified. */
      smartIdSignature?: SmartIdSignature;
    }
  }
}
