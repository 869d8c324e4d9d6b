/** Firefox, by Puppeteer. */

import { type Browser, type BrowserContext, type ElementHandle, launch, type Page } from 'puppeteer-core';
import { findOnPath } from '../support/find-on-path.js';
import { skipForWantOfTool } from '../support/skip.js';
import { type Engine, patienceMs, type RunningEngine, type Session, type SessionOptions, sizes } from './engine.js';

/** Between two looks for an element that is not there yet, in milliseconds. */
const pauseMs = 50;

export const firefox: Engine = {
  name: 'Firefox',
  async launch(test, proxyPort) {
    const executablePath = findOnPath('firefox-esr', 'firefox');
    if (!executablePath) skipForWantOfTool('firefox-esr', 'install it to run the tests in Firefox', test);
    const running = new Firefox(executablePath, proxyPort);
    await running.browser(false);
    return running;
  },
};

class Firefox implements RunningEngine {
  private readonly browsers = new Map<boolean, Promise<Browser>>();

  constructor(
    private readonly executablePath: string,
    private readonly proxyPort: number,
  ) {}

  /** One of two browsers, started when it is first needed: scripts can only be turned off for a whole browser. */
  browser(isWithoutScript: boolean): Promise<Browser> {
    const started = this.browsers.get(isWithoutScript) ?? this.start(isWithoutScript);
    this.browsers.set(isWithoutScript, started);
    return started;
  }

  async begin({ isWithoutScript = false, isNarrow = false }: SessionOptions = {}): Promise<Session> {
    const browser = await this.browser(isWithoutScript);
    const context = await browser.createBrowserContext();
    const session = new FirefoxSession(context, isNarrow ? sizes.narrow : sizes.wide);
    await session.newTab();
    return session;
  }

  async close(): Promise<void> {
    for (const browser of this.browsers.values()) await (await browser).close();
  }

  private start(isWithoutScript: boolean): Promise<Browser> {
    const { executablePath, proxyPort } = this;
    return launch({
      browser: 'firefox',
      executablePath,
      headless: true,
      acceptInsecureCerts: true,
      protocolTimeout: patienceMs,
      extraPrefsFirefox: {
        'javascript.enabled': !isWithoutScript,
        // A mouse, as a computer has one. A headless Firefox has none, and the pages would take it for a phone.
        'ui.primaryPointerCapabilities': 6,
        'ui.allPointerCapabilities': 6,
        'network.proxy.type': 1,
        'network.proxy.http': '127.0.0.1',
        'network.proxy.http_port': proxyPort,
        'network.proxy.ssl': '127.0.0.1',
        'network.proxy.ssl_port': proxyPort,
      },
    });
  }
}

class FirefoxSession implements Session {
  readonly problems: string[] = [];
  private readonly pages: Page[] = [];
  private page!: Page;

  constructor(
    private readonly context: BrowserContext,
    private readonly size: { width: number; height: number },
  ) {}

  async newTab(): Promise<void> {
    this.page = await this.context.newPage();
    this.pages.push(this.page);
    this.page.setDefaultTimeout(patienceMs);
    await this.page.setViewport(this.size);
    this.page.on('pageerror', (error) => this.problems.push(String(error)));
    this.page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async openTab(url: string): Promise<void> {
    await this.newTab();
    await this.open(url);
  }

  async switchTo(index: number): Promise<void> {
    this.page = this.pages[index] as Page;
    await this.page.bringToFront();
  }

  async url(): Promise<string> {
    return this.page.url();
  }

  async back(): Promise<void> {
    await this.page.goBack();
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  /**
   * Clicks in the middle of the element. Puppeteer's own `click` waits for a callback in the page, which never comes
   * without script.
   */
  async click(selector: string): Promise<void> {
    const element = await this.first(selector);
    await element.evaluate((target) => target.scrollIntoView({ block: 'center', behavior: 'instant' }));
    const box = await element.boundingBox();
    if (!box) throw new Error(`${selector} is not shown.`);
    await this.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  }

  async fill(selector: string, text: string): Promise<void> {
    await this.click(selector);
    await this.page.keyboard.type(text);
  }

  async select(selector: string, value: string): Promise<void> {
    await (await this.first(selector)).select(value);
  }

  async text(selector: string): Promise<string> {
    return (await this.first(selector)).evaluate((element) => (element as HTMLElement).innerText);
  }

  async attribute(selector: string, name: string): Promise<string | null> {
    return (await this.first(selector)).evaluate((element, attribute) => element.getAttribute(attribute), name);
  }

  async isShown(selector: string): Promise<boolean> {
    const element = await this.page.$(selector);
    return element?.isVisible() ?? false;
  }

  async screenshot(selector: string): Promise<Buffer> {
    return Buffer.from(await (await this.first(selector)).screenshot());
  }

  close(): Promise<void> {
    return this.context.close();
  }

  /** Waits for it by looking again: Puppeteer's own waiting takes script in the page. */
  private async first(selector: string): Promise<ElementHandle<Element>> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const element = await this.page.$(selector);
      if (element) return element;
      if (performance.now() > deadline) throw new Error(`There is no ${selector}.`);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
