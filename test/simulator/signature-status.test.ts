import { constants, createHash, randomBytes, verify, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import {
  browser,
  certificateChoiceRequest,
  certificateRequest,
  choiceInteraction,
  createAnonymous,
  createChoice,
  createSigning,
  deviceLink,
  documentOk,
  encode,
  type Json,
  messageInteraction,
  personOk,
  post,
  sessionStatus,
  signatureRequest,
  startQuickSimulator,
  textInteraction,
  usePhone,
} from './support.js';

const message = Buffer.from('The document to sign');

/** For a signature over the message. */
function parametersFor(hashAlgorithm: string, signatureAlgorithm = 'rsassa-pss'): Json {
  const digest = createHash(nodeName(hashAlgorithm)).update(message).digest('base64');
  if (signatureAlgorithm !== 'rsassa-pss') return { digest, signatureAlgorithm };
  return { digest, signatureAlgorithm, signatureAlgorithmParameters: { hashAlgorithm } };
}

function nodeName(hashAlgorithm: string): string {
  return hashAlgorithm.toLowerCase().replace('sha-', 'sha');
}

function isSigned({ signature, cert }: Json): boolean {
  const key = new X509Certificate(Buffer.from(cert.value, 'base64')).publicKey;
  const value = Buffer.from(signature.value, 'base64');
  const parameters = signature.signatureAlgorithmParameters;
  if (!parameters) return verify(signature.signatureAlgorithm.slice(0, 6), message, key, value);
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: parameters.saltLength };
  return verify(nodeName(parameters.hashAlgorithm), message, { key, ...padding }, value);
}

