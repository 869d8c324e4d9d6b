/** The signing page and its routes, to be mounted by a site: `app.use('/sign', smartIdSigningRouter({ signing, start, signed }))`. */

import type { Request, RequestHandler, Router } from 'express';
import { isPathOfSite } from '../attempt/options.js';
import { shortText } from '../attempt/parameters.js';
import { SmartIdInputError, SmartIdSigningError } from '../errors.js';
import { visibleCode } from '../outcome.js';
import type { SmartIdSignature } from '../signing/finish.js';
import type { SigningStartOptions } from '../signing/options.js';
import type { SmartIdSigning } from '../signing/signing.js';
import { signingPage } from './page.js';
import { checkPageOptions, flowOffered, pageRoutes, redirectToFailure } from './page-routes.js';

type Start = Pick<SigningStartOptions, 'signer' | 'interactions' | 'lang'>;

export interface SmartIdSigningRouterOptions {
  signing: SmartIdSigning;
  /**
   * Decides whether this visitor may sign this, and who is asked: `{ signer: { documentNumber } }` of the person who is
   * logged in, or `{}` for whoever scans the code. Returns nothing where there is nothing for this visitor to sign. The page
   * asks when it is opened, too, so this must change nothing.
   * @param reference what the page was opened with, as `?reference=`; anybody can write anything there.
   */
  start(req: Request, reference: string | undefined): Start | undefined | Promise<Start | undefined>;
  /** Keeps what was signed, after which the person is sent on. */
  signed(signature: SmartIdSignature, req: Request): unknown;
  /** Where a person goes afterwards when the page was not opened with `?returnTo=`. Default `/`. */
  successRedirect?: string;
  /** Offers a push too, where `start` names a signer. Default `false`. */
  notification?: boolean;
}

/** @throws SmartIdInputError naming the option that breaks a rule. */
export function smartIdSigningRouter(options: SmartIdSigningRouterOptions): Router {
  const { signing, start, signed, successRedirect = '/', notification = false } = options ?? {};
  if (typeof signing?.start !== 'function') throw new SmartIdInputError('signing', 'must be a SmartIdSigning.');
  if (typeof start !== 'function') throw new SmartIdInputError('start', 'must be a function.');
  if (typeof signed !== 'function') throw new SmartIdInputError('signed', 'must be a function.');
  checkPageOptions(options);
  const finish = signing.finish();
  return pageRoutes({
    what: 'signing',
    successRedirect,
    async page(req, shown) {
      const reference = shortText(req.query.reference);
      const offersPush = notification && (await start(req, reference))?.signer !== undefined;
      return signingPage({ ...shown, notification: offersPush, reference });
    },
    start: startIfAllowed(signing, start, notification),
    status: signing.status(),
    finish: (req, res, next) => {
      void finish(req, res, (error?: unknown) => {
        if (error instanceof SmartIdSigningError) return sendBack(error, res);
        if (error) return next(error);
        const signature = req.smartIdSignature as SmartIdSignature;
        Promise.resolve()
          .then(() => signed(signature, req))
          .then(() => res.redirect(signature.returnTo ?? successRedirect))
          .catch(next);
      });
    },
  });
}

/** The page gets back what it was opened with, so that trying again is about the same thing. */
function sendBack({ code, reference, returnTo }: SmartIdSigningError, res: Parameters<RequestHandler>[1]): void {
  redirectToFailure(res, visibleCode(code), { ...(reference && { reference }), ...(returnTo && { returnTo }) });
}

function startIfAllowed(
  signing: SmartIdSigning,
  start: SmartIdSigningRouterOptions['start'],
  notification: boolean,
): RequestHandler {
  return (req, res, next) => {
    const { reference, returnTo, ...wish } = (req.body ?? {}) as Record<string, unknown>;
    const known = shortText(reference);
    Promise.resolve()
      .then(() => start(req, known))
      .then((allowed) => {
        if (!allowed) return void res.status(404).json({ error: 'There is nothing to sign here.' });
        const flow = flowOffered(wish.flow, notification && allowed.signer !== undefined);
        const way = { flow, reference: known, returnTo: isPathOfSite(returnTo) ? returnTo : undefined };
        return signing.start({ ...allowed, ...way })(req, res, next);
      })
      .catch(next);
  };
}
