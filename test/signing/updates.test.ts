/** Live updates of a signature: from the choice of the certificate to the end, in whichever process of the site. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { stepFailureChannel } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { EventStream } from '../support/event-stream.js';
import { okDocument, usePhone } from '../support/phone.js';
import { type SigningSite, startSigningProcesses } from '../support/signing-site.js';
import { Browser } from '../support/site.js';
import { until } from '../support/until.js';

/** Whose app is left waiting for a signature that does not come, so that nothing else can be signed with it for a while. */
const waiting = 'PNOLT-40404040009-MOCK-Q';

describe('Live updates of a signature', () => {
  let simulator: Simulator;
  let first: SigningSite;
  let second: SigningSite;
  let isFirstStopped = false;
  /** Makes what is to be signed. */
  let prepare: () => Promise<unknown>;
  const prepared: string[] = [];
  const streams: EventStream[] = [];

  before(async function () {
    this.timeout(30_000);
    simulator = await startSimulator({ port: 0, notificationDelayMs: 20 });
    [first, second] = await startSigningProcesses(
      simulator,
      async (name) => {
        prepared.push(name);
        await prepare();
      },
      () => isFirstStopped,
    );
    prepare = async () => {};
    // The first use makes the keys of the account, which takes a while.
    const browser = new Browser(first.origin);
    const { id, qrLink = '' } = await browser.start({});
    await scan(qrLink);
    await browser.settled(id, '/status', 20_000);
  });
  after(async () => {
    await first.close();
    await second.close();
    await simulator.close();
  });
  beforeEach(() => {
    isFirstStopped = false;
    prepare = async () => {};
    prepared.length = 0;
  });
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.leave();
    for (const { signing } of [first, second]) {
      await until(() => (signing as any).live.listeners.size === 0, 'the streams to end');
    }
  });

  function scan(qrLink: string, documentNumber = okDocument) {
    return usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
  }

  /** One browser as both processes see it. */
  function browsers(): { here: Browser; there: Browser } {
    const here = new Browser(first.origin);
    return { here, there: new Browser(second.origin, here.jar) };
  }

  async function listen(browser: Browser, id: string): Promise<EventStream> {
    const stream = await EventStream.open(browser, `/updates?id=${id}`);
    streams.push(stream);
    return stream;
  }

  /** What comes, without what differs each second. */
  const states = ({ events }: EventStream) =>
    events
      .map(({ state, step, qrLink }) => [state, step, qrLink !== undefined].join(' '))
      .filter((state, index, all) => state !== all[index - 1]);
  const fromChoiceToEnd = ['running certificate true', 'running signature false', 'ready signature false'];

  for (const who of ['here', 'there'] as const) {
    it(`show the choice, the signature and the end in the process that ${who === 'here' ? 'began' : 'did not begin'}`, async () => {
      const known = browsers();
      // Long enough that the step between is seen.
      prepare = () => new Promise((resolve) => setTimeout(resolve, 1_500));
      const { id, qrLink = '' } = await known.here.start({});
      const stream = await listen(known[who], id);
      expect(await stream.next()).to.include({ state: 'running', step: 'certificate' });
      await scan(qrLink);
      const end = await stream.end();
      expect(end).to.include({ id, state: 'ready', step: 'signature' });
      expect(states(stream)).to.deep.equal(fromChoiceToEnd);
      expect(prepared).to.deep.equal(['first']);
      stream.leave();
      expect((await known[who].post('/finish', { id })).status).to.equal(200);
    });

    it(`are not stuck where the document takes long (${who})`, async function () {
      this.timeout(20_000);
      const known = browsers();
      prepare = () => new Promise((resolve) => setTimeout(resolve, 4_500));
      const { id, qrLink = '' } = await known.here.start({});
      const stream = await listen(known[who], id);
      await stream.next();
      await scan(qrLink);
      expect((await stream.end()).state).to.equal('ready');
      expect(states(stream)).to.deep.equal(fromChoiceToEnd);
      expect((await known[who].status(id)).state).to.equal('ready');
      expect(prepared).to.deep.equal(['first']);
    });

    it(`tell of a signature that the person refuses (${who})`, async () => {
      const known = browsers();
      simulator.faults.add({
        on: 'session',
        // Of the signature alone: the choice is made.
        tamper: (status) =>
          status.signatureProtocol === 'RAW_DIGEST_SIGNATURE'
            ? { state: 'COMPLETE', result: { endResult: 'USER_REFUSED' } }
            : status,
      });
      try {
        const { id, qrLink = '' } = await known.here.start({});
        const stream = await listen(known[who], id);
        await stream.next();
        await scan(qrLink);
        expect(await stream.end()).to.include({ state: 'failed', code: 'not_completed' });
      } finally {
        simulator.faults.clear();
      }
    });

    it(`tell of a document that cannot be made, as does the channel (${who})`, async () => {
      const heard: any[] = [];
      const hear = (message: unknown) => heard.push(message);
      subscribe(stepFailureChannel, hear);
      const known = browsers();
      const { id, qrLink = '' } = await known.here.start({});
      const stream = await listen(known[who], id);
      await stream.next();
      prepare = () => Promise.reject(new Error('The disk is full.'));
      await scan(qrLink, waiting);
      // Where the process knows of the error itself, it says nothing and leaves that to the status.
      const end = await stream.end().catch(() => undefined);
      if (who === 'there' || end) expect(end).to.include({ state: 'failed', code: 'not_begun' });
      expect(await known[who].status(id)).to.include({ state: 'failed', code: 'not_begun' });
      unsubscribe(stepFailureChannel, hear);
      expect(heard.map(({ error, attemptId }) => [error.message, attemptId])).to.deep.equal([
        ['The disk is full.', id],
      ]);
    });

    it(`end where the session has ended before the signature (${who})`, async () => {
      const known = browsers();
      let release = () => {};
      prepare = () =>
        new Promise<void>((resolve) => {
          release = resolve;
        });
      const { id, qrLink = '' } = await known.here.start({});
      const stream = await listen(known[who], id);
      await stream.next();
      await scan(qrLink, waiting);
      await until(() => prepared.length > 0, 'the choice');
      await new Promise<void>((resolve) => first.sessions.clear(() => resolve()));
      release();
      expect(await stream.end()).to.include({ id, state: 'failed', code: 'no_attempt' });
    });
  }

  it('tell the end of the signature when it comes and not at the next second', async function () {
    this.timeout(30_000);
    const waits: number[] = [];
    while (waits.length < 8 && !waits.some((wait) => wait < 500)) {
      const known = browsers();
      const { id, qrLink = '' } = await known.here.start({});
      const stream = await listen(known.here, id);
      await stream.next();
      await scan(qrLink);
      await stream.end();
      const times = stream.times.slice(-2);
      waits.push((times[1] ?? 0) - (times[0] ?? 0));
      stream.leave();
    }
    expect(waits.at(-1)).to.be.below(500);
  });

  it('go on after the process that began was stopped', async function () {
    this.timeout(20_000);
    const { here, there } = browsers();
    isFirstStopped = true;
    const { id, qrLink = '' } = await here.start({});
    const stream = await listen(there, id);
    await stream.next();
    await scan(qrLink);
    expect((await stream.end()).state).to.equal('ready');
    expect(states(stream)).to.deep.equal(fromChoiceToEnd);
    expect(prepared).to.deep.equal(['second']);
    expect((await there.post('/finish', { id })).status).to.equal(200);
  });

  it('of the account that signs are like those of a login', async () => {
    const browser = new Browser(first.origin);
    const { id, qrLink = '' } = await browser.start({ signer: { documentNumber: okDocument } });
    const stream = await listen(browser, id);
    expect(await stream.next()).to.include({ state: 'running', step: 'signature' });
    const { qrLink: later } = await stream.next();
    expect(later).to.not.equal(qrLink);
    await scan(later);
    expect(await stream.end()).to.include({ id, state: 'ready' });
  });

  it('are of this browser alone, and name their id', async () => {
    const { id } = await new Browser(first.origin).start({});
    const other = new Browser(first.origin);
    const stream = await listen(other, id);
    expect(await stream.next()).to.deep.equal({ id, state: 'failed', code: 'no_attempt' });
    for (const query of ['', '?id=', '?id=a&id=b']) {
      const { status, body } = await other.get(`/updates${query}`);
      expect([status, body.code]).to.deep.equal([400, 'invalid_input']);
      expect(body.message).to.match(/^id must /);
    }
  });
});
