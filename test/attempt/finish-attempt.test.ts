/** What holds between start and finish: for whom it was begun, and what a site that fails for a moment costs the person. */

import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import express, { type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { MemoryAttemptStore, SmartIdStrategy, type SmartIdStrategyOptions } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { listen } from '../support/listen.js';
import { callbackAfter, pathOf, usePhone } from '../support/phone.js';
import { Browser, type Site, startSite, storedSessions } from '../support/site.js';

const me = 'PNOEE-40404040009';
const somebodyElse = 'PNOLT-40404040009-MOCK-Q';

describe('The finish of a login', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
  });
  after(() => simulator.close());

  for (const [kept, store] of [
    ['the session', () => undefined],
    ['memory', () => new MemoryAttemptStore()],
  ] as const) {
    describe(`with attempts in ${kept}, at a site whose verify function throws`, () => {
      for (const way of ['QR', 'Web2App'] as const) {
        it(`can be tried again, and then works once: ${way}`, async () => {
          let isAway = true;
          let asked = 0;
          const site = await startSite(simulator, {
            strategy: { store: store() },
            async verify({ id }) {
              asked++;
              if (isAway) throw new Error('The database is away.');
              return { id };
            },
          });
          try {
            const browser = new Browser(site.origin);
            const { id, qrLink = '', web2AppLink = '' } = await browser.start();
            let finish = () => browser.post('/finish', { id });
            if (way === 'QR') {
              await usePhone(simulator, { deviceLink: qrLink, flowType: way });
            } else {
              const callback = pathOf(await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: way }));
              finish = () => browser.get(callback);
            }
            for (let tries = 0; tries < 2; tries++) expect((await finish()).status).to.equal(500);
            expect((await browser.get('/me')).body).to.equal(null);
            expect(site.errors.map((error) => (error as Error).message)).to.deep.equal(
              Array(2).fill('The database is away.'),
            );
            isAway = false;
            expect((await finish()).status).to.equal(200);
            expect((await browser.get('/me')).body).to.deep.equal({ id: me });
            expect(asked).to.equal(3);
            expect((await finish()).status).to.be.oneOf([401, 403]);
            expect(asked).to.equal(3);
          } finally {
            await site.close();
          }
        });
      }
    });
  }

  for (const [kept, store] of [
    ['the session', () => undefined],
    ['memory', () => new MemoryAttemptStore()],
  ] as const) {
    it(`is not given back, with attempts in ${kept}, to who has cancelled or changed the session meanwhile`, async () => {
      const asked = new EventEmitter();
      const site: Site = await startSite(simulator, {
        strategy: { store: store() },
        async verify() {
          const [answer] = await Promise.all([once(asked, 'answer'), asked.emit('asked')]);
          throw answer[0];
        },
        routes(app) {
          app.post(
            '/cancel',
            (req, res, next) => void site.strategy.cancel()(req, res, next),
            (_req, res) => void res.json({}),
          );
          app.post('/note', (req, res) => void res.json(Object.assign(req.session, { note: 'newer' })));
        },
      });
      try {
        const browser = new Browser(site.origin);
        const { id, qrLink = '' } = await browser.start();
        await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
        const isAsked = once(asked, 'asked');
        const finish = browser.post('/finish', { id });
        await isAsked;
        await browser.post('/note');
        await browser.post('/cancel', { id });
        asked.emit('answer', new Error('The database is away.'));
        expect((await finish).status).to.equal(500);
        expect((await browser.post('/finish', { id })).body.code).to.equal('cancelled');
        expect((await storedSessions(site)).map(({ note }) => note)).to.deep.equal(['newer']);
      } finally {
        await site.close();
      }
    });
  }

  it('does not come back by a site that turns the person away', async () => {
    const site = await startSite(simulator, { verify: async () => false });
    const browser = new Browser(site.origin);
    const { id, qrLink = '' } = await browser.start();
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    expect((await browser.post('/finish', { id })).body.code).to.equal('not_accepted');
    expect((await browser.post('/finish', { id })).body.code).to.equal('no_attempt');
    await site.close();
  });

  describe('where only the person who is logged in may finish', () => {
    let origin: string;
    let close: () => Promise<void>;
    let browser: Browser;
    let identified: () => unknown;

    before(async () => {
      const app = express();
      ({ origin, close } = await listen(app));
      const passport = new Authenticator();
      const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
      const options: SmartIdStrategyOptions = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
      const strategy = new SmartIdStrategy(options, async ({ id }, { documentNumber }) => ({ id, documentNumber }));
      passport.use(strategy);
      passport.serializeUser((user, done) => done(null, user));
      passport.deserializeUser((user: Express.User, done) => done(null, user));
      app.use(express.json(), session({ secret: 'test', resave: false, saveUninitialized: false }), passport.session());
      const identify = () => identified() as { semanticsIdentifier: string };
      const sendView = (req: Request, res: Response) => void res.json(req.smartId);
      const send = (req: Request, res: Response) => void res.json(req.user);
      app.post('/login/start', strategy.start(), sendView);
      app.post('/login/finish', passport.authenticate('smart-id'), send);
      app.post('/confirm/start', strategy.start({ identify }), sendView);
      // The order is done although nobody is logged in anew.
      app.post('/confirm/finish', passport.authenticate('smart-id', { identify, session: false }), send);
      app.use(
        (error: Error & { status?: number; field?: string }, _req: Request, res: Response, _next: NextFunction) => {
          res.status(error.status ?? 500).json({ field: error.field });
        },
      );
    });
    after(() => close());
    beforeEach(() => {
      browser = new Browser(origin);
      identified = () => ({ semanticsIdentifier: me });
    });

    async function begun(path: string, documentNumber?: string): Promise<string> {
      const { id, qrLink } = (await browser.post(path)).body;
      await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
      return id;
    }

    it('lets an attempt pass that was begun for them', async () => {
      // The first session of a process names nobody to the service.
      await logInAt('/login');
      const id = await begun('/confirm/start');
      expect((await browser.post('/confirm/finish', { id })).body).to.include({ id: me });
    });

    async function logInAt(path: string) {
      return browser.post(`${path}/finish`, { id: await begun(`${path}/start`) });
    }

    it('knows no attempt that was begun for nobody, by whomever it was confirmed, and leaves it where it belongs', async () => {
      for (const documentNumber of [somebodyElse, undefined]) {
        const id = await begun('/login/start', documentNumber);
        expect((await browser.post('/confirm/finish', { id })).status).to.equal(401);
        expect((await browser.post('/login/finish', { id })).status).to.equal(200);
      }
    });

    it('knows no attempt that was begun for somebody else', async () => {
      identified = () => ({ semanticsIdentifier: 'PNOLT-40404040009' });
      const id = await begun('/confirm/start', somebodyElse);
      for (const expected of [
        { semanticsIdentifier: me },
        { documentNumber: 'PNOEE-40404040009-MOCK-Q' },
        // Begun for a person, and not for this document.
        { documentNumber: somebodyElse },
      ]) {
        identified = () => expected;
        expect((await browser.post('/confirm/finish', { id })).status).to.equal(401);
      }
      identified = () => ({ semanticsIdentifier: 'PNOLT-40404040009' });
      expect((await browser.post('/confirm/finish', { id })).status).to.equal(200);
    });

    it('is an error where the site names nobody, or names them in no way that there is', async () => {
      const id = await begun('/confirm/start');
      for (const wrong of [undefined, null, {}, { semanticsIdentifier: 'x' }, 'PNOEE-40404040009']) {
        identified = () => wrong;
        const { status, body } = await browser.post('/confirm/finish', { id });
        expect(status, JSON.stringify(wrong)).to.equal(400);
        expect(body.field, JSON.stringify(wrong)).to.be.a('string');
      }
      identified = () => ({ semanticsIdentifier: me });
      expect((await browser.post('/confirm/finish', { id })).status).to.equal(200);
    });
  });

  it('is not begun for anybody because an option of the start is spelled wrongly', async () => {
    const start = () => ({ identfy: () => ({ semanticsIdentifier: me }) }) as object;
    const site = await startSite(simulator, { start });
    const { status, body } = await new Browser(site.origin).post('/start');
    expect([status, body.error]).to.deep.equal([400, 'identfy is not an option of start.']);
    await site.close();
  });

  it('sets the headers of the answer itself: start, status, cancel, finish and callback', async () => {
    const site = await startSite(simulator);
    const browser = new Browser(site.origin);
    const { id, qrLink = '' } = await browser.start();
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    for (const [method, path, body] of [
      ['POST', '/start', {}],
      ['GET', `/status?id=${id}`],
      ['GET', '/callback?smartIdAttempt=x&sessionSecretDigest=y'],
      ['POST', '/finish', { id }],
    ] as const) {
      const response = await fetch(site.origin + path, {
        method,
        headers: { 'content-type': 'application/json', cookie: await browser.cookies() },
        body: body && JSON.stringify(body),
      });
      const told = ['cache-control', 'referrer-policy'].map((name) => response.headers.get(name));
      expect(told, path).to.deep.equal(['no-store', 'same-origin']);
    }
    await site.close();
  });
});

