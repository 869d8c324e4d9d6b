/** The ways to log in, as a browser without scripts and a page's script take them; the same at a site of any kind. */

import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import type { Simulator } from '../../lib/simulator/index.js';
import { EventStream } from '../support/event-stream.js';
import { Visitor } from '../support/visitor.js';

/** A site that runs. Its login page is below `/login`, offers a push to everybody, and leads to `/private`. */
export interface RunningSite {
  origin: string;
  simulator: Simulator;
}

const loginPath = '/login';
const someone = { country: 'EE', personalCode: '40404040009' };
const headers = { 'accept-language': 'en' };

/** What one page sees of the login. */
class Script {
  readonly visitor: Visitor;

  constructor(
    readonly site: RunningSite,
    visitor?: Visitor,
  ) {
    this.visitor = visitor ?? new Visitor(site.origin, headers);
  }

  async start(body: object = {}) {
    const { status, body: view } = await this.visitor.post(`${loginPath}/start`, body);
    expect([status, view.state], JSON.stringify(view)).to.deep.equal([200, 'running']);
    return view;
  }

  async ready(id: string) {
    return this.visitor.settled(id, `${loginPath}/status`, 10_000);
  }

  /** The form that the script sends in the end. */
  finish(id: string) {
    return this.visitor.send(`${loginPath}/finish`, { id });
  }

  /** Where the app leads the browser. */
  async callback(view: object): Promise<URL> {
    const { callbackUrl = '' } = await this.site.simulator.phone.confirm(view, { sameDevice: true });
    const { pathname, search } = new URL(callbackUrl);
    return new URL(pathname + search, this.site.origin);
  }

  async isLoggedIn(): Promise<boolean> {
    const page = await this.visitor.open('/private');
    return page.status === 200 && page.url.pathname === '/private' && /TESTNUMBER|PNOEE/.test(page.html);
  }

  async expectLoggedIn(): Promise<void> {
    expect(await this.isLoggedIn(), 'whether somebody is logged in').to.equal(true);
  }

  async expectNobody(): Promise<void> {
    expect(await this.isLoggedIn(), 'whether somebody is logged in').to.equal(false);
  }
}

export type Way = (site: RunningSite) => Promise<void>;

