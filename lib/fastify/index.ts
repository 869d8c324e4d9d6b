/** `passport-smart-id/fastify`: the ready-made login page as a plugin. */

export type { LanguageOption } from '../web/language.js';
export type * from '../web/public-types.js';
export { type Passport, type SmartIdPluginOptions, smartIdPlugin } from './plugin.js';
