/**
 * The signing page and its routes, to be mounted by a site: `app.use('/sign', smartIdSigningRouter({ signing, start,
 * signed }))`.
 */

import type { Request, RequestHandler } from 'express';
import { checkCallbackPath } from '../attempt/callback-place.js';
import { checkFunction, namesOf } from '../attempt/check-options.js';
import { requireWebSession } from '../attempt/framework-session.js';
import { entryOf, shortText } from '../attempt/parameters.js';
import { isPathOfSite } from '../attempt/start-options.js';
import { SmartIdInputError, SmartIdSigningError } from '../shared/errors.js';
import type { SmartIdSignature } from '../signing/finish.js';
import { folderOfPage } from './answers.js';
import { doneAttempt, rememberWhenDone } from './done.js';
import { pagesHandler } from './express.js';
import { answerFailedFinish } from './failed-finish.js';
import { SiteWords } from './language.js';
import { offeredFlow } from './offered-flow.js';
import { signingContent } from './page.js';
import type { PageOptionsOf } from './page-options.js';
import { checkPageOptions } from './page-options.js';
import { type PageAnswer, type PageRequest, pathOf, redirectAnswer } from './page-request.js';
import { PageRoutes, signedAddress } from './page-routes.js';
import { documentToSign, offerFor, signedActions } from './signing-documents.js';
import type { SmartIdSigningRouterOptions } from './signing-router-options.js';

const ownNames = namesOf<Omit<SmartIdSigningRouterOptions, keyof PageOptionsOf<unknown>>>({
  signing: true,
  start: true,
  signed: true,
  documentsToSign: true,
  signedDocument: true,
  notification: true,
});

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function smartIdSigningRouter(options: SmartIdSigningRouterOptions): RequestHandler {
  const { signing, start, signed } = options ?? {};
  if (typeof signing?.start !== 'function') throw new SmartIdInputError('signing', 'must be a SmartIdSigning.');
  if (typeof start !== 'function') throw new SmartIdInputError('start', 'must be a function.');
  if (typeof signed !== 'function') throw new SmartIdInputError('signed', 'must be a function.');
  for (const name of ['documentsToSign', 'signedDocument'] as const) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  checkPageOptions(options, ownNames, 'smartIdSigningRouter');
  const words = new SiteWords(options.words, options.language);
  const pages = new PageRoutes<Request>(
    {
      what: 'signing',
      siteName: signing.siteName,
      clock: signing.clock,
      content: signingContent,
      offer: (request) => offerFor(options, words.languageFor(request), request),
      isDone: ({ site }, id) => doneAttempt(site, id) !== undefined,
      start: (request) => startIfAllowed(options, words, request),
      cancel: ({ site }, id) => signing.cancelOf(site, id),
      status: ({ site }, id) => signing.statusOf(site, id),
      listen: async ({ site }, id, createListener) => signing.listen(site, id, createListener),
      finish: (request) => finish(options, request),
      documentToSign:
        options.documentsToSign && ((request) => documentToSign(options, words.languageFor(request), request)),
      signed: signedActions(options),
    },
    options,
    words,
  );
  return pagesHandler(pages);
}

async function startIfAllowed(
  { signing, start, notification = false }: SmartIdSigningRouterOptions,
  words: SiteWords<Request>,
  request: PageRequest<Request>,
) {
  const { reference, returnTo, flow: wish } = request.body;
  const known = shortText(reference);
  const language = words.languageFor(request);
  checkCallbackPath(pathOf(request.originalUrl), request.path, signing.callbackURL);
  const allowed = await start(request.site, known, language);
  if (!allowed) return undefined;
  const flow = offeredFlow(wish, notification && allowed.signer !== undefined);
  const way = { flow, reference: known, returnTo: isPathOfSite(returnTo) ? returnTo : undefined };
  return signing.begin(request.site, { lang: words.of(language).linkLanguage, ...allowed, ...way });
}

async function finish(options: SmartIdSigningRouterOptions, request: PageRequest<Request>): Promise<PageAnswer> {
  const { signing, signed, signedDocument, successRedirect = '/' } = options;
  const { site: req } = request;
  /** Where this browser has finished an attempt: the page that gives what was signed, where there is one. */
  const ledTo = (id: string | undefined) => {
    const done = doneAttempt(req, id);
    if (!done || !signedDocument) return done;
    return { ...done, returnTo: `${folderOfPage(request.path)}/${signedAddress(done.id)}` };
  };
  const entry = entryOf(req);
  try {
    const keep = (signature: SmartIdSignature) => rememberWhenDone(req, signature, () => signed(signature, req));
    const { id, returnTo } = await signing.sign(req, keep);
    // A session that has ended meanwhile remembers nothing.
    return redirectAnswer(ledTo(id)?.returnTo ?? returnTo ?? successRedirect, 302);
  } catch (error) {
    if (!(error instanceof SmartIdSigningError)) throw error;
    const done = ledTo(entry?.id);
    const hasSession = requireWebSession(req).wasStored;
    return answerFailedFinish(request, error, { entry, done, isLoggedIn: false, hasSession, successRedirect });
  }
}
