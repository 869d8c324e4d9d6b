/** The signing page and its routes, to be mounted by a site: `app.use('/sign', smartIdSigningRouter({ signing, start, signed }))`. */

import type { Request, RequestHandler, Router } from 'express';
import { isPathOfSite } from '../attempt/options.js';
import { shortText } from '../attempt/parameters.js';
import { SmartIdInputError, SmartIdSigningError } from '../errors.js';
import type { SmartIdSignature } from '../signing/finish.js';
import type { SigningStartOptions } from '../signing/options.js';
import type { SmartIdSigning } from '../signing/signing.js';
import { backToPage, isForm } from './answers.js';
import { doneAttempt, rememberWhenDone } from './done.js';
import { answerFailedFinish } from './failed-finish.js';
import { SiteWords } from './language.js';
import { signingContent } from './page.js';
import { checkPageOptions, type PageOptions } from './page-options.js';
import { flowOffered, pageRoutes } from './page-routes.js';

type Start = Pick<SigningStartOptions, 'signer' | 'interactions' | 'lang'>;

export interface SmartIdSigningRouterOptions extends PageOptions {
  signing: SmartIdSigning;
  /**
   * Decides whether this visitor may sign this, and who is asked: `{ signer: { documentNumber } }` of the person who is
   * logged in, or `{}` for whoever scans the code. Returns nothing where there is nothing for this visitor to sign. The page
   * asks when it is opened, too, so this must change nothing.
   * @param reference what the page was opened with, as `?reference=`; anybody can write anything there.
   * @param language of the page, for `interactions`.
   */
  start(req: Request, reference: string | undefined, language: string): Start | undefined | Promise<Start | undefined>;
  /** Keeps what was signed, after which the person is sent on. */
  signed(signature: SmartIdSignature, req: Request): unknown;
  /** Offers a push too, where `start` names a signer. Default `false`. */
  notification?: boolean;
}

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function smartIdSigningRouter(options: SmartIdSigningRouterOptions): Router {
  const { signing, start, signed, successRedirect = '/', notification = false } = options ?? {};
  if (typeof signing?.start !== 'function') throw new SmartIdInputError('signing', 'must be a SmartIdSigning.');
  if (typeof start !== 'function') throw new SmartIdInputError('start', 'must be a function.');
  if (typeof signed !== 'function') throw new SmartIdInputError('signed', 'must be a function.');
  checkPageOptions(options, ['signing', 'start', 'signed'], 'smartIdSigningRouter');
  const words = new SiteWords(options.words, options.language);
  const finish = signing.finish();
  return pageRoutes({
    what: 'signing',
    options,
    words,
    siteName: signing.siteName,
    clock: signing.clock,
    content: signingContent,
    async offersPush(req) {
      if (!notification) return false;
      return (await start(req, shortText(req.query.reference), words.languageFor(req)))?.signer !== undefined;
    },
    isDone: (req, id) => doneAttempt(req, id) !== undefined,
    start: startIfAllowed(options, words),
    cancel: signing.cancel(),
    status: signing.status(),
    updates: (show) => signing.updates(show),
    finish: (req, res, next) => {
      void finish(req, res, (error?: unknown) => {
        if (error instanceof SmartIdSigningError) {
          return answerFailedFinish(req, res, error, { isLoggedIn: false, successRedirect });
        }
        if (error) return next(error);
        const signature = req.smartIdSignature as SmartIdSignature;
        Promise.resolve()
          .then(() => rememberWhenDone(req, signature, () => signed(signature, req)))
          .then(() => res.redirect(signature.returnTo ?? successRedirect))
          .catch(next);
      });
    },
  });
}

function startIfAllowed(
  { signing, start, notification = false }: SmartIdSigningRouterOptions,
  words: SiteWords,
): RequestHandler {
  return (req, res, next) => {
    const { reference, returnTo, ...wish } = (req.body ?? {}) as Record<string, unknown>;
    const known = shortText(reference);
    Promise.resolve()
      .then(() => {
        const language = words.languageFor(req);
        const { linkLanguage, signing: texts } = words.of(language);
        return Promise.resolve(start(req, known, language)).then((allowed) => {
          if (!allowed && isForm(req)) return backToPage(req, res, { notice: 'nothingToSign' });
          if (!allowed) return void res.status(404).json({ error: texts.nothingToSign });
          const flow = flowOffered(wish.flow, notification && allowed.signer !== undefined);
          const way = { flow, reference: known, returnTo: isPathOfSite(returnTo) ? returnTo : undefined };
          return signing.start({ lang: linkLanguage, ...allowed, ...way })(req, res, next);
        });
      })
      .catch(next);
  };
}
