import { constants, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { messageToSign } from '../../lib/simulator/calculations.js';
import type { Simulator } from '../../lib/simulator/index.js';
import {
  browser,
  callbackUrl,
  createAnonymous,
  deviceLink,
  deviceLinkRequest,
  documentOk,
  encode,
  get,
  type Json,
  messageInteraction,
  notificationRequest,
  post,
  sessionStatus,
  startQuickSimulator,
  textInteraction,
  usePhone,
} from './support.js';

describe('The status of a session', () => {
  let sim: Simulator;
  before(async () => {
    sim = await startQuickSimulator({
      relyingParties: [
        { uuid: '00000000-0000-4000-8000-000000000000', name: 'DEMO', mayShareIpAddress: true, mayUseAdvanced: true },
        { uuid: '00000000-0000-4000-8000-000000000001', name: 'Broker', brokeredRpName: 'Example RP' },
      ],
    });
  });
  after(() => sim.close());

  function isSigned(request: Json, status: Json, initialCallbackUrl = '', brokeredRpName = ''): boolean {
    const { signature, cert } = status;
    const message = messageToSign({
      schemeName: 'smart-id-demo',
      serverRandom: signature.serverRandom,
      rpChallenge: request.signatureProtocolParameters.rpChallenge,
      userChallenge: signature.userChallenge,
      relyingPartyName: request.relyingPartyName,
      brokeredRpName,
      interactions: request.interactions,
      interactionTypeUsed: status.interactionTypeUsed,
      initialCallbackUrl,
      flowType: signature.flowType,
    });
    const key = new X509Certificate(Buffer.from(cert.value, 'base64')).publicKey;
    const value = Buffer.from(signature.value, 'base64');
    const parameters = signature.signatureAlgorithmParameters;
    if (!parameters) return verify(signature.signatureAlgorithm.slice(0, 6), message, key, value);
    const hash = parameters.hashAlgorithm.toLowerCase().replace('sha-', 'sha');
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    return verify(hash, message, { key, padding, saltLength: parameters.saltLength }, value);
  }

  it('has every field of an authentication by QR code', async () => {
    const session = await createAnonymous(sim, { interactions: encode([messageInteraction, textInteraction]) });
    await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
    const { body } = await sessionStatus(sim, session.response.sessionID);
    expect(body).to.have.all.keys('state', 'result', 'signatureProtocol', 'signature', 'cert', 'interactionTypeUsed');
    expect(body.state).to.equal('COMPLETE');
    expect(body.result).to.deep.equal({ endResult: 'OK', documentNumber: documentOk });
    expect(body.signatureProtocol).to.equal('ACSP_V2');
    expect(body.interactionTypeUsed).to.equal('confirmationMessage');
    expect(body.cert.certificateLevel).to.equal('QUALIFIED');
    expect(body.signature).to.have.all.keys(
      'value',
      'serverRandom',
      'userChallenge',
      'flowType',
      'signatureAlgorithm',
      'signatureAlgorithmParameters',
    );
    expect(body.signature.flowType).to.equal('QR');
    expect(body.signature.signatureAlgorithm).to.equal('rsassa-pss');
    expect(body.signature.serverRandom).to.match(/^[A-Za-z0-9+/]{24,}={0,2}$/);
    expect(body.signature.userChallenge).to.match(/^[A-Za-z0-9_-]{43}$/);
    expect(body.signature.signatureAlgorithmParameters).to.deep.equal({
      hashAlgorithm: 'SHA-512',
      maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm: 'SHA-512' } },
      saltLength: 64,
      trailerField: '0xbc',
    });
    expect(isSigned(session.request, body)).to.equal(true);
  });

  it('has a signature over the callback in the same-device flows', async () => {
    for (const flowType of ['Web2App', 'App2App'] as const) {
      const session = await createAnonymous(sim, { initialCallbackUrl: 'http://127.0.0.1:9/callback?value=1' });
      await usePhone(sim, { flowType, deviceLink: deviceLink(session, flowType), ...browser });
      const { body } = await sessionStatus(sim, session.response.sessionID);
      expect(body.signature.flowType).to.equal(flowType);
      expect(isSigned(session.request, body, session.request.initialCallbackUrl)).to.equal(true);
      expect(isSigned(session.request, body, '')).to.equal(false);
    }
  });

  it('has no callback in the signature of a QR code, even if the session has one', async () => {
    const session = await createAnonymous(sim, { initialCallbackUrl: callbackUrl });
    await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
    const { body } = await sessionStatus(sim, session.response.sessionID);
    expect(isSigned(session.request, body)).to.equal(true);
  });

  it('has the name that a broker asks for in the signature', async () => {
    const session = await createAnonymous(sim, {
      relyingPartyUUID: '00000000-0000-4000-8000-000000000001',
      relyingPartyName: 'Broker',
    });
    await usePhone(sim, { deviceLink: deviceLink(session, 'QR', { brokeredRpName: 'Example RP' }) });
    const { body } = await sessionStatus(sim, session.response.sessionID);
    expect(isSigned(session.request, body, '', 'Example RP')).to.equal(true);
  });

  const octets = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64, 'SHA3-256': 32, 'SHA3-384': 48, 'SHA3-512': 64 };
  for (const [hashAlgorithm, saltLength] of Object.entries(octets)) {
    it(`has a PSS signature with ${hashAlgorithm}`, async () => {
      const { signatureProtocolParameters } = deviceLinkRequest();
      const session = await createAnonymous(sim, {
        signatureProtocolParameters: {
          ...signatureProtocolParameters,
          signatureAlgorithmParameters: { hashAlgorithm },
        },
      });
      await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
      const { body } = await sessionStatus(sim, session.response.sessionID);
      expect(body.signature.signatureAlgorithmParameters.saltLength).to.equal(saltLength);
      expect(isSigned(session.request, body)).to.equal(true);
    });
  }

  for (const signatureAlgorithm of ['sha256WithRSAEncryption', 'sha384WithRSAEncryption', 'sha512WithRSAEncryption']) {
    it(`has a PKCS#1 v1.5 signature without parameters with ${signatureAlgorithm}`, async () => {
      const { rpChallenge } = deviceLinkRequest().signatureProtocolParameters;
      const session = await createAnonymous(sim, {
        signatureProtocolParameters: { rpChallenge, signatureAlgorithm },
      });
      await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
      const { body } = await sessionStatus(sim, session.response.sessionID);
      expect(body.signature).not.to.have.property('signatureAlgorithmParameters');
      expect(body.signature.signatureAlgorithm).to.equal(signatureAlgorithm);
      expect(isSigned(session.request, body)).to.equal(true);
    });
  }

  it('has a userChallenge for notifications too', async () => {
    const request = notificationRequest();
    const { body: created } = await post(`${sim.baseUrl}/authentication/notification/document/${documentOk}`, request);
    const { body } = await sessionStatus(sim, created.sessionID);
    expect(body.signature.flowType).to.equal('Notification');
    expect(body.signature.userChallenge).to.match(/^[A-Za-z0-9_-]{43}$/);
    expect(isSigned(request, body)).to.equal(true);
  });

  it('has the address of the device when it was asked for', async () => {
    const session = await createAnonymous(sim, { requestProperties: { shareMdClientIpAddress: true } });
    await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
    expect((await sessionStatus(sim, session.response.sessionID)).body.deviceIpAddress).to.equal('127.0.0.1');
  });

  it('names the properties that the service did not know', async () => {
    const session = await createAnonymous(sim, { requestProperties: { makeCoffee: true } });
    await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
    expect((await sessionStatus(sim, session.response.sessionID)).body.ignoredProperties).to.deep.equal(['makeCoffee']);
  });

  it('has the level of the account', async () => {
    const session = await createAnonymous(sim, { certificateLevel: 'ADVANCED' });
    await usePhone(sim, { documentNumber: 'PNOLT-61101019988-MOCK-NQ', deviceLink: deviceLink(session, 'QR') });
    expect((await sessionStatus(sim, session.response.sessionID)).body.cert.certificateLevel).to.equal('ADVANCED');
  });

  it('is waited for, and told at once when somebody answers', async () => {
    const session = await createAnonymous(sim);
    const begun = Date.now();
    const waiting = sessionStatus(sim, session.response.sessionID, 5000);
    setTimeout(() => void usePhone(sim, { deviceLink: deviceLink(session, 'QR') }), 150);
    const { body } = await waiting;
    expect(body.state).to.equal('COMPLETE');
    expect(Date.now() - begun).to.be.within(100, 1500);
  });

  it('is RUNNING, and nothing else, after timeoutMs in which nobody answers', async () => {
    const { response } = await createAnonymous(sim);
    const begun = Date.now();
    expect((await sessionStatus(sim, response.sessionID, 1000)).body).to.deep.equal({ state: 'RUNNING' });
    expect(Date.now() - begun).to.be.within(950, 1800);
  });

  for (const timeoutMs of ['999', '120001', '-1', '1.5', 'soon', '']) {
    it(`is refused with 400 for timeoutMs=${timeoutMs}`, async () => {
      const { response } = await createAnonymous(sim);
      const { status, body } = await get(`${sim.baseUrl}/session/${response.sessionID}?timeoutMs=${timeoutMs}`);
      expect(status).to.equal(400);
      expect(body.errors[0].paramName).to.equal('timeoutMs');
    });
  }

  it('is refused with 404 for a session that does not exist', async () => {
    const { status, body } = await sessionStatus(sim, '00000000-0000-4000-8000-000000000000');
    expect([status, body]).to.deep.equal([404, undefined]);
  });

  it('shows a replaced certificate, with a signature of its key', async () => {
    const issued = sim.pki.issueUserCertificate({ documentNumber: 'PNOEE-40504040001-DEM0-Q' });
    sim.useCertificate('PNOEE-40504040001-DEM0-Q', issued);
    const session = await createAnonymous(sim);
    await usePhone(sim, { documentNumber: 'PNOEE-40504040001-DEM0-Q', deviceLink: deviceLink(session, 'QR') });
    const { body } = await sessionStatus(sim, session.response.sessionID);
    expect(body.cert.value).to.equal(issued.certificate.toString('base64'));
    expect(createPublicKey(issued.privateKey).equals(new X509Certificate(issued.certificate).publicKey)).to.equal(true);
    expect(isSigned(session.request, body)).to.equal(true);
  });
});

