/** Starts that meet a server which closes the connection in that moment, over real HTTP. */

import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { rejection, relyingParty, sessionID } from '../support/stubbed-service.js';

const person = 'PNOEE-30303039914';

describe('A request to the RP API whose connection is closed', () => {
  let server: http.Server;
  let client: SmartIdClient;
  /** How many requests have arrived on each connection. */
  const arrived = new Map<object, number>();
  /** Whether the connection is closed in place of an answer to its request of this number. */
  let isClosed = (_number: number) => false;

  before(async () => {
    server = http.createServer((req, res) => {
      const number = (arrived.get(req.socket) ?? 0) + 1;
      arrived.set(req.socket, number);
      if (isClosed(number)) req.socket.destroy();
      else res.end(JSON.stringify(req.method === 'POST' ? { sessionID } : { state: 'RUNNING' }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  beforeEach(() => {
    arrived.clear();
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v3`;
    client = new SmartIdClient({ environment: { baseUrl, schemeName: 'smart-id-demo' }, ...relyingParty });
  });

  const calls: Record<string, () => Promise<unknown>> = {
    'a start': () => client.certificateChoiceNotificationEtsi(person),
    'a question about a session': () => client.sessionStatus(sessionID),
  };
  for (const [what, call] of Object.entries(calls)) {
    it(`is made again where the connection had served another one: ${what}`, async () => {
      isClosed = (number) => number > 1;
      for (let count = 0; count < 20; count++) await call();
      expect([...arrived.values()].filter((number) => number === 2)).to.not.have.length(0);
    });

    it(`arrives once where the connection was new: ${what}`, async () => {
      isClosed = () => true;
      expect(await rejection(call())).to.have.property('code', 'network');
      expect([...arrived.values()]).to.deep.equal([1]);
    });
  }
});
