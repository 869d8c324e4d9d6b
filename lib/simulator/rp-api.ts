/**
 * The RP API itself: the routes a relying party calls. RP API 3.2.3, "REST API": endpoints 1 to 5 and 7 to 13 create
 * sessions, 6 gives the certificate of a known document, 14 tells a session's status.
 */
import { type Request, Router } from 'express';
import type { AccountKeys } from './account-keys.js';
import { documentInPath, personInPath } from './accounts-in-path.js';
import { type Faults, faultyBehaviour } from './faults.js';
import { handle, jsonBody, notFound, onlyMethod } from './http.js';
import { certificateShown } from './outcome.js';
import { invalidRequest, problemWithoutBody } from './problem.js';
import { relyingPartyOf } from './relying-party.js';
import { deviceLinkAuthentication, notificationAuthentication } from './requests/authentication.js';
import {
  certificateOfDocument,
  deviceLinkCertificateChoice,
  notificationCertificateChoice,
} from './requests/certificate.js';
import { readRequest } from './requests/read.js';
import { deviceLinkSignature, linkedSignature, notificationSignature } from './requests/signature.js';
import { type CreationSurroundings, createOrRepeat, type SessionCreation } from './session-creation.js';

export interface RpApiSurroundings extends CreationSurroundings {
  keys: AccountKeys;
  faults: Faults;
}

const sessionCreations: readonly SessionCreation[] = [
  {
    path: '/authentication/device-link/anonymous',
    flow: 'device-link',
    schema: deviceLinkAuthentication,
  },
  {
    path: '/authentication/device-link/etsi/:semanticsIdentifier',
    flow: 'device-link',
    schema: deviceLinkAuthentication,
    accounts: personInPath,
  },
  {
    path: '/authentication/device-link/document/:documentNumber',
    flow: 'device-link',
    schema: deviceLinkAuthentication,
    accounts: documentInPath,
  },
  {
    path: '/authentication/notification/etsi/:semanticsIdentifier',
    flow: 'notification',
    schema: notificationAuthentication,
    accounts: personInPath,
  },
  {
    path: '/authentication/notification/document/:documentNumber',
    flow: 'notification',
    schema: notificationAuthentication,
    accounts: documentInPath,
  },
  {
    path: '/signature/device-link/document/:documentNumber',
    flow: 'device-link',
    schema: deviceLinkSignature,
    accounts: documentInPath,
  },
  {
    path: '/signature/device-link/etsi/:semanticsIdentifier',
    flow: 'device-link',
    schema: deviceLinkSignature,
    accounts: personInPath,
  },
  {
    path: '/signature/notification/document/:documentNumber',
    flow: 'notification',
    schema: notificationSignature,
    accounts: documentInPath,
  },
  {
    path: '/signature/notification/etsi/:semanticsIdentifier',
    flow: 'notification',
    schema: notificationSignature,
    accounts: personInPath,
  },
  {
    path: '/signature/certificate-choice/device-link/anonymous',
    flow: 'device-link',
    schema: deviceLinkCertificateChoice,
  },
  {
    path: '/signature/notification/linked/:documentNumber',
    flow: 'notification',
    schema: linkedSignature,
    accounts: documentInPath,
  },
  {
    path: '/signature/certificate-choice/notification/etsi/:semanticsIdentifier',
    flow: 'notification',
    schema: notificationCertificateChoice,
    accounts: personInPath,
  },
];

const maxPollMs = 120_000;
const minPollMs = 1000;
const defaultPollMs = 60_500;

export function rpApi(surroundings: RpApiSurroundings): Router {
  const router = Router();
  router.use(faultyBehaviour(surroundings.faults));
  for (const creation of sessionCreations) {
    router
      .route(creation.path)
      .post(
        jsonBody,
        handle((request, response) => response.json(createOrRepeat(request, creation, surroundings))),
      )
      .all(onlyMethod('POST'));
  }
  router
    .route('/signature/certificate/:documentNumber')
    .post(
      jsonBody,
      handle(async (request, response) => response.json(await signingCertificate(request, surroundings))),
    )
    .all(onlyMethod('POST'));
  router
    .route('/session/:sessionID')
    .get(handle(async (request, response) => response.json(await status(request, surroundings))))
    .all(onlyMethod('GET'));
  router.use(notFound);
  return router;
}

async function signingCertificate(request: Request, { keys, relyingParties }: RpApiSurroundings) {
  const body = readRequest(request.body, certificateOfDocument);
  relyingPartyOf(body, relyingParties);
  const [account] = documentInPath(request, body.certificateLevel);
  const { outcome, documentNumber } = account;
  if (outcome === 'DOCUMENT_UNUSABLE' || outcome === 'ACCOUNT_UNUSABLE') return { state: 'DOCUMENT_UNUSABLE' };
  return { state: 'OK', cert: certificateShown(account, await keys.of(documentNumber, 'signature')) };
}

async function status(request: Request, { sessions }: RpApiSurroundings) {
  const timeout = pollingTime(request.query.timeoutMs);
  const id = String(request.params.sessionID);
  const session = sessions.find(id);
  if (!session) throw problemWithoutBody(404, 'There is no such session.');
  const abandoned = new AbortController();
  request.res?.on('close', () => abandoned.abort());
  await sessions.waitForCompletion(session, timeout, abandoned.signal);
  // Looked up again because the session may have expired meanwhile.
  return (sessions.find(id) ?? session).status;
}

function pollingTime(timeoutMs: unknown): number {
  if (timeoutMs === undefined) return defaultPollMs;
  const milliseconds = typeof timeoutMs === 'string' && /^\d+$/.test(timeoutMs) ? Number(timeoutMs) : Number.NaN;
  if (milliseconds >= minPollMs && milliseconds <= maxPollMs) return milliseconds;
  const detail = `timeoutMs must be from ${minPollMs} to ${maxPollMs}`;
  throw invalidRequest([{ detail, paramName: 'timeoutMs' }]);
}
