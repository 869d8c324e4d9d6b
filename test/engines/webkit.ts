/** WebKit, as WebKitGTK's small browser has it, by WebDriver. It needs a screen, so it gets one that nobody sees. */

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Builder, By, Capabilities, error, type WebDriver, type WebElement } from 'selenium-webdriver';
import { findOnPath } from '../support/find-on-path.js';
import { skipForWantOfTool } from '../support/skip.js';
import { type Engine, patienceMs, type RunningEngine, type Session, type SessionOptions, sizes } from './engine.js';
import { startWebKitDriver, type WebKitDriver } from './webkit-driver.js';

/** Between two looks for an element that is not there yet, in milliseconds. */
const pauseMs = 50;

export const webkit: Engine = {
  name: 'WebKit',
  async launch(test, proxyPort) {
    const browserPath = findMiniBrowser();
    const xvfbRun = findOnPath('xauth') && findOnPath('xvfb-run');
    const driverPath = findOnPath('WebKitWebDriver');
    if (!browserPath || !xvfbRun || !driverPath) {
      skipForWantOfTool(
        'WebKitWebDriver',
        'install webkit2gtk-driver, xvfb and xauth to run the tests in WebKit',
        test,
      );
    }
    return new WebKit(await startWebKitDriver(xvfbRun, driverPath), browserPath, proxyPort);
  },
};

/** It is among the libraries of the system, in a folder of its architecture. */
function findMiniBrowser(): string | undefined {
  return readdirSync('/usr/lib')
    .map((folder) => path.join('/usr/lib', folder, 'webkit2gtk-4.1', 'MiniBrowser'))
    .find((file) => existsSync(file));
}

class WebKit implements RunningEngine {
  constructor(
    private readonly driver: WebKitDriver,
    private readonly browserPath: string,
    private readonly proxyPort: number,
  ) {}

  async begin({ isWithoutScript = false, isNarrow = false }: SessionOptions = {}): Promise<Session> {
    const session = await new Builder()
      .usingServer(this.driver.url)
      .withCapabilities(
        new Capabilities({
          browserName: 'MiniBrowser',
          acceptInsecureCerts: true,
          'webkitgtk:browserOptions': {
            binary: this.browserPath,
            args: [
              '--automation',
              `--proxy=http://127.0.0.1:${this.proxyPort}`,
              ...['localhost', '127.0.0.1'].map((host) => `--ignore-host=${host}`),
              `--enable-javascript=${!isWithoutScript}`,
            ],
          },
        }),
      )
      .build();
    await session.manage().setTimeouts({ pageLoad: patienceMs, script: patienceMs });
    await session
      .manage()
      .window()
      .setRect(isNarrow ? sizes.narrow : sizes.wide);
    return WebKitSession.of(session);
  }

  close(): Promise<void> {
    return this.driver.close();
  }
}

class WebKitSession implements Session {
  /** Empty: WebDriver does not report errors in pages. */
  readonly problems: readonly string[] = [];

  private constructor(
    private readonly driver: WebDriver,
    /** In the order in which they were opened, of which the driver knows nothing. */
    private readonly tabs: string[],
  ) {}

  static async of(driver: WebDriver): Promise<WebKitSession> {
    return new WebKitSession(driver, [await driver.getWindowHandle()]);
  }

  open(url: string): Promise<void> {
    return this.driver.get(url);
  }

  async openTab(url: string): Promise<void> {
    await this.driver.switchTo().newWindow('tab');
    this.tabs.push(await this.driver.getWindowHandle());
    await this.open(url);
  }

  async switchTo(index: number): Promise<void> {
    await this.driver.switchTo().window(this.tabs[index] as string);
  }

  url(): Promise<string> {
    return this.driver.getCurrentUrl();
  }

  back(): Promise<void> {
    return this.driver.navigate().back();
  }

  reload(): Promise<void> {
    return this.driver.navigate().refresh();
  }

  click(selector: string): Promise<void> {
    return this.withFirst(selector, (element) => element.click());
  }

  fill(selector: string, text: string): Promise<void> {
    return this.withFirst(selector, (element) => element.sendKeys(text));
  }

  select(selector: string, value: string): Promise<void> {
    return this.click(`${selector} option[value="${value}"]`);
  }

  text(selector: string): Promise<string> {
    return this.withFirst(selector, (element) => element.getText());
  }

  attribute(selector: string, name: string): Promise<string | null> {
    return this.withFirst(selector, (element) => element.getDomAttribute(name));
  }

  async isShown(selector: string): Promise<boolean> {
    const [element] = await this.driver.findElements(By.css(selector));
    return element?.isDisplayed() ?? false;
  }

  /**
   * Takes all that is seen. Where the page was scrolled, the driver's picture of the element alone shows what is beside
   * it.
   */
  async screenshot(selector: string): Promise<Buffer> {
    await this.withFirst(selector, (element) =>
      this.driver.executeScript('arguments[0].scrollIntoView({ block: "center" })', element),
    );
    return Buffer.from(await this.driver.takeScreenshot(), 'base64');
  }

  close(): Promise<void> {
    return this.driver.quit();
  }

  /**
   * The driver sometimes says that a page is there before its elements are, and sometimes forgets an element that it has
   * just found; it has done nothing then.
   */
  private async withFirst<T>(selector: string, act: (element: WebElement) => Promise<T>): Promise<T> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        return await act(await this.driver.findElement(By.css(selector)));
      } catch (problem) {
        const isPassing =
          problem instanceof error.StaleElementReferenceError || problem instanceof error.NoSuchElementError;
        if (!isPassing || performance.now() > deadline) throw problem;
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
  }
}
