import { expect } from 'chai';
import { type SimulatedAccount, type Simulator, simulatedAccounts } from '../../lib/simulator/index.js';
import {
  choiceInteraction,
  createAnonymous,
  deviceLink,
  encode,
  type Json,
  messageInteraction,
  notificationRequest,
  post,
  sessionStatus,
  startQuickSimulator,
  textInteraction,
  usePhone,
} from './support.js';

const answering = simulatedAccounts.filter(({ outcome }) => typeof outcome === 'string');

describe('The document number fixes the outcome', () => {
  let sim: Simulator;
  before(async () => {
    sim = await startQuickSimulator();
  });
  after(() => sim.close());

  async function byDeviceLink(documentNumber: string, interactions: Json[]): Promise<Json> {
    const session = await createAnonymous(sim, {
      certificateLevel: 'ADVANCED',
      interactions: encode(interactions),
    });
    const { status } = await usePhone(sim, { documentNumber, deviceLink: deviceLink(session, 'QR') });
    expect(status).to.equal(200);
    return (await sessionStatus(sim, session.response.sessionID)).body;
  }

  async function byNotification(documentNumber: string, interactions: Json[]): Promise<Json> {
    const url = `${sim.baseUrl}/authentication/notification/document/${documentNumber}`;
    const request = notificationRequest({ certificateLevel: 'ADVANCED', interactions: encode(interactions) });
    return (await sessionStatus(sim, (await post(url, request)).body.sessionID)).body;
  }

  function expectOutcome(status: Json, { outcome, documentNumber, refusedInteraction }: SimulatedAccount): void {
    expect(status.state).to.equal('COMPLETE');
    expect(status.result.endResult).to.equal(outcome);
    if (outcome === 'OK') {
      expect(status.result.documentNumber).to.equal(documentNumber);
      return;
    }
    expect(status).to.have.all.keys('state', 'result');
    expect(status.result.details).to.deep.equal(refusedInteraction && { interaction: refusedInteraction });
  }

  for (const account of answering) {
    const { outcome, documentNumber, refusedInteraction = '' } = account;
    it(`${outcome} ${refusedInteraction} for ${documentNumber}`, async () => {
      if (refusedInteraction !== 'confirmationMessageAndVerificationCodeChoice') {
        expectOutcome(await byDeviceLink(documentNumber, [messageInteraction, textInteraction]), account);
      }
      expectOutcome(
        await byNotification(documentNumber, [choiceInteraction, messageInteraction, textInteraction]),
        account,
      );
    });
  }

  it('OK where the refused interaction is not among the offered ones', async () => {
    const { result, interactionTypeUsed } = await byDeviceLink('PNOEE-30403039946-MOCK-Q', [textInteraction]);
    expect(result.endResult).to.equal('OK');
    expect(interactionTypeUsed).to.equal('displayTextAndPIN');
  });

  it('and every end result of an authentication has an account', () => {
    expect(new Set(simulatedAccounts.map(({ outcome }) => outcome))).to.deep.equal(
      new Set([
        'OK',
        'USER_REFUSED',
        'USER_REFUSED_INTERACTION',
        'USER_REFUSED_CERT_CHOICE',
        'TIMEOUT',
        'WRONG_VC',
        'DOCUMENT_UNUSABLE',
        'REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP',
        'PROTOCOL_FAILURE',
        'EXPECTED_LINKED_SESSION',
        'SERVER_ERROR',
        'ACCOUNT_UNUSABLE',
        471,
        472,
      ]),
    );
  });

  it('and no document number is in the table twice', () => {
    expect(new Set(simulatedAccounts.map(({ documentNumber }) => documentNumber)).size).to.equal(
      simulatedAccounts.length,
    );
  });
});
