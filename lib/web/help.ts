/** The part of the pages for whoever gets stuck: what goes wrong most often, and the site's links to more. */

import { attributesOf, escapeHtml } from './html.js';
import type { Words } from './words.js';

/** Addresses: paths of the site, https, and for `contact` also `mailto:` and `tel:`. */
export interface HelpLinks {
  /** What Smart-ID is. */
  learnMore?: string;
  /** How to update the app: versions before 29 know no QR codes and links of this kind. */
  updateApp?: string;
  /** How to get an account. */
  createAccount?: string;
  /** Who helps. */
  contact?: string;
}

/** @param siteName as the app shows it. */
export function helpContent({ page }: Words, links: HelpLinks, siteName: string): string {
  const items = [
    escapeHtml(page.helpApp) + link(links.updateApp, page.updateApp),
    escapeHtml(page.helpCamera),
    escapeHtml(page.helpAccount) + link(links.createAccount, page.createAccount),
    escapeHtml(page.helpName.replaceAll('{name}', () => siteName)),
  ];
  const more = [link(links.learnMore, page.learnMore), link(links.contact, page.contact)].filter((each) => each !== '');
  return `<details id="help">
<summary>${escapeHtml(page.help)}</summary>
<ul>${[...items, ...more].map((item) => `<li>${item}</li>`).join('')}</ul>
</details>`;
}

/** In a tab of its own, so that the attempt goes on; with a blank before it. */
function link(address: string | undefined, text: string): string {
  if (address === undefined) return '';
  return ` <a${attributesOf({ href: address, target: '_blank', rel: 'noopener' })}>${escapeHtml(text)}</a>`;
}
