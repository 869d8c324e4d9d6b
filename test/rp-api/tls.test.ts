/**
 * TLS as the live service has it since November 2026, and what is said where a process cannot speak it or pins another
 * key.
 */

import type { TlsOptions } from 'node:tls';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { TlsProcess } from '../support/processes.js';
import { Browser } from '../support/site.js';
import type { CallResult } from '../support/tls-process.js';
import { issueServerIdentity, type ServerIdentity, TlsService } from '../support/tls-service.js';
import { until } from '../support/until.js';

const tls12 = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;

/** What the live service takes, one at a time. */
const accepted: [protocol: string, cipher: string, TlsOptions][] = [
  ['TLSv1.3', 'TLS_AES_256_GCM_SHA384', { minVersion: 'TLSv1.3', ciphers: 'TLS_AES_256_GCM_SHA384' }],
  ['TLSv1.2', 'ECDHE-RSA-AES256-GCM-SHA384', { ...tls12, ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }],
  ['TLSv1.2', 'DHE-RSA-AES256-GCM-SHA384', { ...tls12, ciphers: 'DHE-RSA-AES256-GCM-SHA384', dhparam: 'auto' }],
];

/** OpenSSL itself takes these at its lowest security level only. */
const refused: [what: string, TlsOptions][] = [
  ['TLS 1.1 alone', { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
  ['a cipher that no client offers', { ...tls12, ciphers: 'NULL-SHA256:@SECLEVEL=0' }],
];

const wanted =
  'TLS 1.3 with TLS_AES_256_GCM_SHA384, or TLS 1.2 with ECDHE-RSA-AES256-GCM-SHA384 or DHE-RSA-AES256-GCM-SHA384';

describe('TLS of the RP API', () => {
  let simulator: Simulator;
  let identity: ServerIdentity;
  let next: ServerIdentity;
  /** As a site is started that nobody has configured. */
  let usual: TlsProcess;
  const services: TlsService[] = [];
  const processes: TlsProcess[] = [];

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    [identity, next] = await Promise.all([issueServerIdentity(simulator), issueServerIdentity(simulator)]);
    usual = await start();
  });
  afterEach(() => {
    for (const service of services.splice(0)) service.close();
  });
  after(async () => {
    await Promise.all(processes.map((one) => one.stop()));
    await simulator.close();
  });

  async function start(...options: string[]): Promise<TlsProcess> {
    const process = await TlsProcess.start(simulator, ...options);
    processes.push(process);
    return process;
  }

  async function serve(tls?: TlsOptions): Promise<TlsService> {
    const service = await TlsService.start(simulator, identity, tls);
    services.push(service);
    return service;
  }

  function errorIn([result]: CallResult[]): NonNullable<CallResult['error']> {
    if (!result?.error) throw new Error('The call has succeeded.');
    return result.error;
  }

  async function logIn(origin: string): Promise<unknown> {
    const browser = new Browser(origin);
    const { body: view } = await browser.post('/start');
    await simulator.phone.confirm(view);
    await browser.post('/finish', { id: view.id });
    return (await browser.get('/me')).body;
  }

  for (const [protocol, cipher, tls] of accepted) {
    it(`TLS works with a service that takes nothing but ${protocol} with ${cipher}, with its key pinned`, async () => {
      const service = await serve(tls);
      expect(await usual.startSessions(service.describe([identity.pin]))).to.deep.equal([{}]);
      expect(await logIn(await usual.serve(service.describe([identity.pin])))).to.deep.equal({
        id: 'PNOEE-40404040009',
      });
      for (const connection of service.connections) expect(connection).to.include({ protocol, cipher });
      expect(service.connections).to.not.have.length(0);
    });
  }

  for (const [what, tls] of refused) {
    it(`a TLS handshake that fails says what is offered and what is taken: a server takes ${what}`, async () => {
      const service = await serve(tls);
      const { name, code, message } = errorIn(await usual.startSessions(service.describe()));
      expect([name, code]).to.deep.equal(['SmartIdServiceError', 'tls_handshake']);
      expect(message).to.match(/^The Smart-ID service cannot be used\. The TLS handshake failed \([\w /]{10,}\)\. /);
      expect(message).to.contain("This process offers TLS 1.2 to 1.3 with Node's own list of ciphers.");
      expect(message).to.contain(wanted).and.to.contain('proxy or firewall').and.to.contain('NODE_OPTIONS');
    });
  }

  it('a TLS handshake that fails says that the address may be wrong: a server without TLS', async () => {
    const { environment, ...others } = (await serve()).describe();
    const baseUrl = simulator.environment.baseUrl.replace('http:', 'https:');
    const { code, message } = errorIn(
      await usual.startSessions({
        ...others,
        environment: { ...(environment as object), baseUrl } as typeof simulator.environment,
      }),
    );
    expect(code).to.equal('tls_handshake');
    expect(message).to.contain('check the address');
  });

  describe('A process whose options leave nothing of what the live service takes', () => {
    const [tls13, ecdhe, dhe] = accepted.map(([, , tls]) => tls);
    for (const [options, meets, offer] of [
      [
        ['--tls-cipher-list=AES128-SHA', '--tls-max-v1.2'],
        [tls13, ecdhe, dhe],
        'TLS 1.2 with the ciphers "AES128-SHA"',
      ],
      [['--tls-max-v1.2'], [tls13], "TLS 1.2 with Node's own list of ciphers"],
      [['--tls-cipher-list=NONSENSE'], [tls13], 'TLS 1.2 to 1.3 with the ciphers "NONSENSE"'],
    ] as const) {
      it(`says what it offers in TLS, to the client and in the log of a site: ${options.join(' ')}`, async () => {
        const restricted = await start(...options);
        for (const tls of meets) {
          const service = await serve(tls);
          const { name, code, message } = errorIn(await restricted.startSessions(service.describe()));
          expect([name, code]).to.deep.equal(['SmartIdServiceError', 'tls_handshake']);
          expect(message).to.contain(`This process offers ${offer}.`).and.to.contain(wanted);
          expect(message).to.contain('--tls-max-v1.2, --tls-cipher-list').and.to.contain('OPENSSL_CONF');
        }
        const origin = await restricted.serve((await serve(tls13)).describe());
        expect((await new Browser(origin).post('/start')).status).to.equal(503);
        await until(() => restricted.log.includes(`This process offers ${offer}.`), 'the line in the log');
      });
    }
  });

  describe('A key of the RP API that changes', () => {
    it('makes no request fail while the old pin and the new one are both set', async () => {
      const service = await serve();
      const started = usual.startSessions(service.describe([identity.pin, next.pin]), { times: 60, atOnce: 5 });
      for (const key of [next, identity, next]) {
        const { requests } = service;
        await until(() => service.requests > requests + 60, 'requests');
        service.replaceKey(key);
      }
      const results = await started;
      expect(results.filter(({ error }) => error)).to.deep.equal([]);
      expect(results).to.have.length(300);
      const shown = service.connections.map(({ pin }) => pin).filter((pin, at, all) => pin !== all[at - 1]);
      expect(shown).to.deep.equal([identity.pin, next.pin, identity.pin, next.pin]);
    });

    it('lets a login that began with the old key end with the new one', async () => {
      const service = await serve();
      const browser = new Browser(await usual.serve(service.describe([identity.pin, next.pin])));
      const { body: view } = await browser.post('/start');
      service.replaceKey(next);
      await simulator.phone.confirm(view);
      await browser.post('/finish', { id: view.id });
      expect((await browser.get('/me')).body).to.deep.equal({ id: 'PNOEE-40404040009' });
      expect(await logIn(browser.origin)).to.deep.equal({ id: 'PNOEE-40404040009' });
      expect(service.connections.at(-1)?.pin).to.equal(next.pin);
    });

    it('is told where no pin is right: which key came, which were pinned and what to do', async () => {
      const service = await serve();
      const older = Buffer.alloc(32, 7).toString('base64');
      expect(await usual.startSessions(service.describe([older, identity.pin]))).to.deep.equal([{}]);
      service.replaceKey(next);
      const { requests } = service;
      const { name, code, message } = errorIn(await usual.startSessions(service.describe([older, identity.pin])));
      expect(service.requests, 'nothing may be sent').to.equal(requests);
      expect([name, code]).to.deep.equal(['SmartIdServiceError', 'pin_mismatch']);
      expect(message).to.contain(`The key that came: ${next.pin}, `);
      expect(message).to.contain(`pinned: ${older}, ${identity.pin}.`);
      expect(message).to.contain('announced').and.to.contain('beside the old one');
      expect(message).to.contain('npx smart-id-trust live --pins').and.to.contain('SMART_ID_PIN_MISMATCH');
      expect(message, 'of the request').to.not.contain('localhost').and.to.not.contain('/v3');
    });

    it("is told in the site's log where no pin is right, and the visitor gets status 503", async () => {
      const service = await serve();
      service.replaceKey(next);
      const origin = await usual.serve(service.describe([identity.pin]));
      expect((await new Browser(origin).post('/start')).status).to.equal(503);
      await until(() => usual.log.includes(`The key that came: ${next.pin}, `), 'the line in the log');
      expect(usual.log).to.contain(`pinned: ${identity.pin}.`);
    });
  });
});
