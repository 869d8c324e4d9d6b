/** `passport-smart-id/web`: a ready-made login page. */

export { type SmartIdRouterOptions, smartIdRouter } from './router.js';
