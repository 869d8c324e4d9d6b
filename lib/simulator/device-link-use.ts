/**
 * What the app does with a device link: takes the session, answers it as its user decides, and signs what follows a
 * certificate choice. The mock phone and `simulator.phone` hand their links over here. RP API 3.2.3, "Device link",
 * "Linked signing".
 */
import { randomUUID } from 'node:crypto';
import type { SimulatedAccount } from './accounts.js';
import { type AccountContext, type Answered, answerSession, checkSuitable } from './answer.js';
import { callbackUrlOf } from './callback.js';
import type { Decide } from './decision.js';
import { admitLink, type ParsedDeviceLink, parseDeviceLink } from './device-link.js';
import { atField, problem } from './problem.js';
import { answerLater } from './push.js';
import type { Session } from './session.js';
import type { WaitingApp } from './waiting-app.js';

export interface LinkSurroundings extends AccountContext {
  deviceLinkBase: string;
  /** Milliseconds until a linked signature is answered. */
  notificationDelayMs: number;
}

export interface LinkUse {
  deviceLink: string;
  /** What the link must be made for; any if it does not matter. */
  flowType?: ParsedDeviceLink['flowType'];
  /** Where the app goes back to; default: as the session was created with. */
  initialCallbackUrl?: string;
  accountFor: (session: Session) => SimulatedAccount;
  decide: Decide;
  ipAddress: string;
}

/**
 * Resolves when the app is done; by QR code already when it waits for the document to sign, which the site sends
 * meanwhile.
 */
export async function useDeviceLink(surroundings: LinkSurroundings, use: LinkUse): Promise<Answered> {
  const { deviceLink, flowType, initialCallbackUrl, accountFor, decide, ipAddress } = use;
  const link = parseDeviceLink(deviceLink, surroundings.deviceLinkBase);
  if (flowType !== undefined && link.flowType !== flowType) {
    throw problem(400, 'flow_mismatch', `The link is one for ${link.flowType}.`, atField('flowType'));
  }
  const phone = randomUUID();
  const session = admitLink(link, phone, surroundings.sessions, surroundings.clock());
  const account = accountFor(session);
  checkSuitable(account, session);
  const decision = decide(account, session);
  session.claim = { phone, flowType: link.flowType, callbackUrl: initialCallbackUrl };
  const answered = await answerSession(surroundings, session, link.flowType, { account, ipAddress }, decision);
  if (!session.waitingApp) return answered;
  const linkedSignature = answerLinkedSignature(session.waitingApp, surroundings, decide);
  if (link.flowType === 'QR') return {};
  await linkedSignature;
  return { callbackUrl: callbackUrlOf(session) };
}

/** Resolves when the linked signature is answered, or when the site has not asked for one in time. */
async function answerLinkedSignature(
  { waited }: WaitingApp<Session>,
  surroundings: LinkSurroundings,
  decide: Decide,
): Promise<void> {
  const signature = await waited;
  if (signature) await answerLater(surroundings, signature, surroundings.notificationDelayMs, decide);
}
