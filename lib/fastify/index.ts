/** `passport-smart-id/fastify`: the ready-made login page as a plugin. */

export { type SmartIdPluginOptions, smartIdPlugin } from './plugin.js';
