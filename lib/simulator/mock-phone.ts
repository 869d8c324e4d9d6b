/**
 * The mock phone of the demo environment, with the same fields: a test hands it a link, and the document number decides what
 * happens. RP API 3.2.3, "Test accounts", "Mocking device link flows", "Linked signing".
 */
import { randomUUID } from 'node:crypto';
import { Router } from 'express';
import { z } from 'zod';
import { findAccount } from './accounts.js';
import { type AccountContext, answerSession, refuseUnsuitable } from './answer.js';
import { callbackUrlOf } from './callback.js';
import { decisionOfAccount } from './decision.js';
import { parseDeviceLink, sessionOfLink } from './device-link.js';
import { handle, jsonBody, onlyMethod } from './http.js';
import { Problem, problem } from './problem.js';
import { answerLater } from './push.js';
import type { WaitingApp } from './waiting-app.js';

export interface MockPhoneSurroundings extends AccountContext {
  deviceLinkBase: string;
  /** Milliseconds until a linked signature is answered. */
  notificationDelay: number;
}

const mockRequest = z.object({
  documentNumber: z.string(),
  deviceLink: z.string(),
  flowType: z.enum(['QR', 'Web2App', 'App2App']),
  browserCookie: z.string().optional(),
  initialCallbackUrl: z.string().optional(),
});

/** What the mock phone answers, besides its status 200. */
export interface MockPhoneAnswer {
  /** The rest is of the same-device flows. */
  callbackUrl?: string;
  /** Missing when the site could not be reached. */
  callbackStatus?: number;
  callbackLocation?: string;
  /** The `set-cookie` headers of the site's answer. */
  callbackCookies?: string[];
  callbackError?: string;
}

export function mockPhone(surroundings: MockPhoneSurroundings): Router {
  const router = Router();
  router
    .route('/device-link')
    .post(
      jsonBody,
      handle(async (request, response) => {
        response.json(await play(request.body, request.ip ?? '', surroundings));
      }),
    )
    .all(onlyMethod('POST'));
  return router;
}

async function play(body: unknown, ipAddress: string, surroundings: MockPhoneSurroundings): Promise<MockPhoneAnswer> {
  const { documentNumber, deviceLink, flowType, browserCookie, initialCallbackUrl } = readMockRequest(body);
  const account = findAccount(documentNumber);
  if (!account) throw refused('documentNumber', 'unknown_account', 'There is no account with this document number.');
  const link = parseDeviceLink(deviceLink, surroundings.deviceLinkBase);
  if (link.flowType !== flowType) {
    throw refused('flowType', 'flow_mismatch', `The link is one for ${link.flowType}.`);
  }
  const phone = randomUUID();
  const session = sessionOfLink(link, phone, surroundings.sessions.all(), surroundings.clock());
  if (initialCallbackUrl !== undefined && initialCallbackUrl !== session.request.initialCallbackUrl) {
    throw refused(
      'initialCallbackUrl',
      'callback_mismatch',
      'The session was created with another initialCallbackUrl.',
    );
  }
  refuseUnsuitable(account, session);
  session.claim = { phone, flowType };
  const decision = decisionOfAccount(account, session);
  const { callbackUrl } = await answerSession(surroundings, session, flowType, { account, ipAddress }, decision);
  if (!session.waitingApp) return openCallback(callbackUrl, browserCookie);
  const linkedSignature = answerLinkedSignature(session.waitingApp, surroundings);
  if (flowType === 'QR') return {};
  await linkedSignature;
  return openCallback(callbackUrlOf(session), browserCookie);
}

/** Resolves when that is over, or when it has not come in time. */
async function answerLinkedSignature({ waited }: WaitingApp, surroundings: MockPhoneSurroundings): Promise<void> {
  const signature = await waited;
  if (signature) await answerLater(surroundings, signature, surroundings.notificationDelay);
}

/** What the browser would do when the app opens it, except that the answer is only looked at. */
async function openCallback(callbackUrl: string | undefined, cookie: string | undefined): Promise<MockPhoneAnswer> {
  if (callbackUrl === undefined) return {};
  try {
    const response = await fetch(callbackUrl, {
      headers: cookie === undefined ? {} : { cookie },
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
    await response.body?.cancel();
    return {
      callbackUrl,
      callbackStatus: response.status,
      callbackLocation: response.headers.get('location') ?? undefined,
      callbackCookies: response.headers.getSetCookie(),
    };
  } catch (error) {
    return { callbackUrl, callbackError: `The callback could not be opened: ${reasonOf(error)}` };
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message: string; cause?: { message?: string } };
  return cause?.message || message;
}

function readMockRequest(body: unknown) {
  const result = mockRequest.safeParse(body);
  if (result.success) return result.data;
  throw new Problem(
    400,
    'The request is not valid.',
    result.error.issues.map(({ path, message }) => ({
      code: 'invalid',
      detail: message,
      paramName: path.join('.'),
      pointer: `/${path.join('/')}`,
    })),
  );
}

function refused(paramName: string, code: string, detail: string): Problem {
  return problem(400, code, detail, { paramName, pointer: `/${paramName}` });
}
