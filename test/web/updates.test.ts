/** Live updates as the pages get them: with words, and with what only the site knows of an attempt that is not there any more. */

import { expect } from 'chai';
import { wordsOf } from '../../lib/web/resolve-words.js';
import { type Language, languages } from '../../lib/web/words.js';
import { EventStream } from '../support/event-stream.js';
import { otherSignature } from '../support/faults.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import { Browser } from '../support/site.js';
import { type PageSite, type PageSites, usePageSites } from './page-site.js';
import { startLogin, startSigning } from './sites.js';

const refusing = 'PNOEE-30403039917-MOCK-Q';
const unknownId = 'A'.repeat(22);

function useStreams({ base }: PageSites) {
  const streams: EventStream[] = [];
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.leave();
  });
  return async (browser: Browser, query: Record<string, string>, headers?: Record<string, string>) => {
    const stream = await EventStream.open(browser, `${base}/updates?${new URLSearchParams(query)}`, { headers });
    streams.push(stream);
    return stream;
  };
}

/** What both ways tell of an attempt. */
function useTold({ base }: PageSites, listen: ReturnType<typeof useStreams>) {
  return async (browser: Browser, id: string): Promise<unknown> => {
    const { body } = await browser.get(`${base}/status?id=${id}`);
    const stream = await listen(browser, { id });
    delete body.expiresInMs;
    expect(await stream.next()).to.deep.equal(body);
    return [body.state, body.code];
  };
}

function itIsLive(
  sites: PageSites,
  listen: ReturnType<typeof useStreams>,
  open: () => PageSite,
  failuresOf: (language: Language) => Record<string, string>,
): void {
  const { base, begin } = sites;

  it('show what the status shows while an attempt is running', async () => {
    const { browser } = open();
    const { body } = await begin(browser);
    const stream = await listen(browser, { id: body.id });
    expect(stream.headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    expect(stream.headers['cache-control']).to.equal('no-store, no-transform');
    expect(stream.headers['content-security-policy']).to.contain("default-src 'none'");
    const view = await stream.next();
    const { body: status } = await browser.get(`${base}/status?id=${body.id}`);
    expect(view).to.not.have.property('expiresInMs');
    for (const answer of [status, body]) expect(answer.expiresInMs).to.be.within(100_000, 120_000);
    for (const shown of [view, status, body]) {
      delete shown.qrLink;
      delete shown.expiresInMs;
    }
    expect(view).to.deep.equal(status);
    expect(view).to.deep.equal(body);
    expect(view).to.not.have.property('message');
  });

  for (const language of languages) {
    it(`say what went wrong in the language of the page: ${language}`, async () => {
      const { browser } = open();
      const { body } = await begin(browser);
      const stream = await listen(browser, { id: body.id, lang: language });
      await stream.next();
      await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber: refusing });
      const view = await stream.end();
      expect(view).to.include({ state: 'failed', code: 'not_completed' });
      expect(view.message).to.equal(failuresOf(language).not_completed);
      const { body: status } = await browser.get(`${base}/status?id=${body.id}&lang=${language}`);
      delete status.expiresInMs;
      expect(status).to.deep.equal(view);
      const gone = await listen(browser, { id: unknownId, lang: language });
      expect(await gone.next()).to.deep.equal({
        id: unknownId,
        state: 'failed',
        code: 'no_attempt',
        message: failuresOf(language).no_attempt,
      });
    });
  }

  it('say it in the language of the browser otherwise', async () => {
    const { browser } = open();
    for (const [headers, query, language] of [
      [{ 'accept-language': 'xx, lv;q=0.5, et;q=0.1' }, {}, 'lv'],
      [{ 'accept-language': 'lv' }, { lang: 'ru' }, 'ru'],
      [{ 'accept-language': 'lv' }, { lang: 'toString' }, 'lv'],
      [{}, {}, 'en'],
    ] as const) {
      const stream = await listen(browser, { id: unknownId, ...query }, headers);
      expect((await stream.next()).message).to.equal(failuresOf(language).no_attempt);
    }
  });

  it('name the id that is missing or makes no sense, without the error handler of the site', async () => {
    const { browser, errors } = open();
    for (const query of ['', '?id=', '?id=a&id=b', `?id=${'x'.repeat(201)}`]) {
      const { status, body } = await browser.get(`${base}/updates${query}`);
      expect([status, body.field]).to.deep.equal([400, 'id']);
    }
    expect(errors).to.deep.equal([]);
  });

  it('refuse the eleventh for one attempt, without the error handler of the site', async () => {
    const { browser, errors, origin } = open();
    const { body } = await begin(browser);
    for (let count = 0; count < 10; count++) await listen(browser, { id: body.id });
    const response = await fetch(`${origin}${base}/updates?id=${body.id}`, {
      headers: { cookie: await browser.cookies() },
    });
    expect([response.status, response.headers.get('retry-after')]).to.deep.equal([429, '1']);
    expect(await response.json()).to.have.keys(['error']);
    expect(errors).to.deep.equal([]);
  });
}

