/** What this package sets on Express's request, and what it adds to the options of `passport.authenticate`. */

import type { AttemptView } from './attempt/view.js';
import type { Identify } from './options.js';
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

declare module 'passport' {
  interface AuthenticateOptions {
    /**
     * For `SmartIdStrategy`: who alone may finish here, such as the person who is logged in where a login confirms
     * something. An attempt that was begun for nobody or for somebody else is not there. Default: whoever it was begun
     * for.
     */
    identify?: Identify;
  }
}
