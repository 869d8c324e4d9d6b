/** A site with one of the ready-made pages, mounted below a path, and the tests that every such page has to pass. */

import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import type { SmartIdSigningOptions } from 'passport-smart-id';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../lib/simulator/index.js';
import { type Answer, Browser } from '../support/site.js';

/** What the strategy and the signing are told of the simulator. */
type SmartIdOptions = Pick<
  SmartIdSigningOptions,
  'environment' | 'relyingPartyUUID' | 'relyingPartyName' | 'trustAnchors' | 'callbackURL'
>;

export interface PageSite {
  browser: Browser;
  origin: string;
  /** What reached the site's own error handler. */
  errors: Error[];
}

export interface PageSites {
  /** Where the page is mounted. */
  base: string;
  readonly simulator: Simulator;
  /** A new site, which is closed after the test. */
  start(mount: (app: Express, smartId: SmartIdOptions) => void): PageSite;
  begin(browser: Browser, body?: object): Promise<Answer>;
  /** Posts the form of the page, as a browser does. */
  submit(browser: Browser, id: string): Promise<globalThis.Response>;
  /** The same, and gives where it leads, without the id of the attempt that the page is told of. */
  finish(browser: Browser, id: string): Promise<string | null>;
}

/** For the tests of the `describe` that calls it. */
export function usePageSites(base: string, options: SimulatorOptions = { notificationDelayMs: 10 }): PageSites {
  let simulator: Simulator;
  const closers: (() => void)[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0, ...options });
  });
  afterEach(() => {
    for (const close of closers.splice(0)) close();
  });
  after(() => simulator.close());

  async function submit(browser: Browser, id: string): Promise<globalThis.Response> {
    const response = await fetch(`${browser.origin}${base}/finish`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: await browser.cookies(), origin: browser.origin, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ id }),
    });
    for (const cookie of response.headers.getSetCookie()) await browser.jar.setCookie(cookie, browser.origin);
    return response;
  }

  return {
    base,
    get simulator() {
      return simulator;
    },
    start(mount) {
      const app = express();
      const server = app.listen(0);
      closers.push(() => {
        server.close();
        server.closeAllConnections();
      });
      const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
      const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
      const callbackURL = `${origin}${base}/callback`;
      const errors: Error[] = [];
      app.use(session({ secret: 'test', resave: false, saveUninitialized: false }));
      mount(app, { environment, relyingPartyUUID, relyingPartyName, trustAnchors, callbackURL });
      app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
        errors.push(error);
        res.status(500).send("The site's own words.");
      });
      return { browser: new Browser(origin), origin, errors };
    },
    begin: (browser, body = {}) => browser.post(`${base}/start`, body),
    submit,
    finish: async (browser, id) => {
      const location = (await submit(browser, id)).headers.get('location');
      return location?.replace(`&id=${encodeURIComponent(id)}`, '') ?? null;
    },
  };
}

interface PageUnderTest {
  sites: PageSites;
  /** A site with the page, which leads to `/home` afterwards. */
  open: () => PageSite;
  /** The router, with options that make no sense. */
  make: (options: object) => unknown;
  /** What the page says of a failure that it has no words for. */
  unknownFailure: string;
}

