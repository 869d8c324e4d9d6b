/** Whether nobody listens any more, where there is no response of Node that tells. */

export class Disconnection {
  private readonly callbacks: (() => void)[] = [];

  isDisconnected = false;

  onDisconnect(callback: () => void): void {
    this.callbacks.push(callback);
  }

  /** Calls back once, however often it is called. */
  markDisconnected(): void {
    if (this.isDisconnected) return;
    this.isDisconnected = true;
    for (const callback of this.callbacks.splice(0)) callback();
  }
}
