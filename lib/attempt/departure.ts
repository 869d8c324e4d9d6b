/** Whether a listener is gone, for those that no response of Node tells. */

export class Departure {
  private readonly callbacks: (() => void)[] = [];

  isGone = false;

  onGone(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** Calls back once, however often it is called. */
  leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    for (const callback of this.callbacks.splice(0)) callback();
  }
}