export function itIsReadyMadePage({ sites, open, make, unknownFailure }: PageUnderTest): void {
  const { base, begin } = sites;
  const startWith = async (origin: string, headers: Record<string, string>, body = '{}') =>
    fetch(`${origin}${base}/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });

  it('has a strict policy, is not kept, and asks for nothing from elsewhere', async () => {
    const { origin } = open();
    const response = await fetch(`${origin}${base}/`);
    expect(response.headers.get('content-security-policy'))
      .to.match(/^default-src 'none'/)
      .and.not.contain('unsafe');
    expect(response.headers.get('cache-control')).to.equal('no-store');
    expect(response.headers.get('referrer-policy')).to.equal('same-origin');
    expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
    const html = await response.text();
    expect(html).to.not.match(/<style|style=|<script(?! type="module" src=)|\son[a-z]+=|https?:/);
  });

  it('is led to its folder, with its query, so that relative addresses work', async () => {
    const { origin } = open();
    const response = await fetch(`${origin}${base}?returnTo=/x`, { redirect: 'manual' });
    expect(response.headers.get('location')).to.equal(`./${base.replace(/.*\//, '')}/?returnTo=/x`);
    expect((await fetch(`${origin}${base}?returnTo=/x`)).status).to.equal(200);
  });

  it('takes no address for one of its own that handlers of the site before it have taken for another one', async () => {
    const { origin } = open();
    const statusOf = (path: string) =>
      new Promise((resolve, reject) => {
        // As it is written here: fetch would send it in another form.
        const asked = request({ ...urlToHttpOptions(new URL(origin)), path });
        asked.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
        asked.end();
      });
    expect(await statusOf(`${base}/status?id=any`)).to.equal(200);
    expect(await statusOf(`${origin}${base}/status?id=any`)).to.equal(200);
    for (const path of ['/x/../status?id=any', '/./status?id=any', '//elsewhere/status?id=any', '//']) {
      expect([path, await statusOf(`${base}${path}`)]).to.deep.equal([path, 404]);
    }
  });

  it('has its files and no others, which are kept for as long as they are the same', async () => {
    const { origin } = open();
    const html = await (await fetch(`${origin}${base}/`)).text();
    const folder = /assets\/[0-9a-f]+(?=\/attempt\.js)/.exec(html)?.[0];
    let size = gzipSync(html).length;
    const names = [...html.matchAll(/(?:href|src)="assets\/[0-9a-f]+\/([^"]+)"/g)].map(([, name]) => name as string);
    expect(names).to.have.length(12).and.include.members(['attempt.css', 'attempt.js', 'qr-encoder.js']);
    for (const name of names) {
      const type = name.endsWith('.css') ? 'text/css' : 'text/javascript';
      const response = await fetch(`${origin}${base}/${folder}/${name}`);
      expect([response.status, response.headers.get('content-type')?.split(';')[0]], name).to.deep.equal([200, type]);
      expect(response.headers.get('cache-control')).to.contain('immutable');
      const text = await response.text();
      expect(text, name).not.to.contain('sourceMappingURL');
      size += gzipSync(text).length;
      const old = await fetch(`${origin}${base}/assets/0123456789ab/${name}`);
      expect([old.status, old.headers.get('cache-control')], name).to.deep.equal([200, 'no-cache']);
    }
    console.log(`      the page with its script and style: ${size} bytes, compressed by gzip`);
    expect(size, 'bytes, compressed').to.be.below(30_000);
    for (const name of [
      'login-router.js',
      '..%2flogin-router.js',
      '../login-router.js',
      'attempt.js.map',
      'toString',
    ]) {
      expect((await fetch(`${origin}${base}/${folder}/${name}`)).status, name).to.equal(404);
    }
  });

  it('shows a message of its own for any code in its address, and never what is in the address', async () => {
    const { origin } = open();
    for (const failed of ['<script>alert(1)</script>', 'toString', '__proto__', 'x'.repeat(500)]) {
      const html = await (await fetch(`${origin}${base}/?failed=${encodeURIComponent(failed)}`)).text();
      expect(html).to.contain(unknownFailure).and.not.contain('alert(1)');
    }
    for (const query of ['failed=a&failed=b', 'failed[a]=b', 'other=<script>']) {
      const html = await (await fetch(`${origin}${base}/?${query}`)).text();
      expect(html).to.contain('<p id="message" role="status" hidden></p>').and.not.contain('<script>');
    }
  });

  it('never leads to another site', async () => {
    const { origin } = open();
    for (const returnTo of ['https://evil.example/', '//evil.example', '/\\evil.example', '/\t/evil.example', 'x']) {
      const html = await (await fetch(`${origin}${base}/?returnTo=${encodeURIComponent(returnTo)}`)).text();
      expect(html).to.contain('data-next="/home"').and.not.contain('data-return-to').and.not.contain('evil');
    }
    const html = await (await fetch(`${origin}${base}/?returnTo=${encodeURIComponent('/a"><b>')}`)).text();
    expect(html).to.contain('data-next="/a&#34;&#62;&#60;b&#62;"');
  });

  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ] as Record<string, string>[]) {
    it(`refuses a start and a finish from elsewhere: ${JSON.stringify(headers)}`, async () => {
      const { origin } = open();
      for (const path of ['start', 'finish']) {
        const refuse = async (type: string, body: string) => {
          const init = { method: 'POST', headers: { 'content-type': type, ...headers }, body };
          const response = await fetch(`${origin}${base}/${path}`, init);
          expect(response.status).to.equal(403);
          return response.text();
        };
        expect(await refuse('application/json', '{}')).to.match(/^\{"error":/);
        const html = await refuse('application/x-www-form-urlencoded', 'id=x&returnTo=/planted&reference=planted');
        expect(html)
          .to.match(/role="status">That request did not come from this page, so nothing was done/)
          .and.contain('href="./?lang=en"')
          .and.not.contain('planted');
      }
    });
  }

  it('answers a form by the page, whatever was wrong with it', async () => {
    const { browser, origin, errors } = open();
    const answer = async (path: string, body: string) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', cookie: await browser.cookies() };
      const response = await fetch(`${origin}${base}/${path}`, { method: 'POST', headers, body });
      return [response.status, /role="status">([^<]*)</.exec(await response.text())?.[1]];
    };
    for (const [path, body, status] of [
      ['start', 'flow=none', 400],
      ['start', `flow=${'x'.repeat(9000)}`, 413],
      ['start', 'flow=a&flow=b', 400],
      ['finish', `id=${'x'.repeat(9000)}`, 413],
    ] as const) {
      expect(await answer(path, body), `${path} ${body.slice(0, 20)}`).to.deep.equal([status, unknownFailure]);
    }
    expect(errors).to.deep.equal([]);
  });

  it('says how long to wait when one browser starts too often', async () => {
    const { browser, origin } = open();
    for (let count = 0; count < 30; count++) expect((await begin(browser)).status).to.equal(200);
    const response = await startWith(origin, { cookie: await browser.cookies() });
    expect(response.status).to.equal(429);
    expect(Number(response.headers.get('retry-after'))).to.be.within(1, 300);
    expect(await response.json()).to.have.keys(['error']);
  });

  it('reads no body that is larger than it can be, and none that makes no sense', async () => {
    const { browser, origin, errors } = open();
    expect((await begin(browser, { padding: 'x'.repeat(9000) })).status).to.equal(413);
    expect((await sites.submit(browser, 'x'.repeat(9000))).status).to.equal(413);
    const malformed = await startWith(origin, {}, '{');
    expect([malformed.status, await malformed.json()]).to.deep.equal([
      400,
      { error: 'The body of the request cannot be read.' },
    ]);
    expect(errors).to.deep.equal([]);
  });

  it('says what is wrong with a status request, and that an attempt is not there', async () => {
    const { browser, errors } = open();
    for (const query of ['', '?id=', '?id=a&id=b', '?id[a]=b', `?id=${'x'.repeat(1000)}`]) {
      const { status, body } = await browser.get(`${base}/status${query}`);
      expect([status, body.field]).to.deep.equal([400, 'id']);
    }
    const { body } = await browser.get(`${base}/status?id=nobody-knows-it`);
    expect(body).to.include({ id: 'nobody-knows-it', state: 'failed', code: 'no_attempt' });
    expect(body.message).to.match(/^There is no .+ here any more\. Please try again\.$/);
    expect(errors).to.deep.equal([]);
  });

  for (const [field, value] of [
    ['successRedirect', ''],
    ['successRedirect', 7],
    ['successRedirect', null],
    ['notification', 'yes'],
    ['notification', null],
  ] as const) {
    it(`cannot be made with the ${field} ${JSON.stringify(value)}`, () => {
      expect(() => make({ [field]: value })).to.throw(new RegExp(`^${field} must be `));
    });
  }
}