describe('Live updates of the login page', () => {
  const sites = usePageSites('/deep/login');
  const { begin, finish, submit } = sites;
  const listen = useStreams(sites);
  const open = () => startLogin(sites);
  itIsLive(sites, listen, open, (language) => wordsOf[language].loginFailures);

  const told = useTold(sites, listen);

  it('say that a login is done which another tab has finished', async () => {
    const { browser } = open();
    const { body } = await begin(browser);
    const inOtherTab = await listen(browser, { id: body.id });
    await inOtherTab.next();
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
    expect((await inOtherTab.end()).state).to.equal('ready');
    expect(await finish(browser, body.id)).to.equal('/home');
    const stream = await listen(browser, { id: body.id });
    expect(await stream.next()).to.deep.equal({ id: body.id, state: 'done' });
    expect(await told(browser, body.id)).to.deep.equal(['done', undefined]);
  });

  it('say so after a return from the app, and not any more after a logout', async () => {
    const { browser } = open();
    const { body } = await begin(browser);
    const inOtherTab = await listen(browser, { id: body.id });
    await inOtherTab.next();
    const callback = await callbackAfter(sites.simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
    expect((await inOtherTab.end()).state).to.equal('callback');
    expect((await browser.get(pathOf(callback))).status).to.equal(302);
    expect(await told(browser, body.id)).to.deep.equal(['done', undefined]);
    await browser.get('/end');
    expect(await told(browser, body.id)).to.deep.equal(['failed', 'no_attempt']);
  });

  it('do not say so of a login that failed in another tab, nor in another browser', async () => {
    const { browser, origin } = open();
    const { body } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber: refusing });
    await submit(browser, body.id);
    expect(await told(browser, body.id)).to.deep.equal(['failed', 'no_attempt']);
    const { body: second } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: second.qrLink, flowType: 'QR' });
    await submit(browser, second.id);
    const other = new Browser(origin);
    await begin(other);
    expect(await told(other, second.id)).to.deep.equal(['failed', 'no_attempt']);
  });

  it('do not say so of a login that goes on or can be finished, whoever is logged in', async () => {
    const { browser } = open();
    const { body: first } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: first.qrLink, flowType: 'QR' });
    await submit(browser, first.id);
    const { body } = await begin(browser);
    const stream = await listen(browser, { id: body.id });
    expect((await stream.next()).state).to.equal('running');
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber: refusing });
    expect(await stream.end()).to.include({ state: 'failed', code: 'not_completed' });
  });
});

