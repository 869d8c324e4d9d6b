import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { hashAlgorithms } from '../../lib/protocol/algorithms.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { parseResponse, sessionStatusSchema } from '../../lib/rp-api/responses.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { verifyAuthentication } from '../../lib/verify/authentication.js';
import { refusedBy } from '../attacks/judge.js';
import { genuineAuthentication } from '../support/authentication.js';
import { withStatus } from '../support/genuine.js';
import { okDocument, okIdentity } from '../support/phone.js';
import { demoWithAdvanced } from '../support/relying-parties.js';

describe('Verifying an authentication', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0, relyingParties: [demoWithAdvanced], notificationDelayMs: 10 });
  });
  after(() => simulator.close());

  for (const flowType of ['QR', 'Web2App', 'App2App', 'Notification'] as const) {
    it(`says who logged in by ${flowType}`, async () => {
      const verified = await verifyAuthentication(await genuineAuthentication(simulator, { flowType }));
      expect(verified).to.deep.include({ flowType, documentNumber: okDocument, certificateLevel: 'QUALIFIED' });
      expect(verified.identity).to.deep.equal(okIdentity);
    });
  }

  for (const hashAlgorithm of hashAlgorithms) {
    it(`verifies rsassa-pss with ${hashAlgorithm}`, async () => {
      await verifyAuthentication(await genuineAuthentication(simulator, { hashAlgorithm }));
    });
  }

  for (const bits of ['256', '384', '512'] as const) {
    it(`verifies sha${bits}WithRSAEncryption for a site that asked for it`, async () => {
      const signatureAlgorithm = `sha${bits}WithRSAEncryption` as const;
      await verifyAuthentication(await genuineAuthentication(simulator, { signatureAlgorithm }));
    });
  }

  it('verifies sha512WithRSAEncryption whatever signatureAlgorithmParameters hold, which mean nothing to it', async () => {
    const signatureAlgorithm = 'sha512WithRSAEncryption';
    const input = await genuineAuthentication(simulator, { signatureAlgorithm });
    for (const signatureAlgorithmParameters of [{ hashAlgorithm: 'SHA-256' }, { saltLength: 'x' }, [], 'none', 0]) {
      const sent = { ...input.status, signature: { ...input.status.signature, signatureAlgorithmParameters } };
      const status = parseResponse(sessionStatusSchema, JSON.stringify(sent));
      await verifyAuthentication({ ...input, status });
    }
  });

  it('verifies a certificate of the older kind, under an RSA CA and without subjectAltName', async () => {
    const documentNumber = 'PNOLV-040404-10003-DEMO-Q';
    const { identity } = await verifyAuthentication(await genuineAuthentication(simulator, { documentNumber }));
    expect(identity).to.include({ personalCode: '040404-10003', givenName: 'ŅEMAINĪGA', dateOfBirth: '1904-04-04' });
  });

  it('takes a qualified certificate where an advanced one was asked for', async () => {
    const input = await genuineAuthentication(simulator, { certificateLevel: 'ADVANCED' });
    expect((await verifyAuthentication(input)).certificateLevel).to.equal('QUALIFIED');
  });

  it('takes an advanced certificate where that was asked for', async () => {
    const wish = { certificateLevel: 'ADVANCED', documentNumber: 'PNOLT-61101019988-MOCK-NQ' } as const;
    expect((await verifyAuthentication(await genuineAuthentication(simulator, wish))).certificateLevel).to.equal(
      'ADVANCED',
    );
  });

  it("takes the policies of the demo environment's 2016 CA only where it is told to", async () => {
    const documentNumber = 'PNOEE-40504040001-DEM0-Q';
    const certificatePolicies = ['1.3.6.1.4.1.10015.3.17.2', '0.4.0.2042.1.2'];
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const { certificate } = simulator.pki.issueUserCertificate({
      account: documentNumber,
      privateKey,
      certificatePolicies,
    });
    simulator.useCertificate(documentNumber, { certificate, privateKey });
    const input = await genuineAuthentication(simulator, { documentNumber, flowType: 'Notification' });
    expect(await verifyAuthentication({ ...input, acceptDemoPolicies: true })).to.include({ documentNumber });
    for (const acceptDemoPolicies of [false, undefined]) {
      expect(await refusedBy({ ...input, acceptDemoPolicies })).to.equal('certificate-profile');
    }
  });

  it('takes the choice of a code for an interaction of a push, and of nothing else', async () => {
    const choice = { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'Log in' } as const;
    const interactions = encodeInteractions([choice], 'notification');
    const push = await genuineAuthentication(simulator, { flowType: 'Notification', interactions });
    expect((await verifyAuthentication(push)).interactionTypeUsed).to.equal(choice.type);
    const qr = await genuineAuthentication(simulator);
    const used = { type: 'confirmationMessage', displayText200: 'Log in' } as const;
    const both = encodeInteractions([choice, used], 'notification');
    expect(qr.status.interactionTypeUsed).to.equal(used.type);
    for (const offered of [interactions, both]) {
      expect(await refusedBy({ ...qr, session: { ...qr.session, interactions: offered } })).to.equal('interaction');
    }
  });

  it('needs the callback of a session that offered several flow types only where it was used', async () => {
    const qr = await genuineAuthentication(simulator);
    const web = await genuineAuthentication(simulator, { flowType: 'Web2App' });
    const { initialCallbackUrl } = web.session;
    const offered = { flowTypes: ['QR', 'Web2App'], initialCallbackUrl } as const;
    for (const [flowType, input] of [
      ['QR', qr],
      ['Web2App', web],
    ] as const) {
      const verified = await verifyAuthentication({ ...input, session: { ...input.session, ...offered } });
      expect(verified.flowType).to.equal(flowType);
    }
  });

  it('gives the address of the phone, where the service gives it', async () => {
    const input = withStatus(await genuineAuthentication(simulator), (status) => {
      status.deviceIpAddress = '192.0.2.1';
    });
    expect((await verifyAuthentication(input)).deviceIpAddress).to.equal('192.0.2.1');
  });

  it('takes the person or the document that the session was for', async () => {
    const input = await genuineAuthentication(simulator);
    for (const expected of [{ semanticsIdentifier: 'PNOEE-40404040009' }, { documentNumber: okDocument }]) {
      await verifyAuthentication({ ...input, session: { ...input.session, expected } });
    }
  });
});

describe('Verifying an authentication with the key sizes in use', function () {
  this.timeout(60_000);

  for (const keySize of [4096, 6144]) {
    it(`works with ${keySize} bits`, async () => {
      const simulator = await startSimulator({ port: 0, keySize });
      try {
        await verifyAuthentication(await genuineAuthentication(simulator));
      } finally {
        await simulator.close();
      }
    });
  }
});