describe('The status of a session about signing', () => {
  let sim: Simulator;
  before(async () => {
    sim = await startQuickSimulator({
      relyingParties: [{ uuid: '00000000-0000-4000-8000-000000000000', name: 'DEMO', mayShareIpAddress: true }],
    });
  });
  after(() => sim.close());

  const statusOf = async ({ response }: Json) => (await sessionStatus(sim, response.sessionID)).body;

  async function byQr(path: string, changes: Json = {}): Promise<Json> {
    const session = await createSigning(sim, path, signatureRequest(changes));
    await usePhone(sim, { deviceLink: deviceLink(session, 'QR') });
    return statusOf(session);
  }

  for (const path of [`device-link/document/${documentOk}`, `device-link/etsi/${personOk}`]) {
    it(`has every field of a signature by QR code: ${path}`, async () => {
      const body = await byQr(path, {
        signatureProtocolParameters: parametersFor('SHA-512'),
        interactions: encode([messageInteraction, textInteraction]),
      });
      expect(body).to.have.all.keys('state', 'result', 'signatureProtocol', 'signature', 'cert', 'interactionTypeUsed');
      expect(body.state).to.equal('COMPLETE');
      expect(body.result).to.deep.equal({ endResult: 'OK', documentNumber: documentOk });
      expect(body.signatureProtocol).to.equal('RAW_DIGEST_SIGNATURE');
      expect(body.interactionTypeUsed).to.equal('confirmationMessage');
      expect(body.cert.certificateLevel).to.equal('QUALIFIED');
      expect(body.signature).to.have.all.keys(
        'value',
        'flowType',
        'signatureAlgorithm',
        'signatureAlgorithmParameters',
      );
      expect(body.signature.flowType).to.equal('QR');
      expect(body.signature.signatureAlgorithmParameters).to.deep.equal({
        hashAlgorithm: 'SHA-512',
        maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm: 'SHA-512' } },
        saltLength: 64,
        trailerField: '0xbc',
      });
      expect(isSigned(body)).to.equal(true);
    });
  }

  for (const hashAlgorithm of ['SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512']) {
    it(`has a PSS signature over the digest by ${hashAlgorithm}`, async () => {
      const body = await byQr(`device-link/document/${documentOk}`, {
        signatureProtocolParameters: parametersFor(hashAlgorithm),
      });
      expect(body.signature.signatureAlgorithmParameters.hashAlgorithm).to.equal(hashAlgorithm);
      expect(isSigned(body)).to.equal(true);
    });
  }

  for (const bits of ['256', '384', '512']) {
    it(`has a PKCS#1 v1.5 signature without parameters with sha${bits}WithRSAEncryption`, async () => {
      const body = await byQr(`device-link/document/${documentOk}`, {
        signatureProtocolParameters: parametersFor(`SHA-${bits}`, `sha${bits}WithRSAEncryption`),
      });
      expect(body.signature).to.have.all.keys('value', 'flowType', 'signatureAlgorithm');
      expect(isSigned(body)).to.equal(true);
    });
  }

  it('has the flow type of the link', async () => {
    for (const flowType of ['Web2App', 'App2App'] as const) {
      const request = signatureRequest({ initialCallbackUrl: 'http://127.0.0.1:9/' });
      const session = await createSigning(sim, `device-link/document/${documentOk}`, request);
      await usePhone(sim, { flowType, deviceLink: deviceLink(session, flowType), ...browser });
      expect((await statusOf(session)).signature.flowType).to.equal(flowType);
    }
  });

  for (const path of [`notification/document/${documentOk}`, `notification/etsi/${personOk}`]) {
    it(`has a signature by push: ${path}`, async () => {
      const request = signatureRequest({
        signatureProtocolParameters: parametersFor('SHA3-384'),
        interactions: encode([choiceInteraction, textInteraction]),
      });
      const body = await statusOf(await createSigning(sim, path, request));
      expect(body.result).to.deep.equal({ endResult: 'OK', documentNumber: documentOk });
      expect(body.interactionTypeUsed).to.equal('confirmationMessageAndVerificationCodeChoice');
      expect(body.signature.flowType).to.equal('Notification');
      expect(isSigned(body)).to.equal(true);
    });
  }

  it('has only the flow type as the signature of a certificate choice', async () => {
    const path = `certificate-choice/notification/etsi/${personOk}`;
    const byPush = await createSigning(sim, path, certificateChoiceRequest());
    await statusOf(byPush);
    // Last, because the app waits for a linked signature afterwards.
    const choice = await createChoice(sim);
    await usePhone(sim, { deviceLink: deviceLink(choice, 'QR') });
    for (const [session, flowType] of [
      [choice, 'QR'],
      [byPush, 'Notification'],
    ] as const) {
      const body = await statusOf(session);
      expect(body).to.have.all.keys('state', 'result', 'signature', 'cert');
      expect(body.result).to.deep.equal({ endResult: 'OK', documentNumber: documentOk });
      expect(body.signature).to.deep.equal({ flowType });
      expect(body.cert).to.have.all.keys('value', 'certificateLevel');
    }
  });

  it('shows one certificate for all that is about signing, and another for authentication', async () => {
    const one = await startSimulator({ port: 0, notificationDelayMs: 0 });
    try {
      const certificates = new Map<string, string>();
      const answer = async (what: string, session: Json) => {
        if (session.response.sessionToken) await usePhone(one, { deviceLink: deviceLink(session, 'QR') });
        const { body } = await sessionStatus(one, session.response.sessionID, 10_000);
        certificates.set(what, body.cert.value);
      };
      await answer('authentication', await createAnonymous(one));
      await answer('signature', await createSigning(one, `device-link/etsi/${personOk}`, signatureRequest()));
      const byPush = certificateChoiceRequest();
      await answer('push', await createSigning(one, `certificate-choice/notification/etsi/${personOk}`, byPush));
      await answer('choice', await createChoice(one));
      const { body } = await post(`${one.baseUrl}/signature/certificate/${documentOk}`, certificateRequest());
      certificates.set('certificate', body.cert.value);
      const { authentication, ...others } = Object.fromEntries(certificates);
      expect(new Set(Object.values(others)).size).to.equal(1);
      expect(others.signature).not.to.equal(authentication);
      const [one509, other509] = [authentication, others.signature].map(
        (value) => new X509Certificate(Buffer.from(value ?? '', 'base64')),
      );
      expect(one509?.publicKey.equals(other509?.publicKey as never)).to.equal(false);
    } finally {
      await one.close();
    }
  });

  it('has the address of the device, and names unknown properties', async () => {
    const requestProperties = { shareMdClientIpAddress: true, makeCoffee: true };
    const choice = await createChoice(sim, { requestProperties });
    await usePhone(sim, { deviceLink: deviceLink(choice, 'QR') });
    const signature = signatureRequest({ requestProperties, nonce: randomBytes(4).toString('hex') });
    for (const session of [
      choice,
      await createSigning(sim, 'notification/document/PNOLT-40404040009-MOCK-Q', signature),
    ]) {
      expect(await statusOf(session)).to.deep.include({
        deviceIpAddress: '127.0.0.1',
        ignoredProperties: ['makeCoffee'],
      });
    }
  });

  it('is SERVER_ERROR where the key cannot sign', async () => {
    const key = sim.pki.issueAuthority();
    sim.useCertificate('PNOEE-40504040001-DEM0-Q', key, 'signature');
    const path = 'notification/document/PNOEE-40504040001-DEM0-Q';
    expect((await statusOf(await createSigning(sim, path, signatureRequest()))).result.endResult).to.equal(
      'SERVER_ERROR',
    );
  });

  it('is TIMEOUT where nobody answers', async () => {
    const quick = await startQuickSimulator({ sessionLifetimeMs: 100 });
    try {
      const choice = await createChoice(quick);
      expect((await sessionStatus(quick, choice.response.sessionID)).body.result.endResult).to.equal('TIMEOUT');
    } finally {
      await quick.close();
    }
  });
});