describe('Live updates of the signing page', () => {
  const sites = usePageSites('/deep/sign');
  const { base, begin, finish, submit } = sites;
  const listen = useStreams(sites);
  const open = () => startSigning(sites);
  // Whoever scans the code signs, or refuses.
  const openForAnybody = () => startSigning(sites, { start: () => ({}) });
  itIsLive(sites, listen, openForAnybody, (language) => wordsOf[language].signingFailures);

  const told = useTold(sites, listen);
  async function confirmed(browser: Browser, documentNumber?: string): Promise<string> {
    const { body } = await begin(browser);
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR', documentNumber });
    return body.id;
  }

  it('show both steps where the person chooses the certificate', async () => {
    const { browser } = openForAnybody();
    const { body } = await begin(browser);
    const stream = await listen(browser, { id: body.id });
    expect(await stream.next()).to.include({ state: 'running', step: 'certificate' });
    await usePhone(sites.simulator, { deviceLink: body.qrLink, flowType: 'QR' });
    expect(await stream.end()).to.include({ state: 'ready', step: 'signature' });
    expect(await finish(browser, body.id)).to.equal('/home');
  });

  it('say that a signature is done, by whatever way, for as many as can be open', async () => {
    const { browser, signatures } = open();
    const ids: string[] = [];
    for (let count = 0; count < 5; count++) {
      const id = await confirmed(browser);
      ids.push(id);
      expect(await finish(browser, id)).to.equal('/home');
      expect(await told(browser, id)).to.deep.equal(['done', undefined]);
    }
    const { body } = await begin(browser);
    const callback = await callbackAfter(sites.simulator, { deviceLink: body.web2AppLink, flowType: 'Web2App' });
    expect((await browser.get(pathOf(callback))).status).to.equal(302);
    ids.push(body.id);
    for (const [index, id] of ids.entries()) {
      expect(await told(browser, id)).to.deep.equal(index === 0 ? ['failed', 'no_attempt'] : ['done', undefined]);
    }
    expect(signatures.map(({ id }) => id)).to.deep.equal(ids);
  });

  it('do not say so of any other attempt, or to another browser', async () => {
    const { browser, origin } = open();
    const id = await confirmed(browser);
    await submit(browser, id);
    expect(await told(browser, unknownId)).to.deep.equal(['failed', 'no_attempt']);
    const other = new Browser(origin);
    await begin(other);
    expect(await told(other, id)).to.deep.equal(['failed', 'no_attempt']);
  });

  it('do not say so where the person refused', async () => {
    const { browser, signatures } = openForAnybody();
    const id = await confirmed(browser, refusing);
    await browser.settled(id, `${base}/status`);
    expect(await told(browser, id)).to.deep.equal(['failed', 'not_completed']);
    await submit(browser, id);
    expect(await told(browser, id)).to.deep.equal(['failed', 'no_attempt']);
    expect(signatures).to.deep.equal([]);
  });

  it('do not say so where the answer did not verify', async () => {
    const { browser } = open();
    sites.simulator.faults.add({
      on: 'session',
      times: 1,
      tamper: otherSignature,
    });
    const id = await confirmed(browser);
    expect(await finish(browser, id)).to.equal('./?failed=not_verified');
    expect(await told(browser, id)).to.deep.equal(['failed', 'no_attempt']);
  });

  it('do not say so where the site could not keep it', async () => {
    const { browser, errors } = startSigning(sites, { signed: () => Promise.reject(new Error('The disk is full.')) });
    const id = await confirmed(browser);
    expect((await submit(browser, id)).status).to.equal(500);
    expect(errors).to.have.length(1);
    // The same finish may be tried again.
    expect(await told(browser, id)).to.deep.equal(['ready', undefined]);
  });

  it('do not say so before the site has kept it', async () => {
    let release = () => {};
    let isReached = () => {};
    const reached = new Promise<void>((resolve) => {
      isReached = resolve;
    });
    const { browser } = startSigning(sites, {
      signed: () => {
        isReached();
        return new Promise<void>((resolve) => {
          release = resolve;
        });
      },
    });
    const id = await confirmed(browser);
    const finishing = finish(browser, id);
    await reached;
    expect(await told(browser, id)).to.deep.equal(['failed', 'no_attempt']);
    release();
    expect(await finishing).to.equal('/home');
    expect(await told(browser, id)).to.deep.equal(['done', undefined]);
  });

  describe('remember what is done without undoing what happened to the session meanwhile', () => {
    /** A signing whose keeping takes as long as the test likes. */
    async function whileKept(happens: (browser: Browser) => Promise<unknown>, keep: (req: any) => void = () => {}) {
      let release = () => {};
      const kept = new Promise<void>((resolve) => {
        release = resolve;
      });
      let isReached = () => {};
      const reached = new Promise<void>((resolve) => {
        isReached = resolve;
      });
      const { browser } = startSigning(sites, {
        signed: async (_signature, req) => {
          isReached();
          await kept;
          keep(req);
        },
      });
      await browser.get('/colour?is=red');
      const id = await confirmed(browser);
      const finishing = finish(browser, id);
      await reached;
      await happens(browser);
      release();
      expect(await finishing).to.equal('/home');
      return { browser, id };
    }

    it('where another request has changed it', async () => {
      const { browser, id } = await whileKept((who) => who.get('/colour?is=blue'));
      expect((await browser.get('/colour')).body).to.equal('blue');
      expect(await told(browser, id)).to.deep.equal(['done', undefined]);
    });

    it('where it has ended', async () => {
      let cookies = '';
      const { browser } = await whileKept(async (who) => {
        cookies = await who.cookies();
        await who.get('/end');
      });
      const response = await fetch(`${browser.origin}/colour`, { headers: { cookie: cookies } });
      expect(await response.json()).to.equal(null);
    });

    it('and what the site itself keeps in it there is kept', async () => {
      const { browser, id } = await whileKept(
        async () => {},
        (req) => {
          req.session.colour = 'green';
        },
      );
      expect((await browser.get('/colour')).body).to.equal('green');
      expect(await told(browser, id)).to.deep.equal(['done', undefined]);
    });
  });
});