export const ways: Readonly<Record<string, Way>> = {
  async 'QR code'(site) {
    const page = new Script(site);
    const opened = await page.visitor.open(loginPath);
    expect(opened.url.pathname).to.equal(`${loginPath}/`);
    expect(opened.headers.get('content-type')).to.equal('text/html; charset=utf-8');
    for (const address of [/href="([^"]+\.css)"/, /src="([^"]+\.js)"/].map((of) => of.exec(opened.html)?.[1] ?? '')) {
      const file = await page.visitor.open(new URL(address, opened.url));
      expect([file.status, file.headers.get('cache-control')]).to.deep.equal([
        200,
        'public, max-age=31536000, immutable',
      ]);
      expect(file.headers.get('content-type')).to.equal(
        `text/${address.endsWith('css') ? 'css' : 'javascript'}; charset=utf-8`,
      );
    }
    await page.expectNobody();
    const view = await page.start();
    await site.simulator.phone.confirm(view);
    expect(await page.ready(view.id)).to.include({ state: 'ready' });
    await page.expectNobody();
    await page.finish(view.id);
    await page.expectLoggedIn();
  },

  async 'app on this device'(site) {
    const page = new Script(site);
    const view = await page.start();
    const callback = await page.callback(view);
    const stranger = new Script(site);
    await stranger.visitor.open(callback);
    await stranger.expectNobody();
    await page.visitor.open(callback);
    await page.expectLoggedIn();
  },

  async push(site) {
    const page = new Script(site);
    const view = await page.start({ flow: 'notification', ...someone });
    expect(view.verificationCode).to.match(/^\d{4}$/);
    await site.simulator.phone.confirm(view);
    await page.finish(view.id);
    await page.expectLoggedIn();
  },

  async 'push without script'(site) {
    const page = new Script(site);
    const opened = await page.visitor.open(loginPath);
    const held = await page.visitor.press(opened, 'Send to my phone', someone);
    const code = held.text('verification-code') ?? '';
    expect(code).to.match(/^\d{4}$/);
    const sent = await page.visitor.press(held, 'Send to my phone');
    await site.simulator.phone.confirm({ verificationCode: code });
    await page.visitor.press(sent, 'Continue');
    await page.expectLoggedIn();
  },

  async 'app on this device without script'(site) {
    const page = new Script(site);
    const opened = await page.visitor.open(loginPath);
    const begun = await page.visitor.send(new URL('start', opened.url), { flow: 'device-link' });
    const callback = await page.callback({ web2AppLink: begun.link('open-app')?.href });
    await page.visitor.open(callback);
    await page.expectLoggedIn();
  },

  async 'live updates'(site) {
    const page = new Script(site);
    const view = await page.start();
    const stream = await EventStream.open(page.visitor, `${loginPath}/updates?id=${view.id}`);
    expect(stream.headers['content-type']).to.equal('text/event-stream; charset=utf-8');
    const first = await stream.next();
    const second = await stream.next();
    expect(second.qrLink).to.be.a('string').that.is.not.equal(first.qrLink);
    await site.simulator.phone.confirm(second);
    expect(await stream.end()).to.include({ state: 'ready' });
    await page.finish(view.id);
    await page.expectLoggedIn();
  },

  async 'live updates that nobody reads'(site) {
    const page = new Script(site);
    const view = await page.start();
    // More than may listen at once: a page that has left must not count.
    for (let opened = 0; opened < 12; opened++) {
      const stream = await EventStream.open(page.visitor, `${loginPath}/updates?id=${view.id}`);
      expect([opened, stream.status]).to.deep.equal([opened, 200]);
      await stream.next();
      stream.leave();
      await wait(50);
    }
  },

  async 'refused, then another try'(site) {
    const page = new Script(site);
    const refused = await page.start();
    await site.simulator.phone.refuse(refused);
    const failed = await page.ready(refused.id);
    expect(failed).to.include({ state: 'failed', code: 'not_completed' });
    await page.finish(refused.id);
    await page.expectNobody();
    const view = await page.start();
    await site.simulator.phone.confirm(view);
    await page.finish(view.id);
    await page.expectLoggedIn();
  },

  async 'finished once'(site) {
    const page = new Script(site);
    const view = await page.start();
    await site.simulator.phone.confirm(view);
    const jar = await page.visitor.jar.clone();
    await page.finish(view.id);
    await page.expectLoggedIn();
    // With the cookies of before, as from a copy of them.
    const again = new Script(site, Object.assign(new Visitor(site.origin, headers), { jar }));
    await again.finish(view.id);
    await again.expectNobody();
  },

  async 'return opened again'(site) {
    const page = new Script(site);
    const callback = await page.callback(await page.start());
    await page.visitor.open(callback);
    await page.expectLoggedIn();
    expect((await page.visitor.open(callback)).url.pathname).to.equal('/private');
  },

  async 'two tabs'(site) {
    const page = new Script(site);
    const [first, second] = [await page.start(), await page.start()];
    await site.simulator.phone.confirm(second);
    await page.finish(second.id);
    await page.expectLoggedIn();
    expect((await page.visitor.get(`${loginPath}/status?id=${first.id}`)).status).to.equal(200);
  },

  async 'not from another site'(site) {
    const { visitor } = new Script(site);
    for (const path of ['start', 'finish']) {
      const response = await fetch(`${site.origin}${loginPath}/${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          origin: 'https://evil.example',
          cookie: await visitor.cookies(),
        },
        body: '{}',
      });
      expect([path, response.status]).to.deep.equal([path, 403]);
    }
  },

  async 'broken requests'(site) {
    const page = new Script(site);
    const send = (path: string, type: string, body: string) =>
      fetch(`${site.origin}${loginPath}/${path}`, { method: 'POST', headers: { 'content-type': type }, body });
    for (const [path, type, body, status] of [
      ['start', 'application/json', '{', 400],
      ['start', 'application/json', JSON.stringify({ flow: 'x' }), 400],
      ['start', 'application/json', JSON.stringify({ flow: ['notification'], country: {} }), 400],
      ['start', 'application/json', JSON.stringify({ returnTo: 'https://evil.example' }), 400],
      ['start', 'application/json', JSON.stringify({ returnTo: '/'.padEnd(20_000, 'x') }), 413],
      ['push', 'application/json', '{}', 400],
    ] as const) {
      const response = await send(path, type, body);
      expect([path, body.slice(0, 40), response.status]).to.deep.equal([path, body.slice(0, 40), status]);
    }
    expect((await page.visitor.get(`${loginPath}/status`)).status).to.equal(400);
    expect((await page.visitor.get(`${loginPath}/nothing`)).status).to.equal(404);
    await page.expectNobody();
  },
};

/** Not of every site: the smallest ones have no such address. */
export const logOut: Way = async (site) => {
  const page = new Script(site);
  const view = await page.start();
  await site.simulator.phone.confirm(view);
  await page.finish(view.id);
  await page.expectLoggedIn();
  await page.visitor.send('/logout', {});
  await page.expectNobody();
};
