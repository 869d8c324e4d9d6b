/** The ways in which browsers reach a site. What they send along, and what they allow pages, depends on it. */

export interface Host {
  /** In titles of tests. */
  name: string;
  scheme: 'http' | 'https';
  hostname: string;
  /**
   * Whether the headers `Sec-Fetch-*` get lost on the way, as if the browser sent none: Safari has them since version
   * 16.4.
   */
  isWithoutFetchMetadata?: true;
  /** Why the app cannot return to the site on its own: what needs that is left out here. */
  whyWithoutReturn?: string;
}

export const hosts = [
  { name: 'http on localhost', scheme: 'http', hostname: 'localhost' },
  // Browsers do not count it as secure: they send no `Sec-Fetch-*` there, and pages have neither locks nor
  // cryptography.
  {
    name: 'http on another host',
    scheme: 'http',
    hostname: 'plain.test',
    whyWithoutReturn: 'a callback URL is of https, or of this machine',
  },
  { name: 'https', scheme: 'https', hostname: 'shop.test' },
  {
    name: 'https without Sec-Fetch headers',
    scheme: 'https',
    hostname: 'older.test',
    isWithoutFetchMetadata: true,
  },
] as const satisfies Host[];
