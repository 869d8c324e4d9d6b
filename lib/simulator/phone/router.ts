/**
 * The phone page and what it calls: a person plays the phone here. Opening a device link in a browser comes here as
 * well, as it would open the app on a phone.
 */
import { createRequire } from 'node:module';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { type AccountContext, accountNamed, answerSession } from '../answer.js';
import { callbackUrlOf } from '../callback.js';
import { type Decision, decisionOfAccount } from '../decision.js';
import { admitLink, parseDeviceLink } from '../device-link.js';
import { handle, jsonBody } from '../http.js';
import { type Problem, problem } from '../problem.js';
import type { Session } from '../session.js';
import { phoneScript } from './browser.js';
import { phonePage } from './page.js';
import { phoneStyle } from './style.js';
import { type PhoneView, phoneView } from './view.js';

export interface PhoneSurroundings extends AccountContext {
  deviceLinkBase: string;
  notificationAnswer: 'automatic' | 'phone';
}

const linkBody = z.object({ phone: z.string().min(1), deviceLink: z.string() });
const answerBody = z.object({
  phone: z.string().min(1),
  id: z.string(),
  documentNumber: z.string(),
  confirmed: z.boolean(),
  verificationCode: z.string().optional(),
});
const waitBody = z.object({ phone: z.string().min(1), id: z.string() });

const securityHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  // A device link is in the address, and a callback URL comes next: neither is for other sites.
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

export function phone(surroundings: PhoneSurroundings): Router {
  const router = Router();
  const harden: RequestHandler = (_request, response, next) => {
    response.set(securityHeaders);
    next();
  };
  router.get('/phone', harden, (_request, response) => {
    response.type('html').send(phonePage({ notificationAnswer: surroundings.notificationAnswer }));
  });
  router.get('/device-link', harden, (request, response) => {
    const query = request.originalUrl.slice(request.originalUrl.indexOf('?') + 1);
    const deviceLink = `${surroundings.deviceLinkBase}?${query}`;
    response.type('html').send(phonePage({ notificationAnswer: surroundings.notificationAnswer, deviceLink }));
  });
  router.get('/phone/phone.css', harden, (_request, response) => void response.type('css').send(phoneStyle));
  router.get('/phone/phone.js', harden, (_request, response) => void response.type('js').send(phoneScript));
  router.get('/phone/qr/:file', harden, sendQrReader);

  router.post(
    '/phone/links',
    jsonBody,
    handle((request, response) => response.json(openLink(request, surroundings))),
  );
  router.get(
    '/phone/pushes',
    handle((_request, response) => response.json(waitingPushes(surroundings))),
  );
  router.post(
    '/phone/answers',
    jsonBody,
    handle(async (request, response) => response.json(await answer(request, surroundings))),
  );
  router.post(
    '/phone/linked-signatures',
    jsonBody,
    handle(async (request, response) => response.json(await linkedSignature(request, surroundings))),
  );
  return router;
}

/** The QR code reader is a module of two files, which the browser loads as they are. */
function sendQrReader(request: Request, response: Response): void {
  const file = String(request.params.file);
  if (file !== 'decode.js' && file !== 'index.js') throw problem(404, 'not_found', 'There is no such file.');
  const resolve = createRequire(import.meta.url).resolve;
  // Some package managers keep modules below a folder whose name begins with a dot.
  response.sendFile(resolve(file === 'index.js' ? 'qr' : 'qr/decode.js'), { dotfiles: 'allow' });
}

function openLink(request: Request, { sessions, clock, deviceLinkBase }: PhoneSurroundings): PhoneView {
  const body = linkBody.safeParse(request.body);
  if (!body.success) throw problem(400, 'invalid', 'The request must have phone and deviceLink.');
  const link = parseDeviceLink(body.data.deviceLink, deviceLinkBase);
  const session = admitLink(link, body.data.phone, sessions, clock());
  session.claim = { phone: body.data.phone, flowType: link.flowType };
  return phoneView(session, link.flowType);
}

function waitingPushes({ sessions }: PhoneSurroundings): PhoneView[] {
  return sessions
    .running()
    .filter((session) => !session.deviceLink && !session.choice && !session.isBeingAnswered)
    .map((session) => phoneView(session, 'Notification'));
}

async function answer(request: Request, surroundings: PhoneSurroundings) {
  const body = answerBody.safeParse(request.body);
  if (!body.success) throw problem(400, 'invalid', 'The request must have phone, id, documentNumber and confirmed.');
  const { phone, id, documentNumber, confirmed, verificationCode } = body.data;
  const session = surroundings.sessions.all().find(({ phoneId }) => phoneId === id);
  const flowType = session?.claim?.flowType ?? (session?.deviceLink ? undefined : 'Notification');
  if (!session || !flowType || (session.claim && session.claim.phone !== phone)) throw noSuchSession();
  const account = accountNamed(documentNumber);
  const decision = confirmed ? confirmedDecision(session, verificationCode) : refusal;
  const answered = await answerSession(
    surroundings,
    session,
    flowType,
    { account, ipAddress: request.ip ?? '' },
    decision ?? decisionOfAccount(account, session),
  );
  const endResult = session.status.state === 'COMPLETE' ? session.status.result.endResult : undefined;
  return { endResult, callbackUrl: answered.callbackUrl, ...(session.waitingApp && { waitsForDocument: true }) };
}

/** Answers when the linked signature has come, with its question, or when the wait is over, with where to go. */
async function linkedSignature(request: Request, { sessions }: PhoneSurroundings) {
  const body = waitBody.safeParse(request.body);
  if (!body.success) throw problem(400, 'invalid', 'The request must have phone and id.');
  const choice = sessions.all().find(({ phoneId }) => phoneId === body.data.id);
  if (!choice?.waitingApp || choice.claim?.phone !== body.data.phone) throw noSuchSession();
  const signature = await choice.waitingApp.waited;
  return signature ? { question: phoneView(signature, 'Notification') } : { callbackUrl: callbackUrlOf(choice) };
}

function noSuchSession(): Problem {
  return problem(404, 'session_not_found', 'This phone has no such session.');
}

const refusal: Decision = { endResult: 'USER_REFUSED' };

/** A wrong choice of the code; whatever else, the account decides. */
function confirmedDecision(session: Session, chosenCode: string | undefined): Decision | undefined {
  const isRight = chosenCode === undefined || chosenCode === session.verificationCode;
  return isRight ? undefined : { endResult: 'WRONG_VC' };
}
