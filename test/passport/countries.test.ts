/** A site that accepts persons of some countries only, and who else logs in there. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { outcomeChannel } from '../../lib/index.js';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, logInByQr, okDocument, pathOf, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite } from '../support/site.js';

const documents = {
  EE: okDocument,
  LT: 'PNOLT-40404040009-MOCK-Q',
  LV: 'PNOLV-050405-10009-DEM0-Q',
  // The older profile of certificates.
  olderLV: 'PNOLV-040404-10003-DEMO-Q',
  BE: 'PNOBE-04040400287-MOCK-Q',
};

describe('A login where some countries are accepted', () => {
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  /** Whom the site's verify function heard of. */
  const heardOf: string[] = [];
  /** Sessions that the service was asked for. */
  const asked: string[] = [];
  const outcomes: any[] = [];
  const hear = (message: unknown) => outcomes.push(message);

  const startSiteFor = (countries: readonly string[] | undefined) => {
    const fetchOfSite = fetchWith();
    return startSite(simulator, {
      strategy: {
        countries,
        fetch: (url, init) => {
          if (url.includes('/authentication/')) asked.push(url);
          return fetchOfSite(url, init);
        },
      },
      verify: async (profile) => {
        heardOf.push(profile.id);
        return profile;
      },
      start: ({ body }) => ({
        flow: body.flow,
        holdPush: body.holdPush,
        returnTo: body.returnTo,
        identify: () => body.identify,
      }),
    });
  };

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 10 });
    site = await startSiteFor(['EE', 'LT']);
    subscribe(outcomeChannel, hear);
  });
  after(async () => {
    unsubscribe(outcomeChannel, hear);
    await site.close();
    await simulator.close();
  });
  beforeEach(() => {
    browser = new Browser(site.origin);
    for (const list of [heardOf, asked, outcomes, site.errors]) list.length = 0;
  });

  const scan = (deviceLink: string | undefined, documentNumber: string) =>
    usePhone(simulator, { deviceLink: deviceLink ?? '', flowType: 'QR', documentNumber });

  async function expectNobodyLoggedIn(): Promise<void> {
    expect(heardOf).to.deep.equal([]);
    expect((await browser.get('/me')).body).to.equal(null);
    expect(site.errors).to.deep.equal([]);
  }

  for (const country of ['LV', 'olderLV', 'BE'] as const) {
    it(`turns a person of another country away who comes by QR code (${country}), and the attempt is used up`, async () => {
      const { id, qrLink } = await browser.start({ returnTo: '/orders' });
      await scan(qrLink, documents[country]);
      const { status, body } = await browser.post('/finish', { id });
      expect([status, body]).to.deep.equal([
        403,
        {
          code: 'country_not_accepted',
          message: 'You cannot log in here with a Smart-ID account of your country.',
          returnTo: '/orders',
        },
      ]);
      await expectNobodyLoggedIn();
      expect(outcomes).to.have.length(1);
      expect(outcomes[0]).to.include({ what: 'login', code: 'country_not_accepted', flow: 'device-link' });
      expect((await browser.post('/finish', { id })).body.code).to.equal('no_attempt');
      await expectNobodyLoggedIn();
    });
  }

  it('turns a person of another country away who comes by the same device', async () => {
    const { web2AppLink = '' } = await browser.start();
    const use = { deviceLink: web2AppLink, flowType: 'Web2App', documentNumber: documents.LV } as const;
    const callback = pathOf(await callbackAfter(simulator, use));
    const { status, body } = await browser.get(callback);
    expect([status, body.code]).to.deep.equal([403, 'country_not_accepted']);
    await expectNobodyLoggedIn();
    expect((await browser.get(callback)).body.code).to.equal('return_without_session');
    await expectNobodyLoggedIn();
  });

  for (const identify of [
    { semanticsIdentifier: 'PNOLV-050405-10009' },
    { documentNumber: documents.LV },
    { semanticsIdentifier: 'PASLV-K1234567' },
  ]) {
    for (const flow of [
      { flow: 'notification' },
      { flow: 'notification', holdPush: true },
      { flow: 'device-link' },
      { flow: 'app' },
    ]) {
      it(`asks nobody of another country whom the site names: ${JSON.stringify({ ...flow, ...identify })}`, async () => {
        const { status, body } = await browser.post('/start', { ...flow, identify });
        expect([status, body]).to.deep.equal([
          400,
          { code: 'invalid_input', error: 'identify must be of one of the accepted countries: EE, LT.' },
        ]);
        expect(asked).to.deep.equal([]);
        expect(heardOf).to.deep.equal([]);
      });
    }
  }

  it('turns a person of another country away at the end of a push, whatever the start has let through', async () => {
    const anywhere = await startSiteFor(undefined);
    try {
      const visitor = new Browser(anywhere.origin);
      const identify = { semanticsIdentifier: 'PNOLV-050405-10009' };
      const { id } = await visitor.start({ flow: 'notification', identify });
      await visitor.settled(id);
      Object.assign((anywhere.strategy as any).settings.login, { countries: ['EE', 'LT'] });
      const { status, body } = await visitor.post('/finish', { id });
      expect([status, body.code]).to.deep.equal([403, 'country_not_accepted']);
      expect(heardOf).to.deep.equal([]);
      expect((await visitor.get('/me')).body).to.equal(null);
    } finally {
      await anywhere.close();
    }
  });

  it('logs in persons of these countries, by QR code, same device and push', async () => {
    expect((await logInByQr(simulator, browser, documents.EE)).body.user.id).to.equal('PNOEE-40404040009');
    const { web2AppLink = '' } = await browser.start();
    const use = { deviceLink: web2AppLink, flowType: 'Web2App', documentNumber: documents.LT } as const;
    const returned = await browser.get(pathOf(await callbackAfter(simulator, use)));
    expect(returned.body.user.id).to.equal('PNOLT-40404040009');
    const { id } = await browser.start({ flow: 'notification', identify: { documentNumber: documents.EE } });
    await browser.settled(id);
    expect((await browser.post('/finish', { id })).body.user.id).to.equal('PNOEE-40404040009');
  });

  it('counts the country that issued the identifier, not the C of the subject', async () => {
    const living = (country: string, documentNumber: string) => {
      const serialNumber = documentNumber.replace(/-[^-]+-[^-]+$/, '');
      const issued = simulator.pki.issueUserCertificate({
        account: documentNumber,
        subject: [
          ['country', country],
          ['commonName', 'TESTNUMBER,OK'],
          ['surname', 'TESTNUMBER'],
          ['givenName', 'OK'],
          ['serialNumber', serialNumber],
        ],
      });
      simulator.useCertificate(documentNumber, issued);
    };
    living('LV', 'PNOEE-40504040001-DEM0-Q');
    const { body } = await logInByQr(simulator, browser, 'PNOEE-40504040001-DEM0-Q');
    expect([body.user.id, body.user.country]).to.deep.equal(['PNOEE-40504040001', 'LV']);
    living('EE', 'PNOBE-05040400032-DEMO-Q');
    const refused = await logInByQr(simulator, new Browser(site.origin), 'PNOBE-05040400032-DEMO-Q');
    expect([refused.status, refused.body.code]).to.deep.equal([403, 'country_not_accepted']);
    expect(heardOf).to.deep.equal(['PNOEE-40504040001']);
  });

  it('logs in persons of all countries where none are chosen', async () => {
    const anywhere = await startSiteFor(undefined);
    try {
      expect(anywhere.strategy.countries).to.equal(undefined);
      for (const documentNumber of Object.values(documents)) {
        const { status, body } = await logInByQr(simulator, new Browser(anywhere.origin), documentNumber);
        expect([status, body.info.documentNumber]).to.deep.equal([200, documentNumber]);
      }
    } finally {
      await anywhere.close();
    }
  });

  it('tells a site which ones it has chosen, which nobody changes any more', () => {
    expect(site.strategy.countries).to.deep.equal(['EE', 'LT']);
    expect(Object.isFrozen(site.strategy.countries)).to.equal(true);
  });
});
