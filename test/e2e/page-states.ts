/** Every state in which people see the pages, and the way that leads a page into it. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { SmartIdSigning, SmartIdStrategy } from 'passport-smart-id';
import { MemoryKnownBrowserStore, smartIdRouter, smartIdSigningRouter } from 'passport-smart-id/web';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import type { AttemptView } from '../../lib/attempt/view.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { wordsOf } from '../../lib/web/resolve-words.js';
import type { Language } from '../../lib/web/words.js';
import { answerPush, callbackAfter, okDocument, usePhone } from '../support/phone.js';

export type Device = 'computer' | 'phone';

export const devices: Readonly<Record<Device, BrowserContextOptions>> = {
  computer: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 },
};

export interface PageState {
  /** Also the name of its screenshots. */
  name: string;
  show(visit: Visit): Promise<void>;
  /** Where it is seen only on one. */
  device?: Device;
  isWithoutScript?: true;
  isWithoutService?: true;
}

export type VisitOptions = BrowserContextOptions & { device?: Device; language?: Language };

/** One browser on a site of its own, so that no limit is shared. */
export class Visit {
  private constructor(
    readonly simulator: Simulator,
    readonly chromium: Browser,
    readonly origin: string,
    readonly context: BrowserContext,
    readonly page: Page,
    readonly language: Language,
    private readonly server: Server,
  ) {}

  static async begin(
    chromium: Browser,
    simulator: Simulator,
    { isWithoutScript, isWithoutService }: PageState,
    { device = 'computer', language = 'en', ...options }: VisitOptions = {},
  ): Promise<Visit> {
    const { origin, server } = await startSite(simulator, isWithoutService);
    const context = await chromium.newContext({
      ...devices[device],
      locale: language,
      javaScriptEnabled: !isWithoutScript,
      ...options,
    });
    return new Visit(simulator, chromium, origin, context, await context.newPage(), language, server);
  }

  get words() {
    return wordsOf[this.language];
  }

  async open(path = '/login/'): Promise<void> {
    const address = new URL(path, this.origin);
    address.searchParams.set('lang', this.language);
    await this.page.goto(address.href);
  }

  /** Opens a page, and waits until it shows what it has started. */
  async start(path?: string): Promise<AttemptView> {
    const [view] = await Promise.all([this.started(), this.open(path)]);
    await this.page.locator('#qr-code path[d]').waitFor({ state: 'attached' });
    return view;
  }

  /** What the next start is answered with. */
  async started(): Promise<AttemptView> {
    const response = await this.page.waitForResponse((answer) => answer.url().endsWith('/start'));
    return response.json();
  }

  async openForm(): Promise<void> {
    await this.page.locator('#alternative summary').click();
  }

  async enter(personalCode: string): Promise<void> {
    await this.openForm();
    await this.page.locator('#country').selectOption('EE');
    await this.page.locator('#personal-code').fill(personalCode);
  }

  async click(text: string): Promise<void> {
    await this.page.getByRole('button', { name: text, exact: true }).click();
  }

  async shows(text: string): Promise<void> {
    await this.page.getByText(text, { exact: true }).first().waitFor();
  }

  /** Requests for it are never answered. */
  async holdBack(path: string): Promise<void> {
    await this.page.route(path, () => {});
  }

  async close(): Promise<void> {
    await this.context.close();
    this.server.close();
    this.server.closeAllConnections();
  }
}

