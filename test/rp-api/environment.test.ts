import { expect } from 'chai';
import { resolveCommonOptions } from '../../lib/attempt/options.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { type Environment, type EnvironmentKind, resolveEnvironment } from '../../lib/rp-api/environment.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { inputError } from '../support/errors.js';
import { deviceLinkSession, relyingParty } from '../support/stubbed-service.js';

const at = (baseUrl: string): Environment => ({ baseUrl, schemeName: 'smart-id' });

const named: [Environment, EnvironmentKind][] = [
  ['live', 'live'],
  [at('https://rp-api.smart-id.com/v3'), 'live'],
  [at('https://RP-API.Smart-ID.com/v3'), 'live'],
  [at('https://rp-api.smart-id.com:443/v3'), 'live'],
  [at('https://rp-api.smart-id.com./v3'), 'live'],
  [at('https://rp-api.smart-id.com/v3//'), 'live'],
  [at('https://rp-api.smart-id.com'), 'live'],
  ['demo', 'demo'],
  [at('https://sid.demo.sk.ee/smart-id-rp/v3'), 'demo'],
  [at('https://SID.demo.sk.ee:443/smart-id-rp/v3/'), 'demo'],
  [at('https://rp-api.smart-id.com.example.com/v3'), 'other'],
  [at('https://rp-api.smart-id.com@gateway.example.com/v3'), 'other'],
  [at('https://gateway.example.com/rp-api.smart-id.com/v3'), 'other'],
  [at('http://localhost:5080/v3'), 'other'],
];

describe('The environment', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  for (const [environment, kind] of named) {
    describe(`${JSON.stringify(environment)} is ${kind}:`, () => {
      it('by its host', () => {
        expect(resolveEnvironment(environment)).to.include({ kind, isLive: kind === 'live' });
      });

      it('loopback callbacks', () => {
        const client = new SmartIdClient({ environment, ...relyingParty, fetch: async () => new Response('{}') });
        const start = () =>
          client.certificateChoiceDeviceLinkAnonymous({ initialCallbackUrl: 'http://localhost:3000/back' });
        if (kind === 'other') return void start().catch(() => {});
        expect(start).to.throw(...inputError('initialCallbackUrl'));
        expect(start).to.throw(/https address .*tunnel.* simulator/);
      });

      it('links of a service without a certificate', async () => {
        const deviceLinkBase = 'http://localhost:5080/device-link';
        const fetch = async () => new Response(JSON.stringify({ ...deviceLinkSession, deviceLinkBase }));
        const client = new SmartIdClient({ environment, ...relyingParty, fetch });
        const answer = await client.certificateChoiceDeviceLinkAnonymous().catch((error: unknown) => error);
        if (kind === 'other') expect(answer).to.include({ deviceLinkBase });
        else expect(answer).to.be.an('error').that.includes({ code: 'bad_response' });
      });

      it('policies of demo certificates', () => {
        const options = { environment, ...relyingParty, fetch, trustAnchors: simulator.trustAnchors };
        const { trust } = resolveCommonOptions(options, 'Log in to');
        expect(trust.acceptDemoPolicies).to.equal(kind === 'demo');
      });
    });
  }

  it('keeps the address as it was given, without slashes at its end', () => {
    expect(resolveEnvironment(at('https://RP-API.smart-id.com/v3//')).baseUrl).to.equal(
      'https://RP-API.smart-id.com/v3',
    );
  });
});