describe('Two pushes that one browser starts at once', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
  });
  after(() => simulator.close());

  async function startTogether(who: (index: number) => object, count = 3) {
    const site = await startSite(simulator, {
      start: ({ body }) => ({ flow: 'notification', identify: () => body.who }),
    });
    const browser = new Browser(site.origin);
    // A session that the browser has already.
    await browser.post('/start', { who: { semanticsIdentifier: 'PNOLT-40404040009' } });
    const views = await Promise.all(
      Array.from({ length: count }, (_, index) => browser.post('/start', { who: who(index) })),
    );
    await site.close();
    return views.map(({ body }) => body);
  }

  async function pushesTo(person: string): Promise<number> {
    const waiting: any[] = await (await fetch(`${simulator.phoneUrl}/pushes`)).json();
    return waiting.filter((push) => JSON.stringify(push).includes(person)).length;
  }

  it('are one push, of which both show the code', async () => {
    const views = await startTogether(() => ({ semanticsIdentifier: me }));
    expect(new Set(views.map(({ id }) => id)).size).to.equal(1);
    expect(new Set(views.map(({ verificationCode }) => verificationCode)).size).to.equal(1);
    expect(await pushesTo(me)).to.equal(1);
  });

  it('are two where they are for two persons', async () => {
    const persons = [me, 'PNOLV-040404-10003'];
    const views = await startTogether((index) => ({ semanticsIdentifier: persons[index] }), 2);
    expect(new Set(views.map(({ id }) => id)).size).to.equal(2);
  });
});