async function startSite(simulator: Simulator, isWithoutService = false): Promise<{ origin: string; server: Server }> {
  const app = express();
  const server = app.listen(0);
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
  const environment = isWithoutService
    ? { ...simulator.environment, baseUrl: 'http://127.0.0.1:9' }
    : simulator.environment;
  const smartId = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false }));
  const knownBrowsers = new MemoryKnownBrowserStore();
  const cancelRedirect = '/';
  const picture = (width: number, text: string) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="48"><rect width="100%" height="100%" rx="8" fill="#7a1fa2"/><text x="50%" y="31" text-anchor="middle" font-family="sans-serif" font-size="18" fill="#fff">${text}</text></svg>`;
  app.get('/logo.svg', (_req, res) => void res.type('svg').send(picture(96, 'Shop')));
  app.get('/button.svg', (_req, res) => void res.type('svg').send(picture(260, 'Open the app')));
  app.get('/site.css', (_req, res) => {
    const dark =
      '@media (prefers-color-scheme: dark) { :root { --smart-id-accent: #e3b3ff; --smart-id-on-accent: #2a0a3a; } }';
    res.type('css').send(`:root { --smart-id-accent: #7a1fa2; --smart-id-radius: 1.5rem; } ${dark}`);
  });
  const branded = {
    images: { logo: '/logo.svg', openApp: '/button.svg' },
    helpLinks: {
      learnMore: '/more',
      updateApp: '/update',
      createAccount: '/account',
      contact: 'mailto:help@shop.test',
    },
    stylesheet: '/site.css',
    words: { en: { login: { title: 'Log in to the shop' } } },
  };
  for (const [path, options] of [
    ['/login', { notification: true }],
    ['/known', { knownBrowsers }],
    ['/branded', branded],
  ] as const) {
    const callbackURL = `${origin}${path}/callback`;
    const strategy = new SmartIdStrategy({ ...smartId, callbackURL }, async ({ id }) => ({ id }));
    const passport = new Authenticator();
    passport.use(strategy);
    passport.serializeUser((user, done) => done(null, user));
    passport.deserializeUser((user: Express.User, done) => done(null, user));
    app.use(
      path,
      passport.session(),
      smartIdRouter(passport, { strategy, successRedirect: '/', cancelRedirect, ...options }),
    );
  }
  const signers: Record<string, object> = {
    anybody: {},
    person: { signer: { semanticsIdentifier: 'PNOEE-40504040001' } },
    account: { signer: { documentNumber: 'PNOEE-40504040001-DEM0-Q' } },
    documents: {},
  };
  const signing = new SmartIdSigning({ ...smartId, callbackURL: `${origin}/sign/callback` }, () => ({
    data: Buffer.from('What is signed'),
  }));
  const start = (_req: express.Request, reference = '') => signers[reference];
  const document = { contentType: 'text/plain', content: Buffer.from('What is signed') };
  app.use(
    '/sign',
    smartIdSigningRouter({
      signing,
      start,
      documentsToSign: (_req, reference) =>
        reference === 'documents' ? documentNames.map((name) => ({ ...document, name })) : undefined,
      signed() {},
      signedDocument: () => ({ ...document, name: 'contract.asice' }),
      notification: true,
      cancelRedirect,
    }),
  );
  app.get('/', (_req, res) => void res.send('<title>Done</title>'));
  app.use(((_error, _req, res, _next) => void res.sendStatus(503)) satisfies express.ErrorRequestHandler);
  return { origin, server };
}

/** One of them longer than a line of a phone. */
const documentNames = ['contract.pdf', `${'Appendix_to_the_contract_'.repeat(4)}1.txt`];

const refused = 'PNOEE-30403039917-MOCK-Q';
/** Who chooses a wrong code, which a push alone asks for. */
const personOfWrongCode = '30403039972';

/** A code of nobody, whose last digit does not fit. */
const wrongPersonalCode = '40404040008';

