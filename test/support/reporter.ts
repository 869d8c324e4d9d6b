/**
 * Mocha's own report, then what was skipped for want of which tool, and the sum as the last line: one dot for each test where workers
 * run thousands of them in parallel, their titles otherwise.
 */

import mocha from 'mocha';
import { wantOf } from './skip.js';

const { Base, Dot, Spec } = mocha.reporters;

export default class Reporter extends Base {
  private readonly skipped = new Map<string | undefined, number>();

  constructor(runner: Mocha.Runner & { isParallelMode?(): boolean }, options: Mocha.MochaOptions) {
    super(runner, options);
    new (runner.isParallelMode?.() ? Dot : Spec)(runner, options);
    runner.on('pending', ({ title }) => {
      const want = wantOf(title);
      this.skipped.set(want, (this.skipped.get(want) ?? 0) + 1);
    });
    runner.once('end', () => {
      const { passes, failures, pending } = this.stats;
      if (pending > 0) console.log(`skipped ${this.reasons().join(', ')}`);
      console.log(`${passes} passed, ${failures} failed, ${pending} skipped`);
    });
  }

  private reasons(): string[] {
    const wants = [...this.skipped].filter(([want]) => want !== undefined);
    const others = this.skipped.get(undefined);
    const named = wants.map(([want, count], position) => `${position === 0 ? 'for want ' : ''}of ${want}: ${count}`);
    return others === undefined ? named : [...named, `for other reasons: ${others}`];
  }
}
