/** All that the client and the simulator say to each other: what a test runs and then holds against the file. */

import { randomUUID } from 'node:crypto';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { type SimulatedAccount, simulatedAccounts } from '../../lib/simulator/index.js';
import {
  callbackUrl,
  capability,
  type Endpoint,
  endpoints,
  hasDeviceLink,
  interactionsOf,
  requestFor,
  variantsFor,
} from './endpoints.js';
import { allowed, bodyOf, confirming, endpointNamed, notAllowed, runSession, type Stage } from './stage.js';

export interface Flow {
  title: string;
  run(stage: Stage): Promise<void>;
}

const withSession = endpoints.filter(({ kind }) => kind !== 'certificate');
const withDeviceLink = endpoints.filter(hasDeviceLink);

/** Every level, algorithm, hash and interaction, to the end of the session. */
function variantFlows(endpoint: Endpoint): Flow[] {
  return [...variantsFor(endpoint)].map(([name, request]) => ({
    title: `${endpoint.operation}: ${name}`,
    run: async (stage) => {
      if (endpoint.kind === 'certificate') await endpoint.call(stage.client, confirming, request);
      else expectSame('OK', (await runSession(stage, endpoint, { request })).result.endResult);
    },
  }));
}

function linkFlows(endpoint: Endpoint): Flow[] {
  return (['Web2App', 'App2App'] as const).map((linkType) => ({
    title: `${endpoint.operation}: ${linkType}`,
    run: async (stage) => expectSame('OK', (await runSession(stage, endpoint, { linkType })).result.endResult),
  }));
}

const callbackFlows: readonly Flow[] = withDeviceLink.flatMap((endpoint) =>
  [
    { title: 'without a callback URL', initialCallbackUrl: undefined },
    { title: 'a callback URL of this machine', initialCallbackUrl: callbackUrl.replace('https:', 'http:') },
  ].map(({ title, initialCallbackUrl }) => ({
    title: `${endpoint.operation}: ${title}`,
    run: async (stage: Stage) => {
      await runSession(stage, endpoint, { request: requestFor(endpoint, { initialCallbackUrl }) });
    },
  })),
);

/** For the flows in which not every account is tried. */
const oneOfEachOutcome = [
  ...new Map(
    simulatedAccounts.map((account) => [`${account.outcome} ${account.refusedInteraction ?? ''}`, account]),
  ).values(),
];
const push = endpointNamed('authNotificationDocumentNumber');

/** Whatever a phone can do: each account by push, and one account of each outcome in all other flows. */
const outcomeFlows: readonly Flow[] = [
  ...simulatedAccounts.map((account) => outcomeFlow(push, account)),
  ...withSession
    .filter((endpoint) => endpoint !== push && !endpoint.isLinked)
    .flatMap((endpoint) => oneOfEachOutcome.map((account) => outcomeFlow(endpoint, account))),
  {
    title: 'signCertificateDocumentNumber: DOCUMENT_UNUSABLE',
    run: async ({ client }) => {
      const { documentNumber } = accountWith(({ outcome }) => outcome === 'DOCUMENT_UNUSABLE');
      await endpointNamed('signCertificateDocumentNumber').call(client, documentNumber, {});
    },
  },
];

function outcomeFlow(endpoint: Endpoint, { documentNumber, outcome }: SimulatedAccount): Flow {
  return {
    title: `${endpoint.operation}: ${outcome} of ${documentNumber}`,
    run: async (stage) => {
      const interactions =
        endpoint.kind === 'cert' ? {} : { interactions: encodeInteractions(interactionsOf(endpoint), endpoint.flow) };
      const request = requestFor(endpoint, { certificateLevel: 'ADVANCED', ...interactions });
      const { result } = await runSession(stage, endpoint, { documentNumber, request });
      if (endpoint === push) expectSame(outcome, result.endResult);
    },
  };
}

const statusFlows: readonly Flow[] = [
  {
    title: 'sessionStatus: RUNNING',
    run: async ({ client }) => {
      const { sessionID } = await client.authenticationDeviceLinkAnonymous(
        requestFor(endpointNamed('authDeviceLinkAnonymous')),
      );
      expectSame('RUNNING', (await client.sessionStatus(sessionID, { timeoutMs: 1000 })).state);
    },
  },
  {
    title: 'sessionStatus: the longest poll, and none said',
    run: async ({ client, recorded, simulator }) => {
      const { sessionID } = await push.call(client, confirming, requestFor(push));
      await client.sessionStatus(sessionID, { timeoutMs: 120_000 });
      await recorded.send(`${simulator.baseUrl}/session/${sessionID}`, undefined, { method: 'GET' });
    },
  },
  {
    title: 'sessionStatus: ignored properties',
    run: async (stage) => {
      const requestProperties = { shareMdClientIpAddress: true, somethingNew: true };
      await runSession(stage, push, { request: requestFor(push, { requestProperties }) });
    },
  },
];

/** What the other relying party has no permission for. */
const permissions = {
  level: { certificateLevel: 'ADVANCED' },
  capability: { capabilities: [capability] },
  address: { requestProperties: { shareMdClientIpAddress: true } },
};