async function scanned(visit: Visit, documentNumber: string, path?: string): Promise<void> {
  const { qrLink = '' } = await visit.start(path);
  await usePhone(visit.simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
}

async function returned(visit: Visit): Promise<string> {
  const { web2AppLink = '' } = await visit.start();
  return callbackAfter(visit.simulator, { deviceLink: web2AppLink, flowType: 'Web2App' });
}

async function pushed(visit: Visit): Promise<void> {
  await visit.enter('40504040001');
  await visit.click(visit.words.page.sendToPhone);
}

export const pageStates: readonly PageState[] = [
  {
    name: 'starting',
    async show(visit) {
      await visit.holdBack('**/start');
      await visit.open();
      await visit.shows(visit.words.page.starting);
    },
  },
  {
    name: 'qr-code',
    async show(visit) {
      await visit.start();
    },
  },
  {
    name: 'qr-code-open',
    device: 'phone',
    async show(visit) {
      await visit.start();
      await visit.page.locator('#qr summary').click();
    },
  },
  {
    name: 'personal-code',
    async show(visit) {
      await visit.start();
      await visit.openForm();
    },
  },
  {
    name: 'personal-code-wrong',
    async show(visit) {
      await visit.start();
      await visit.enter(wrongPersonalCode);
      await visit.shows(visit.words.login.wrongPersonalCode);
    },
  },
  {
    name: 'verification-code',
    async show(visit) {
      await visit.start();
      await pushed(visit);
      await visit.shows(visit.words.page.compareCode);
    },
  },
  {
    name: 'verification-code-first',
    device: 'phone',
    async show(visit) {
      await visit.holdBack('**/push');
      await visit.start();
      await pushed(visit);
      await visit.shows(visit.words.page.rememberCode);
    },
  },
  {
    name: 'other-tab',
    async show(visit) {
      await returned(visit);
      await visit.shows(visit.words.page.goOnInOtherTab);
    },
  },
  {
    name: 'confirmed',
    async show(visit) {
      // Leads nowhere, so that the page stays.
      await visit.page.route('**/finish', (route) => route.fulfill({ status: 204 }));
      await scanned(visit, okDocument);
      await visit.shows(visit.words.login.confirmed);
    },
  },
  {
    name: 'refused',
    async show(visit) {
      await scanned(visit, refused);
      await visit.shows(visit.words.loginFailures.not_completed);
    },
  },
  {
    name: 'wrong-code',
    async show(visit) {
      await visit.start();
      await visit.enter(personOfWrongCode);
      await visit.click(visit.words.page.sendToPhone);
      await visit.shows(visit.words.page.compareCode);
      const code = (await visit.page.locator('#verification-code').textContent()) ?? '';
      await answerPush(visit.simulator, code, { documentNumber: `PNOEE-${personOfWrongCode}-MOCK-Q` });
      await visit.shows(visit.words.loginFailures.wrong_vc);
    },
  },
  {
    name: 'other-browser',
    async show(visit) {
      const callback = await returned(visit);
      await visit.context.clearCookies();
      await visit.page.evaluate('localStorage.clear()');
      await visit.page.goto('about:blank');
      await visit.open(callback);
      await visit.shows(visit.words.loginFailures.return_without_session);
    },
  },
  {
    name: 'expiring',
    async show(visit) {
      await visit.page.route('**/start', async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, json: { ...(await response.json()), expiresInMs: 25_000 } });
      });
      await visit.start();
      await visit.shows(visit.words.page.expiring);
    },
  },
  {
    name: 'help',
    async show(visit) {
      await visit.start();
      await visit.page.locator('#help summary').click();
    },
  },
  {
    name: 'branded',
    async show(visit) {
      await visit.start('/branded/');
      await visit.page.locator('#help summary').click();
    },
  },
  {
    name: 'cancelled',
    async show(visit) {
      const callback = await returned(visit);
      await visit.click(visit.words.page.cancel);
      await visit.page.waitForURL(`${visit.origin}/`);
      await visit.open(callback);
      await visit.shows(visit.words.loginFailures.cancelled);
    },
  },
  {
    name: 'return-after-end',
    async show(visit) {
      await visit.start();
      await visit.open(`/login/callback?smartIdAttempt=${'a'.repeat(22)}.${'a'.repeat(43)}&sessionSecretDigest=a`);
      await visit.shows(visit.words.loginFailures.return_after_end);
    },
  },
  {
    name: 'return-incomplete',
    async show(visit) {
      const callback = await returned(visit);
      await visit.open(callback.replace(/[?&]sessionSecretDigest=[^&]*/, ''));
      await visit.shows(visit.words.loginFailures.return_incomplete);
    },
  },
  {
    name: 'not-from-page',
    async show(visit) {
      await visit.open('/login/?failed=not_from_page');
      await visit.shows(visit.words.loginFailures.not_from_page);
    },
  },
  {
    name: 'country-not-accepted',
    async show(visit) {
      await visit.open('/login/?failed=country_not_accepted');
      await visit.shows(visit.words.loginFailures.country_not_accepted);
    },
  },
  {
    name: 'connection-lost',
    async show(visit) {
      await visit.page.route(/\/(updates|status)\?/, (route) => route.abort());
      await visit.start();
      await visit.shows(visit.words.page.connectionLost);
    },
  },
  {
    name: 'unavailable',
    isWithoutService: true,
    async show(visit) {
      await visit.open();
      await visit.shows(visit.words.page.unavailable);
    },
  },
  {
    name: 'site-fault',
    async show(visit) {
      await visit.page.route('**/start', (route) => route.fulfill({ status: 500 }));
      await visit.open();
      await visit.shows(visit.words.page.siteFault);
    },
  },
  {
    name: 'no-connection',
    async show(visit) {
      await visit.page.route('**/start', (route) => route.abort());
      await visit.open();
      await visit.shows(visit.words.page.noConnection);
    },
  },
  {
    name: 'too-many-starts',
    async show(visit) {
      await visit.start();
      const { page } = visit;
      await page.evaluate(async () => {
        const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
        for (let count = 0; count < 30; count++) await fetch('start', init);
      });
      await page.evaluate('localStorage.clear()');
      await visit.open();
      await visit.shows(visit.words.loginFailures.too_many_starts);
    },
  },
  {
    name: 'scan-first',
    async show(visit) {
      await scanned(visit, okDocument, '/known/');
      await visit.page.waitForURL(`${visit.origin}/`);
      await visit.start('/known/');
      await pushed(visit);
      await visit.shows(visit.words.login.scanFirst);
    },
  },
  {
    name: 'without-push',
    async show(visit) {
      await visit.start('/known/');
      await visit.openForm();
    },
  },
  {
    name: 'without-script',
    isWithoutScript: true,
    async show(visit) {
      await visit.open();
    },
  },
  {
    name: 'without-script-link',
    isWithoutScript: true,
    async show(visit) {
      await visit.open();
      await visit.click(visit.words.page.useThisDevice);
      await visit.page.locator('#open-app[href]').waitFor();
    },
  },
  {
    name: 'without-script-code',
    isWithoutScript: true,
    async show(visit) {
      await visit.open();
      await pushed(visit);
      await visit.shows(visit.words.page.rememberCode);
      await visit.click(visit.words.page.sendToPhone);
      await visit.shows(visit.words.page.compareCode);
    },
  },
  {
    name: 'without-script-wrong',
    isWithoutScript: true,
    async show(visit) {
      await visit.open();
      await visit.enter(wrongPersonalCode);
      await visit.click(visit.words.login.showQrForPerson);
      await visit.shows(visit.words.login.wrongPersonalCode);
    },
  },
  {
    name: 'signing-qr-code',
    async show(visit) {
      await visit.start('/sign/?reference=account');
    },
  },
  {
    name: 'signing-anybody',
    async show(visit) {
      await visit.start('/sign/?reference=anybody');
    },
  },
  {
    name: 'signing-verification-code',
    async show(visit) {
      await visit.start('/sign/?reference=account');
      await visit.click(visit.words.page.sendToPhone);
      await visit.shows(visit.words.page.compareCode);
    },
  },
  {
    name: 'signing-choose-account',
    async show(visit) {
      await visit.start('/sign/?reference=person');
      await visit.click(visit.words.page.sendToPhone);
      await visit.shows(visit.words.signing.chooseInApp);
    },
  },
  {
    name: 'signing-stay-in-app',
    async show(visit) {
      await scanned(visit, okDocument, '/sign/?reference=anybody');
      await visit.shows(visit.words.signing.signInApp);
    },
  },
  {
    name: 'signing-documents',
    async show(visit) {
      await visit.start('/sign/?reference=documents');
      await visit.shows(visit.words.signing.whatYouSign);
    },
  },
  {
    name: 'signing-documents-starting',
    async show(visit) {
      await visit.holdBack('**/start');
      await visit.open('/sign/?reference=documents');
      await visit.shows(visit.words.page.starting);
    },
  },
  {
    name: 'signing-documents-without-script',
    isWithoutScript: true,
    async show(visit) {
      await visit.open('/sign/?reference=documents');
    },
  },
  {
    name: 'signed',
    async show(visit) {
      const { qrLink = '' } = await visit.start('/sign/?reference=account');
      await usePhone(visit.simulator, {
        deviceLink: qrLink,
        flowType: 'QR',
        documentNumber: 'PNOEE-40504040001-DEM0-Q',
      });
      await visit.page.waitForURL('**/sign/signed?id=*');
      await visit.shows(visit.words.signing.signed);
    },
  },
  {
    name: 'signing-nothing',
    async show(visit) {
      await visit.open('/sign/?reference=nothing');
      await visit.shows(visit.words.signing.nothingToSign);
    },
  },
  {
    name: 'signing-refused',
    async show(visit) {
      await scanned(visit, refused, '/sign/?reference=anybody');
      await visit.shows(visit.words.signingFailures.not_completed);
    },
  },
];

/** People answer pushes, and never do. */
export function startStatesSimulator(): Promise<Simulator> {
  return startSimulator({ port: 0, notificationAnswer: 'phone', notificationDelayMs: 600_000 });
}