describe('A session that nobody answers', () => {
  let now = 1_800_000_000_000;
  let sim: Simulator;
  before(async () => {
    sim = await startQuickSimulator({ sessionLifetimeMs: 60_000, clock: () => now });
  });
  after(() => sim.close());

  it('ends with TIMEOUT after its lifetime, and is gone a minute later', async () => {
    const session = await createAnonymous(sim);
    now += 59_000;
    expect((await sessionStatus(sim, session.response.sessionID, 1000)).body).to.deep.equal({ state: 'RUNNING' });
    now += 1000;
    expect((await sessionStatus(sim, session.response.sessionID)).body).to.deep.equal({
      state: 'COMPLETE',
      result: { endResult: 'TIMEOUT' },
    });
    now += 60_000;
    expect((await sessionStatus(sim, session.response.sessionID)).status).to.equal(404);
  });

  it('cannot be answered afterwards', async () => {
    const session = await createAnonymous(sim);
    now += 60_000;
    const { status, body } = await usePhone(sim, {
      deviceLink: deviceLink(session, 'QR', { elapsedSeconds: 60 }),
    });
    expect(status).to.equal(200);
    expect(body.ignored).to.match(/over/);
    expect((await sessionStatus(sim, session.response.sessionID)).body.result).to.deep.equal({ endResult: 'TIMEOUT' });
  });
});

describe('A short session', () => {
  it('wakes those who wait for it when it expires', async () => {
    const sim = await startQuickSimulator({ sessionLifetimeMs: 200 });
    try {
      const { response } = await createAnonymous(sim);
      const begun = Date.now();
      const { body } = await sessionStatus(sim, response.sessionID, 5000);
      expect(body.result.endResult).to.equal('TIMEOUT');
      expect(Date.now() - begun).to.be.below(1500);
    } finally {
      await sim.close();
    }
  });
});

describe('Closing the simulator', () => {
  it('ends long polls at once', async () => {
    const sim = await startQuickSimulator();
    const { response } = await createAnonymous(sim);
    const waiting = sessionStatus(sim, response.sessionID, 60_000).catch(() => 'cut');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await sim.close();
    expect(await waiting).to.equal('cut');
  });
});
