/**
 * An app that stays open after a certificate choice by device link, because the document to sign must follow at once.
 * RP API 3.2.3, "Linked signing".
 */
import type { SimulatedAccount } from './accounts.js';

/** @typeParam Signature the session of the linked signature. */
export class WaitingApp<Signature> {
  /** Becomes the linked signature when that comes, or nothing when the wait is over. */
  readonly waited: Promise<Signature | undefined>;
  private readonly until: number;
  private isOver = false;
  private settle: (signature: Signature | undefined) => void = () => {};

  constructor(
    readonly account: SimulatedAccount,
    private readonly clock: () => number,
    milliseconds: number,
  ) {
    this.until = clock() + milliseconds;
    this.waited = new Promise((resolve) => {
      this.settle = resolve;
    });
    setTimeout(() => this.end(undefined), milliseconds).unref();
  }

  /** By the clock too, which a test may set: a timer alone would let a signature in that comes too late. */
  get isWaiting(): boolean {
    return !this.isOver && this.clock() < this.until;
  }

  receive(signature: Signature): void {
    this.end(signature);
  }

  private end(signature: Signature | undefined): void {
    this.isOver = true;
    this.settle(signature);
  }
}
