/**
 * How the page learns of an attempt: by live updates where somebody sees it, and by requests of its own, one after the
 * other, where nobody does or live updates do not get through.
 */

import { faultOf, lang, showMessage, words } from './page.js';
import { get, type Shown, StatusError } from './requests.js';

/** Milliseconds between two requests without live updates; a QR link is new every second. */
const intervalMs = 1000;
/** Milliseconds between two requests of a tab that nobody sees. */
const hiddenIntervalMs = 3000;
/**
 * Milliseconds without an update after which the connection counts as dead: at first and with a QR code, and without.
 */
const deadAfterMs = { ticking: 4000, quiet: 15_000 };
/** Statuses of what stands before the server, which tell nothing of the service: the next request may be answered well. */
const passingStatuses = new Set([408, 429, 502, 504]);
/** Requests in a row that may fail before the page says so. */
const maxFailures = 3;
/**
 * Milliseconds after a failure of the service for which it may look as if all were well: the server asks it once more.
 */
const aftermathMs = 15_000;
/** Live updates that may break down before the page does without. */
const maxBreakdowns = 3;

export class Updates {
  /** Ends the updates that come at the moment. */
  private end = () => {};
  private breakdowns = 0;
  private failures = 0;
  /** By `performance.now`. */
  private isTroubledUntil = 0;
  /** Said until then. */
  private fault: string | undefined;

  /**
   * @param isCurrent whether the page still shows this attempt.
   * @param receive shows a view, and says whether there is more to come.
   */
  constructor(
    private readonly isCurrent: (id: string) => boolean,
    private readonly receive: (view: Shown) => boolean,
  ) {}

  /** What is wrong with the service or the site, for a while after it has failed. */
  get trouble(): string | undefined {
    return performance.now() < this.isTroubledUntil ? this.fault : undefined;
  }

  /** For another attempt. */
  reset(): void {
    this.breakdowns = this.failures = this.isTroubledUntil = 0;
  }

  stop(): void {
    this.end();
  }

  connect(id: string): void {
    this.end();
    if (!this.isCurrent(id)) return;
    if (document.hidden) this.requestIn(id, hiddenIntervalMs);
    else if (this.breakdowns >= maxBreakdowns) this.requestIn(id);
    else this.listen(id);
  }

  /** Asks for the status after a while. */
  requestIn(id: string, delayMs: number = intervalMs): void {
    const timer = setTimeout(() => void this.request(id), delayMs);
    this.end = () => clearTimeout(timer);
  }

  private listen(id: string): void {
    const source = new EventSource(addressOf('updates', id));
    // The first update comes at once; where it does not, something on the way keeps them all back.
    let watchdog = setTimeout(() => {
      this.breakdowns = maxBreakdowns;
      breakDown();
    }, deadAfterMs.ticking);
    const end = () => {
      clearTimeout(watchdog);
      source.close();
    };
    const breakDown = () => {
      end();
      this.breakdowns++;
      this.requestIn(id);
    };
    this.end = end;
    source.onerror = breakDown;
    source.onmessage = ({ data }) => {
      const view: Shown = JSON.parse(data);
      clearTimeout(watchdog);
      watchdog = setTimeout(breakDown, view.qrLink ? deadAfterMs.ticking : deadAfterMs.quiet);
      this.breakdowns = this.failures = 0;
      if (view.state === 'running') this.receive(view);
      else {
        end();
        if (this.receive(view)) this.requestIn(id);
      }
    };
  }

  private async request(id: string): Promise<void> {
    try {
      const view = await get(addressOf('status', id));
      if (!this.isCurrent(id)) return;
      this.failures = 0;
      if (!this.receive(view)) return;
      if (view.state === 'running') this.connect(id);
      else this.requestIn(id);
    } catch (error) {
      if (!this.isCurrent(id)) return;
      this.fail(error);
      this.requestIn(id);
    }
  }

  private fail(error: unknown): void {
    this.failures++;
    const fault = error instanceof TypeError ? words.connectionLost : faultOf(error);
    // The server itself answers so only after it has asked the service for a while, which goes on.
    if (error instanceof StatusError && !passingStatuses.has(error.status)) {
      this.isTroubledUntil = performance.now() + aftermathMs;
      this.fault = fault;
    }
    if (this.trouble !== undefined || this.failures >= maxFailures) showMessage(fault);
  }
}

/** Of what is asked about an attempt. */
export function addressOf(path: string, id: string): string {
  return `${path}?${new URLSearchParams({ id, lang })}`;
}
