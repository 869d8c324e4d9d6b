/** `simulator.phone`: a test plays the person in one call, by the code that also answers the mock phone. */
import type { AttemptView } from '../attempt/view.js';
import { SmartIdInputError } from '../shared/errors.js';
import { type EndResult, endResults, type SimulatedAccount, simulatedAccounts } from './accounts.js';
import { accountNamed, answerSession, isSuitable } from './answer.js';
import { canEndWith, type Decide, type Decision, decisionForOutcome, decisionOfAccount } from './decision.js';
import { type LinkSurroundings, type LinkUse, useDeviceLink } from './device-link-use.js';
import { Problem } from './problem.js';
import { sessionTypeOf } from './requests/session-request.js';
import type { Session } from './session.js';

/** What a page shows: the JSON that `start`, `status` and `updates` answer with, or `req.smartId` itself. */
export type ShownView = Partial<AttemptView>;

/** How the phone confirms. */
export interface ConfirmOptions {
  /**
   * Who holds the phone: the document number of one of the `simulatedAccounts`, which also says what becomes of it.
   * @default `PNOEE-40404040009-MOCK-Q`, who confirms; or, where the site asks for somebody else, an account of that
   * person
   */
  documentNumber?: string;
  /**
   * `true` opens the app on the same device by the view's `web2AppLink`, and the answer has a `callbackUrl`. Default
   * `false`: the QR code is scanned. A view with only one kind of link needs no choice, and a device link says itself
   * what it is for.
   */
  sameDevice?: boolean;
}

/** How the phone refuses. */
export interface RefuseOptions extends ConfirmOptions {
  /**
   * How the session ends, in the service's word. `TIMEOUT` ends it at once. `WRONG_VC` is for pushes in which the
   * person chooses a code (`confirmationMessageAndVerificationCodeChoice`). What is about a question or a code comes
   * after the choice of a certificate, with the signature.
   * @default `'USER_REFUSED'`
   */
  outcome?: Exclude<EndResult, 'OK'>;
}

/** What the phone has done. */
export interface PhoneAnswer {
  /**
   * Where the app leads the browser, with what the app and the service have added: have the browser that started GET
   * it. Only where the app was opened on the same device.
   */
  callbackUrl?: string;
}

/** Confirms and refuses what a site shows, as a person would with the app. */
export interface SimulatedPhone {
  /**
   * Confirms what the view shows: scans its QR code, opens its link, or answers its push. Then the session is over, and
   * the site may finish at once. Where the signer chooses a certificate by link first, the signature that follows is
   * confirmed too.
   * @param view the JSON that `start` or `status` answered with, or a device link. A QR link must not be older than ten
   * seconds.
   * @throws SmartIdInputError naming the field of the view or the option that cannot be used.
   */
  confirm(view: ShownView | string, options?: ConfirmOptions): Promise<PhoneAnswer>;
  /**
   * Refuses what the view shows, or ends it with another `outcome`; the app returns to the site all the same. An
   * account answers a push by itself after a second, if it is not to: `startSimulator({ notificationAnswer: 'phone'
   * })`.
   * @param view the JSON that `start` or `status` answered with, or a device link. A QR link must not be older than ten
   * seconds.
   * @throws SmartIdInputError naming the field of the view or the option that cannot be used.
   */
  refuse(view: ShownView | string, options?: RefuseOptions): Promise<PhoneAnswer>;
}

/** How the phone gets to a session, and the field that says so. */
type Way = { field: string } & (Pick<LinkUse, 'deviceLink' | 'flowType'> | { isPush: (session: Session) => boolean });

/** Of the tests' own process. */
const ipAddress = '127.0.0.1';

export function simulatedPhone(surroundings: LinkSurroundings): SimulatedPhone {
  return {
    confirm: async (view, options = {}) => answer(surroundings, view, options, decisionOfAccount),
    refuse: async (view, { outcome = 'USER_REFUSED', ...options } = {}) => {
      checkOutcome(outcome);
      return answer(surroundings, view, options, (_account, session) => refusal(outcome, session));
    },
  };
}

function checkOutcome(outcome: EndResult): void {
  const refusals = endResults.filter((endResult) => endResult !== 'OK');
  if (refusals.some((refusal) => refusal === outcome)) return;
  throw new SmartIdInputError('outcome', `must be one of ${refusals.join(', ')}.`);
}

/** What cannot end the choice of a certificate ends the signature that follows it. */
function refusal(outcome: EndResult, session: Session): Decision {
  const isLater = sessionTypeOf(session.request) === 'cert' && !(outcome === 'WRONG_VC' && session.deviceLink);
  if (canEndWith(outcome, session) || isLater) return decisionForOutcome(outcome, session);
  throw new SmartIdInputError('outcome', `cannot be ${outcome} here: the app lets nobody choose a code.`);
}

