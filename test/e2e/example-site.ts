/** The example app against the simulator, and pages of it in Chromium. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import jsqr from 'jsqr';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { createApp } from '../../example-app/app.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { okDocument, usePhone } from '../support/phone.js';
import { until } from '../support/until.js';
import { launchChromium } from './chromium.js';

type ContextOptions = Parameters<Browser['newContext']>[0];

export const phone: NonNullable<ContextOptions> = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
  deviceScaleFactor: 2,
};
/** The page that gives what was signed. */
export const signedUrl = /\/sign\/signed\?id=[\w-]+$/;
export const tablet: NonNullable<ContextOptions> = { viewport: { width: 820, height: 1180 }, hasTouch: true };

export class ExampleSite {
  /** Errors in the pages; empty where all is well. */
  readonly problems: string[] = [];
  /** What reached the site's own error handler, where it is not told to the console. */
  readonly errors: unknown[] = [];
  /** Whether the site cuts each connection without an answer. */
  isDown = false;
  /** Answers with live updates that have not ended. */
  openUpdates = 0;
  private readonly contexts = new Set<BrowserContext>();

  private constructor(
    readonly chromium: Browser,
    readonly simulator: Simulator,
    readonly origin: string,
    private readonly server: Server,
    private readonly clock: { ahead: number },
  ) {}

  /** Starts everything, or skips the tests of the calling hook where there is no Chromium. */
  static async start(test: Mocha.Context): Promise<ExampleSite> {
    const chromium = await launchChromium(test);
    const clock = { ahead: 0 };
    const now = () => Date.now() + clock.ahead;
    const simulator = await startSimulator({ port: 0, notificationAnswer: 'phone', clock: now });
    // The port is needed for the callback URL before the site can be made.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors, phoneUrl } = simulator;
    // Of the platform, which uses no connection that the simulator is about to close because nothing came for a while.
    const { fetch } = globalThis;
    const smartId = { environment, relyingPartyUUID, relyingPartyName, trustAnchors, fetch, clock: now };
    const site = new ExampleSite(chromium, simulator, origin, server, clock);
    const timestampAuthority = { url: simulator.timestampUrl, trustAnchors: simulator.timestampTrustAnchors };
    const app = createApp({ smartId, timestampAuthority, origin, sessionSecret: 'test', phoneUrl });
    server.on('request', (req, res) => {
      if (site.isDown) return void req.socket.destroy();
      if (/\/updates\?/.test(req.url ?? '')) {
        site.openUpdates++;
        res.once('close', () => site.openUpdates--);
      }
      app(req, res);
    });
    return site;
  }

  /** A browser of its own, with the cookies of nobody. */
  async open(options?: ContextOptions): Promise<{ context: BrowserContext; page: Page }> {
    const context = await this.chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    this.contexts.add(context);
    context.on('close', () => this.contexts.delete(context));
    context.on('weberror', (error) => this.problems.push(String(error.error())));
    context.on('console', (message) => {
      // A status request that was under way when the page moved on is no problem.
      if (message.type() === 'error' && /Content Security Policy|Refused/.test(message.text())) {
        this.problems.push(message.text());
      }
    });
    return { context, page: await context.newPage() };
  }

  /** Opens the login page in a browser of its own, and waits until it shows a link. */
  async openLogin(options?: ContextOptions, query = ''): Promise<{ context: BrowserContext; page: Page }> {
    const opened = await this.open(options);
    await opened.page.goto(`${this.origin}/login/${query}`);
    await shownLink(opened.page);
    return opened;
  }

  /** Scans the QR code of a page, and confirms unless the account does something else. */
  async scan(page: Page, documentNumber = okDocument): Promise<void> {
    await this.use(await qrOf(page), documentNumber);
  }

  /** Confirms by a link from a QR code. */
  async use(deviceLink: string, documentNumber = okDocument): Promise<void> {
    await usePhone(this.simulator, { deviceLink, flowType: 'QR', documentNumber });
  }

  /** Lets time pass for the site and for the service, in milliseconds. */
  pass(time: number): void {
    this.clock.ahead += time;
  }

  /** Cuts all connections to the site. */
  cut(): void {
    this.server.closeAllConnections();
  }

