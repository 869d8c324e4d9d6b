import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { semanticsIdentifierOf } from '../../lib/simulator/accounts.js';
import { type SimulatedAccount, type Simulator, simulatedAccounts } from '../../lib/simulator/index.js';
import { needSharedFiles, sharedFiles } from '../support/shared-files.js';
import {
  certificateChoiceRequest,
  choiceInteraction,
  createAnonymous,
  createChoice,
  createSigning,
  type DeviceLinkSession,
  deviceLink,
  encode,
  type Json,
  messageInteraction,
  notificationRequest,
  post,
  sessionStatus,
  signatureRequest,
  startQuickSimulator,
  textInteraction,
  usePhone,
} from './support.js';

/** What the list of the demo environment says of an account. */
interface Listed {
  documentNumber: string;
  endResult: string;
  interaction?: string;
}

/** Whether the account answers so to a push alone, which has a code. */
const needsCode = ({ outcome, refusedInteraction }: SimulatedAccount) =>
  outcome === 'WRONG_VC' || /codechoice/i.test(refusedInteraction ?? '');

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

  for (const account of simulatedAccounts) {
    const { outcome, documentNumber, refusedInteraction = '' } = account;
    it(`${outcome} ${refusedInteraction} for ${documentNumber}`, async () => {
      const linked = await byDeviceLink(documentNumber, [messageInteraction, textInteraction]);
      if (needsCode(account)) expect(linked.result).to.deep.equal({ endResult: 'OK', documentNumber });
      else expectOutcome(linked, account);
      expectOutcome(
        await byNotification(documentNumber, [choiceInteraction, messageInteraction, textInteraction]),
        account,
      );
    });
  }

  const signing = (changes: Json = {}) =>
    signatureRequest({
      certificateLevel: 'ADVANCED',
      interactions: encode([messageInteraction, textInteraction]),
      ...changes,
    });
  const statusOf = async ({ response }: DeviceLinkSession) => (await sessionStatus(sim, response.sessionID)).body;

  async function expectLinked(choice: DeviceLinkSession, account: SimulatedAccount): Promise<void> {
    const request = signing({ linkedSessionID: choice.response.sessionID });
    const path = `notification/linked/${account.documentNumber}`;
    expectOutcome(await statusOf(await createSigning(sim, path, request)), account);
  }

  /** Of a choice: the outcomes that are about a question or a code come later. */
  const isOfChoice = (outcome: SimulatedAccount['outcome']) =>
    !['USER_REFUSED_INTERACTION', 'WRONG_VC', 'EXPECTED_LINKED_SESSION', 'OK'].includes(outcome) &&
    outcome !== 'REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP';

  for (const account of simulatedAccounts) {
    const { outcome, documentNumber, refusedInteraction = '' } = account;

    if (!needsCode(account)) {
      it(`${outcome} ${refusedInteraction} for ${documentNumber} that signs by device link`, async () => {
        const session = await createSigning(sim, `device-link/document/${documentNumber}`, signing());
        expect((await usePhone(sim, { documentNumber, deviceLink: deviceLink(session, 'QR') })).status).to.equal(200);
        expectOutcome(await statusOf(session), account);
      });

      it(`${outcome} ${refusedInteraction} for ${documentNumber} that chooses and signs, linked`, async () => {
        const choice = await createChoice(sim, { certificateLevel: 'ADVANCED' });
        expect((await usePhone(sim, { documentNumber, deviceLink: deviceLink(choice, 'QR') })).status).to.equal(200);
        if (isOfChoice(outcome)) return expectOutcome(await statusOf(choice), account);
        expect((await statusOf(choice)).result).to.deep.equal({ endResult: 'OK', documentNumber });
        await expectLinked(choice, account);
      });
    }

    it(`${outcome} ${refusedInteraction} for ${documentNumber} that signs by push`, async () => {
      const interactions = encode([choiceInteraction, messageInteraction, textInteraction]);
      const path = `notification/document/${documentNumber}`;
      expectOutcome(await statusOf(await createSigning(sim, path, signing({ interactions }))), account);
    });

    it(`${outcome} ${refusedInteraction} for ${documentNumber} that chooses by push and signs`, async () => {
      const path = `certificate-choice/notification/etsi/${semanticsIdentifierOf(documentNumber)}`;
      const request = certificateChoiceRequest({ certificateLevel: 'ADVANCED' });
      const choice = await statusOf(await createSigning(sim, path, request));
      if (isOfChoice(outcome)) return expectOutcome(choice, account);
      expect(choice.result).to.deep.equal({ endResult: 'OK', documentNumber });
      const interactions = encode([choiceInteraction, messageInteraction, textInteraction]);
      const signature = await createSigning(sim, `notification/document/${documentNumber}`, signing({ interactions }));
      expectOutcome(await statusOf(signature), account);
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
      ]),
    );
  });

  it('is what the list of the demo environment says, for all accounts of it', function () {
    needSharedFiles(this, 'testAccounts');
    const listed: Listed[] = JSON.parse(readFileSync(sharedFiles.testAccounts, 'utf8')).accounts;
    expect(listed).to.have.length(67);
    const ours = simulatedAccounts
      .filter(({ documentNumber }) => !documentNumber.includes('-SIMU-'))
      .map(({ documentNumber, outcome, refusedInteraction }) => [documentNumber, outcome, refusedInteraction]);
    const theirs = listed.map(({ documentNumber, endResult, interaction }) => [documentNumber, endResult, interaction]);
    expect(ours).to.deep.equal(theirs);
  });

  it('and no document number is in the table twice', () => {
    expect(new Set(simulatedAccounts.map(({ documentNumber }) => documentNumber)).size).to.equal(
      simulatedAccounts.length,
    );
  });
});
