import { expect } from 'chai';
import { SmartIdOutcomeError } from '../../lib/errors.js';
import { sessionSecretDigest } from '../../lib/protocol/callback.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import type { SessionStatus } from '../../lib/rp-api/responses.js';
import {
  refuseCallback,
  refuseEndResult,
  refuseFlowType,
  refuseFlowTypeOfReturn,
  refuseInteraction,
  refuseMissingReturn,
  refuseReturn,
  refuseSignatureProtocol,
  refuseState,
  type SessionContext,
} from '../../lib/verify/session-checks.js';

const sessionSecret = Buffer.alloc(32, 1).toString('base64');
const session = {
  flowTypes: ['QR', 'Web2App'],
  initialCallbackUrl: 'https://rp.example.com/',
  sessionSecret,
} as const;
const callback = { sessionSecretDigest: sessionSecretDigest(sessionSecret) };
const complete = (flowType?: string, more = {}) =>
  ({
    state: 'COMPLETE',
    result: { endResult: 'OK', documentNumber: 'PNOEE-30303039914-MOCK-Q' },
    ...(flowType !== undefined && { signature: { flowType } }),
    ...more,
  }) as SessionStatus;
const context = (wish: Partial<SessionContext> = {}): SessionContext => ({
  status: complete('Web2App'),
  session,
  ...wish,
});

describe('The return of a person through the callback URL', () => {
  it('is that with the digest of the secret of the session', () => {
    expect(refuseReturn(session, callback)).to.equal(undefined);
    expect(refuseReturn(session, { sessionSecretDigest: `${callback.sessionSecretDigest} ` })).to.equal(
      'sessionSecretDigest does not belong to the session',
    );
  });

  it('is none of a session without callback URL or secret', () => {
    for (const name of ['initialCallbackUrl', 'sessionSecret'] as const) {
      expect(refuseReturn({ ...session, [name]: undefined }, callback)).to.equal('the session has no callback URL');
    }
  });

  it('is missing where the flow type is one on the same device', () => {
    for (const flowType of ['Web2App', 'App2App']) {
      expect(refuseMissingReturn(flowType)).to.equal('the person has not come back through the callback URL');
    }
    for (const flowType of ['QR', 'Notification', undefined]) expect(refuseMissingReturn(flowType)).to.equal(undefined);
  });

  it('is asked for by the flow type of the answer, and checked where it is there', () => {
    const missing = 'the person has not come back through the callback URL';
    expect(refuseCallback(context())).to.equal(missing);
    expect(refuseCallback(context({ callback }))).to.equal(undefined);
    expect(refuseCallback(context({ status: complete('QR') }))).to.equal(undefined);
    expect(refuseCallback(context({ status: complete() }))).to.equal(undefined);
    expect(refuseCallback(context({ status: { state: 'RUNNING' } as SessionStatus }))).to.equal(undefined);
    const wrong = { sessionSecretDigest: '' };
    expect(refuseCallback(context({ status: complete('QR'), callback: wrong }))).to.contain('does not belong');
  });
});

describe('The state and end result of a session', () => {
  it('are complete', () => {
    const running = context({ status: { state: 'RUNNING' } as SessionStatus });
    expect(refuseState(running)).to.equal('the session is not complete');
    expect(running.complete).to.equal(undefined);
    const whole = context();
    expect(refuseState(whole)).to.equal(undefined);
    expect(whole.complete).to.equal(whole.status);
  });

  it('are OK, or the outcome with the interaction it was about', () => {
    const of = (result: object) => {
      const whole = context({ status: complete('QR', { result }) });
      refuseState(whole);
      return () => refuseEndResult(whole);
    };
    expect(of({ endResult: 'OK' })()).to.equal(undefined);
    expect(of({ endResult: 'TIMEOUT' }))
      .to.throw(SmartIdOutcomeError)
      .with.property('endResult', 'TIMEOUT');
    expect(of({ endResult: 'USER_REFUSED_INTERACTION', details: { interaction: 'displayTextAndPIN' } }))
      .to.throw(SmartIdOutcomeError)
      .with.property('interaction', 'displayTextAndPIN');
    expect(() => refuseEndResult(context())).to.throw('An earlier check did not establish this value.');
  });
});

describe('The flow type of an answer', () => {
  it('is one that was offered', () => {
    for (const flowType of ['QR', 'Web2App'] as const) {
      const whole = context({ status: complete(flowType) });
      expect(refuseFlowType(whole)).to.equal(undefined);
      expect(whole.flowType).to.equal(flowType);
    }
    for (const flowType of ['App2App', 'Notification', 'qr', undefined]) {
      const whole = context({ status: complete(flowType) });
      expect(refuseFlowType(whole)).to.equal('the flow type was not offered');
      expect(whole.flowType).to.equal(undefined);
    }
    const invented = { ...session, flowTypes: ['Invented' as 'QR'] };
    expect(refuseFlowType(context({ status: complete('Invented'), session: invented }))).to.contain('not offered');
  });

  it('is one with a callback URL where that was used', () => {
    expect(refuseFlowTypeOfReturn(context({ callback }))).to.equal(undefined);
    expect(refuseFlowTypeOfReturn(context({ status: complete('QR') }))).to.equal(undefined);
    expect(refuseFlowTypeOfReturn(context({ status: complete('QR'), callback }))).to.equal(
      'the callback URL was used for a flow type without callback',
    );
    expect(refuseFlowTypeOfReturn(context({ status: complete('Notification'), callback }))).to.equal(
      'the flow type was not offered',
    );
  });
});

describe('The protocol of a signed answer', () => {
  const cert = { value: 'AAAA', certificateLevel: 'QUALIFIED' };
  const of = (more: object, asked: 'ACSP_V2' | 'RAW_DIGEST_SIGNATURE' = 'ACSP_V2') => {
    const whole = context({ status: complete('QR', { signatureProtocol: 'ACSP_V2', cert, ...more }) });
    refuseState(whole);
    return { refusal: refuseSignatureProtocol(whole, asked), whole };
  };

  it('is the one asked for, with a signature and a certificate', () => {
    const { refusal, whole } = of({});
    expect(refusal).to.equal(undefined);
    expect(whole).to.deep.include({ signature: { flowType: 'QR' }, cert, documentNumber: 'PNOEE-30303039914-MOCK-Q' });
  });

  for (const [reason, more, asked] of [
    ['the signature protocol is not RAW_DIGEST_SIGNATURE', {}, 'RAW_DIGEST_SIGNATURE'],
    ['the signature protocol is not ACSP_V2', { signatureProtocol: undefined }, 'ACSP_V2'],
    ['there is no signature', { signature: undefined }, 'ACSP_V2'],
    ['there is no certificate', { cert: undefined }, 'ACSP_V2'],
  ] as const) {
    it(`refuses an answer: ${reason}`, () => {
      const { refusal, whole } = of(more, asked);
      expect(refusal).to.equal(reason);
      expect(whole).to.not.have.any.keys('signature', 'cert', 'documentNumber');
    });
  }
});

describe('The interaction of an answer', () => {
  it('is one of those that were offered', () => {
    const offered = encodeInteractions([{ type: 'displayTextAndPIN', displayText60: 'Log in?' }], 'device-link');
    const of = (interactionTypeUsed?: string) => {
      const whole = context({ status: complete('QR', { interactionTypeUsed }) });
      refuseState(whole);
      return refuseInteraction(whole, offered, 'device-link');
    };
    expect(of('displayTextAndPIN')).to.equal(undefined);
    expect(of('confirmationMessage')).to.equal('the interaction was not offered');
    expect(of(undefined)).to.equal('the interaction was not offered');
  });
});
