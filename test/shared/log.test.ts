/** What a site's log says by itself of a login or signature that does not verify. */

import { expect } from 'chai';
import { verificationFailures } from '../../lib/shared/diagnostics.js';
import { SmartIdVerificationError } from '../../lib/shared/errors.js';
import { createWarningLimit } from '../../lib/shared/log.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { otherSignature } from '../support/faults.js';
import { logInByQr, okDocument, usePhone } from '../support/phone.js';
import { type SigningSite, startSigningSite } from '../support/signing-site.js';
import { Browser, type Site, startSite } from '../support/site.js';
import { until } from '../support/until.js';

const revokedDocument = 'PNOEE-00000000008-SIMU-Q';

describe('The limit of warnings', () => {
  let time = 0;
  let count = createWarningLimit(() => time);

  beforeEach(() => {
    time = 0;
    count = createWarningLimit(() => time);
  });

  it('lets the first failure of each check through, and counts those within a minute', () => {
    expect(count('signature')).to.equal(0);
    expect(count('callback')).to.equal(0);
    time = 59_999;
    expect([count('signature'), count('signature'), count('callback')]).to.deep.equal([
      undefined,
      undefined,
      undefined,
    ]);
    time = 60_000;
    expect(count('signature')).to.equal(2);
    expect(count('callback')).to.equal(1);
  });

  it('counts from the last warning, and not those that it has told of', () => {
    count('signature');
    count('signature');
    time = 70_000;
    expect(count('signature')).to.equal(1);
    time = 129_999;
    expect(count('signature')).to.equal(undefined);
    time = 200_000;
    expect(count('signature')).to.equal(1);
    time = 300_000;
    expect(count('signature')).to.equal(0);
  });

  it('remembers no more than a hundred checks, those that failed last', () => {
    for (let number = 0; number <= 100; number++) count(`check ${number}`);
    expect(count('check 100')).to.equal(undefined);
    expect(count('check 0')).to.equal(0);
  });
});

describe('An answer that does not verify', () => {
  let simulator: Simulator;
  let site: Site;
  let signing: SigningSite;
  let passed = 0;
  const { now } = performance;
  const warnings: (Error & { code?: string })[] = [];
  const note = (warning: Error) => void warnings.push(warning);

  /** The next line, by the name of its check. */
  async function nextCheck(): Promise<string | undefined> {
    await until(() => warnings.length > 0, 'a warning');
    const told = warnings.splice(0);
    expect(told.map(({ code }) => code)).to.deep.equal(['SMART_ID_NOT_VERIFIED']);
    const { message = '' } = told[0] ?? {};
    for (const secret of [okDocument, revokedDocument, '404040', 'TESTNUMBER', 'MII']) {
      expect(message).to.not.contain(secret);
    }
    return /"(.*)"/.exec(message)?.[1];
  }

  /** Signs with the account that chooses itself on the phone. */
  async function sign(documentNumber: string, signer?: object): Promise<void> {
    const browser = new Browser(signing.origin);
    const { id, qrLink = '' } = await browser.start({ signer });
    await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
    await browser.settled(id);
    await browser.post('/finish', { id });
  }

  const publish = (check: string) =>
    verificationFailures.publish({ error: new SmartIdVerificationError(check, 'because of it') });

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    site = await startSite(simulator);
    signing = await startSigningSite(simulator);
    performance.now = () => now.call(performance) + passed;
    process.on('warning', note);
  });
  beforeEach(() => {
    // What earlier tests have made it say does not count.
    passed += 60_000;
    warnings.length = 0;
  });
  afterEach(() => simulator.faults.clear());
  after(async () => {
    process.removeListener('warning', note);
    performance.now = now;
    await Promise.all([site.close(), signing.close()]);
    await simulator.close();
  });

  it('is a line in the log, in a login', async () => {
    simulator.faults.add({ on: 'session', tamper: otherSignature });
    expect((await logInByQr(simulator, new Browser(site.origin))).status).to.equal(403);
    expect(await nextCheck()).to.equal('signature');
  });

  it('is a line in the log, in a signing', async () => {
    simulator.faults.add({ on: 'session', tamper: otherSignature });
    await sign(okDocument, { documentNumber: okDocument });
    expect(await nextCheck()).to.equal('signature');
  });

  it('is a line in the log, in a choice of a certificate', async () => {
    await sign(revokedDocument);
    expect(await nextCheck()).to.equal('revocation');
  });

  it('is one line in a minute for each check, which says how many were left out', async () => {
    // Checks that no test before has failed in this process.
    for (let count = 0; count < 8; count++) publish('one-check');
    publish('other-check');
    await until(() => warnings.length === 2, 'two warnings');
    expect(warnings.map(({ message }) => /"(.*)"/.exec(message)?.[1])).to.deep.equal(['one-check', 'other-check']);
    for (const { message } of warnings) expect(message).to.not.match(/more|\n/);
    warnings.length = 0;
    passed += 60_000;
    publish('one-check');
    await until(() => warnings.length > 0, 'a warning');
    expect(warnings[0]?.message).to.contain(' 7 more since the last such line.');
  });

  it('is a line although the clock was put back', async () => {
    publish('signature');
    await nextCheck();
    const { now: dateNow } = Date;
    Date.now = () => dateNow() - 86_400_000;
    try {
      passed += 60_000;
      publish('signature');
      expect(await nextCheck()).to.equal('signature');
    } finally {
      Date.now = dateNow;
    }
  });

  it('is one short line, whatever a site calls its own check', async () => {
    publish(`x\n(node:1) another line \u001b[31m${'y'.repeat(10_000)}`);
    await until(() => warnings.length > 0, 'a warning');
    expect(warnings[0]?.message).to.match(/^[\x20-\x7e]{100,500}$/);
  });
});
