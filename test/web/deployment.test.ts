/** What the ready-made pages tell the site's log of where they are mounted, when the first login or signing begins. */

import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { usePageSites } from './page-site.js';
import { startLogin, startSigning } from './sites.js';

describe('The callback URL of a page', () => {
  const sites = usePageSites('/smart-id');
  const warnings: (Error & { code?: string })[] = [];
  const note = (warning: Error) => warnings.push(warning);

  /** What was told before in this process, by the built package, however this file was loaded. */
  const told: Set<string>[] = [];
  before(async () => {
    const built = createRequire(import.meta.url)
      .resolve('passport-smart-id')
      .replace(/index\.js$/, 'shared/warnings.js');
    told.push(createRequire(import.meta.url)(built).warned, (await import(pathToFileURL(built).href)).warned);
  });
  beforeEach(() => {
    for (const warned of told) warned.clear();
    warnings.length = 0;
    process.on('warning', note);
  });
  afterEach(() => process.removeListener('warning', note));

  it('is told once to lead elsewhere than to the page, by a login or a signing', async () => {
    const callbackURL = 'http://localhost:3000/login/callback';
    const { browser } = startLogin(sites, {}, { strategy: { callbackURL } });
    const { body } = await sites.begin(browser);
    expect(body.state).to.equal('running');
    await sites.begin(startSigning(sites, {}, { signing: { callbackURL } }).browser);
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings.map(({ code }) => code)).to.deep.equal(['SMART_ID_CALLBACK_PATH']);
    expect(warnings[0]?.message).to.match(/return to \/login\/callback.*at \/smart-id\/callback/);
  });

  it('is not spoken of where it leads to the page, with or without a slash at its end', async () => {
    for (const end of ['callback', 'callback/']) {
      const { browser } = startLogin(sites, {}, { strategy: { callbackURL: `http://localhost:3000/smart-id/${end}` } });
      await sites.begin(browser);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(warnings).to.deep.equal([]);
  });
});
