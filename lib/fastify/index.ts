/** `passport-smart-id/fastify`: the ready-made login page as a plugin. */

export type { LinkLanguage } from '../protocol/device-link.js';
export type {
  ConfirmationMessage,
  ConfirmationMessageAndVerificationCodeChoice,
  DisplayTextAndPin,
  Interaction,
} from '../protocol/interactions.js';
export type { ExpectedSigner } from '../verify/certificate-checks.js';
export type { HelpLinks } from '../web/help.js';
export type { KnownBrowser, KnownBrowserStore } from '../web/known-browsers.js';
export type { LanguageOption } from '../web/language.js';
export type { PageContent, PageImages } from '../web/page.js';
export type { PersonalCodeCountry } from '../web/personal-code.js';
export type { Changed, Failures, Language, Texts, Words, WordsOption } from '../web/words.js';
export { type Passport, type SmartIdPluginOptions, smartIdPlugin } from './plugin.js';
