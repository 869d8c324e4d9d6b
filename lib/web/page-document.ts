/**
 * Documents of the site that the signing page shows and gives. They are served from the site's own origin and may be
 * made by visitors, so that nothing in them may run there.
 */

import { create } from 'content-disposition';
import { answerHeaders } from '../attempt/answer-headers.js';
import { SmartIdInputError } from '../shared/errors.js';
import { policyHeader } from './headers.js';
import type { PageAnswer } from './page-request.js';

/** A document that the signing page shows before it is signed, or gives when it is. */
export interface PageDocument {
  /** The name of the file, such as `contract.pdf`: at most 255 characters, without folders and invisible characters. */
  name: string;
  /**
   * Such as `application/pdf`. A PDF, a text (`text/plain`, which is UTF-8 unless it says otherwise) and an image (PNG,
   * JPEG, GIF, WebP) open in the browser when they are looked at; all else is downloaded.
   */
  contentType: string;
  /** The bytes of the file. */
  content: Uint8Array;
}

/** Browsers change what a system does not take, such as `:`, when they save the file. */
const namePattern = /^(?!\.+$)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\]{1,255}$/u;
/** `charset` is the one parameter that the types of whole files have. */
const contentTypePattern = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:; ?charset=[\w.:+-]+)?$/;
/** Browsers show them and run nothing of them. An SVG image is a document with scripts. */
const shownTypes = new Set(['application/pdf', 'text/plain', 'image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** For what should not be looked at and is, or is taken for another type than it has. */
const documentPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox";
/** WebKit shows no PDF that is sandboxed. The viewer of the browser keeps what is in one from the site's origin. */
const pdfPolicy = "frame-ancestors 'none'";

/**
 * @param option that the site has given it by.
 * @throws SmartIdInputError naming the option and the rule that the document breaks.
 */
export function checkPageDocument(document: PageDocument, option: string): PageDocument {
  const { name, contentType, content } = (document ?? {}) as Partial<PageDocument>;
  if (typeof name !== 'string' || !namePattern.test(name)) {
    throw new SmartIdInputError(option, 'must have a name of 1 to 255 visible characters, without folders.');
  }
  if (typeof contentType !== 'string' || !contentTypePattern.test(contentType)) {
    throw new SmartIdInputError(option, 'must have a contentType such as application/pdf.');
  }
  if (!(content instanceof Uint8Array)) throw new SmartIdInputError(option, 'must have a content of bytes.');
  return { name, contentType, content };
}

/** Opened in the browser, where it is of a type that cannot do harm there. */
export function shownDocument(document: PageDocument): PageAnswer {
  return documentAnswer(document, shownTypes.has(mediaTypeOf(document)) ? 'inline' : 'attachment');
}

export function downloadedDocument(document: PageDocument): PageAnswer {
  return documentAnswer(document, 'attachment');
}

function documentAnswer(document: PageDocument, type: 'inline' | 'attachment'): PageAnswer {
  const { name, content } = document;
  const isShownPdf = type === 'inline' && mediaTypeOf(document) === 'application/pdf';
  return {
    status: 200,
    headers: {
      ...answerHeaders,
      'cache-control': 'private, no-store',
      'content-type': headerTypeOf(document),
      // Also for HEAD, which has no body to count.
      'content-length': String(content.byteLength),
      'content-disposition': create(name, { type }),
      'cross-origin-resource-policy': 'same-origin',
      [policyHeader]: isShownPdf ? pdfPolicy : documentPolicy,
    },
    keepsSitePolicy: false,
    body: content,
  };
}

function mediaTypeOf({ contentType }: PageDocument): string {
  return contentType.split(';', 1)[0]?.toLowerCase() ?? '';
}

/** Browsers guess the encoding of a text that does not say it, and what is shown must be what is signed. */
function headerTypeOf({ contentType }: PageDocument): string {
  return contentType.toLowerCase() === 'text/plain' ? 'text/plain; charset=utf-8' : contentType;
}
