/** What the site brings along: its session middleware, its verify function, the way it hands the strategy to Passport. */

import { once } from 'node:events';
import { expect } from 'chai';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import type { SmartIdInfo, SmartIdProfile, VerifyFunction } from '../../lib/index.js';
import { SmartIdStrategy } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { logInByQr, okDocument, usePhone } from '../support/phone.js';
import { Browser, startSite } from '../support/site.js';

describe('A site', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  const strategyOptions = () => ({
    environment: simulator.environment,
    relyingPartyUUID: simulator.relyingPartyUUID,
    relyingPartyName: simulator.relyingPartyName,
    trustAnchors: simulator.trustAnchors,
    callbackURL: 'http://localhost/callback',
  });

  describe('with a session that cannot carry a login', () => {
    /** Runs `start` behind the given middleware and gives what it hands to `next`. */
    async function startError(strategy: SmartIdStrategy, req: object): Promise<unknown> {
      return new Promise((resolve) => {
        void strategy.start()(req as Request, {} as Response, resolve as NextFunction);
      });
    }
    const requestOf = (sessionOfRequest?: object, rest: object = {}) => ({
      query: {},
      session: sessionOfRequest,
      ...rest,
    });
    const onServer = (cookie: object) =>
      requestOf({ cookie, regenerate() {}, save() {} }, { sessionID: 'x', sessionStore: { get() {} } });

    for (const [what, req, code, advice] of [
      ['none', requestOf(), 'session_missing', 'express-session'],
      ['one that lives in a cookie', requestOf({ regenerate: undefined }), 'session_in_cookie', 'on the server'],
      [
        'one that passport patched to look like more',
        requestOf({ regenerate() {}, save() {} }),
        'session_in_cookie',
        'on the server',
      ],
      ['SameSite=Strict', onServer({ sameSite: 'strict' }), 'session_same_site_strict', "sameSite: 'lax'"],
      ['SameSite=Strict by true', onServer({ sameSite: true }), 'session_same_site_strict', "sameSite: 'lax'"],
    ] as const) {
      it(`is told what to change: ${what}`, async () => {
        const error = (await startError(new SmartIdStrategy(strategyOptions(), async () => false), req)) as Error;
        expect(error).to.include({ name: 'SmartIdSessionError', code, status: 500 });
        expect(error.message).to.contain(advice);
      });
    }

    it('is told that a cookie with SameSite=None must be secure', async () => {
      const site = await startSite(simulator, { session: { cookie: { sameSite: 'none' } } });
      const { status, body } = await new Browser(site.origin).post('/start');
      expect([status, body.code]).to.deep.equal([500, 'session_same_site_none']);
      expect(body.error).to.contain("sameSite: 'lax'");
      await site.close();
    });

    it('is told that a secure cookie is not sent by http, and warned where only a proxy has https', async () => {
      const site = await startSite(simulator, { session: { cookie: { secure: true } } });
      const { status, body } = await new Browser(site.origin).post('/start');
      expect([status, body.code]).to.deep.equal([500, 'session_cookie_not_sent']);
      expect(body.error).to.contain("app.set('trust proxy', 1)").and.contain("secure: 'auto'");
      const warning = once(process, 'warning', { signal: AbortSignal.timeout(1000) });
      const start = () => fetch(`${site.origin}/start`, { method: 'POST', headers: { 'x-forwarded-proto': 'https' } });
      expect((await start()).status).to.equal(200);
      const [told] = await warning;
      expect(told).to.include({ code: 'SMART_ID_TRUST_PROXY' });
      await site.close();
    });

    it('may have a secure cookie behind a proxy that it trusts', async () => {
      const warnings: Error[] = [];
      const note = (warning: Error) => warnings.push(warning);
      process.on('warning', note);
      const site = await startSite(simulator, {
        session: { cookie: { secure: true } },
        routes: (app) => app.set('trust proxy', 1),
      });
      const response = await fetch(`${site.origin}/start`, {
        method: 'POST',
        headers: { 'x-forwarded-proto': 'https' },
      });
      expect([response.status, response.headers.get('set-cookie')?.includes('Secure')]).to.deep.equal([200, true]);
      process.removeListener('warning', note);
      expect(warnings).to.deep.equal([]);
      await site.close();
    });

    it('may use SameSite=Strict where nobody returns by a link', async () => {
      const site = await startSite(simulator, {
        strategy: { callbackURL: undefined },
        session: { cookie: { sameSite: 'strict' } },
      });
      expect((await logInByQr(simulator, new Browser(site.origin))).status).to.equal(200);
      await site.close();
    });

    it('is told so by authenticate too, as an error', async () => {
      const app = express();
      const passport = new Authenticator();
      passport.use(new SmartIdStrategy(strategyOptions(), async () => false));
      let reached: unknown;
      app.post('/finish', passport.authenticate('smart-id', { session: false }));
      app.use((error: unknown, _req: Request, res: Response, _next: NextFunction) => {
        reached = error;
        res.sendStatus(500);
      });
      const server = app.listen(0);
      const { port } = server.address() as { port: number };
      expect((await fetch(`http://127.0.0.1:${port}/finish`, { method: 'POST' })).status).to.equal(500);
      expect(reached).to.have.property('code', 'session_missing');
      server.close();
    });
  });

  describe('with a verify function', () => {
    async function logIn(
      verify: VerifyFunction,
    ): Promise<{ status: number; body: Record<string, unknown>; errors: unknown[] }> {
      const site = await startSite(simulator, { verify });
      const answer = await logInByQr(simulator, new Browser(site.origin));
      await site.close();
      return { ...answer, errors: site.errors };
    }
    const user = { id: 'user' } as Express.User;

    it('gives it a profile and what is known of the login', async () => {
      let given: [SmartIdProfile, SmartIdInfo] | undefined;
      await logIn(async (...args) => {
        given = [args[0], args[1]];
        return user;
      });
      expect(given?.[0]).to.deep.equal({
        provider: 'smart-id',
        id: 'PNOEE-40404040009',
        displayName: 'OK TESTNUMBER',
        name: { familyName: 'TESTNUMBER', givenName: 'OK' },
        country: 'EE',
        identifierType: 'PNO',
        personalCode: '40404040009',
        dateOfBirth: '1904-04-04',
      });
      expect(given?.[1].documentNumber).to.equal(okDocument);
      expect(given?.[1].certificate.subject).to.contain('PNOEE-40404040009');
    });

    for (const [what, verify] of [
      ['resolves to a user', async () => user],
      ['calls done at once', (_profile, _info, done) => done(null, user)],
      [
        'calls done later and returns something else',
        (_profile, _info, done) => setTimeout(() => done(null, user), 5) as unknown as undefined,
      ],
      [
        'calls done twice',
        (_profile, _info, done) => {
          done(null, user);
          done(null, { id: 'another' } as Express.User);
          done(new Error('late'));
        },
      ],
      [
        'calls done and then resolves to nothing',
        async (_profile, _info, done) => {
          done(null, user);
          return undefined;
        },
      ],
    ] as [string, VerifyFunction][]) {
      it(`that ${what} logs that user in`, async () => {
        const { status, body } = await logIn(verify);
        expect(status, JSON.stringify(body)).to.equal(200);
        expect(body.user).to.deep.equal(user);
      });
    }

    for (const [what, verify] of [
      ['resolves to false', async () => false],
      ['resolves to null', async () => null],
      ['resolves to nothing', async () => undefined],
      ['calls done without a user', (_profile, _info, done) => done(null, false)],
    ] as [string, VerifyFunction][]) {
      it(`that ${what} logs nobody in`, async () => {
        const { status, body } = await logIn(verify);
        expect([status, body.code]).to.deep.equal([401, 'not_accepted']);
      });
    }

    it('that gives a reason for turning somebody away has it passed on', async () => {
      const { status, body } = await logIn((_profile, _info, done) => done(null, false, { message: 'Not a member.' }));
      expect([status, body]).to.deep.equal([401, { message: 'Not a member.' }]);
    });

    for (const [what, verify] of [
      [
        'throws',
        () => {
          throw new Error('The database is down.');
        },
      ],
      [
        'rejects',
        async () => {
          throw new Error('The database is down.');
        },
      ],
      ['calls done with an error', (_profile, _info, done) => done(new Error('The database is down.'))],
    ] as [string, VerifyFunction][]) {
      it(`that ${what} makes the login an error`, async () => {
        const { status, errors } = await logIn(verify);
        expect(status).to.equal(500);
        expect(errors).to.have.length(1);
      });
    }

    it('gets the request first when it asks for it', async () => {
      const site = await startSite(simulator, {
        strategy: { passReqToCallback: true } as never,
        verify: (async (req: Request, profile: SmartIdProfile) => ({ path: req.path, id: profile.id })) as never,
      });
      const { body } = await logInByQr(simulator, new Browser(site.origin));
      expect(body.user).to.deep.equal({ path: '/finish', id: 'PNOEE-40404040009' });
      await site.close();
    });
  });

  describe('that hands the strategy itself to Passport', () => {
    it('does not mix two people up whose logins overlap', async () => {
      const app = express();
      const passport = new Authenticator();
      // Holds each login back until both are under way, so that the second could take the place of the first.
      let release = () => {};
      const both = new Promise<void>((resolve) => {
        release = resolve;
      });
      let under = 0;
      const strategy = new SmartIdStrategy(strategyOptions(), async (profile) => {
        under += 1;
        if (under === 2) release();
        await both;
        return profile as Express.User;
      });
      passport.serializeUser((user, done) => done(null, user));
      passport.deserializeUser((user: Express.User, done) => done(null, user));
      app.use(express.json(), session({ secret: 'test', resave: false, saveUninitialized: false }), passport.session());
      const send: RequestHandler = (req, res) => {
        res.json(req.user ?? req.smartId ?? null);
      };
      app.post('/start', strategy.start(), send);
      app.post('/finish', passport.authenticate(strategy as never), send);
      app.get('/me', send);
      const server = app.listen(0);
      const { port } = server.address() as { port: number };
      const people = ['PNOEE-40404040009', 'PNOLT-40404040009'];
      const browsers = people.map(() => new Browser(`http://127.0.0.1:${port}`));
      await Promise.all(
        browsers.map(async (browser, index) => {
          const { id, qrLink = '' } = await browser.start();
          await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber: `${people[index]}-MOCK-Q` });
          expect((await browser.post('/finish', { id })).body.id).to.equal(people[index]);
        }),
      );
      for (const [index, browser] of browsers.entries()) {
        expect((await browser.get('/me')).body.id).to.equal(people[index]);
      }
      server.close();
    });
  });

  it('with a loginURL is led there when there is nothing to finish', async () => {
    const site = await startSite(simulator, { strategy: { loginURL: '/login' } });
    for (const [method, path, body] of [
      ['POST', '/finish', '{}'],
      ['POST', '/finish', '{"id":"nobody-knows-it"}'],
      ['POST', '/finish', '{"id":["a","b"]}'],
    ] as const) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(site.origin + path, { method, headers, body, redirect: 'manual' });
      expect([answer.status, answer.headers.get('location')]).to.deep.equal([302, '/login']);
    }
    await site.close();
  });

  it('without one gets a failure', async () => {
    const site = await startSite(simulator);
    const browser = new Browser(site.origin);
    for (const body of [{}, { id: 7 }, { id: '' }, { id: 'x'.repeat(10_000) }, { id: '__proto__' }]) {
      const answer = await browser.post('/finish', body);
      expect([answer.status, answer.body.code]).to.deep.equal([401, 'no_attempt']);
    }
    await site.close();
  });

  it('gets a clear error for a status request without a proper id', async () => {
    const site = await startSite(simulator);
    const browser = new Browser(site.origin);
    for (const query of ['', '?id=', '?id=a&id=b', '?id[a]=b', `?id=${'x'.repeat(1000)}`]) {
      const { status, body } = await browser.get(`/status${query}`);
      expect([status, body.code]).to.deep.equal([400, 'invalid_input']);
      expect(body.error).to.match(/^id /);
    }
    await site.close();
  });

  for (const [what, start, field] of [
    [
      'a person in lower case',
      { identify: () => ({ semanticsIdentifier: 'pnoee-40404040009' }) },
      'semanticsIdentifier',
    ],
    ['a document that is none', { identify: () => ({ documentNumber: 'PNOEE-40404040009' }) }, 'documentNumber'],
    [
      'both',
      { identify: () => ({ documentNumber: okDocument, semanticsIdentifier: 'PNOEE-40404040009' }) },
      'identify',
    ],
    ['a text', { identify: () => 'PNOEE-40404040009' }, 'identify'],
    ['null', { identify: () => null }, 'identify'],
    ['nobody to notify', { flow: 'notification' }, 'identify'],
    ['an unknown flow', { flow: 'push' }, 'flow'],
    ['an unknown language', { lang: 'en' }, 'lang'],
    ['a returnTo of another site', { returnTo: '//evil.example' }, 'returnTo'],
    ['a returnTo with a backslash', { returnTo: '/\\evil.example' }, 'returnTo'],
    ['an absolute returnTo', { returnTo: 'https://evil.example' }, 'returnTo'],
    ['a returnTo list', { returnTo: ['/'] }, 'returnTo'],
    [
      'too long a text',
      { interactions: [{ type: 'displayTextAndPIN', displayText60: 'x'.repeat(61) }] },
      'interactions[0].displayText60',
    ],
  ] as const) {
    it(`that starts with ${what} gets an error that names ${field}`, async () => {
      const site = await startSite(simulator, { start: () => start as never });
      const { status, body } = await new Browser(site.origin).post('/start');
      expect([status, body.code]).to.deep.equal([400, 'invalid_input']);
      expect(body.error).to.match(new RegExp(`^${field.replace(/[.[\]]/g, '\\$&')} `));
      expect(body.error).to.not.contain('40404040009');
      await site.close();
    });
  }
});
