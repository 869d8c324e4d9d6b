import { expect } from 'chai';
import type { FlowType } from '../../lib/protocol/acsp-v2.js';
import { sessionSecretDigest, userChallenge } from '../../lib/protocol/callback.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import type { CompleteSessionStatus, SessionStatus } from '../../lib/rp-api/responses.js';
import { SmartIdOutcomeError } from '../../lib/shared/errors.js';
import {
  checkCallback,
  checkCallbackFitsFlowType,
  checkEndResult,
  checkUserChallenge,
  completeStatusOf,
  flowTypeOf,
  interactionOf,
  type SessionFlows,
  signedAnswerOf,
  statedFlowType,
} from '../../lib/verify/session-checks.js';
import { reasonOf } from '../support/reason.js';

const sessionSecret = Buffer.alloc(32, 1).toString('base64');
const session: SessionFlows = {
  flowTypes: ['QR', 'Web2App'],
  initialCallbackUrl: 'https://rp.example.com/',
  sessionSecret,
};
const callback = { sessionSecretDigest: sessionSecretDigest(sessionSecret) };
const running: SessionStatus = { state: 'RUNNING' };
const complete = (flowType?: string, more = {}): CompleteSessionStatus => ({
  state: 'COMPLETE',
  result: { endResult: 'OK', documentNumber: 'PNOEE-30303039914-MOCK-Q' },
  ...(flowType !== undefined && { signature: { flowType } }),
  ...more,
});
const missing = 'the person has not come back through the callback URL';

describe('The return of a person through the callback URL', () => {
  const reason = (...args: Parameters<typeof checkCallback>) => reasonOf(() => checkCallback(...args));

  it('callback: is that with the digest of the secret of the session, whatever the flow type', () => {
    const wrong = { sessionSecretDigest: `${callback.sessionSecretDigest} ` };
    for (const flowType of ['Web2App', 'QR', undefined]) {
      expect(reason(session, callback, flowType)).to.equal(undefined);
      expect(reason(session, wrong, flowType)).to.equal('sessionSecretDigest does not belong to the session');
      expect(reason(session, { sessionSecretDigest: '' }, flowType)).to.contain('does not belong');
    }
  });

  it('callback: is none of a session without callback URL or secret', () => {
    for (const name of ['initialCallbackUrl', 'sessionSecret'] as const) {
      for (const absent of [undefined, '']) {
        const without = { ...session, [name]: absent };
        expect(reason(without, callback, 'Web2App')).to.equal('the session has no callback URL');
      }
    }
  });

  it('callback: is missing where the flow type is one on the same device', () => {
    for (const flowType of ['Web2App', 'App2App']) expect(reason(session, undefined, flowType)).to.equal(missing);
    for (const flowType of ['QR', 'Notification', undefined]) {
      expect(reason(session, undefined, flowType)).to.equal(undefined);
    }
  });

  it('callback: fits the flow types on the same device alone', () => {
    const fits = (...args: Parameters<typeof checkCallbackFitsFlowType>) =>
      reasonOf(() => checkCallbackFitsFlowType(...args));
    for (const flowType of ['Web2App', 'App2App']) expect(fits(callback, flowType)).to.equal(undefined);
    for (const flowType of ['QR', 'Notification', undefined]) {
      expect(fits(callback, flowType)).to.equal('the callback URL was used for a flow type without callback');
      expect(fits(undefined, flowType)).to.equal(undefined);
    }
  });

  it('user challenge: its answer comes with the callback', () => {
    const verifier = 'A'.repeat(43);
    const signature = { flowType: 'Web2App', userChallenge: userChallenge(verifier) };
    const reason = (...args: Parameters<typeof checkUserChallenge>) => reasonOf(() => checkUserChallenge(...args));
    const foreign = 'userChallengeVerifier does not belong to the signed user challenge';
    for (const flowType of ['Web2App', 'App2App'] as const) {
      expect(reason(signature, flowType, { userChallengeVerifier: verifier })).to.equal(undefined);
      expect(reason(signature, flowType, { userChallengeVerifier: 'B'.repeat(43) })).to.equal(foreign);
      expect(reason({ flowType }, flowType, { userChallengeVerifier: verifier })).to.equal(foreign);
      expect(reason(signature, flowType, undefined)).to.equal(missing);
    }
    for (const flowType of ['QR', 'Notification'] as const) {
      expect(reason(signature, flowType, undefined)).to.equal(undefined);
    }
  });
});

