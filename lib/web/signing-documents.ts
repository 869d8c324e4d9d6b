/** What the signing page shows before something is signed, and gives afterwards, as the site's own functions say. */

import type { Request } from 'express';
import { shortText } from '../attempt/parameters.js';
import { doneAttempt } from './done.js';
import { parameters } from './html.js';
import type { Offer } from './page.js';
import { checkPageDocument, type PageDocument } from './page-document.js';
import type { PageRequest } from './page-request.js';
import type { SignedActions } from './page-routes.js';
import type { SmartIdSigningRouterOptions } from './signing-router-options.js';

/** What the page that is asked for offers. The site is asked nothing where nothing depends on it. */
export async function offerFor(
  options: SmartIdSigningRouterOptions,
  language: string,
  { site, query }: PageRequest<Request>,
): Promise<Offer> {
  const { start, notification = false, documentsToSign } = options;
  if (!notification && !documentsToSign) return { offersPush: false };
  const reference = shortText(query.reference);
  const allowed = await start(site, reference, language);
  if (!allowed) return { offersPush: false };
  const documents = await documentsFor(options, site, reference);
  return {
    offersPush: notification && allowed.signer !== undefined,
    documents: documents.map(({ name }, index) => ({
      name,
      address: `document?${parameters({ reference, n: String(index) })}`,
    })),
  };
}

/** The document that the query names, where this visitor may sign it. */
export async function documentToSign(
  options: SmartIdSigningRouterOptions,
  language: string,
  { site, query }: PageRequest<Request>,
): Promise<PageDocument | undefined> {
  const reference = shortText(query.reference);
  const index = shortText(query.n) ?? '';
  if (!/^\d{1,4}$/.test(index) || !(await options.start(site, reference, language))) return undefined;
  return (await documentsFor(options, site, reference))[Number(index)];
}

/** Undefined where the site gives nothing. */
export function signedActions({
  signedDocument,
  successRedirect = '/',
}: SmartIdSigningRouterOptions): SignedActions<Request> | undefined {
  return (
    signedDocument && {
      nextAfter({ site }, id) {
        const done = doneAttempt(site, id);
        return done && (done.returnTo ?? successRedirect);
      },
      async document({ site }, id) {
        const document = doneAttempt(site, id) && (await signedDocument(site, id));
        return document && checkPageDocument(document, 'signedDocument');
      },
    }
  );
}

async function documentsFor(
  { documentsToSign }: SmartIdSigningRouterOptions,
  req: Request,
  reference: string | undefined,
): Promise<PageDocument[]> {
  const documents = (await documentsToSign?.(req, reference)) ?? [];
  return [documents].flat().map((document) => checkPageDocument(document, 'documentsToSign'));
}
