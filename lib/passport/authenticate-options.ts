/** What this package adds to the options of `passport.authenticate`. */

import type { Identify } from './options.js';

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