describe('The state and end result of a session', () => {
  it('state: is complete', () => {
    expect(reasonOf(() => completeStatusOf(running))).to.equal('the session is not complete');
    const status = complete();
    expect(completeStatusOf(status)).to.equal(status);
  });

  it('end result: is OK, or the outcome with the interaction it was about', () => {
    const of = (result: CompleteSessionStatus['result']) => () => checkEndResult(complete('QR', { result }));
    expect(of({ endResult: 'OK' })).to.not.throw();
    expect(of({ endResult: 'TIMEOUT' }))
      .to.throw(SmartIdOutcomeError)
      .with.property('endResult', 'TIMEOUT');
    expect(of({ endResult: 'USER_REFUSED_INTERACTION', details: { interaction: 'displayTextAndPIN' } }))
      .to.throw(SmartIdOutcomeError)
      .with.property('interaction', 'displayTextAndPIN');
  });
});

describe('The flow type of an answer', () => {
  it('flow type: is stated by a complete answer alone', () => {
    expect(statedFlowType(complete('anything'))).to.equal('anything');
    expect(statedFlowType(complete())).to.equal(undefined);
    expect(statedFlowType({ ...complete('QR'), state: 'RUNNING' } as SessionStatus)).to.equal(undefined);
  });

  it('flow type: is one that was offered', () => {
    for (const flowType of ['QR', 'Web2App']) {
      expect(flowTypeOf(complete(flowType), session, undefined)).to.equal(flowType);
    }
    for (const flowType of ['App2App', 'Notification', 'qr', undefined]) {
      for (const used of [undefined, callback]) {
        expect(reasonOf(() => flowTypeOf(complete(flowType), session, used))).to.equal('the flow type was not offered');
      }
    }
    const invented = { ...session, flowTypes: ['Invented' as FlowType] };
    expect(reasonOf(() => flowTypeOf(complete('Invented'), invented, undefined))).to.contain('not offered');
  });

  it('flow type: is one with a callback URL where that was used', () => {
    expect(flowTypeOf(complete('Web2App'), session, callback)).to.equal('Web2App');
    expect(reasonOf(() => flowTypeOf(complete('QR'), session, callback))).to.equal(
      'the callback URL was used for a flow type without callback',
    );
  });
});

describe('The protocol of a signed answer', () => {
  const cert = { value: 'AAAA', certificateLevel: 'QUALIFIED' };
  const answer = (more: object) => complete('QR', { signatureProtocol: 'ACSP_V2', cert, ...more });

  it('signature protocol: is the one asked for, with a signature and a certificate', () => {
    expect(signedAnswerOf(answer({}), 'ACSP_V2')).to.deep.equal({
      signature: { flowType: 'QR' },
      cert,
      documentNumber: 'PNOEE-30303039914-MOCK-Q',
    });
  });

  for (const [reason, more, asked] of [
    ['the signature protocol is not RAW_DIGEST_SIGNATURE', {}, 'RAW_DIGEST_SIGNATURE'],
    ['the signature protocol is not ACSP_V2', { signatureProtocol: undefined }, 'ACSP_V2'],
    ['there is no signature', { signature: undefined }, 'ACSP_V2'],
    ['there is no certificate', { cert: undefined }, 'ACSP_V2'],
  ] as const) {
    it(`signature protocol: fails where ${reason}`, () => {
      expect(reasonOf(() => signedAnswerOf(answer(more), asked))).to.equal(reason);
    });
  }
});

describe('The interaction of an answer', () => {
  it('interaction: is one of those that were offered', () => {
    const offered = encodeInteractions(
      [
        { type: 'confirmationMessage', displayText200: 'Log in to the site?' },
        { type: 'displayTextAndPIN', displayText60: 'Log in?' },
      ],
      'device-link',
    );
    const of = (interactionTypeUsed?: string) =>
      interactionOf(complete('QR', { interactionTypeUsed }), offered, 'device-link');
    for (const type of ['displayTextAndPIN', 'confirmationMessage']) expect(of(type)).to.equal(type);
    for (const type of ['confirmationMessageAndVerificationCodeChoice', 'displaytextandpin', undefined]) {
      expect(reasonOf(() => of(type))).to.equal('the interaction was not offered');
    }
  });
});
