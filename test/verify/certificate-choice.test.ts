import { expect } from 'chai';
import { parseResponse, type SigningCertificate, sessionStatusSchema } from '../../lib/rp-api/responses.js';
import { SmartIdOutcomeError } from '../../lib/shared/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { verifyCertificateChoice, verifySigningCertificate } from '../../lib/verify/certificate-choice.js';
import { choiceJudge } from '../attacks/judge.js';
import { certificateOf, clientOf, trustOf, withStatus } from '../support/genuine.js';
import { okDocument, okIdentity } from '../support/phone.js';
import { demoWithAdvanced } from '../support/relying-parties.js';
import { type ChoiceWish, genuineCertificateChoice } from '../support/signature.js';
import { refusalBy } from '../support/tampering.js';

const notQualified = 'PNOLT-61101019988-MOCK-NQ';
const withoutDevice = 'PNOEE-00000000010-SIMU-Q';
/** What was asked for, of whom, and what the certificate states. */
const levels = [
  ['ADVANCED', notQualified, 'ADVANCED'],
  ['ADVANCED', okDocument, 'QSCD'],
  ['QUALIFIED', withoutDevice, 'QUALIFIED'],
  ['QUALIFIED', okDocument, 'QSCD'],
  ['QSCD', okDocument, 'QSCD'],
] as const;

describe('Verifying a certificate choice', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({
      port: 0,
      relyingParties: [demoWithAdvanced],
      notificationDelayMs: 10,
      linkedSignatureWaitMs: 100,
    });
  });
  after(() => simulator.close());

  const verified = async (wish: ChoiceWish) => verifyCertificateChoice(await genuineCertificateChoice(simulator, wish));

  for (const flowType of ['QR', 'Web2App', 'App2App', 'Notification'] as const) {
    it(`says whose certificate it is, by ${flowType}`, async () => {
      const input = await genuineCertificateChoice(simulator, { flowType });
      const { certificate, ...said } = await verifyCertificateChoice(input);
      expect(said).to.deep.equal({
        identity: okIdentity,
        documentNumber: okDocument,
        certificateLevel: 'QSCD',
        flowType,
        deviceIpAddress: undefined,
      });
      expect(certificate.raw).to.deep.equal(certificateOf(input));
    });
  }

  it('reads no interaction: there is none, or what is called so means nothing', async () => {
    const input = await genuineCertificateChoice(simulator, { flowType: 'QR' });
    for (const interactionTypeUsed of [undefined, null, 7, {}, 'somethingNew']) {
      const sent = JSON.stringify({ ...input.status, interactionTypeUsed, deviceIpAddress: 4 });
      const verified = await verifyCertificateChoice({ ...input, status: parseResponse(sessionStatusSchema, sent) });
      expect(verified.deviceIpAddress).to.equal(undefined);
    }
  });

  for (const [certificateLevel, documentNumber, stated] of levels) {
    it(`takes ${stated} where ${certificateLevel} was asked for`, async () => {
      expect((await verified({ certificateLevel, documentNumber })).certificateLevel).to.equal(stated);
    });
  }

  it('verifies a certificate of the older kind, under an RSA CA and without subjectAltName', async () => {
    const choice = await verified({ documentNumber: 'PNOLV-040404-10003-DEMO-Q' });
    expect(choice.identity).to.include({ personalCode: '040404-10003', givenName: 'ŅEMAINĪGA' });
  });

  it("takes the policies of the demo environment's 2016 CA only where it is told to", async () => {
    const account = 'PNOEE-40504040001-DEM0-Q';
    const certificatePolicies = ['1.3.6.1.4.1.10015.3.17.2', '0.4.0.194112.1.2'];
    const certificate = simulator.pki.issueUserCertificate({ account, purpose: 'signature', certificatePolicies });
    simulator.useCertificate(account, certificate, 'signature');
    const input = await genuineCertificateChoice(simulator, { documentNumber: account });
    await verifyCertificateChoice({ ...input, acceptDemoPolicies: true });
    expect(await choiceJudge.refusedBy(input)).to.equal('certificate-profile');
  });

  it('needs no callback yet where a linked signature follows, which the person gives first', async () => {
    for (const flowType of ['Web2App', 'App2App'] as const) {
      const { session, callback, ...input } = await genuineCertificateChoice(simulator, { flowType });
      const linked = { ...session, linkedSignatureFollows: true };
      expect(await verifyCertificateChoice({ ...input, session: linked })).to.include({ flowType });
      expect(await verifyCertificateChoice({ ...input, session: linked, callback })).to.include({ flowType });
      expect(await choiceJudge.refusedBy({ ...input, session })).to.equal('callback');
    }
  });

  it('takes the person or the document that the session was for', async () => {
    const input = await genuineCertificateChoice(simulator, { flowType: 'Notification' });
    for (const expected of [{ semanticsIdentifier: 'PNOEE-40404040009' }, { documentNumber: okDocument }]) {
      await verifyCertificateChoice({ ...input, session: { ...input.session, expected } });
    }
  });

  it('gives the address of the phone, where the service gives it', async () => {
    const input = withStatus(await genuineCertificateChoice(simulator), (status) => {
      status.deviceIpAddress = '192.0.2.1';
    });
    expect((await verifyCertificateChoice(input)).deviceIpAddress).to.equal('192.0.2.1');
  });
});

