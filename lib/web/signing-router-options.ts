/** What a site tells `smartIdSigningRouter`. */

import type { Request } from 'express';
import type { SmartIdSignature } from '../signing/finish.js';
import type { SigningStartOptions } from '../signing/options.js';
import type { SmartIdSigning } from '../signing/signing.js';
import type { PageDocument } from './page-document.js';
import type { PageOptionsOf } from './page-options.js';

/** Who is asked, and what the app shows. */
export type SigningRouterStart = Pick<SigningStartOptions, 'signer' | 'interactions' | 'lang'>;

/** One document, several, or nothing to show. */
export type DocumentsToShow = PageDocument | readonly PageDocument[] | undefined;

/** What the signing page is told. */
export interface SmartIdSigningRouterOptions extends PageOptionsOf<Request> {
  /** Whose signatures the page shows. */
  signing: SmartIdSigning;
  /**
   * Decides whether this visitor may sign this, and who is asked: `{ signer: { documentNumber } }` of the person who is
   * logged in, or `{}` for whoever scans the code. Returns nothing where there is nothing for this visitor to sign. The
   * page asks when it is opened, too, so this must change nothing.
   * @param reference what the page was opened with, as `?reference=`; anybody can write anything there.
   * @param language of the page, for `interactions`.
   */
  start(
    req: Request,
    reference: string | undefined,
    language: string,
  ): SigningRouterStart | undefined | Promise<SigningRouterStart | undefined>;
  /**
   * Keeps what was signed, after which the person is sent on. Where it throws, the error handler hears of it, and the
   * same finish may be tried again.
   */
  signed(signature: SmartIdSignature, req: Request): unknown;
  /**
   * What the visitor is about to sign: the page names each document and opens it in a tab of its own. It is called
   * where `start` returns something, when the page is opened and again when a document is, so give what will be signed,
   * and nothing else. Returns nothing where there is nothing to show.
   * @param reference as for `start`.
   * @default the page shows no documents
   */
  documentsToSign?(req: Request, reference: string | undefined): DocumentsToShow | Promise<DocumentsToShow>;
  /**
   * What was signed, as `signed` has kept it: the page then ends with its download and a button that goes on to
   * `returnTo` or `successRedirect`. It is called for the browser session that has signed alone, until that has logged
   * in or out, or has signed five more times. Returns nothing where there is nothing to give: then the page leads on at
   * once.
   * @param id of the signature, as in `SmartIdSignature`.
   * @default the page always leads on
   */
  signedDocument?(req: Request, id: string): PageDocument | undefined | Promise<PageDocument | undefined>;
  /**
   * Offers a push too, where `start` names a signer.
   * @default `false`
   */
  notification?: boolean;
}
