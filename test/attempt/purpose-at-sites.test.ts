/** What one strategy or signing has started is not there for another one, although site and session are the same. */

import { expect } from 'chai';
import express, { type Request, type RequestHandler, type Response } from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { SmartIdSigning, SmartIdStrategy, type SmartIdStrategyOptions } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { listen } from '../support/listen.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { demoWithAdvanced } from '../support/relying-parties.js';
import { Browser } from '../support/site.js';

const relyingParty = demoWithAdvanced;
const other = { ...demoWithAdvanced, uuid: '00000000-0000-4000-8000-000000000001', name: 'Another' };
/** Good enough for the lower level alone. */
const notQualified = 'PNOLT-61101019988-MOCK-NQ';

describe('An attempt', () => {
  let simulator: Simulator;
  let origin: string;
  let close: () => Promise<void>;
  let browser: Browser;
  /** What the signing's handler got. */
  const signed: unknown[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 10, relyingParties: [relyingParty, other] });
    const app = express();
    ({ origin, close } = await listen(app));
    const passport = new Authenticator();
    passport.serializeUser((user, done) => done(null, user));
    passport.deserializeUser((user: Express.User, done) => done(null, user));
    app.use(express.json(), session({ secret: 'test', resave: false, saveUninitialized: false }), passport.session());
    const options = (name: string) => ({
      environment: simulator.environment,
      relyingPartyUUID: relyingParty.uuid,
      relyingPartyName: relyingParty.name,
      trustAnchors: simulator.trustAnchors,
      // By QR code alone, nothing but its terms tells an attempt from others.
      callbackURL: name.startsWith('qr-') ? undefined : `${origin}/${name}/callback`,
    });
    const sendView: RequestHandler = (req, res) => void res.json(req.smartId);

    const logins: Record<string, Partial<SmartIdStrategyOptions>> = {
      advanced: { certificateLevel: 'ADVANCED' },
      qualified: { certificateLevel: 'QUALIFIED' },
      'qr-advanced': { certificateLevel: 'ADVANCED' },
      'qr-qualified': { certificateLevel: 'QUALIFIED' },
      'qr-estonia': { countries: ['EE'] },
      'qr-baltic': { countries: ['EE', 'LV'] },
      'qr-same-baltic': { countries: ['LV', 'EE'] },
      'qr-confirmation': { name: 'confirmation' },
      'qr-named': { identify: () => undefined },
      'qr-other': { relyingPartyUUID: other.uuid, relyingPartyName: other.name },
      carried: {},
      other: { relyingPartyUUID: other.uuid, relyingPartyName: other.name },
    };
    for (const [name, special] of Object.entries(logins)) {
      const strategy = new SmartIdStrategy({ ...options(name), ...special }, async ({ id }) => ({ id, by: name }));
      const logIn: RequestHandler = (req, res, next) => {
        const settle = (error: unknown, user?: Express.User | false | null, info?: unknown, status?: unknown) => {
          if (error) return next(error);
          if (!user) return void res.status(status as number).json(info);
          const keepSessionInfo = name === 'carried';
          req.logIn(user, { keepSessionInfo, session: true }, (failed: unknown) =>
            failed ? next(failed) : void res.json(user),
          );
        };
        passport.authenticate(strategy, settle)(req, res, next);
      };
      app.post(`/${name}/start`, strategy.start(), sendView);
      app.get(`/${name}/status`, strategy.status(), sendView);
      app.post(`/${name}/finish`, logIn);
      app.get(`/${name}/callback`, logIn);
    }

    for (const [name, special] of [
      ['signing', {}],
      ['advanced-signing', { certificateLevel: 'ADVANCED' }],
      ['other-signing', {}],
      ['qr-signing', {}],
      ['qr-estonian-signing', { countries: ['EE'] }],
      ['qr-named-signing', { name: 'contracts' }],
      ['qr-same-signing', {}],
    ] as const) {
      const signing = new SmartIdSigning({ ...options(name), ...special }, () => ({ data: Buffer.from(name) }));
      const keep = ({ smartIdSignature }: Request, res: Response) => {
        signed.push(smartIdSignature);
        res.json({ by: name });
      };
      const signer = { documentNumber: okDocument };
      app.post(`/${name}/start`, signing.start({ signer }), sendView);
      app.post(`/${name}/choose`, signing.start(), sendView);
      app.get(`/${name}/status`, signing.status(), sendView);
      app.post(`/${name}/finish`, signing.finish(), keep);
      app.get(`/${name}/callback`, signing.finish(), keep);
    }
    app.get('/me', (req, res) => void res.json(req.user ?? null));
    app.use((error: { status: number; code: string }, _req: Request, res: Response, _next: unknown) => {
      res.status(error.status).json({ code: error.code });
    });
  });
  after(async () => {
    await close();
    await simulator.close();
  });
  beforeEach(() => {
    browser = new Browser(origin);
    signed.length = 0;
  });

  async function expectNothingDone(): Promise<void> {
    expect((await browser.get('/me')).body).to.equal(null);
    expect(signed).to.deep.equal([]);
  }

  for (const [what, first, second, documentNumber] of [
    ['a login at a low level is none at a high level', 'advanced', 'qualified', notQualified],
    ['a login at a low level is none at a high level, whoever it is', 'advanced', 'qualified', okDocument],
    ['a login at a high level is none at a low level', 'qualified', 'advanced', okDocument],
    ['a login at one relying party is none at another', 'qualified', 'other', okDocument],
    ['a login is no signature', 'qualified', 'signing', okDocument],
    ['a signature is no login', 'signing', 'qualified', okDocument],
    ['a signature at a low level is none at a high level', 'advanced-signing', 'signing', okDocument],
    ['a signature at a high level is none at a low level', 'signing', 'advanced-signing', okDocument],
    ['a signature of one part of the site is none of another', 'signing', 'other-signing', okDocument],
    ['a login at a low level is none at a high level, by QR code', 'qr-advanced', 'qr-qualified', okDocument],
    ['a login of anybody is none where countries are chosen, by QR code', 'qr-qualified', 'qr-estonia', okDocument],
    ['a login of more countries is none of fewer, by QR code', 'qr-baltic', 'qr-estonia', okDocument],
    ['a signature of anybody is none where countries are chosen', 'qr-signing', 'qr-estonian-signing', okDocument],
    ['a login at one relying party is none at another, by QR code', 'qr-qualified', 'qr-other', okDocument],
    ['a login of anybody is none where the strategy names persons', 'qr-qualified', 'qr-named', okDocument],
    ['a login by one name is none by another, by QR code', 'qr-qualified', 'qr-confirmation', okDocument],
    ['a signature by one name is none by another, by QR code', 'qr-signing', 'qr-named-signing', okDocument],
    ['a login is no signature, by QR code', 'qr-qualified', 'qr-signing', okDocument],
  ] as const) {
    describe(`belongs to who started it: ${what}`, () => {
      it('so it is neither seen nor finished there, and still finished where it belongs', async () => {
        const { id, qrLink } = (await browser.post(`/${first}/start`)).body;
        await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
        const seen = await browser.get(`/${second}/status?id=${id}`);
        expect(seen.body).to.deep.equal({ id, state: 'failed', code: 'no_attempt' });
        const { status, body } = await browser.post(`/${second}/finish`, { id });
        expect([status, body.code]).to.deep.equal([401, 'no_attempt']);
        await expectNothingDone();
        expect((await browser.settled(id, `/${first}/status`)).state).to.equal('ready');
        const finished = await browser.post(`/${first}/finish`, { id });
        expect([finished.status, finished.body.by]).to.deep.equal([200, first]);
      });

      if (first.startsWith('qr-')) return;

      it('so its return is none there, and still one where it belongs', async () => {
        const { web2AppLink } = (await browser.post(`/${first}/start`)).body;
        const use = { deviceLink: web2AppLink, flowType: 'Web2App', documentNumber } as const;
        const callback = pathOf(await callbackAfter(simulator, use));
        expect(callback).to.match(new RegExp(`^/${first}/callback`));
        const { status, body } = await browser.get(callback.replace(first, second));
        expect([status, body.code]).to.deep.equal([403, 'return_without_session']);
        await expectNothingDone();
        const returned = await browser.get(callback);
        expect([returned.status, returned.body.by]).to.deep.equal([200, first]);
      });
    });
  }

  it('in which somebody chooses a certificate is no login, before the choice and after', async () => {
    const { id, qrLink } = (await browser.post('/signing/choose')).body;
    const finishAsLogin = async () => (await browser.post('/qualified/finish', { id })).body.code;
    expect(await finishAsLogin()).to.equal('no_attempt');
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    expect(await finishAsLogin()).to.equal('no_attempt');
    expect((await browser.settled(id, '/signing/status')).state).to.equal('ready');
    expect(await finishAsLogin()).to.equal('no_attempt');
    await expectNothingDone();
    expect((await browser.post('/signing/finish', { id })).status).to.equal(200);
    expect((await browser.get('/me')).body).to.equal(null);
  });

  it('that is the same for two signings, because nothing tells them apart, is finished once all the same', async () => {
    const { id, qrLink } = (await browser.post('/qr-signing/start')).body;
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    await browser.settled(id, '/qr-same-signing/status');
    const paths = Array.from({ length: 20 }, (_, index) => `/qr-${index % 2 ? '' : 'same-'}signing/finish`);
    const answers = await Promise.all(paths.map((path) => browser.post(path, { id })));
    expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
    expect(signed).to.have.length(1);
  });

  it('is the same whatever the order of the accepted countries', async () => {
    const { id, qrLink } = (await browser.post('/qr-baltic/start')).body;
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    expect((await browser.post('/qr-same-baltic/finish', { id })).status).to.equal(200);
  });

  it('to log in and one to sign may start at the same moment in one session', async () => {
    await browser.post('/qualified/start');
    for (let round = 0; round < 10; round++) {
      const paths = ['/signing/start', '/qualified/start'];
      const [signing, login] = await Promise.all(paths.map((path) => browser.post(path)));
      expect((await browser.get(`/signing/status?id=${signing?.body.id}`)).body.state).to.equal('running');
      expect((await browser.get(`/qualified/status?id=${login?.body.id}`)).body.state).to.equal('running');
    }
  });

  it('to sign ends when somebody logs in, even if the site carries the whole session along', async () => {
    const { id, qrLink } = (await browser.post('/signing/start')).body;
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    const login = (await browser.post('/carried/start')).body;
    await usePhone(simulator, { deviceLink: login.qrLink, flowType: 'QR' });
    expect((await browser.post('/carried/finish', { id: login.id })).status).to.equal(200);
    expect((await browser.get(`/signing/status?id=${id}`)).body.code).to.equal('no_attempt');
    expect((await browser.post('/signing/finish', { id })).body.code).to.equal('no_attempt');
    expect(signed).to.deep.equal([]);
  });

  it('to sign ends when somebody logs in, and another one to log in does not', async () => {
    const { id, qrLink } = (await browser.post('/signing/choose')).body;
    const tabs = [(await browser.post('/qualified/start')).body, (await browser.post('/qualified/start')).body];
    await usePhone(simulator, { deviceLink: tabs[0].qrLink, flowType: 'QR' });
    expect((await browser.post('/qualified/finish', { id: tabs[0].id })).status).to.equal(200);
    // Not the account of the other tests: its app waits in vain for what it was to sign.
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber: 'PNOLT-40404040009-MOCK-Q' });
    expect((await browser.get(`/signing/status?id=${id}`)).body.code).to.equal('no_attempt');
    expect((await browser.post('/signing/finish', { id })).body.code).to.equal('no_attempt');
    expect(signed).to.deep.equal([]);
    expect((await browser.get(`/qualified/status?id=${tabs[1].id}`)).body.state).to.equal('running');
  });

  it('of the lower level logs its person in where that is enough', async () => {
    const { id, qrLink } = (await browser.post('/advanced/start')).body;
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber: notQualified });
    await browser.post('/qualified/finish', { id });
    await browser.post('/advanced/finish', { id });
    expect((await browser.get('/me')).body).to.deep.equal({ id: 'PNOLT-61101019988', by: 'advanced' });
  });
});
