/**
 * What the tests need of a browser, so that one test runs in all three engines: each of them is driven by another
 * library.
 */

export interface Engine {
  name: string;
  /**
   * Starts it, or skips the tests of the calling hook where it is missing; with `CI=true` that is a failure.
   * @param proxyPort where a proxy of this machine listens, which leads to every host but this machine.
   */
  launch(test: Mocha.Context, proxyPort: number): Promise<RunningEngine>;
}

export interface RunningEngine {
  /** A browser of its own, with one tab and the cookies of nobody. */
  begin(options?: SessionOptions): Promise<Session>;
  close(): Promise<void>;
}

export interface SessionOptions {
  isWithoutScript?: boolean;
  /** As narrow as a phone, or as near to it as the engine can be. */
  isNarrow?: boolean;
}

/** Selectors are of CSS, and mean the first element that they fit, in the tab that was opened or switched to last. */
export interface Session {
  open(url: string): Promise<void>;
  openTab(url: string): Promise<void>;
  /** @param index in the order in which they were opened. */
  switchTo(index: number): Promise<void>;
  url(): Promise<string>;
  back(): Promise<void>;
  reload(): Promise<void>;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  select(selector: string, value: string): Promise<void>;
  /** The text that is seen. */
  text(selector: string): Promise<string>;
  attribute(selector: string, name: string): Promise<string | null>;
  isShown(selector: string): Promise<boolean>;
  /** A PNG image of the element, or of more around it. */
  screenshot(selector: string): Promise<Buffer>;
  /** What the engine tells of errors in pages, where it does; empty where all is well. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

export const sizes = { wide: { width: 1280, height: 900 }, narrow: { width: 390, height: 844 } } as const;

/** How long an engine may take for one thing, in milliseconds. */
export const patienceMs = 15_000;
