import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { SmartIdVerificationError, verificationFailureChannel } from '../../lib/index.js';
import { type Simulator, simulatedAccounts, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, okDocument, pathOf, usePhone } from '../support/phone.js';
import { useShortWaits } from '../support/short-waits.js';
import { Browser, type Site, startSite } from '../support/site.js';

/** What says something about an account or its owner: a visitor must not tell these apart. */
const neutral = [
  'USER_REFUSED',
  'USER_REFUSED_INTERACTION',
  'USER_REFUSED_CERT_CHOICE',
  'DOCUMENT_UNUSABLE',
  'ACCOUNT_UNUSABLE',
  'REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP',
  'TIMEOUT',
];

/** Of a push, what its sender may see: what the person has done. Anything else would tell them that there is an account. */
const isSeenOfPush = (endResult: string) => /^(?:WRONG_VC|USER_REFUSED.*)$/.test(endResult);

/** One account for each; the last that refuses an interaction refuses one that a device link cannot have. */
const outcomes = new Map<string, string>(
  simulatedAccounts
    .filter(({ outcome }) => outcome !== 'OK')
    .map(({ outcome, documentNumber }) => [outcome, documentNumber]),
);

/** The choice of a code is for pushes alone. */
const needsCode = ['WRONG_VC', 'USER_REFUSED_INTERACTION'];

