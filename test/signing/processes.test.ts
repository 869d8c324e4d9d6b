/** Several processes of one site, which share their sessions: each can go on with what another has begun. */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { stepFailureChannel } from '../../lib/index.js';
import { sessionSecretDigest } from '../../lib/protocol/callback.js';
import { createDeviceLink } from '../../lib/protocol/device-link.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, usePhone } from '../support/phone.js';
import { type SigningSite, startSigningProcesses, storedAttempt } from '../support/signing-site.js';
import { Browser } from '../support/site.js';

describe('A signature on several processes', () => {
  let simulator: Simulator;
  let first: SigningSite;
  let second: SigningSite;
  let isFirstStopped = false;
  let isBroken = false;
  let delay = 0;
  const prepared: string[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 20 });
    [first, second] = await startSigningProcesses(
      simulator,
      async (name) => {
        prepared.push(name);
        await new Promise((resolve) => setTimeout(resolve, delay));
        if (isBroken) throw new Error('The disk is full.');
      },
      () => isFirstStopped,
    );
  });
  after(async () => {
    await first.close();
    await second.close();
    await simulator.close();
  });
  beforeEach(() => {
    isFirstStopped = false;
    isBroken = false;
    delay = 0;
    prepared.length = 0;
  });

  /** One browser as both processes see it. */
  function browsers(): [Browser, Browser] {
    const here = new Browser(first.origin);
    const there = new Browser(second.origin, here.jar);
    return [here, there];
  }

  it('is begun on one and looked at and finished on the other, and the document is made once', async () => {
    const [here, there] = browsers();
    const { id, qrLink = '' } = await here.start({});
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    expect((await there.settled(id)).state).to.equal('ready');
    expect(prepared).to.deep.equal(['first']);
    expect((await there.post('/finish', { id })).status).to.equal(200);
    expect((await here.post('/finish', { id })).body.code).to.equal('no_attempt');
  });

  it('goes on after the process that began it was stopped', async () => {
    const [here, there] = browsers();
    isFirstStopped = true;
    const { id, qrLink = '' } = await here.start({});
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    expect((await there.settled(id, '/status', 5_000)).state).to.equal('ready');
    expect(prepared).to.deep.equal(['second']);
    expect((await there.post('/finish', { id })).status).to.equal(200);
  });

  it('is finished by the return on the other, while the document is still being made on the first', async () => {
    const [here, there] = browsers();
    const { id } = await here.start({});
    const { session } = await storedAttempt(first, id);
    const deviceLink = createDeviceLink({
      ...session.asked,
      ...session.deviceLink,
      lang: session.lang,
      deviceLinkType: 'Web2App',
    });
    delay = 500;
    const phone = callbackAfter(simulator, { deviceLink, flowType: 'Web2App' });
    while (prepared.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const query = new URLSearchParams({
      smartIdAttempt: `${id}.${session.callbackSecret}`,
      sessionSecretDigest: sessionSecretDigest(session.asked.sessionSecret),
    });
    expect((await there.get(`/callback?${query}`)).status).to.equal(200);
    expect(prepared).to.deep.equal(['first']);
    await phone;
  });

  it('tells a channel of a document that cannot be made, since nobody may ask the process that knows', async () => {
    const heard: any[] = [];
    const hear = (message: unknown) => heard.push(message);
    subscribe(stepFailureChannel, hear);
    const [here, there] = browsers();
    isBroken = true;
    const { id, qrLink = '' } = await here.start({});
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber: 'PNOLT-40404040009-MOCK-Q' });
    expect(await there.settled(id)).to.include({ state: 'failed', code: 'not_begun' });
    expect(second.errors).to.have.length(0);
    expect(heard.map(({ error, attemptId }) => [error.message, attemptId])).to.deep.equal([['The disk is full.', id]]);
    unsubscribe(stepFailureChannel, hear);
  });

  it('is not asked for twice when a process only looks', async () => {
    const [here, there] = browsers();
    const { id, qrLink = '' } = await here.start({});
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
    await Promise.all(Array.from({ length: 20 }, () => [here.status(id), there.status(id)]).flat());
    await there.settled(id);
    expect(prepared).to.deep.equal(['first']);
  });
});
