/** The part of the pages for whoever gets stuck: what goes wrong most often, and the site's links to more. */

import { attributesOf, escapeHtml } from './html.js';
import type { Words } from './words.js';

/** Each is a path of the site, or a URL of `https:`, `mailto:` or `tel:`. */
export interface HelpLinks {
  /** What Smart-ID is. */
  learnMore?: string;
  /** How to update the app: versions before 29 do not know these QR codes and links. */
  updateApp?: string;
  /** How to get an account. */
  createAccount?: string;
  /** How to reach people who help. */
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

/** A link with a space before it. It opens in a tab of its own, so that the attempt goes on in this one. */
function link(address: string | undefined, text: string): string {
  if (address === undefined) return '';
  return ` <a${attributesOf({ href: address, target: '_blank', rel: 'noopener' })}>${escapeHtml(text)}</a>`;
}
