/** The types of the ready-made pages that every entry point names which has them. */

export type { LinkLanguage } from '../protocol/device-link.js';
export type {
  ConfirmationMessage,
  ConfirmationMessageAndVerificationCodeChoice,
  DisplayTextAndPin,
  Interaction,
} from '../protocol/interactions.js';
export type { ExpectedSigner } from '../verify/certificate-checks.js';
export type { HelpLinks } from './help.js';
export type { KnownBrowser, KnownBrowserStore } from './known-browsers.js';
export type { PageContent, PageImages } from './page.js';
export type { PageDocument } from './page-document.js';
export type { PersonalCodeCountry } from './personal-code.js';
export type { Changed, Failures, Language, Texts, Words, WordsOption } from './words.js';
