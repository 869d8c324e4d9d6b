/** The example app against the simulator, and pages of it in Chromium. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import jsqr from 'jsqr';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { createApp } from '../../example-app/app.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { launchChromium } from './chromium.js';

type ContextOptions = Parameters<Browser['newContext']>[0];

export class ExampleSite {
  /** Errors in the pages; empty where all is well. */
  readonly problems: string[] = [];

  private constructor(
    readonly chromium: Browser,
    readonly simulator: Simulator,
    readonly origin: string,
    private readonly stop: () => void,
  ) {}

  /** Starts everything, or skips the tests of the calling hook where there is no Chromium. */
  static async start(test: Mocha.Context): Promise<ExampleSite> {
    const chromium = await launchChromium(test);
    const simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
    // The port is needed for the callback URL before the site can be made.
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors, phoneUrl } = simulator;
    const smartId = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
    server.on('request', createApp({ smartId, origin, sessionSecret: 'test', phoneUrl }));
    return new ExampleSite(chromium, simulator, origin, () => {
      server.close();
      server.closeAllConnections();
    });
  }

  /** A browser of its own, with the cookies of nobody. */
  async open(options?: ContextOptions): Promise<{ context: BrowserContext; page: Page }> {
    const context = await this.chromium.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.on('weberror', (error) => this.problems.push(String(error.error())));
    context.on('console', (message) => {
      // A status request that was under way when the page moved on is no problem.
      if (message.type() === 'error' && /Content Security Policy|Refused/.test(message.text())) {
        this.problems.push(message.text());
      }
    });
    return { context, page: await context.newPage() };
  }

  expectNoProblems(): void {
    expect(this.problems.splice(0), 'errors in the pages').to.deep.equal([]);
  }

  async close(): Promise<void> {
    await this.chromium.close();
    this.stop();
    await this.simulator.close();
  }
}

/** The link in the QR code that a page shows, read from a screenshot. */
export async function seenQr(page: Page): Promise<string> {
  await page.locator('#qr-code path[d]').waitFor({ state: 'attached' });
  for (let tries = 0; tries < 10; tries++) {
    const { data, width, height } = PNG.sync.read(await page.screenshot());
    const link = jsqr.default(new Uint8ClampedArray(data), width, height)?.data;
    if (link) return link;
  }
  throw new Error('No QR code can be read from the screenshot.');
}

/** The link that opens the app on this device. */
export async function shownLink(page: Page): Promise<string> {
  return (await page.locator('#open-app[href]').getAttribute('href')) ?? '';
}

/** Picks an account on the phone page and confirms or refuses. */
export async function answer(phone: Page, documentNumber: string, button: 'Confirm' | 'Refuse'): Promise<void> {
  await phone.locator('select').selectOption(documentNumber);
  await phone.getByRole('button', { name: button }).click();
}
