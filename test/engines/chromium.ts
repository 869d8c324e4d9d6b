/** Chromium, by Playwright. */

import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../e2e/chromium.js';
import { type Engine, patienceMs, type RunningEngine, type Session, type SessionOptions, sizes } from './engine.js';

export const chromium: Engine = {
  name: 'Chromium',
  async launch(test, proxyPort) {
    return new Chromium(await launchChromium(test), `http://127.0.0.1:${proxyPort}`);
  },
};

class Chromium implements RunningEngine {
  constructor(
    private readonly browser: Browser,
    private readonly proxy: string,
  ) {}

  async begin({ isWithoutScript = false, isNarrow = false }: SessionOptions = {}): Promise<Session> {
    const context = await this.browser.newContext({
      proxy: { server: this.proxy, bypass: '<-loopback>,localhost,127.0.0.1' },
      ignoreHTTPSErrors: true,
      javaScriptEnabled: !isWithoutScript,
      viewport: isNarrow ? sizes.narrow : sizes.wide,
      isMobile: isNarrow,
      hasTouch: isNarrow,
    });
    context.setDefaultTimeout(patienceMs);
    return new ChromiumSession(context, await context.newPage());
  }

  close(): Promise<void> {
    return this.browser.close();
  }
}

class ChromiumSession implements Session {
  readonly problems: string[] = [];

  constructor(
    private readonly context: BrowserContext,
    private page: Page,
  ) {
    context.on('weberror', (error) => this.problems.push(String(error.error())));
    context.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  async open(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async openTab(url: string): Promise<void> {
    this.page = await this.context.newPage();
    await this.page.goto(url);
  }

  async switchTo(index: number): Promise<void> {
    this.page = this.context.pages()[index] as Page;
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

  click(selector: string): Promise<void> {
    return this.first(selector).click();
  }

  fill(selector: string, text: string): Promise<void> {
    return this.first(selector).fill(text);
  }

  async select(selector: string, value: string): Promise<void> {
    await this.first(selector).selectOption(value);
  }

  text(selector: string): Promise<string> {
    return this.first(selector).innerText();
  }

  attribute(selector: string, name: string): Promise<string | null> {
    return this.first(selector).getAttribute(name);
  }

  isShown(selector: string): Promise<boolean> {
    return this.first(selector).isVisible();
  }

  screenshot(selector: string): Promise<Buffer> {
    return this.first(selector).screenshot();
  }

  close(): Promise<void> {
    return this.context.close();
  }

  private first(selector: string) {
    return this.page.locator(selector).first();
  }
}
