import { verify } from 'node:crypto';
import { expect } from 'chai';
import { hashAlgorithms } from '../../lib/protocol/algorithms.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { parseResponse, sessionStatusSchema } from '../../lib/rp-api/responses.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { verifySignature } from '../../lib/verify/signature.js';
import { signatureJudge } from '../attacks/judge.js';
import { certificateOf, withStatus } from '../support/genuine.js';
import { okDocument, okIdentity } from '../support/phone.js';
import { demoWithAdvanced } from '../support/relying-parties.js';
import { contract, genuineSignature, type SignatureWish } from '../support/signature.js';
import { keyOfRealSize } from '../support/signing.js';

const flows: [flow: string, flowType: string, wish: SignatureWish][] = [
  ...(['QR', 'Web2App', 'App2App', 'Notification'] as const).flatMap((flowType): typeof flows => [
    [`${flowType} with a document`, flowType, { flowType }],
    [`${flowType} with a person`, flowType, { flowType, named: 'etsi' }],
  ]),
  ...(['QR', 'Web2App', 'App2App'] as const).map((linkedTo): (typeof flows)[number] => [
    `a choice by ${linkedTo}, linked`,
    linkedTo,
    { linkedTo },
  ]),
];

describe('Verifying a signature', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0, relyingParties: [demoWithAdvanced], notificationDelayMs: 10 });
  });
  after(() => simulator.close());

  const verified = async (wish: SignatureWish) => verifySignature(await genuineSignature(simulator, wish));

  for (const [flow, flowType, wish] of flows) {
    it(`says who signed by ${flow}, and how`, async () => {
      const input = await genuineSignature(simulator, wish);
      for (const data of [contract, undefined]) {
        const { value, identity, certificate, ...said } = await verifySignature({ ...input, data });
        expect(said).to.deep.equal({
          documentNumber: okDocument,
          certificateLevel: 'QSCD',
          flowType,
          interactionTypeUsed: 'confirmationMessage',
          deviceIpAddress: undefined,
        });
        expect(identity).to.deep.equal(okIdentity);
        expect(value.toString('base64')).to.equal(input.status.signature?.value);
        expect(certificate.raw).to.deep.equal(certificateOf(input));
      }
    });
  }

  for (const hashAlgorithm of hashAlgorithms) {
    it(`verifies rsassa-pss with ${hashAlgorithm}, of the data and of the digest alone`, async () => {
      for (const digestOnly of [false, true]) await verified({ hashAlgorithm, digestOnly });
    });
  }

  for (const bits of ['256', '384', '512'] as const) {
    it(`verifies sha${bits}WithRSAEncryption, which others verify too`, async () => {
      const signatureAlgorithm = `sha${bits}WithRSAEncryption` as const;
      for (const digestOnly of [false, true]) {
        const { value, certificate } = await verified({ signatureAlgorithm, digestOnly });
        expect(verify(`sha${bits}`, contract, certificate.publicKey, value)).to.equal(true);
      }
    });
  }

  it('verifies sha256WithRSAEncryption whatever signatureAlgorithmParameters hold, which mean nothing to it', async () => {
    const input = await genuineSignature(simulator, { signatureAlgorithm: 'sha256WithRSAEncryption' });
    for (const signatureAlgorithmParameters of [{ hashAlgorithm: 'SHA-512' }, { trailerField: 7 }, [], 'none', 0]) {
      const sent = { ...input.status, signature: { ...input.status.signature, signatureAlgorithmParameters } };
      const status = parseResponse(sessionStatusSchema, JSON.stringify(sent));
      await verifySignature({ ...input, status });
    }
  });

  it('verifies a signature of nothing, and of much', async () => {
    for (const data of [Buffer.alloc(0), Buffer.alloc(3_000_000, 'x')]) await verified({ data });
  });

  it('verifies a certificate of the older kind, under an RSA CA and without subjectAltName', async () => {
    const { identity } = await verified({ documentNumber: 'PNOLV-040404-10003-DEMO-Q' });
    expect(identity).to.include({ personalCode: '040404-10003', givenName: 'ŅEMAINĪGA', dateOfBirth: '1904-04-04' });
  });

  const notQualified = 'PNOLT-61101019988-MOCK-NQ';
  const withoutDevice = 'PNOEE-00000000010-SIMU-Q';
  for (const [certificateLevel, documentNumber, stated] of [
    ['ADVANCED', notQualified, 'ADVANCED'],
    ['ADVANCED', withoutDevice, 'QUALIFIED'],
    ['ADVANCED', okDocument, 'QSCD'],
    ['QUALIFIED', withoutDevice, 'QUALIFIED'],
    ['QUALIFIED', okDocument, 'QSCD'],
    ['QSCD', okDocument, 'QSCD'],
  ] as const) {
    it(`takes ${stated} where ${certificateLevel} was asked for`, async () => {
      expect((await verified({ certificateLevel, documentNumber })).certificateLevel).to.equal(stated);
    });
  }

  it('takes the word QSCD for a certificate that states it', async () => {
    const input = await genuineSignature(simulator, { certificateLevel: 'QSCD' });
    const answered = withStatus(input, (status) => {
      status.cert.certificateLevel = 'QSCD';
    });
    expect((await verifySignature(answered)).certificateLevel).to.equal('QSCD');
  });

  it("takes the policies of the demo environment's 2016 CA only where it is told to", async () => {
    const documentNumber = 'PNOEE-40504040001-DEM0-Q';
    const certificatePolicies = ['1.3.6.1.4.1.10015.3.17.2', '0.4.0.194112.1.2'];
    const account = { account: documentNumber, purpose: 'signature', certificatePolicies } as const;
    simulator.useCertificate(documentNumber, simulator.pki.issueUserCertificate(account), 'signature');
    const input = await genuineSignature(simulator, { documentNumber });
    expect(await verifySignature({ ...input, acceptDemoPolicies: true })).to.include({ documentNumber });
    for (const acceptDemoPolicies of [false, undefined]) {
      expect(await signatureJudge.refusedBy({ ...input, acceptDemoPolicies })).to.equal('certificate-profile');
    }
  });

  it('takes the choice of a code for an interaction of a push, and of nothing else', async () => {
    const choice = { type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'Sign' } as const;
    const interactions = encodeInteractions([choice], 'notification');
    const push = await genuineSignature(simulator, { flowType: 'Notification', interactions });
    expect((await verifySignature(push)).interactionTypeUsed).to.equal(choice.type);
    const used = { type: 'confirmationMessage', displayText200: 'Sign' } as const;
    const both = encodeInteractions([choice, used], 'notification');
    for (const wish of [{}, { linkedTo: 'QR' }] as const) {
      const input = await genuineSignature(simulator, wish);
      expect(input.status.interactionTypeUsed).to.equal(used.type);
      for (const offered of [interactions, both]) {
        const session = { ...input.session, interactions: offered };
        expect(await signatureJudge.refusedBy({ ...input, session })).to.equal('interaction');
      }
    }
  });

  it('takes the person, the document or the certificate that the session was for', async () => {
    const input = await genuineSignature(simulator);
    for (const expected of [{ semanticsIdentifier: 'PNOEE-40404040009' }, { documentNumber: okDocument }]) {
      await verifySignature({ ...input, session: { ...input.session, expected } });
    }
    const signingCertificate = certificateOf(input).toString('base64');
    await verifySignature({ ...input, session: { ...input.session, signingCertificate } });
  });

  it('needs the callback of a session that offered several ways only where it was used', async () => {
    const qr = await genuineSignature(simulator);
    const web = await genuineSignature(simulator, { flowType: 'Web2App' });
    const { initialCallbackUrl } = web.session;
    const ways = { flowTypes: ['QR', 'Web2App'], initialCallbackUrl } as const;
    for (const input of [qr, web]) await verifySignature({ ...input, session: { ...input.session, ...ways } });
  });

  it('gives the address of the phone, where the service gives it', async () => {
    const input = withStatus(await genuineSignature(simulator), (status) => {
      status.deviceIpAddress = '192.0.2.1';
    });
    expect((await verifySignature(input)).deviceIpAddress).to.equal('192.0.2.1');
  });
});

describe('Verifying a signature with a key of real size', function () {
  this.timeout(60_000);

  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    const wish = { purpose: 'signature', privateKey: await keyOfRealSize() } as const;
    simulator.useCertificate(okDocument, simulator.pki.issueUserCertificate(wish), 'signature');
  });
  after(() => simulator.close());

  for (const signatureAlgorithm of ['rsassa-pss', 'sha512WithRSAEncryption'] as const) {
    it(`works with ${signatureAlgorithm}`, async () => {
      const input = await genuineSignature(simulator, { signatureAlgorithm });
      for (const data of [contract, undefined]) {
        expect((await verifySignature({ ...input, data })).value).to.have.length(768);
      }
    });
  }
});
