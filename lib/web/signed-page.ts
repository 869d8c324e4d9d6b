/** The page that a finished signing leads to, where the site gives the signed file. It needs no script. */

import { attributesOf, escapeHtml, parameters } from './html.js';
import { headOf, languageLinks, type PageContent, type PageFrame, siteLine } from './page.js';

/** What the page is told of one request. */
export interface SignedPageState extends PageFrame {
  /** Of the signing. */
  id: string;
  /** Of the signed file. */
  name: string;
  /** Where the person goes on to. */
  next: string;
}

export function signedContent(state: SignedPageState): PageContent {
  const { words, language, id, name, next } = state;
  const { signed, download } = words.signing;
  const body = `<div id="smart-id"${attributesOf({ lang: language })}>
${siteLine(state)}
<h1>${escapeHtml(signed)}</h1>
<a${attributesOf({ id: 'download', class: 'button', href: `signed-document?${parameters({ id })}` })}>${escapeHtml(download.replaceAll('{name}', () => name))}</a>
<a${attributesOf({ id: 'continue', class: 'button quiet', href: next })}>${escapeHtml(words.page.continue)}</a>
${languageLinks(state, (lang) => `signed?${parameters({ id, lang })}`)}
</div>`;
  return { language, title: signed, head: headOf(state), body };
}
