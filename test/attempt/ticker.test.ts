import { createHook } from 'node:async_hooks';
import { expect } from 'chai';
import { Ticker } from '../../lib/attempt/ticker.js';

/** Milliseconds that a busy machine may be late. */
const leniency = 300;

describe('A ticker', () => {
  const timeOf = (ticker: Ticker, milliseconds: number) =>
    new Promise<number>((resolve) => {
      const since = performance.now();
      ticker.after(milliseconds, () => resolve(performance.now() - since));
    });

  it('does each work once, never early and hardly late', async () => {
    const ticker = new Ticker();
    const delays = Array.from({ length: 120 }, (_, index) => index * 5);
    const waited = await Promise.all(delays.map((delay) => timeOf(ticker, delay)));
    for (const [index, delay] of delays.entries()) expect(waited[index]).to.be.within(delay, delay + leniency);
    expect(waited[0], 'a slot or two').to.be.below(leniency);
  });

  it('goes on for what its own work asks for', async () => {
    const ticker = new Ticker();
    let count = 0;
    await new Promise<void>((resolve) => {
      const again = () => (++count === 5 ? resolve() : ticker.after(0, again));
      again();
    });
    expect(count).to.equal(5);
  });

  it('has one timer however much waits, which does not hold the process, and none once nothing does', async () => {
    const timers: NodeJS.Timeout[] = [];
    const hook = createHook({
      init(_id, type, _trigger, resource) {
        if (type === 'Timeout') timers.push(resource as NodeJS.Timeout);
      },
    }).enable();
    const ticker = new Ticker();
    let done = 0;
    for (let count = 0; count < 1000; count++) ticker.after(1, () => void done++);
    hook.disable();
    expect(timers).to.have.length(1);
    expect(timers[0]?.hasRef()).to.equal(false);
    await timeOf(ticker, 100);
    expect(done).to.equal(1000);
    expect((ticker as any).timer).to.equal(undefined);
  });
});
