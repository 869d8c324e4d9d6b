/** What the channels tell of logins and signings, and what they never tell. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import * as library from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, logInByQr, okDocument, okIdentity, pathOf, usePhone } from '../support/phone.js';
import { startSigningSite } from '../support/signing-site.js';
import { Browser, type Site, startSite } from '../support/site.js';
import { until } from '../support/until.js';

const channels = Object.entries(library).filter(([name]) => name.endsWith('Channel')) as [string, string][];

describe('The channels', function () {
  this.timeout(20_000);
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  const heard: { name: string; message: any }[] = [];
  const hear = (message: unknown, name: string | symbol) =>
    void heard.push({ name: String(name).replace('passport-smart-id:', ''), message });
  const told = (name: string) => heard.filter((each) => each.name === name).map(({ message }) => message);

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 20 });
    // Whose answers may be remembered, unlike those of the recorded shape.
    simulator.revocation.ocspProfile = 'simple';
    for (const [, name] of channels) subscribe(name, hear);
  });
  beforeEach(async () => {
    site = await startSite(simulator, { start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }) });
    browser = new Browser(site.origin);
    heard.length = 0;
  });
  afterEach(() => site.close());
  after(async () => {
    for (const [, name] of channels) unsubscribe(name, hear);
    await simulator.close();
  });

  it('are eight, each with a name that begins with that of the package', () => {
    expect(channels.map(([, name]) => name)).to.have.length(8);
    for (const [, name] of channels) expect(name).to.match(/^passport-smart-id:[a-z-]+$/);
  });

  it('tell of a login by QR code from the start to the end', async () => {
    expect((await logInByQr(simulator, browser)).status).to.equal(200);
    expect(told('start')).to.have.length(1);
    expect(told('start')[0]).to.include({ what: 'login', flow: 'device-link', code: 'ok' });
    expect(told('start')[0].milliseconds).to.be.within(0, 5_000);
    expect(told('link')).to.deep.equal([{ flow: 'device-link' }]);
    expect(told('session-end')).to.deep.equal([{ endResult: 'OK', flowType: 'QR' }]);
    expect(told('outcome')).to.have.length(1);
    expect(told('outcome')[0]).to.include({ what: 'login', flow: 'device-link', code: 'ok' });
    expect(told('outcome')[0].milliseconds).to.be.within(0, 5_000);
    expect(told('rp-api-call').map(({ endpoint, status }) => [endpoint, status])).to.deep.equal([
      ['authentication/device-link/anonymous', 200],
      ['session', 200],
    ]);
    expect(told('revocation-check').map(({ by, result }) => [by, result])).to.deep.equal([['ocsp', 'good']]);
    expect([...told('verification-failure'), ...told('step-failure')]).to.deep.equal([]);
    // What is remembered of the answers is not asked for again.
    heard.length = 0;
    await logInByQr(simulator, new Browser(site.origin));
    expect(told('revocation-check')).to.deep.equal([]);
  });

  it('tell the precise reason of what came to nothing', async () => {
    const refused = await browser.start();
    await usePhone(simulator, {
      deviceLink: refused.qrLink ?? '',
      flowType: 'QR',
      documentNumber: 'PNOEE-30403039917-MOCK-Q',
    });
    await browser.settled(refused.id);
    expect(told('session-end')).to.deep.equal([{ endResult: 'USER_REFUSED', flowType: undefined }]);
    await browser.post('/finish', { id: refused.id });
    await browser.post('/finish', { id: 'nobody' });
    await browser.get('/callback?smartIdAttempt=x');
    expect(told('outcome').map(({ code }) => code)).to.deep.equal([
      'user_refused',
      'no_attempt',
      'return_without_session',
    ]);
  });

  it('tell of what fails, and that nobody could be asked', async () => {
    simulator.faults.add({ on: 'create', times: 1, status: 500 });
    const undrop = simulator.faults.add({ on: 'create', drop: true });
    for (let count = 0; count < 2; count++) await browser.post('/start');
    undrop();
    expect(told('start').map(({ code }) => code)).to.deep.equal(['server_error', 'network']);
    expect(told('rp-api-call').map(({ status, code }) => status ?? code)).to.deep.equal([500, 'network']);
    const fresh = await startSite(simulator, {
      strategy: {
        fetch: (url, init) =>
          url.includes('/ocsp') || url.includes('.crl') ? Promise.reject(new Error('down')) : fetch(url, init),
      },
    });
    try {
      expect((await logInByQr(simulator, new Browser(fresh.origin))).status).to.equal(403);
    } finally {
      await fresh.close();
    }
    expect(told('revocation-check').map(({ by, result }) => [by, result])).to.deep.include.members([
      ['ocsp', 'unanswered'],
      ['crl', 'unanswered'],
    ]);
    expect(told('verification-failure')).to.have.length(1);
    expect(told('outcome').at(-1)).to.include({ code: 'not_verified' });
  });

  it('tell of a signature', async () => {
    const signing = await startSigningSite(simulator);
    try {
      const signer = new Browser(signing.origin);
      const { id, qrLink = '' } = await signer.start({ signer: { documentNumber: okDocument } });
      await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
      expect((await signer.post('/finish', { id })).status).to.equal(200);
    } finally {
      await signing.close();
    }
    expect(told('start')[0]).to.include({ what: 'signing', flow: 'device-link', code: 'ok' });
    expect(told('outcome')[0]).to.include({ what: 'signing', flow: 'device-link', code: 'ok' });
    expect(told('rp-api-call').map(({ endpoint }) => endpoint)).to.deep.equal([
      'signature/certificate',
      'signature/device-link/document',
      'session',
    ]);
  });

  it('never tell a secret, a person or a document', async () => {
    const secrets: string[] = [];
    const recording = async (...[url, init]: Parameters<typeof fetch>) => {
      const response = await fetch(url, init);
      if (!String(url).startsWith(simulator.environment.baseUrl)) return response;
      const text = await response.clone().text();
      for (const [, value = ''] of `${text}${init?.body ?? ''}`.matchAll(/:\s*"([^"]{16,})"/g)) secrets.push(value);
      return response;
    };
    const recorded = await startSite(simulator, {
      strategy: { fetch: recording as never },
      start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
    });
    try {
      const visitor = new Browser(recorded.origin);
      await logInByQr(simulator, visitor);
      const { web2AppLink = '' } = await visitor.start({
        identify: { semanticsIdentifier: okIdentity.semanticsIdentifier },
      });
      const callback = await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' });
      await visitor.get(pathOf(callback));
      secrets.push(...new URL(callback).searchParams.values());
      const push = await visitor.start({ flow: 'notification', identify: { documentNumber: okDocument } });
      await until(async () => (await visitor.status(push.id)).state === 'ready', 'the push');
      await visitor.post('/finish', { id: push.id });
      secrets.push(push.id);
    } finally {
      await recorded.close();
    }
    expect(told('outcome').map(({ code }) => code)).to.deep.equal(['ok', 'ok', 'ok']);
    expect(secrets).to.have.length.above(20);
    const all = JSON.stringify(heard);
    for (const hidden of [...secrets, okDocument, okIdentity.personalCode, okIdentity.surname]) {
      expect(all).to.not.contain(hidden);
    }
  });
});
