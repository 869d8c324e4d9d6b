/** Who has an account, and of what kind, is nobody's business: what a visitor sees of a person without one is what they see of anybody. */

import { expect } from 'chai';
import type { AttemptView } from '../../lib/attempt/view.js';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { flows, form, unusable, usable } from '../attacks/accounts.js';
import { EventStream } from '../support/event-stream.js';
import { HeldPolls } from '../support/held-polls.js';
import { usePhone } from '../support/phone.js';
import { short, useShortWaits, withRealWaits } from '../support/short-waits.js';
import { startSigningSite } from '../support/signing-site.js';
import { Browser, type Site, type SiteOptions, startSite } from '../support/site.js';

describe('A person without a usable account', () => {
  useShortWaits();
  let simulator: Simulator;
  let site: Site;
  let time = Date.now();
  const reasons: (string | undefined)[] = [];

  /** Far longer than any test, so that a running session stays one. */
  const notificationDelayMs = 60_000;

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs, clock: () => time, sessionLifetimeMs: 200_000 });
  });
  after(() => simulator.close());
  beforeEach(async () => {
    time = Date.now();
    site = await startSite(simulator, {
      strategy: { clock: () => time },
      start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
      onView: (view) => reasons.push(view.reason),
    });
    // The first session of a process names nobody to the service.
    await new Browser(site.origin).start();
    reasons.length = 0;
  });
  afterEach(() => {
    simulator.faults.clear();
    return site.close();
  });

  for (const flow of flows) {
    for (const [code, identify] of unusable) {
      const who = `${code}, by ${Object.keys(identify)}, ${flow}`;

      it(`looks like a person with one from the start to the end: ${who}`, async () => {
        const [genuine, decoy] = [new Browser(site.origin), new Browser(site.origin)];
        const views = [await decoy.start({ flow, identify }), await genuine.start({ flow, identify: usable })];
        const [first, second] = views as [AttemptView, AttemptView];
        expect(first.state).to.equal('running');
        expect(form(first)).to.deep.equal(form(second));
        expect(reasons).to.deep.equal([code, undefined]);
        time += 7_000;
        expect(form(await decoy.status(first.id))).to.deep.equal(form(await genuine.status(second.id)));
        time += 300_000;
        const ended = [await decoy.status(first.id), await genuine.status(second.id)] as const;
        expect(ended[0]).to.include({ state: 'failed', code: 'not_completed' });
        expect(form(ended[0])).to.deep.equal(form(ended[1]));
        expect(reasons.slice(-2)).to.deep.equal([code, 'expired']);
        const answers = [
          await decoy.post('/finish', { id: first.id }),
          await genuine.post('/finish', { id: second.id }),
        ] as const;
        expect(answers.map(({ status, body }) => [status, body.code])).to.deep.equal([
          [401, code],
          [401, 'expired'],
        ]);
        expect(answers[0].body.message).to.equal(answers[1].body.message);
        for (const [browser, { id }] of [
          [decoy, first],
          [genuine, second],
        ] as const) {
          expect(await browser.status(id)).to.include({ state: 'failed', code: 'no_attempt' });
        }
      });
    }

    it(`cannot be told by finishing too early either (${flow})`, () =>
      withRealWaits(async () => {
        const measure = async (identify: object) => {
          const browser = new Browser(site.origin);
          const { id } = await browser.start({ flow, identify });
          const before = performance.now();
          const { status, body } = await browser.post('/finish', { id });
          const seconds = (performance.now() - before) / 1000;
          const { state } = await browser.status(id);
          return { seconds: Math.round(seconds), status, message: body.message, state, code: body.code };
        };
        const [decoy, genuine] = await Promise.all([measure({ ...unusable[0][1] }), measure(usable)]);
        expect(decoy).to.deep.equal({ ...genuine, code: 'no_account' });
        expect(genuine).to.include({ seconds: 2, status: 401, state: 'running', code: 'still_running' });
      }));

    for (const [code, fault] of [
      ['timeout', { body: { state: 'COMPLETE', result: { endResult: 'TIMEOUT' } } }],
      ['server_error', { body: { state: 'COMPLETE', result: { endResult: 'SERVER_ERROR' } } }],
      ['protocol_failure', { body: { state: 'COMPLETE', result: { endResult: 'PROTOCOL_FAILURE' } } }],
      ['expired', { status: 404 }],
      ['bad_response', { body: '{}' }],
      ['unauthorized', { status: 401 }],
      ['maintenance', { status: 503, headers: { 'retry-after': '60' } }],
    ] as const) {
      it(`is not told apart by a session that is given up or cannot be asked about: ${code} (${flow})`, async () => {
        const browser = new Browser(site.origin);
        const { id, expiresAt = 0 } = await browser.start({ flow, identify: usable });
        simulator.faults.add({ on: 'session', ...fault });
        while (reasons.at(-1) !== code) expect((await browser.status(id)).state).to.equal('running');
        const before = performance.now();
        const { status, body } = await browser.post('/finish', { id });
        const isNeutral = code === 'timeout' || code === 'expired';
        expect([status, body.code]).to.deep.equal([401, isNeutral ? code : 'still_running']);
        expect(performance.now() - before).to.be.above(short.finishMs - 10);
        time = expiresAt - 1;
        expect((await browser.status(id)).state).to.equal('running');
        time = expiresAt;
        simulator.faults.clear();
        expect(await browser.status(id)).to.include({ state: 'failed', code: 'not_completed' });
        const ended = await browser.post('/finish', { id });
        expect([ended.status, ended.body.code]).to.deep.equal([401, 'expired']);
        expect(ended.body.message).to.equal(body.message);
      });
    }
  }

  for (const [endResult, code, isOfAccount] of [
    ['DOCUMENT_UNUSABLE', 'document_unusable', true],
    ['ACCOUNT_UNUSABLE', 'account_unusable', true],
    ['REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP', 'required_interaction_not_supported_by_app', true],
    ['EXPECTED_LINKED_SESSION', 'expected_linked_session', false],
    ['NOT_KNOWN_YET', 'unknown_result', false],
  ] as const) {
    it(`is not told apart by a push that ends at once with ${endResult}; who has scanned a code is told`, async () => {
      simulator.faults.add({ on: 'session', body: { state: 'COMPLETE', result: { endResult } } });
      const browser = new Browser(site.origin);
      const push = await browser.start({ flow: 'notification', identify: usable });
      while (reasons.at(-1) !== code) expect((await browser.status(push.id)).state).to.equal('running');
      const finished = await browser.post('/finish', { id: push.id });
      expect([finished.status, finished.body.code]).to.deep.equal([401, isOfAccount ? code : 'still_running']);
      expect((await browser.status(push.id)).state).to.equal('running');
      const link = await browser.start({ flow: 'device-link', identify: usable });
      const told = await browser.settled(link.id);
      expect(told).to.include({ state: 'failed', code: isOfAccount ? 'not_completed' : code });
    });
  }

  it('is not told apart by a link that the visitor has spoiled, which ends a session that there is', async () => {
    const browser = new Browser(site.origin);
    const { id, qrLink = '' } = await browser.start({ flow: 'device-link', identify: usable });
    const deviceLink = qrLink.replace(/authCode=.*/, `authCode=${'A'.repeat(43)}`);
    await fetch(simulator.mockUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ documentNumber: 'PNOLT-40404040009-MOCK-Q', deviceLink, flowType: 'QR' }),
    });
    while (reasons.at(-1) !== 'protocol_failure') expect((await browser.status(id)).state).to.equal('running');
    expect((await browser.status(id)).state).to.equal('running');
  });

  it('gets links that are new every second, like everybody', async () => {
    const browser = new Browser(site.origin);
    const { id, qrLink = '' } = await browser.start({ flow: 'device-link', identify: unusable[0][1] });
    time += 3_000;
    const later = (await browser.status(id)).qrLink ?? '';
    expect(new URL(later).searchParams.get('elapsedSeconds')).to.equal('3');
    expect(new URL(later).searchParams.get('sessionToken')).to.equal(new URL(qrLink).searchParams.get('sessionToken'));
    expect(later).to.not.equal(qrLink);
  });
});

