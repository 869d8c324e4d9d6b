/** Many requests about one signature at once, and sessions that end or change meanwhile. */

import { expect } from 'chai';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { contract, type SigningSite, startSigningSite, storedAttempt } from '../support/signing-site.js';
import { Browser } from '../support/site.js';
import { realNow, setTimeBy } from '../support/time.js';
import { until } from '../support/until.js';

describe('Requests about one signature at the same time', () => {
  let simulator: Simulator;
  let site: SigningSite;
  let browser: Browser;
  let prepared = 0;
  let whilePreparing: () => Promise<void> = async () => {};
  let time = realNow();
  const sent: string[] = [];
  const fetch = fetchWith();

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 400 });
    site = await startSigningSite(simulator, {
      signing: {
        clock: () => time,
        fetch: (url, init) => {
          sent.push(new URL(url).pathname.replace(/^.*\/v3\//, ''));
          return fetch(url, init);
        },
      },
      prepare: async () => {
        prepared += 1;
        await whilePreparing();
        return { data: contract };
      },
    });
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  setTimeBy(() => time);
  beforeEach(async () => {
    await new Promise<void>((resolve) => {
      site.sessions.clear(() => resolve());
    });
    browser = new Browser(site.origin);
    prepared = 0;
    time = realNow();
    whilePreparing = async () => {};
    for (const list of [sent, site.signatures, site.errors]) list.length = 0;
  });

  const scan = (qrLink = '') => usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
  const linked = () => sent.filter((path) => path.startsWith('signature/notification/linked/'));

  it('ask the site and the service once, however many see that the person has chosen', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    const views = await Promise.all(Array.from({ length: 100 }, () => browser.status(id)));
    await browser.settled(id);
    await Promise.all(Array.from({ length: 20 }, () => browser.status(id)));
    expect(views.every(({ state }) => state === 'running' || state === 'ready')).to.equal(true);
    expect([prepared, linked().length]).to.deep.equal([1, 1]);
    expect((await browser.post('/finish', { id })).status).to.equal(200);
  });

  it('do so from a session that was loaded before the choice, too', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    await new Promise((resolve) => setTimeout(resolve, 30));
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The second request reads its session while the first is still preparing.
    whilePreparing = () => held;
    const first = browser.settled(id);
    while (prepared === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = browser.status(id);
    await new Promise((resolve) => setTimeout(resolve, 30));
    release();
    await Promise.all([first, second]);
    expect([prepared, linked().length]).to.deep.equal([1, 1]);
  });

  it('get one signature from two hundred that finish', async () => {
    const { id, qrLink } = await browser.start({ signer: { documentNumber: okDocument } });
    await scan(qrLink);
    await browser.settled(id);
    const answers = await Promise.all(Array.from({ length: 200 }, () => browser.post('/finish', { id })));
    expect(site.signatures).to.have.length(1);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    const codes = new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.code));
    for (const code of codes) expect(['already_used', 'no_attempt']).to.include(code);
  });

  it('get one signature from two hundred that come back', async () => {
    const { id, web2AppLink = '' } = await browser.start({});
    const [url] = await Promise.all([
      callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' }),
      browser.settled(id),
    ]);
    const answers = await Promise.all(Array.from({ length: 200 }, () => browser.get(pathOf(url))));
    expect(site.signatures).to.have.length(1);
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
  });

  it('ask nobody to sign whose session has ended before the choice', async () => {
    const { qrLink } = await browser.start({});
    await new Promise<void>((resolve) => {
      site.sessions.clear(() => resolve());
    });
    await scan(qrLink);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([prepared, linked().length]).to.deep.equal([0, 0]);
  });

  it('do not bring back a session that has ended while the document was prepared', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    whilePreparing = () =>
      new Promise((resolve) => {
        site.sessions.clear(() => resolve());
      });
    await browser.settled(id).catch(() => {});
    expect(prepared).to.equal(1);
    expect(await storedAttempt(site, id)).to.equal(undefined);
  });

  it('ask nobody to sign whose session has ended while the document was prepared', async () => {
    const { qrLink } = await browser.start({});
    await scan(qrLink);
    whilePreparing = () =>
      new Promise((resolve) => {
        site.sessions.clear(() => resolve());
      });
    while (prepared === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(linked()).to.have.length(0);
  });

  it('are answered while the document is prepared, however long that takes', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    let release = () => {};
    whilePreparing = () =>
      new Promise<void>((resolve) => {
        release = resolve;
      });
    while (prepared === 0) await browser.status(id);
    const view = await browser.status(id);
    expect(view).to.include({ state: 'running', step: 'signature' });
    expect(view).to.not.have.any.keys('qrLink', 'web2AppLink');
    expect((await browser.post('/finish', { id })).body.code).to.equal('still_running');
    time += 300_000;
    expect((await browser.status(id)).state).to.equal('failed');
    release();
  });

  it('do not lose what another tab has put into the session while they were waiting for the end', async () => {
    // Not the account of the other tests, whose app may still wait for what it was to sign.
    const signer = { documentNumber: 'PNOEE-50001029996-DEMO-Q' };
    const { id } = await browser.start({ signer, flow: 'notification' });
    const finish = browser.post('/finish', { id });
    await new Promise((resolve) => setTimeout(resolve, 20));
    await changeSessions(site, (stored) => Object.assign(stored, { basket: ['apples'] }));
    expect((await finish).status).to.equal(200);
    expect(await basketsOf(site)).to.deep.equal([['apples']]);
  });

  it('do not undo what else has changed in the session meanwhile', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    whilePreparing = () => changeSessions(site, (stored) => Object.assign(stored, { basket: ['apples'] }));
    await browser.settled(id);
    expect(await basketsOf(site)).to.deep.equal([['apples']]);
    expect((await storedAttempt(site, id)).session.asked.sessionType).to.equal('sign');
  });

  it('are one long poll to the service', async () => {
    const { id } = await browser.start({ signer: { documentNumber: okDocument } });
    sent.length = 0;
    await Promise.all(Array.from({ length: 100 }, () => browser.status(id)));
    const polls = () => sent.filter((path) => path.startsWith('session/'));
    // It begins a moment after the first question.
    await until(() => polls().length > 0, 'the long poll');
    await Promise.all(Array.from({ length: 100 }, () => browser.status(id)));
    expect(polls()).to.have.length(1);
  });

  it('start no more than thirty signatures in five minutes, and push ten to one person', async () => {
    const push = { signer: { documentNumber: okDocument }, flow: 'notification' };
    for (let count = 0; count < 10; count++) expect((await browser.post('/start', push)).status).to.equal(200);
    const { status, body } = await new Browser(site.origin).post('/start', push);
    expect([status, body.code]).to.deep.equal([429, 'too_many_pushes']);
    for (let count = 0; count < 20; count++) expect((await browser.post('/start', {})).status).to.equal(200);
    expect((await browser.post('/start', {})).body.code).to.equal('too_many_starts');
    time += 300_000;
    expect((await browser.post('/start', push)).status).to.equal(200);
  });

  it('of another browser find nothing', async () => {
    const { id, qrLink } = await browser.start({});
    await scan(qrLink);
    const stranger = new Browser(site.origin);
    expect(await stranger.status(id)).to.include({ state: 'failed', code: 'no_attempt' });
    expect((await stranger.post('/finish', { id })).body.code).to.equal('no_attempt');
    expect(prepared).to.equal(0);
  });
});

/** Changes every session as the store has it, as another request would. */
async function changeSessions({ sessions }: SigningSite, change: (stored: object) => object): Promise<void> {
  const all = await new Promise<Record<string, any>>((resolve) => {
    sessions.all((_error, stored) => resolve((stored ?? {}) as Record<string, any>));
  });
  for (const [id, stored] of Object.entries(all)) {
    await new Promise<void>((resolve) => {
      sessions.set(id, change(stored) as never, () => resolve());
    });
  }
}

/** What the site itself keeps in its sessions. */
async function basketsOf({ sessions }: SigningSite): Promise<unknown[]> {
  return new Promise((resolve) => {
    sessions.all((_error, all) => resolve(Object.values(all ?? {}).map((stored: any) => stored.basket)));
  });
}
