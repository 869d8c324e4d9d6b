/** What a signing is made and started with. */

import { expect } from 'chai';
import type { Request } from 'express';
import { SmartIdSigning } from '../../lib/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { inputError } from '../support/errors.js';
import { okDocument } from '../support/phone.js';

describe('The options of a signing', () => {
  let simulator: Simulator;
  let good: any;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
    good = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
  });
  after(() => simulator.close());

  const make = (options: any, prepare: any = () => undefined) => new SmartIdSigning(options, prepare);

  it('need no more than the contract, the anchors and a function', () => {
    make(good);
  });

  it('may be those of a login, but for what only a login has', () => {
    make({
      ...good,
      brokeredRpName: 'Example',
      callbackURL: 'https://rp.example.com/sign/callback',
      appCallbackURL: 'https://rp.example.com/sign/app',
      interactions: [{ type: 'displayTextAndPIN', displayText60: 'Sign' }],
      revocation: 'ocsp',
      countries: ['EE', 'LV'],
      certificateLevel: 'QSCD',
      signatureAlgorithm: 'sha256WithRSAEncryption',
      lang: 'est',
      flow: 'notification',
      requestProperties: { shareMdClientIpAddress: true },
      clock: () => Date.now(),
      fetch,
    });
  });

  for (const [field, change] of [
    ['identify', { identify: () => undefined }],
    ['loginURL', { loginURL: '/login' }],
    ['countries', { countries: [] }],
    ['countries', { countries: ['ee'] }],
    ['countries', { countries: ['EE', 'EE'] }],
    ['certificateLevel', { certificateLevel: 'NONE' }],
    ['certificateLevel', { certificateLevel: null }],
    ['hashAlgorithm', { hashAlgorithm: 'SHA-1' }],
    ['callbackURL', { callbackURL: 'http://rp.example.com' }],
    ['appCallbackURL', { flow: 'app' }],
    ['interactions[0].displayText60', { interactions: [{ type: 'displayTextAndPIN', displayText60: '' }] }],
    ['store', { store: {} }],
  ] as const) {
    it(`are refused with the name ${field}: ${Object.keys(change)}`, () => {
      expect(() => make({ ...good, ...change })).to.throw(...inputError(field));
    });
  }

  it('are refused without a function that prepares', () => {
    expect(() => make(good, null)).to.throw(...inputError('prepare'));
    expect(() => make(undefined)).to.throw(...inputError('options'));
  });

  for (const [field, start] of [
    ['flow', { flow: 'push' }],
    ['signer', { flow: 'notification' }],
    ['signer', { signer: 'PNOEE-40404040009' }],
    ['signer', { signer: null }],
    ['signer', { signer: { documentNumber: okDocument, semanticsIdentifier: 'PNOEE-40404040009' } }],
    ['documentNumber', { signer: { documentNumber: 'PNOEE-40404040009' } }],
    ['semanticsIdentifier', { signer: { semanticsIdentifier: 'pnoee-40404040009' } }],
    ['reference', { reference: '' }],
    ['reference', { reference: 'x'.repeat(201) }],
    ['reference', { reference: { toString: () => 'contract' } }],
    ['returnTo', { returnTo: 'https://evil.example' }],
    ['lang', { lang: 'en' }],
    ['interactions', { interactions: [] }],
    [
      'interactions',
      { interactions: [{ type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'Sign' }] },
    ],
  ] as const) {
    it(`are refused at the start with the name ${field}: ${JSON.stringify(start)}`, async () => {
      const error = await new Promise<Error>((resolve) => {
        void make(good).start(() => start as never)({} as Request, {} as never, resolve as never);
      });
      const [type, message] = inputError(field);
      expect(error).to.be.instanceOf(type);
      expect(error.message).to.match(message);
      expect(error.message).to.not.contain('40404040009');
    });
  }

  it('are told what to change when there is no session', async () => {
    for (const middleware of [make(good).start(), make(good).finish()]) {
      const error = await new Promise<any>((resolve) => {
        void middleware({ query: {}, body: {} } as never, {} as never, resolve as never);
      });
      expect(error).to.include({ name: 'SmartIdSessionError', code: 'session_missing' });
    }
  });

  it('given to every start are checked when the middleware is made', () => {
    expect(() => make(good).start({ flow: 'app' })).to.throw(...inputError('appCallbackURL'));
  });
});
