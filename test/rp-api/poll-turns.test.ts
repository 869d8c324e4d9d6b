import { expect } from 'chai';
import { PollTurns, type Turn } from '../../lib/rp-api/poll-turns.js';
import { until } from '../support/until.js';

const turnMs = 20;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Polls that go on until they are told to end, a turn at a time where others wait. */
class Polls {
  readonly begun: { name: string; isShort: boolean }[] = [];
  readonly ended = new Set<string>();
  readonly controllers = new Map<string, AbortController>();
  open = 0;
  maxOpen = 0;

  constructor(readonly turns: PollTurns) {}

  add(name: string): void {
    const controller = new AbortController();
    this.controllers.set(name, controller);
    this.turns.add((turn) => this.poll(name, turn), controller.signal);
  }

  countOf(name: string): number {
    return this.begun.filter((one) => one.name === name).length;
  }

  private async poll(name: string, { isShort, signal }: Turn): Promise<boolean> {
    this.begun.push({ name, isShort });
    this.open += 1;
    this.maxOpen = Math.max(this.maxOpen, this.open);
    const since = performance.now();
    while (!signal.aborted && !this.ended.has(name) && !(isShort && performance.now() - since >= turnMs))
      await pause(2);
    this.open -= 1;
    return !this.ended.has(name);
  }
}

describe('Turns of polls', () => {
  let polls: Polls;

  beforeEach(() => {
    polls = new Polls(new PollTurns(2, turnMs));
  });
  afterEach(() => {
    for (const controller of polls.controllers.values()) controller.abort();
  });

  it('begin at once, and are long, where there is room', async () => {
    polls.add('a');
    polls.add('b');
    expect(polls.begun).to.deep.equal([
      { name: 'a', isShort: false },
      { name: 'b', isShort: false },
    ]);
    await pause(5 * turnMs);
    expect(polls.begun).to.have.length(2);
  });

  it('are given to who comes when there is no room, soon, in place of the oldest', async () => {
    for (const name of ['a', 'b', 'c']) polls.add(name);
    expect(polls.countOf('c')).to.equal(0);
    await until(() => polls.countOf('c') === 1, 'the turn of the third');
    expect(polls.begun[2]).to.deep.equal({ name: 'c', isShort: true });
    expect(polls.countOf('b'), 'the one that is not in the way goes on').to.equal(1);
    await until(() => polls.countOf('a') === 2, 'the next turn of the oldest');
  });

  it('are long again once there is room for all', async () => {
    for (const name of ['a', 'b', 'c']) polls.add(name);
    await until(() => polls.countOf('a') === 2, 'turns');
    polls.ended.add('c');
    await until(() => polls.begun.slice(-2).every(({ isShort }) => !isShort), 'long turns');
    const { length } = polls.begun;
    await pause(5 * turnMs);
    expect(polls.begun).to.have.length(length);
  });

  it('go round, with no more of them at a time than there may be', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const name of names) polls.add(name);
    await until(() => names.every((name) => polls.countOf(name) >= 4), 'four turns of each');
    expect(polls.maxOpen).to.equal(2);
    const counts = names.map((name) => polls.countOf(name));
    expect(Math.max(...counts) - Math.min(...counts), `${counts}`).to.be.at.most(2);
  });

  it('are not given to who has gone while waiting, and those of who goes are free at once', async () => {
    for (const name of ['a', 'b', 'c', 'd']) polls.add(name);
    polls.controllers.get('c')?.abort();
    polls.controllers.get('a')?.abort();
    expect(polls.begun.map(({ name }) => name)).to.deep.equal(['a', 'b', 'd']);
    await pause(5 * turnMs);
    expect(polls.countOf('a')).to.equal(1);
    expect(polls.countOf('c')).to.equal(0);
  });

  it('are free for the next one although the poll of who has gone does not end', () => {
    const turns = new PollTurns(1, turnMs);
    const controller = new AbortController();
    turns.add(() => new Promise(() => {}), controller.signal);
    let isBegun = false;
    turns.add(async () => {
      isBegun = true;
      return false;
    }, new AbortController().signal);
    expect(isBegun).to.equal(false);
    controller.abort();
    expect(isBegun).to.equal(true);
  });

  it('are none for who has gone before', () => {
    const gone = AbortSignal.abort();
    polls.turns.add(() => expect.fail('It was polled.'), gone);
  });
});
