import { expect } from 'chai';
import { type Simulator, startSimulator } from '../lib/simulator/index.js';
import { callbackAfter, logInByQr, okDocument, pathOf, usePhone } from './support/phone.js';
import { Browser, type Site, startSite } from './support/site.js';

describe('A login', () => {
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelay: 50 });
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

  it('changes the session identifier and leaves nothing of the attempt behind', async () => {
    await browser.start();
    const before = await browser.cookies();
    expect((await logInByQr(simulator, browser)).status).to.equal(200);
    expect(await browser.cookies()).to.not.equal(before);
  });
});
