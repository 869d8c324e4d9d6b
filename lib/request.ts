/** What this package sets on Express's request. */

import type { AttemptView } from './attempt/view.js';
import type { SmartIdSignature } from './signing/finish.js';

declare global {
  namespace Express {
    interface Request {
      /**
       * Set by `start`, `status` and `cancel` of `SmartIdStrategy` and `SmartIdSigning`, and by `push` of the former.
       * Nothing in it is secret.
       */
      smartId?: AttemptView;
      /** Set by `SmartIdSigning.finish`, once everything about the signature has been verified. */
      smartIdSignature?: SmartIdSignature;
    }
  }
}