  /** Closes all browsers, and makes everything work again. */
  async reset(): Promise<void> {
    for (const context of this.contexts) await context.close();
    this.isDown = false;
    this.simulator.faults.clear();
  }

  expectNoProblems(): void {
    expect(this.problems.splice(0), 'errors in the pages').to.deep.equal([]);
  }

  async close(): Promise<void> {
    await this.chromium.close();
    this.server.close();
    this.cut();
    await this.simulator.close();
  }
}

/** For the tests of the `describe` that calls it: one site, and no browser from one test to the next. */
export function useExampleSite(): () => ExampleSite {
  let site: ExampleSite;
  const { error } = console;
  before(async function () {
    site = await ExampleSite.start(this);
    console.error = (told: unknown) => void site.errors.push(told);
  });
  afterEach(async () => {
    await site.reset();
    site.expectNoProblems();
    expect(site.errors.splice(0), 'errors of the site').to.deep.equal([]);
  });
  after(() => {
    console.error = error;
    return site?.close();
  });
  return () => site;
}

/** The link in the QR code that a page shows, read from a screenshot. */
export async function seenQr(page: Page): Promise<string> {
  await page.locator('#qr-code path[d]').waitFor({ state: 'attached' });
  return readQr(() => page.screenshot());
}

/** The same, from the place of the code alone, which is faster. */
export async function qrOf(page: Page): Promise<string> {
  await page.locator('#qr-code path[d]').waitFor();
  return readQr(() => page.locator('#qr-code').screenshot());
}

async function readQr(screenshot: () => Promise<Buffer>): Promise<string> {
  for (let tries = 0; tries < 10; tries++) {
    const { data, width, height } = PNG.sync.read(await screenshot());
    const link = jsqr.default(new Uint8ClampedArray(data), width, height)?.data;
    if (link) return link;
  }
  throw new Error('No QR code can be read from the screenshot.');
}

/** The link that opens the app on this device. */
export async function shownLink(page: Page): Promise<string> {
  return (await page.locator('#open-app[href]').getAttribute('href')) ?? '';
}

/** The link of another attempt than that of this link. */
export async function nextLink(page: Page, before: string): Promise<string> {
  return (await page.locator(`#open-app[href]:not([href="${before}"])`).getAttribute('href')) ?? '';
}

/** Picks an account on the phone page and confirms or refuses. */
export async function answer(phone: Page, documentNumber: string, button: 'Confirm' | 'Refuse'): Promise<void> {
  await phone.locator('select').selectOption(documentNumber);
  await phone.getByRole('button', { name: button }).click();
}

/** What the page says. */
export async function messageOf(page: Page): Promise<string> {
  return (await page.locator('#message').textContent()) ?? '';
}

/** Requests that a page makes from now on, as `POST /login/start`. */
export function requestsOf(page: Page): string[] {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  return requests;
}

/** A headless browser shows all of its tabs; so the page is told. */
export async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, isHidden);
}

/** A push that waits on the phone for somebody, as its page knows it. */
interface Push {
  id: string;
  accounts: string[];
  verificationCodes: string[];
}

/** The push that a page shows this code for, once it has come. */
export async function pushOf({ phoneUrl }: Simulator, code: string): Promise<Push> {
  let push: Push | undefined;
  await until(async () => {
    const pushes = (await (await fetch(`${phoneUrl}/pushes`)).json()) as Push[];
    push = pushes.find(({ verificationCodes }) => verificationCodes.includes(code));
    return push;
  }, 'a push');
  return push as Push;
}

/** Answers a push without the phone page: confirms it unless told otherwise. */
export async function answerPush(
  simulator: Simulator,
  code: string,
  { documentNumber, choice }: { documentNumber?: string; choice?: 'wrong' | 'refuse' } = {},
): Promise<void> {
  const { id, accounts, verificationCodes } = await pushOf(simulator, code);
  const verificationCode = choice === 'wrong' ? verificationCodes.find((other) => other !== code) : code;
  const response = await fetch(`${simulator.phoneUrl}/answers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      phone: 'test',
      id,
      documentNumber: documentNumber ?? accounts[0],
      confirmed: choice !== 'refuse',
      verificationCode,
    }),
  });
  expect(response.status, 'the phone').to.equal(200);
}
