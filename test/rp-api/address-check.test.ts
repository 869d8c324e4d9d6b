/** A base URL that is not the one of the RP API, over real HTTP. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { SmartIdAccountError, SmartIdRequestError, SmartIdSessionNotFoundError } from '../../lib/shared/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { rejection, relyingParty, sessionID } from '../support/stubbed-service.js';

const request = {
  rpChallenge: generateChallenge(),
  interactions: encodeInteractions([{ type: 'displayTextAndPIN', displayText60: 'Log in' }], 'device-link'),
  signatureAlgorithm: 'rsassa-pss',
  hashAlgorithm: 'SHA-512',
} as const;
const person = 'PNOEE-99999999999';
const document = `${person}-NONE-Q`;

type Call = (client: SmartIdClient) => Promise<unknown>;
const ofNobody: Record<string, Call> = {
  'a login by device link': (client) => client.authenticationDeviceLinkAnonymous(request),
  'a choice of certificate': (client) => client.certificateChoiceDeviceLinkAnonymous(),
};
const ofSomebody: Record<string, Call> = {
  'a login of a person by device link': (client) => client.authenticationDeviceLinkEtsi(person, request),
  'a login with a document by device link': (client) => client.authenticationDeviceLinkDocument(document, request),
  'a push to a person': (client) => client.authenticationNotificationEtsi(person, request),
  'a push to a document': (client) => client.authenticationNotificationDocument(document, request),
  'a certificate for signing': (client) => client.signatureCertificate(document),
};
const ofSession: Record<string, Call> = {
  'the status of a session': (client) => client.sessionStatus(sessionID, { timeoutMs: 1000 }),
  'the wait for a session': (client) => client.waitForSession(sessionID),
};
const all = { ...ofNobody, ...ofSomebody, ...ofSession };

describe('A base URL of no RP API', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  const clientAt = (baseUrl: string) =>
    new SmartIdClient({ environment: { baseUrl, schemeName: 'smart-id-demo' }, ...relyingParty });

  for (const [what, call] of Object.entries(all)) {
    for (const end of ['', '/', '/v3/v2']) {
      it(`that does not end in /v3 (but in "${end}") is told at ${what}, with /v3 as the advice`, async () => {
        const error = await rejection(call(clientAt(simulator.baseUrl.replace('/v3', end))));
        expect(error).to.be.instanceOf(SmartIdRequestError).with.property('code', 'wrong_address');
        expect(error.message).to.contain('environment.baseUrl probably lacks /v3');
      });
    }
  }

  for (const [what, call] of Object.entries(ofNobody)) {
    it(`that ends in /v3 is told at ${what}, where nobody is named`, async () => {
      const error = await rejection(call(clientAt(simulator.baseUrl.replace('/v3', '/rp/v3'))));
      expect(error).to.be.instanceOf(SmartIdRequestError).with.property('code', 'wrong_address');
      expect(error.message).to.contain('environment.baseUrl').and.not.contain('lacks');
    });
  }

  it('is no matter where the RP API is there: a 404 is about what was asked for', async () => {
    const client = clientAt(simulator.baseUrl);
    for (const call of Object.values(ofSomebody)) {
      expect(await rejection(call(client))).to.be.instanceOf(SmartIdAccountError);
    }
    for (const call of Object.values(ofSession)) {
      expect(await rejection(call(client))).to.be.instanceOf(SmartIdSessionNotFoundError);
    }
  });

  it('is answered by the simulator like an account that there is not', async () => {
    const answer = async (path: string) => {
      const response = await fetch(`${simulator.baseUrl.replace('/v3', path)}`, { method: 'POST' });
      const { instance, ...body } = (await response.json()) as { instance: string };
      expect(instance).to.match(/^\/task-id\//);
      return [response.status, body];
    };
    const notFound = { type: 'about:blank', title: 'Not Found', status: 404, detail: 'Not Found' };
    for (const path of ['/authentication/device-link/anonymous', '/v3/authentication/other', '/v2/x']) {
      expect(await answer(path)).to.deep.equal([404, notFound]);
    }
  });
});

describe('A gateway whose base URL does not end in /v3', () => {
  const asked: string[] = [];
  let answers: Record<string, { status: number; body?: string }> = {};
  let server: http.Server;
  let client: SmartIdClient;

  before(async () => {
    server = http.createServer((req, res) => {
      const path = `${req.url}`.replace(/^\/smart-id\//, '').replace(/\?.*/, '');
      asked.push(path);
      const { status, body } = answers[path] ?? { status: 404 };
      res.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/smart-id`;
    client = new SmartIdClient({ environment: { baseUrl, schemeName: 'smart-id' }, ...relyingParty });
    asked.length = 0;
    answers = { [anonymous]: { status: 400, body: '{}' } };
  });

  const anonymous = 'authentication/device-link/anonymous';
  const push = `authentication/notification/etsi/${person}`;

  it('has no account where it has the path of a login, whatever the body: it is asked about that once', async () => {
    const bodies = [
      undefined,
      '{"type":"about:blank","title":"Not Found","status":404,"detail":"Not Found"}',
      '<html>',
    ];
    for (const body of bodies) {
      answers[push] = { status: 404, body };
      expect(await rejection(client.authenticationNotificationEtsi(person, request))).to.be.instanceOf(
        SmartIdAccountError,
      );
    }
    expect(asked).to.deep.equal([push, anonymous, push, push]);
  });

  it('has no session where it has the path of a login', async () => {
    for (let count = 0; count < 2; count++) {
      expect(await rejection(client.sessionStatus(sessionID))).to.be.instanceOf(SmartIdSessionNotFoundError);
    }
    expect(asked).to.have.length(3);
  });

  it('is asked about nothing more where it has answered properly before', async () => {
    answers[push] = { status: 200, body: JSON.stringify({ sessionID }) };
    expect(await client.authenticationNotificationEtsi(person, request)).to.deep.equal({ sessionID });
    answers = {};
    expect(await rejection(client.authenticationNotificationEtsi(person, request))).to.be.instanceOf(
      SmartIdAccountError,
    );
    expect(asked).to.deep.equal([push, push]);
  });

  it('is asked again where it could not say', async () => {
    answers[anonymous] = { status: 500 };
    const call = () => client.authenticationNotificationEtsi(person, request);
    expect(await rejection(call())).to.be.instanceOf(SmartIdAccountError);
    answers = {};
    expect(await rejection(call())).to.have.property('code', 'wrong_address');
  });
});
