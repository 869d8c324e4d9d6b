/**
 * The ready-made login page as a plugin.
 * @module passport-smart-id/fastify
 */

export type { LanguageOption } from '../web/language.js';
export type * from '../web/public-types.js';
export { type Passport, type SmartIdPluginOptions, smartIdPlugin } from './plugin.js';