describe('A login that does not succeed', () => {
  useShortWaits();
  let simulator: Simulator;
  let site: Site;
  let browser: Browser;
  const messages = new Map<string, string>();

  before(async () => {
    simulator = await startSimulator({ port: 0, notificationDelayMs: 10 });
    site = await startSite(simulator, {
      strategy: {
        interactions: [
          { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'Log in' },
          { type: 'confirmationMessage', displayText200: 'Log in' },
          { type: 'displayTextAndPIN', displayText60: 'Log in' },
        ],
      },
      start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
    });
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  beforeEach(() => {
    browser = new Browser(site.origin);
    site.errors.length = 0;
  });
  afterEach(() => simulator.faults.clear());

  it('is tried with every end result', () => {
    expect([...outcomes.keys()].sort()).to.deep.equal(
      [...neutral, 'WRONG_VC', 'PROTOCOL_FAILURE', 'SERVER_ERROR', 'EXPECTED_LINKED_SESSION'].sort(),
    );
  });

  for (const [endResult, documentNumber] of outcomes) {
    const code = endResult.toLowerCase();
    const visible = neutral.includes(endResult) ? 'not_completed' : code;

    it(`says ${code} to the site and ${visible} to the visitor, by QR code, same device and push`, async () => {
      const answers = [];
      if (!needsCode.includes(endResult)) {
        const { id, qrLink = '' } = await browser.start();
        await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber });
        expect(await browser.settled(id)).to.include({ state: 'failed', code: visible });
        answers.push(await browser.post('/finish', { id }));
        const { web2AppLink = '' } = await browser.start();
        const callback = await callbackAfter(simulator, {
          deviceLink: web2AppLink,
          flowType: 'Web2App',
          documentNumber,
        });
        answers.push(await browser.get(pathOf(callback)));
      }
      const { id } = await browser.start({ flow: 'notification', identify: { documentNumber } });
      // An end for which nobody acted is not shown before the attempt expires: see "A person without a usable account".
      const isShown = isSeenOfPush(endResult);
      if (isShown) expect(await browser.settled(id)).to.include({ state: 'failed', code: visible });
      const ofPush = await browser.post('/finish', { id });
      if (isShown || neutral.includes(endResult)) answers.push(ofPush);
      else expect([ofPush.status, ofPush.body.code]).to.deep.equal([401, 'still_running']);
      for (const { status, body } of answers) {
        expect([status, body.code]).to.deep.equal([401, code]);
        messages.set(code, body.message);
      }
      if (isShown) expect((await browser.post('/finish', { id })).body.code, 'it is used up').to.equal('no_attempt');
      expect((await browser.get('/me')).body).to.equal(null);
    });
  }

  it('has one message for everything that tells of an account', () => {
    const codes = neutral.map((name) => name.toLowerCase());
    expect(new Set(codes.map((code) => messages.get(code)))).to.have.property('size', 1);
    expect(messages.get('wrong_vc')).to.not.equal(messages.get('timeout'));
  });

  it('treats an end result that nobody knows as a failure', async () => {
    simulator.faults.add({ on: 'session', body: { state: 'COMPLETE', result: { endResult: 'SPLENDID' } } });
    const { id } = await browser.start();
    const { status, body } = await browser.post('/finish', { id });
    expect([status, body.code]).to.deep.equal([401, 'unknown_result']);
  });

  it('is told to a diagnostics channel when it does not verify, with the check and without secrets', async () => {
    const told: { error: SmartIdVerificationError; attemptId: string }[] = [];
    const listen = (message: unknown) => told.push(message as (typeof told)[0]);
    subscribe(verificationFailureChannel, listen);
    try {
      const { id, qrLink = '' } = await browser.start();
      simulator.faults.add({
        on: 'session',
        tamper: (body) =>
          body.signature ? { ...body, signature: { ...body.signature, flowType: 'Notification' } } : body,
      });
      await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
      const { status, body } = await browser.post('/finish', { id });
      expect([status, body.code]).to.deep.equal([403, 'not_verified']);
      expect(told).to.have.length(1);
      expect(told[0]?.attemptId).to.equal(id);
      expect(told[0]?.error).to.be.instanceOf(SmartIdVerificationError).with.property('check', 'flow-type');
    } finally {
      unsubscribe(verificationFailureChannel, listen);
    }
  });

  for (const [what, httpStatus, code, fault] of [
    ['the service fails', 503, 'server_error', { status: 500 }],
    ['the service is under maintenance', 503, 'maintenance', { status: 580 }],
    ['the connection drops', 503, 'network', { drop: true }],
    ['the answer makes no sense', 503, 'bad_response', { body: '{}' }],
    ['the answer never ends', 503, 'bad_response', { body: 'endless' }],
    ['the relying party is unknown', 500, 'unauthorized', { status: 401 }],
    ['the relying party may not', 500, 'forbidden', { status: 403 }],
    ['the request is malformed', 500, 'bad_request', { status: 400 }],
  ] as const) {
    it(`is an error at the start when ${what}`, async () => {
      simulator.faults.add({ on: 'create', ...fault });
      const { status, body } = await browser.post('/start');
      expect([status, body.code]).to.deep.equal([httpStatus, code]);
      expect(site.errors).to.have.length(1);
    });
  }

  for (const [what, code, fault, isOver] of [
    ['the answer makes no sense', 'bad_response', { body: '{}' }, true],
    ['the answer never ends', 'bad_response', { body: 'endless' }, true],
    ['the answer is not JSON', 'bad_response', { body: '<html>' }, true],
    ['the relying party is no longer known', 'unauthorized', { status: 401 }, false],
  ] as const) {
    it(`is an error at the end when ${what}; the attempt is ${isOver ? 'over' : 'kept'}`, async () => {
      const { id, qrLink = '' } = await browser.start();
      await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR', documentNumber: okDocument });
      simulator.faults.add({ on: 'session', ...fault });
      expect((await browser.post('/finish', { id })).body.code).to.equal(code);
      simulator.faults.clear();
      expect((await browser.post('/finish', { id })).status).to.equal(isOver ? 401 : 200);
    });
  }

  it('has expired when the service no longer knows the session', async () => {
    const { id } = await browser.start();
    simulator.faults.add({ on: 'session', status: 404 });
    expect(await browser.settled(id)).to.include({ state: 'failed', code: 'not_completed' });
    const { status, body } = await browser.post('/finish', { id });
    expect([status, body.code]).to.deep.equal([401, 'expired']);
  });
});