describe('Verifying the signing certificate of a document', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0, relyingParties: [demoWithAdvanced] });
  });
  after(() => simulator.close());

  async function genuine(documentNumber = okDocument, certificateLevel: (typeof levels)[number][0] = 'QUALIFIED') {
    const answer = await clientOf(simulator).signatureCertificate(documentNumber, { certificateLevel });
    return { answer, documentNumber, certificateLevel, ...trustOf(simulator) };
  }

  it('says whose certificate it is', async () => {
    const input = await genuine();
    const { certificate, ...said } = await verifySigningCertificate(input);
    expect(said).to.deep.equal({ identity: okIdentity, documentNumber: okDocument, certificateLevel: 'QSCD' });
    const { cert } = input.answer as SigningCertificate & { state: 'OK' };
    expect(certificate.raw.toString('base64')).to.equal(cert.value);
  });

  for (const [certificateLevel, documentNumber, stated] of levels) {
    it(`takes ${stated} where ${certificateLevel} was asked for`, async () => {
      const input = await genuine(documentNumber, certificateLevel);
      expect((await verifySigningCertificate(input)).certificateLevel).to.equal(stated);
    });
  }

  it('is the outcome document_unusable where the document can sign nothing', async () => {
    const { answer } = await genuine('PNOEE-00000000002-SIMU-Q');
    expect(answer).to.deep.equal({ state: 'DOCUMENT_UNUSABLE' });
    const error = await refusalBy(verifySigningCertificate, { ...(await genuine()), answer });
    expect(error).to.be.instanceOf(SmartIdOutcomeError).and.include({ code: 'document_unusable' });
  });

  it('is refused where it is not one for that document, that level or signatures', async () => {
    const input = await genuine();
    const { issueUserCertificate } = simulator.pki;
    const answered = (overrides: object, certificateLevel = 'QUALIFIED') => {
      const value = issueUserCertificate({ purpose: 'signature', ...overrides }).certificate.toString('base64');
      return { ...input, answer: { state: 'OK' as const, cert: { value, certificateLevel } } };
    };
    for (const [check, changed] of [
      [
        'certificate',
        { ...input, answer: { state: 'OK' as const, cert: { value: '', certificateLevel: 'QUALIFIED' } } },
      ],
      ['certificate-path', answered({ issuer: issueUserCertificate() })],
      ['revocation', await genuine('PNOEE-00000000008-SIMU-Q')],
      ['certificate-profile', answered({ purpose: 'authentication' })],
      ['certificate-profile', answered({}, 'ADVANCED')],
      [
        'certificate-level',
        {
          ...answered({ qcStatements: [{ id: '0.4.0.1862.1.6', info: ['0.4.0.1862.1.6.1'] }] }),
          certificateLevel: 'QSCD' as const,
        },
      ],
      ['document-number', answered({ account: 'PNOLT-40404040009-MOCK-Q' })],
      ['document-number', answered({ documentNumber: 'PNOEE-40404040009-AAAA-Q' })],
      ['document-number', { ...input, documentNumber: 'PNOEE-40404040009-AAAA-Q' }],
    ] as const) {
      expect(await refusalBy(verifySigningCertificate, changed)).to.include({ check });
    }
  });
});