async function answer(
  surroundings: LinkSurroundings,
  view: ShownView | string,
  { documentNumber, sameDevice = false }: ConfirmOptions,
  decide: Decide,
): Promise<PhoneAnswer> {
  const way = wayOf(view, sameDevice);
  try {
    const account = documentNumber === undefined ? undefined : accountNamed(documentNumber);
    if ('isPush' in way) {
      await answerPush(surroundings, way, account, decide);
      return {};
    }
    const { deviceLink, flowType } = way;
    const accountFor = (session: Session) => account ?? defaultAccountFor(session);
    const use = { deviceLink, flowType, accountFor, decide, ipAddress };
    const { callbackUrl } = await useDeviceLink(surroundings, use);
    return callbackUrl === undefined ? {} : { callbackUrl };
  } catch (error) {
    throw error instanceof Problem ? inputError(error, way.field) : error;
  }
}

function wayOf(view: ShownView | string, sameDevice: boolean): Way {
  if (typeof view === 'string') return { field: 'view', deviceLink: view };
  const { qrLink, web2AppLink, app2AppLink, verificationCode, step, state, isHeld } = view ?? {};
  if (qrLink !== undefined && !sameDevice) return { field: 'qrLink', deviceLink: qrLink, flowType: 'QR' };
  if (web2AppLink !== undefined) return { field: 'web2AppLink', deviceLink: web2AppLink, flowType: 'Web2App' };
  if (app2AppLink !== undefined) return { field: 'app2AppLink', deviceLink: app2AppLink, flowType: 'App2App' };
  if (sameDevice) throw new SmartIdInputError('sameDevice', 'needs a view with a web2AppLink or an app2AppLink.');
  if (isHeld) throw new SmartIdInputError('isHeld', 'says that the push has not gone out: post the id to push first.');
  if (verificationCode !== undefined) {
    return { field: 'verificationCode', isPush: (session) => session.verificationCode === verificationCode };
  }
  // A push that asks for a certificate has no code.
  if (step === 'certificate' && state === 'running') {
    return { field: 'view', isPush: ({ request }) => sessionTypeOf(request) === 'cert' };
  }
  const found = state === undefined ? '' : `; its state is "${state}"`;
  throw new SmartIdInputError('view', `has nothing to answer: neither a link nor a verification code${found}.`);
}

async function answerPush(
  surroundings: LinkSurroundings,
  { field, isPush }: Way & { isPush: (session: Session) => boolean },
  account: SimulatedAccount | undefined,
  decide: Decide,
): Promise<void> {
  const { sessions } = surroundings;
  const pushes = sessions
    .all()
    .filter((session) => !session.deviceLink && !session.choice && isPush(session))
    .filter((session) => account === undefined || isSuitable(account, session));
  // The same code may come again.
  const session = pushes.findLast(({ status }) => status.state === 'RUNNING') ?? pushes.at(-1);
  const to = account ? ` to ${account.documentNumber}` : '';
  if (!session) throw new SmartIdInputError(field, `belongs to no push${to}.`);
  const chosen = account ?? defaultAccountFor(session);
  const decision = decide(chosen, session);
  if (session.status.state === 'RUNNING' && !session.isBeingAnswered) {
    await answerSession(surroundings, session, 'Notification', { account: chosen, ipAddress }, decision);
    return;
  }
  // An account that answers by itself was faster.
  await sessions.waitForCompletion(session, maxAnswerMs, new AbortController().signal);
  const endResult = session.status.state === 'COMPLETE' ? session.status.result.endResult : undefined;
  if (endResult === decision.endResult) return;
  throw new SmartIdInputError(field, `belongs to a push that is already over, with ${endResult}.`);
}

/** Longer than any signature takes, also by a long key that is used for the first time. */
const maxAnswerMs = 30_000;

/** One who confirms, if there is one; `PNOEE-40404040009-MOCK-Q` is the first of all. */
function defaultAccountFor(session: Session): SimulatedAccount {
  const suitable = simulatedAccounts.filter((account) => isSuitable(account, session));
  const account = suitable.find(({ outcome }) => outcome === 'OK') ?? suitable[0];
  if (!account) throw new Error('a session for nobody');
  return account;
}

function inputError(problem: Problem, field: string): SmartIdInputError {
  const [{ code, paramName } = {}] = problem.errors;
  const hint = code === 'stale_link' ? ' Ask for the status, and use what that answers.' : '';
  const named = paramName === 'documentNumber' ? paramName : field;
  return new SmartIdInputError(named, `was refused by the phone: ${problem.message}${hint}`, { cause: problem });
}
