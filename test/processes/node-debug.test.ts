/** What a process writes about its steps with `NODE_DEBUG=smart-id`, what it never writes, and what it writes without. */

import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { otherSignature } from '../support/faults.js';
import { callbackAfter, logInByQr, okDocument, okIdentity, pathOf } from '../support/phone.js';
import { SiteProcess } from '../support/processes.js';
import { Browser } from '../support/site.js';
import { until } from '../support/until.js';

const documentNumber = okDocument;

describe('What a process writes', function () {
  this.timeout(60_000);
  let simulator: Simulator;
  let site: SiteProcess;
  let browser: Browser;
  /** What nobody may learn from a log. */
  let secrets: Set<string>;

  /** Ids, secrets, tokens, certificates and signatures are all longer texts. */
  function recordSecrets(body: unknown): unknown {
    JSON.stringify(body, (_name, value) => {
      if (typeof value === 'string' && value.length >= 16) secrets.add(value);
      return value;
    });
    return body;
  }

  /** Starts a site that writes about the steps of the sections named. */
  async function start(nodeDebug: string): Promise<void> {
    site = await SiteProcess.start({ simulator, callbackURL: 'http://127.0.0.1/callback' }, nodeDebug);
    browser = new Browser(site.origin);
  }

  /** The steps of a whole login, without the times, after a look for secrets in all that was written. */
  async function stepsOfLogin(): Promise<string[]> {
    await until(() => site.output.includes('outcome'), 'the outcome');
    expect(secrets.size).to.be.above(3);
    // The given name is OK, which is a word of its own.
    for (const hidden of [...secrets, documentNumber, okIdentity.personalCode, okIdentity.surname, 'MII']) {
      expect(site.output).to.not.contain(hidden);
    }
    const steps = site.output.matchAll(/^SMART-ID \d+: (.*)$/gm);
    return Array.from(steps, ([, step = '']) => step.replace(/\d+ ms$/, '# ms'));
  }

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 20 });
  });
  beforeEach(() => {
    secrets = new Set();
    simulator.faults.add({ on: 'any', tamper: recordSecrets });
  });
  afterEach(async () => {
    simulator.faults.clear();
    await site.kill();
  });
  after(() => simulator.close());

  describe('with NODE_DEBUG=smart-id', () => {
    beforeEach(() => start('smart-id'));

    it('is each step of a login by QR code, and no secret', async () => {
      expect((await logInByQr(simulator, browser)).status).to.equal(200);
      expect(await stepsOfLogin()).to.deep.equal([
        'rp-api-call authentication/device-link/anonymous 200 # ms',
        'start login device-link ok # ms',
        'rp-api-call session 200 # ms',
        'session-end OK QR',
        'revocation-check ocsp good # ms',
        'outcome login device-link ok # ms',
      ]);
    });

    it('is each step of a login by the app on the same device, and not the secret of its return', async () => {
      const { id, web2AppLink = '' } = await browser.start();
      const callback = await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' });
      const values = [...new URL(callback).searchParams.values()];
      for (const part of values.flatMap((value) => value.split('.'))) secrets.add(part);
      expect(secrets).to.include(id);
      expect((await browser.get(pathOf(callback))).status).to.equal(200);
      expect(await stepsOfLogin()).to.include.members(['session-end OK Web2App', 'outcome login device-link ok # ms']);
    });

    it('is each step of a login by push, and no secret', async () => {
      const { id } = await browser.start({ flow: 'notification', identify: { documentNumber } });
      secrets.add(id);
      await browser.settled(id, '/status', 10_000);
      expect((await browser.post('/finish', { id })).status).to.equal(200);
      expect(await stepsOfLogin()).to.deep.equal([
        'rp-api-call authentication/notification/document 200 # ms',
        'start login notification ok # ms',
        'rp-api-call session 200 # ms',
        'session-end OK Notification',
        'revocation-check ocsp good # ms',
        'outcome login notification ok # ms',
      ]);
    });

    it('is which check refused an answer, and no secret', async () => {
      simulator.faults.clear();
      simulator.faults.add({ on: 'any', tamper: (body) => otherSignature(recordSecrets(body)) });
      expect((await logInByQr(simulator, browser)).status).to.equal(403);
      expect((await stepsOfLogin()).slice(-2)).to.deep.equal([
        'verification-failure signature',
        'outcome login device-link not_verified # ms',
      ]);
    });

    it('is why a login could not begin', async () => {
      simulator.faults.clear();
      simulator.faults.add({ on: 'create', status: 403 });
      await browser.start();
      await until(() => site.output.includes('start'), 'the start');
      expect(site.output).to.match(/: rp-api-call authentication\/device-link\/anonymous 403 \d+ ms\n/);
      expect(site.output).to.match(/: start login device-link [a-z_]+ \d+ ms\n$/);
    });
  });

  describe('without it', () => {
    beforeEach(() => start('other'));

    it('is nothing about a login', async () => {
      expect((await logInByQr(simulator, browser)).status).to.equal(200);
      // What is written comes by another way than the answer.
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(site.output).to.equal('');
    });

    it('is one line about answers that do not verify, with its code', async () => {
      simulator.faults.clear();
      simulator.faults.add({ on: 'session', tamper: otherSignature });
      for (let count = 0; count < 3; count++) await logInByQr(simulator, new Browser(site.origin));
      await until(() => site.output.includes('trace-warnings'), 'the warning');
      const [line, ...others] = site.output.trimEnd().split('\n');
      expect(line).to.match(/^\(node:\d+\) \[SMART_ID_NOT_VERIFIED\] SmartIdWarning: .*"signature"/);
      // Node's own, after the first warning of a process.
      expect(others).to.have.length(1);
    });
  });
});
