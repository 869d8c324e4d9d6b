/** `passport-smart-id/web`: ready-made pages for logging in and for signing. */

export { type SmartIdRouterOptions, smartIdRouter } from './login-router.js';
export { type SmartIdSigningRouterOptions, smartIdSigningRouter } from './signing-router.js';
