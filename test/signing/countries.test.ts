/** A site where persons of some countries only may sign, and who else tries to. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import session from 'express-session';
import { outcomeChannel } from '../../lib/index.js';
import { fetchWith } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { contract, type SigningSite, startSigningSite, storedAttempt } from '../support/signing-site.js';
import { Browser } from '../support/site.js';

const latvian = 'PNOLV-050405-10009-DEM0-Q';
const latvianPerson = 'PNOLV-050405-10009';

describe('A signing where some countries are accepted', () => {
  let simulator: Simulator;
  let site: SigningSite;
  let browser: Browser;
  let prepared = 0;
  /** What the service was asked for, but for the states of sessions. */
  const asked: string[] = [];
  const isOfChoice = (path: string) => path.includes('certificate-choice/');
  const outcomes: any[] = [];
  const hear = (message: unknown) => outcomes.push(message);

  const startSiteFor = (countries: readonly string[] | undefined, sessions?: session.MemoryStore) => {
    const fetchOfSite = fetchWith();
    return startSigningSite(simulator, {
      sessions,
      signing: {
        countries,
        ...(sessions ? { callbackURL: 'http://localhost/callback', appCallbackURL: undefined } : {}),
        fetch: (url, init) => {
          const path = new URL(url).pathname.replace(/^.*\/v3\//, '');
          if (path.startsWith('signature/')) asked.push(path);
          return fetchOfSite(url, init);
        },
      },
      prepare: () => {
        prepared += 1;
        return { data: contract };
      },
    });
  };

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 10, linkedSignatureWaitMs: 3_000 });
    site = await startSiteFor(['EE']);
    subscribe(outcomeChannel, hear);
  });
  after(async () => {
    unsubscribe(outcomeChannel, hear);
    await site.close();
    await simulator.close();
  });
  beforeEach(() => {
    browser = new Browser(site.origin);
    prepared = 0;
    for (const list of [asked, outcomes, site.errors, site.signatures]) list.length = 0;
  });

  const scan = (deviceLink: string | undefined, documentNumber: string) =>
    usePhone(simulator, { deviceLink: deviceLink ?? '', flowType: 'QR', documentNumber });

  function expectNothingSigned(): void {
    expect(prepared).to.equal(0);
    expect(site.signatures).to.deep.equal([]);
    expect(asked.filter((path) => !isOfChoice(path))).to.deep.equal([]);
  }

  it('turns a person of another country away who has chosen a certificate by QR code', async () => {
    const { id, qrLink } = await browser.start({ reference: 'contract 7', returnTo: '/contracts' });
    await scan(qrLink, latvian);
    expect(await browser.settled(id)).to.include({ state: 'failed', code: 'country_not_accepted' });
    const { status, body } = await browser.post('/finish', { id });
    expect([status, body]).to.deep.equal([
      403,
      {
        code: 'country_not_accepted',
        message: 'You cannot sign here with a Smart-ID account of your country.',
      },
    ]);
    expect(site.errors[0]).to.include({ reference: 'contract 7', returnTo: '/contracts' });
    expectNothingSigned();
    expect(outcomes).to.have.length(1);
    expect(outcomes[0]).to.include({ what: 'signing', code: 'country_not_accepted' });
    expect((await browser.post('/finish', { id })).body.code).to.equal('no_attempt');
    expect(await storedAttempt(site, id)).to.equal(undefined);
  });

  it('turns a person of another country away who has chosen a certificate on the same device', async () => {
    const { id, web2AppLink = '' } = await browser.start();
    // The app waits in vain for the signature, and does not come back.
    await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App', documentNumber: latvian }).catch(
      () => undefined,
    );
    expect(await browser.settled(id)).to.include({ state: 'failed', code: 'country_not_accepted' });
    expect((await browser.post('/finish', { id })).status).to.equal(403);
    expectNothingSigned();
  });

  for (const signer of [{ documentNumber: latvian }, { semanticsIdentifier: latvianPerson }]) {
    for (const flow of ['device-link', 'app', 'notification']) {
      it(`asks nobody of another country whom the site names: ${flow}, ${Object.keys(signer)}`, async () => {
        const { status, body } = await browser.post('/start', { flow, signer });
        expect([status, body]).to.deep.equal([
          400,
          { code: 'invalid_input', message: 'signer must be of one of the accepted countries: EE.' },
        ]);
        expect(asked).to.deep.equal([]);
        expect(prepared).to.equal(0);
      });
    }
  }

  it('refuses a signer of another country when the middleware is made, where every start has the same', () => {
    expect(() => site.signing.start({ signer: { documentNumber: latvian } })).to.throw(/^signer must be of one of/);
  });

  it('lets persons of these countries sign, known and not known, by QR code, same device and push', async () => {
    const known = { signer: { documentNumber: okDocument } };
    for (const start of [{}, known]) {
      const { id, qrLink } = await browser.start(start);
      await scan(qrLink, okDocument);
      await browser.settled(id);
      expect((await browser.post('/finish', { id })).body.documentNumber).to.equal(okDocument);
      const { web2AppLink = '' } = await browser.start(start);
      const callback = await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' });
      expect((await browser.get(pathOf(callback))).body.documentNumber).to.equal(okDocument);
    }
    for (const signer of [known.signer, { semanticsIdentifier: 'PNOEE-40404040009' }]) {
      const { id } = await browser.start({ flow: 'notification', signer });
      await browser.settled(id);
      expect((await browser.post('/finish', { id })).body.documentNumber).to.equal(okDocument);
    }
    expect([prepared, site.signatures.length]).to.deep.equal([6, 6]);
  });

  it('lets persons of all countries sign where none are chosen', async () => {
    const anywhere = await startSiteFor(undefined);
    try {
      for (const documentNumber of [okDocument, latvian, 'PNOLT-40404040009-MOCK-Q', 'PNOBE-04040400287-MOCK-Q']) {
        const visitor = new Browser(anywhere.origin);
        const { id, qrLink } = await visitor.start();
        await scan(qrLink, documentNumber);
        await visitor.settled(id);
        expect((await visitor.post('/finish', { id })).body.documentNumber).to.equal(documentNumber);
      }
    } finally {
      await anywhere.close();
    }
  });

  it('is refused at the end, too, where the certificate was taken without the rule', async () => {
    const sessions = new session.MemoryStore();
    const anywhere = await startSiteFor(undefined, sessions);
    const strict = await startSiteFor(['EE'], sessions);
    try {
      const visitor = new Browser(anywhere.origin);
      const { id, qrLink } = await visitor.start({ signer: { documentNumber: latvian } });
      await scan(qrLink, latvian);
      await visitor.settled(id);
      const atStrict = new Browser(strict.origin, visitor.jar);
      expect((await atStrict.post('/finish', { id })).body.code).to.equal('no_attempt');
      // Passed off as one of these terms.
      const { purpose } = await storedAttempt(strict, (await atStrict.start()).id);
      await changeAttempt(sessions, id, { purpose });
      const { status, body } = await atStrict.post('/finish', { id });
      expect([status, body.code]).to.deep.equal([403, 'country_not_accepted']);
      expect(strict.signatures).to.deep.equal([]);
    } finally {
      await strict.close();
      await anywhere.close();
    }
  });
});

/** Changes what the session store has of an attempt. */
async function changeAttempt(sessions: session.MemoryStore, id: string, change: object): Promise<void> {
  const all = await new Promise<Record<string, any>>((resolve, reject) => {
    sessions.all((error, found) => (error ? reject(error) : resolve((found ?? {}) as Record<string, any>)));
  });
  for (const [sid, stored] of Object.entries(all)) {
    for (const attempt of stored.smartId?.attempts ?? []) if (attempt.id === id) Object.assign(attempt, change);
    await new Promise<void>((resolve) => sessions.set(sid, stored as session.SessionData, () => resolve()));
  }
}
