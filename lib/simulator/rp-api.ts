/**
 * The RP API itself: the routes a relying party calls. RP API 3.2.3, "REST API": endpoints 1 to 5 create authentication
 * sessions, 14 tells their status.
 */
import { type Request, Router } from 'express';
import { accountsOfPerson, findAccount, reachesLevel, type SimulatedAccount } from './accounts.js';
import { type AuthenticationRequest, readAuthenticationRequest, type SessionFlow } from './authentication-request.js';
import { type Faults, faultyBehaviour } from './faults.js';
import { handle, jsonBody, notFound, onlyMethod } from './http.js';
import type { RelyingParty } from './options.js';
import { problem } from './problem.js';
import { createSession, type Session } from './session.js';
import type { SessionRegistry } from './session-registry.js';

export interface RpApiSurroundings {
  sessions: SessionRegistry;
  faults: Faults;
  relyingParties: readonly RelyingParty[];
  deviceLinkBase: string;
  sessionLifetime: number;
  clock: () => number;
  /** Called with every new notification session. */
  push: (session: Session) => void;
}

interface SessionCreation {
  path: string;
  flow: SessionFlow;
  /** The accounts that the path names; undefined when it names nobody. */
  accounts: (request: Request) => readonly SimulatedAccount[] | undefined;
}

const sessionCreations: readonly SessionCreation[] = [
  { path: '/authentication/device-link/anonymous', flow: 'device-link', accounts: () => undefined },
  { path: '/authentication/device-link/etsi/:semanticsIdentifier', flow: 'device-link', accounts: personInPath },
  { path: '/authentication/device-link/document/:documentNumber', flow: 'device-link', accounts: documentInPath },
  { path: '/authentication/notification/etsi/:semanticsIdentifier', flow: 'notification', accounts: personInPath },
  { path: '/authentication/notification/document/:documentNumber', flow: 'notification', accounts: documentInPath },
];

const longestPoll = 120_000;
const shortestPoll = 1000;
const defaultPoll = 60_500;

export function rpApi(surroundings: RpApiSurroundings): Router {
  const router = Router();
  router.use(faultyBehaviour(surroundings.faults));
  for (const creation of sessionCreations) {
    router
      .route(creation.path)
      .post(
        jsonBody,
        handle((request, response) => response.json(create(request, creation, surroundings))),
      )
      .all(onlyMethod('POST'));
  }
  router
    .route('/session/:sessionID')
    .get(handle(async (request, response) => response.json(await status(request, surroundings))))
    .all(onlyMethod('GET'));
  router.use(notFound);
  return router;
}

function create(request: Request, { flow, accounts }: SessionCreation, surroundings: RpApiSurroundings) {
  const authentication = readAuthenticationRequest(request.body, flow);
  const relyingParty = relyingPartyOf(authentication, surroundings.relyingParties);
  const session = createSession({
    request: authentication,
    relyingParty,
    accounts: usableAccounts(accounts(request), authentication),
    hasDeviceLink: flow === 'device-link',
    now: surroundings.clock(),
    lifetime: surroundings.sessionLifetime,
  });
  surroundings.sessions.add(session);
  if (flow === 'notification') surroundings.push(session);
  if (!session.deviceLink) return { sessionID: session.id };
  return { sessionID: session.id, ...session.deviceLink, deviceLinkBase: surroundings.deviceLinkBase };
}

async function status(request: Request, { sessions }: RpApiSurroundings) {
  const timeout = pollingTime(request.query.timeoutMs);
  const id = String(request.params.sessionID);
  const session = sessions.find(id);
  if (!session) throw problem(404, 'session_not_found', 'There is no such session.', { paramName: 'sessionID' });
  const abandoned = new AbortController();
  request.res?.on('close', () => abandoned.abort());
  await sessions.waitForCompletion(session, timeout, abandoned.signal);
  // Looked up again because the session may have expired meanwhile.
  return (sessions.find(id) ?? session).status;
}

function pollingTime(timeoutMs: unknown): number {
  if (timeoutMs === undefined) return defaultPoll;
  const milliseconds = typeof timeoutMs === 'string' && /^\d+$/.test(timeoutMs) ? Number(timeoutMs) : Number.NaN;
  if (milliseconds >= shortestPoll && milliseconds <= longestPoll) return milliseconds;
  throw problem(400, 'invalid', `timeoutMs must be from ${shortestPoll} to ${longestPoll}`, { paramName: 'timeoutMs' });
}

function relyingPartyOf(request: AuthenticationRequest, known: readonly RelyingParty[]): RelyingParty {
  // The service compares names without regard to case; the calculations use the name as it was sent.
  const relyingParty = known.find(
    ({ uuid, name }) =>
      uuid.toLowerCase() === request.relyingPartyUUID.toLowerCase() &&
      name.toLowerCase() === request.relyingPartyName.toLowerCase(),
  );
  if (!relyingParty) {
    throw problem(401, 'unauthorized', 'There is no relying party with this relyingPartyUUID and relyingPartyName.');
  }
  if (request.requestProperties?.shareMdClientIpAddress && !relyingParty.mayShareIpAddress) {
    throw problem(403, 'forbidden', 'The relying party may not ask for the address of the device.', {
      paramName: 'shareMdClientIpAddress',
      pointer: '/requestProperties/shareMdClientIpAddress',
    });
  }
  return relyingParty;
}

function usableAccounts(
  named: readonly SimulatedAccount[] | undefined,
  { certificateLevel }: AuthenticationRequest,
): readonly SimulatedAccount[] | undefined {
  if (!named) return undefined;
  if (named.length === 0) throw problem(404, 'account_not_found', 'There is no such account.');
  const usable = named.filter((account) => reachesLevel(account, certificateLevel) && account.outcome !== 471);
  if (usable.length === 0) throw problem(471, 'no_suitable_account', 'The person has no account of the asked level.');
  if (usable.every(({ outcome }) => outcome === 472)) {
    throw problem(472, 'person_should_look', 'The person should look in the Smart-ID app or the portal.');
  }
  return usable;
}

function personInPath(request: Request): readonly SimulatedAccount[] {
  const identifier = String(request.params.semanticsIdentifier);
  if (/^(PNO|PAS|IDC)[A-Z]{2}-.+$/.test(identifier)) return accountsOfPerson(identifier);
  throw problem(400, 'invalid', 'The path must end with a semantics identifier.', {
    paramName: 'semantics-identifier',
  });
}

function documentInPath(request: Request): readonly SimulatedAccount[] {
  const documentNumber = String(request.params.documentNumber);
  if (!/^(PNO|PAS|IDC)[A-Z]{2}-.+-[A-Z0-9]{4}-N?Q$/.test(documentNumber)) {
    throw problem(400, 'invalid', 'The path must end with a document number.', { paramName: 'document-number' });
  }
  const account = findAccount(documentNumber);
  return account ? [account] : [];
}
