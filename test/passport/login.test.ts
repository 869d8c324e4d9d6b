import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite, storedSessions } from '../support/site.js';

describe('A login', () => {
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 50 });
    site = await startSite(simulator, {
      start: (req) => ({
        flow: req.body.flow,
        identify: () => req.body.identify,
        returnTo: req.body.returnTo,
      }),
    });
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  beforeEach(() => {
    browser = new Browser(site.origin);
  });

  it('works by QR code', async () => {
    const started = await browser.start({ returnTo: '/private?x=1' });
    expect(started).to.include({ state: 'running', flow: 'device-link' });
    expect((await browser.status(started.id)).state).to.equal('running');
    await usePhone(simulator, { deviceLink: started.qrLink ?? '', flowType: 'QR' });
    expect((await browser.settled(started.id)).state).to.equal('ready');
    const { status, body } = await browser.post('/finish', { id: started.id });
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body.user).to.deep.include({ provider: 'smart-id', id: 'PNOEE-40404040009', country: 'EE' });
    expect(body.info).to.deep.include({
      documentNumber: okDocument,
      certificateLevel: 'QUALIFIED',
      flowType: 'QR',
      interactionTypeUsed: 'displayTextAndPIN',
      returnTo: '/private?x=1',
    });
    expect((await browser.get('/me')).body.id).to.equal('PNOEE-40404040009');
  });

  for (const flowType of ['Web2App', 'App2App'] as const) {
    it(`works by ${flowType}`, async () => {
      const started = await browser.start({ flow: flowType === 'App2App' ? 'app' : 'device-link' });
      const deviceLink = (flowType === 'App2App' ? started.app2AppLink : started.web2AppLink) ?? '';
      const callback = await callbackAfter(simulator, { deviceLink, flowType });
      expect((await browser.settled(started.id)).state).to.equal('callback');
      const { status, body } = await browser.get(pathOf(callback));
      expect(status, JSON.stringify(body)).to.equal(200);
      expect(body.info.flowType).to.equal(flowType);
      expect((await browser.get('/me')).body.id).to.equal('PNOEE-40404040009');
    });
  }

  it('works by notification', async () => {
    const identify = { documentNumber: 'PNOEE-40504040001-DEM0-Q' };
    const started = await browser.start({ flow: 'notification', identify });
    expect(started.verificationCode).to.match(/^\d{4}$/);
    expect((await browser.settled(started.id)).state).to.equal('ready');
    const { status, body } = await browser.post('/finish', { id: started.id });
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body.info.flowType).to.equal('Notification');
  });

  it('by document number takes that document and no other', async () => {
    const identify = { documentNumber: okDocument };
    const { id, qrLink = '' } = await browser.start({ identify });
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    expect((await browser.post('/finish', { id })).body.user.id).to.equal('PNOEE-40404040009');
  });

  it('by semantics identifier takes that person', async () => {
    const identify = { semanticsIdentifier: 'PNOLV-040404-10003' };
    const { id, qrLink = '' } = await browser.start({ identify });
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber: 'PNOLV-040404-10003-DEMO-Q' });
    expect((await browser.post('/finish', { id })).body.user.name).to.deep.equal({
      familyName: 'TESTNUMBER',
      givenName: 'ŅEMAINĪGA',
    });
  });

  it('shows a new QR link each second and the same Web2App link', async () => {
    const first = await browser.start();
    await new Promise((resolve) => setTimeout(resolve, 1001));
    const second = await browser.status(first.id);
    expect(second.qrLink).to.be.a('string').and.not.equal(first.qrLink);
    expect(second.web2AppLink).to.be.a('string').and.equal(first.web2AppLink);
  });

  it('shows nothing secret', async () => {
    const view = await browser.start();
    const text = JSON.stringify([view, await browser.status(view.id)]);
    const stored = (await storedSessions(site)).find((session) => session.smartId);
    const { sessionID, callbackSecret, asked } = stored.smartId.attempts[0].session;
    for (const secret of [
      sessionID,
      callbackSecret,
      asked.sessionSecret,
      asked.rpChallenge,
      asked.initialCallbackUrl,
    ]) {
      expect(secret).to.be.a('string');
      expect(text).to.not.contain(secret);
    }
  });
});

describe('A login for a broker', () => {
  const broker = { uuid: '00000000-0000-4000-8000-000000000001', name: 'Broker', brokeredRpName: 'Example RP' };
  let simulator: Simulator;
  let site: Site;
  afterEach(async () => {
    await site.close();
    await simulator.close();
  });

  const logIn = async (brokeredRpName: string, flowType: 'QR' | 'Web2App') => {
    simulator = await startSimulator({ port: 0, relyingParties: [broker] });
    site = await startSite(simulator, { strategy: { brokeredRpName } });
    const browser = new Browser(site.origin);
    const { id, qrLink = '', web2AppLink = '' } = await browser.start();
    if (flowType === 'Web2App') {
      return browser.get(pathOf(await callbackAfter(simulator, { deviceLink: web2AppLink, flowType })));
    }
    await usePhone(simulator, { deviceLink: qrLink, flowType });
    return browser.post('/finish', { id });
  };

  for (const flowType of ['QR', 'Web2App'] as const) {
    it(`works with the name of the site that it asks for, by ${flowType}`, async () => {
      expect((await logIn('Example RP', flowType)).body.user).to.include({ id: 'PNOEE-40404040009' });
    });
  }

  it('does not work with another name: the phone does not take the link', async () => {
    let refused: unknown;
    await logIn('Another RP', 'QR').catch((error) => {
      refused = error;
    });
    expect(String(refused)).to.contain('authCode');
  });
});
