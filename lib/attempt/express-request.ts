/** What is set on Express's request for a login or signing that is open. */

import type { AttemptView } from './view.js';

declare global {
  namespace Express {
    interface Request {
      /**
       * Set by `start`, `status` and `cancel` of `SmartIdStrategy` and `SmartIdSigning`, and by `push` of the former.
       * Nothing in it is secret.
       */
      smartId?: AttemptView;
    }
  }
}