describe('What a site asks the service', () => {
  const nobody = unusable[0][1];
  /** Whom a page names, and how many sessions the service is asked about then. */
  const personAndNobody = [
    [usable, 1],
    [nobody, 0],
  ] as const;
  let simulator: Simulator;
  let site: Site;
  const sent: string[] = [];
  const fetchOfSite = fetchWith();
  const strategy = {
    fetch: (async (url, init) => {
      sent.push(new URL(url).pathname.replace(/^\/v3\//, ''));
      return fetchOfSite(url, init);
    }) as typeof fetchOfSite,
  };

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 60_000 });
  });
  after(() => simulator.close());
  beforeEach(async () => {
    const start: SiteOptions['start'] = ({ body }) => ({
      flow: body.flow,
      holdPush: body.holdPush,
      identify: () => body.identify,
    });
    site = await startSite(simulator, { strategy, start });
    sent.length = 0;
  });
  afterEach(() => site.close());

  describe('at a start by device link', () => {
    for (const [name, identify] of Object.entries({
      'a person with an account': usable,
      'a person without one': nobody,
    })) {
      it(`is one session in a fresh process, in which nobody is named: ${name}`, async () => {
        const view = await new Browser(site.origin).start({ identify });
        expect(view.qrLink).to.be.a('string');
        expect(sent).to.deep.equal(['authentication/device-link/anonymous']);
      });

      it(`is one session for the person afterwards: ${name}`, async () => {
        await new Browser(site.origin).start({ identify });
        sent.length = 0;
        await new Browser(site.origin).start({ identify });
        expect(sent).to.deep.equal([`authentication/device-link/etsi/${identify.semanticsIdentifier}`]);
      });
    }

    for (const [documentNumber, status, code] of [
      ['PNOEE-40404040009-MOCK-Q', 200, undefined],
      ['PNOLT-40404040009-MOCK-Q', 403, 'not_verified'],
    ] as const) {
      it(`logs in whom the site has named and nobody else, also in a session that names nobody: ${documentNumber}`, async () => {
        const browser = new Browser(site.origin);
        const { id, qrLink = '' } = await browser.start({ identify: usable });
        await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
        expect((await browser.settled(id)).state).to.equal('ready');
        const answer = await browser.post('/finish', { id });
        expect([answer.status, answer.body.code]).to.deep.equal([status, code]);
      });
    }
  });

  describe('about a session, once the visitor has been answered', () => {
    const polled = () => sent.filter((path) => path.startsWith('session/'));
    let polls: HeldPolls;

    beforeEach(async () => {
      await new Browser(site.origin).start();
      polls = new HeldPolls();
    });
    afterEach(() => polls.end());

    const answers: Record<string, (browser: Browser, id: string) => Promise<unknown>> = {
      status: (browser, id) => browser.status(id),
      finish: (browser, id) => browser.post('/finish', { id }),
      updates: async (browser, id) => {
        const stream = await EventStream.open(browser, `/updates?id=${id}`);
        await stream.next();
        stream.leave();
      },
    };

    for (const [name, ask] of Object.entries(answers)) {
      for (const flow of flows) {
        it(`is as much waited for where there is none: ${name}, ${flow}`, async () => {
          for (const [identify, asked] of personAndNobody) {
            sent.length = 0;
            const browser = new Browser(site.origin);
            const { id } = await browser.start({ flow, identify });
            await ask(browser, id);
            expect(polled()).to.have.length(0);
            expect(polls.release()).to.equal(1);
            expect(polled()).to.have.length(asked);
            await browser.status(id);
            expect(polls.release()).to.equal(0);
          }
        });
      }
    }

    it('is as much waited for where there is none: push', async () => {
      for (const [identify, asked] of personAndNobody) {
        sent.length = 0;
        const browser = new Browser(site.origin);
        const { id } = await browser.start({ flow: 'notification', holdPush: true, identify });
        await browser.status(id);
        expect(polls.release()).to.equal(0);
        await browser.post('/push', { id });
        expect(polled()).to.have.length(0);
        expect(polls.release()).to.equal(1);
        expect(polled()).to.have.length(asked);
      }
    });

    it('is as much waited for where there is none: the choice of a certificate by push', async () => {
      const signing = await startSigningSite(simulator, { signing: strategy });
      try {
        for (const [signer, asked] of personAndNobody) {
          sent.length = 0;
          const browser = new Browser(signing.origin);
          const { id } = await browser.start({ flow: 'notification', signer });
          await browser.status(id);
          expect(polled()).to.have.length(0);
          expect(polls.release()).to.equal(1);
          expect(polled()).to.have.length(asked);
        }
      } finally {
        await signing.close();
      }
    });
  });
});