/** Every status that is not 200. */
const errorFlows: readonly Flow[] = [
  ...endpoints.flatMap((endpoint) => [
    refusal(endpoint, 400, 'a body without fields', { body: () => ({}), isWrongOnPurpose: true }),
    refusal(endpoint, 401, 'a name that is not that of the UUID', {
      body: () => bodyOf(endpoint, requestOf(endpoint), { ...allowed, name: 'OTHER' }),
    }),
    ...Object.entries(endpoint.kind === 'certificate' ? { level: permissions.level } : permissions).map(
      ([permission, changes]) =>
        refusal(endpoint, 403, `without the permission for the ${permission}`, {
          body: () => bodyOf(endpoint, requestOf(endpoint, changes), notAllowed),
        }),
    ),
    refusal(endpoint, 403, 'a UUID that there is not', {
      body: () => bodyOf(endpoint, requestOf(endpoint), { ...allowed, uuid: randomUUID() }),
    }),
    ...(endpoint.namesNobody
      ? [faulty(endpoint, 404)]
      : [
          refusal(endpoint, 404, 'an account that there is not', {
            body: () => bodyOf(endpoint, requestOf(endpoint)),
            documentNumber: 'PNOEE-00000000000-NONE-Q',
          }),
        ]),
    faulty(endpoint, 480),
    faulty(endpoint, 580),
  ]),
  ...[429, 471, 472, 500, 503].map((status) => faulty(push, status)),
  {
    title: 'sessionStatus: 400, a poll that is too short',
    run: async ({ recorded, simulator }) => {
      const url = `${simulator.baseUrl}/session/${randomUUID()}?timeoutMs=999`;
      expectSame(400, (await recorded.send(url, undefined, { method: 'GET', isWrongOnPurpose: true })).status);
    },
  },
  {
    title: 'sessionStatus: 404',
    run: async ({ client }) => {
      await expectRejection(client.sessionStatus(randomUUID()));
    },
  },
  ...[401, 480, 580].map((status) => ({
    title: `sessionStatus: ${status}, by fault`,
    run: async ({ recorded, simulator }: Stage) => {
      simulator.faults.add({ on: 'session', times: 1, status });
      const url = `${simulator.baseUrl}/session/${randomUUID()}`;
      expectSame(status, (await recorded.send(url, undefined, { method: 'GET' })).status);
    },
  })),
  refusal(push, 415, 'a body of another type', {
    body: () => 'relyingPartyName=DEMO',
    isWrongOnPurpose: true,
    contentType: 'application/x-www-form-urlencoded',
  }),
  ...[endpointNamed('authNotificationSemanticId'), endpointNamed('authNotificationDocumentNumber')].map((endpoint) => ({
    title: `${endpoint.operation}: an account of another level`,
    run: async ({ client }: Stage) => {
      const { documentNumber } = accountWith(({ level }) => level === 'ADVANCED');
      const request = requestFor(endpoint, { certificateLevel: 'QUALIFIED' });
      await expectRejection(endpoint.call(client, documentNumber, request));
    },
  })),
];

function requestOf(endpoint: Endpoint, changes = {}) {
  return requestFor(endpoint, endpoint.isLinked ? { linkedSessionID: randomUUID(), ...changes } : changes);
}

interface Refusal {
  body(): unknown;
  documentNumber?: string;
  isWrongOnPurpose?: boolean;
  contentType?: string;
}

function refusal(endpoint: Endpoint, status: number, title: string, { body, documentNumber, ...how }: Refusal): Flow {
  return {
    title: `${endpoint.operation}: ${status}, ${title}`,
    run: async ({ recorded, simulator }) => {
      const url = `${simulator.baseUrl}/${endpoint.path(documentNumber ?? confirming)}`;
      expectSame(status, (await recorded.send(url, await body(), how)).status);
    },
  };
}

function faulty(endpoint: Endpoint, status: number): Flow {
  const { title, run } = refusal(endpoint, status, 'by fault', { body: () => bodyOf(endpoint, requestOf(endpoint)) });
  return {
    title,
    run: async (stage) => {
      stage.simulator.faults.add({ on: 'create', times: 1, status });
      await run(stage);
    },
  };
}

/** What the mock phone refuses; what it takes is in the other flows. */
const mockFlows: readonly Flow[] = [
  {
    title: 'sendDeviceLink: 400, a body without fields',
    run: async ({ recorded, simulator }) => {
      expectSame(400, (await recorded.send(simulator.mockUrl, {}, { isWrongOnPurpose: true })).status);
    },
  },
  {
    title: 'sendDeviceLink: 400, an account that there is not',
    run: async ({ recorded, simulator }) => {
      const deviceLink = 'https://sid.demo.sk.ee/device-link/?x=y';
      const body = { documentNumber: 'PNOEE-00000000000-NONE-Q', deviceLink, flowType: 'QR' };
      expectSame(400, (await recorded.send(simulator.mockUrl, body)).status);
    },
  },
];

function accountWith(condition: (account: SimulatedAccount) => boolean): SimulatedAccount {
  const account = simulatedAccounts.find(condition);
  if (!account) throw new Error('There is no such account.');
  return account;
}

function expectSame(wanted: unknown, got: unknown): void {
  if (got !== wanted) throw new Error(`${got} came in place of ${wanted}.`);
}

async function expectRejection(call: Promise<unknown>): Promise<void> {
  const isRefused = await call.then(
    () => false,
    () => true,
  );
  if (!isRefused) throw new Error('The client took what should have been refused.');
}

const ofKind = (kind: Endpoint['kind']) => endpoints.filter((endpoint) => endpoint.kind === kind);

export const groups: readonly { title: string; flows: readonly Flow[] }[] = [
  { title: 'authentication', flows: ofKind('auth').flatMap(variantFlows) },
  { title: 'signatures', flows: ofKind('sign').flatMap(variantFlows) },
  {
    title: 'certificates',
    flows: [...ofKind('cert'), ...ofKind('certificate')].flatMap(variantFlows),
  },
  { title: 'links of the same device', flows: withDeviceLink.flatMap(linkFlows) },
  { title: 'callback URLs', flows: callbackFlows },
  { title: 'the status of a session', flows: statusFlows },
  { title: 'outcomes', flows: outcomeFlows },
  { title: 'errors', flows: errorFlows },
  { title: 'the mock phone', flows: mockFlows },
];
