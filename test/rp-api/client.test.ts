import { expect } from 'chai';
import nock from 'nock';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { SmartIdClient } from '../../lib/rp-api/client.js';
import { SmartIdInputError, SmartIdServiceError, SmartIdSessionNotFoundError } from '../../lib/shared/errors.js';
import { inputError } from '../support/errors.js';
import {
  base,
  deviceLinkSession,
  itMapsHttpErrors,
  origin,
  rejection,
  relyingParty,
  sessionID,
  thrown,
  useStubbedService,
} from '../support/stubbed-service.js';

const request = {
  rpChallenge: generateChallenge(),
  interactions: encodeInteractions([{ type: 'displayTextAndPIN', displayText60: 'Log in' }], 'device-link'),
  signatureAlgorithm: 'rsassa-pss',
  hashAlgorithm: 'SHA-512',
} as const;
const sentParameters = {
  rpChallenge: request.rpChallenge,
  signatureAlgorithm: 'rsassa-pss',
  signatureAlgorithmParameters: { hashAlgorithm: 'SHA-512' },
};

describe('The RP API client', () => {
  let client = new SmartIdClient({ environment: 'demo', ...relyingParty });
  // One that has met no errors.
  beforeEach(() => {
    client = new SmartIdClient({ environment: 'demo', ...relyingParty });
  });

  useStubbedService();

  const creations: [path: string, call: (options?: { signal: AbortSignal }) => Promise<unknown>][] = [
    ['authentication/device-link/anonymous', (o) => client.authenticationDeviceLinkAnonymous(request, o)],
    [
      'authentication/device-link/etsi/PNOLV-010111-22341',
      (o) => client.authenticationDeviceLinkEtsi('PNOLV-010111-22341', request, o),
    ],
    [
      'authentication/device-link/document/PNOEE-30303039914-MOCK-Q',
      (o) => client.authenticationDeviceLinkDocument('PNOEE-30303039914-MOCK-Q', request, o),
    ],
    [
      'authentication/notification/etsi/PNOEE-30303039914',
      (o) => client.authenticationNotificationEtsi('PNOEE-30303039914', request, o),
    ],
    [
      'authentication/notification/document/PNOEE-30303039914-MOCK-Q',
      (o) => client.authenticationNotificationDocument('PNOEE-30303039914-MOCK-Q', request, o),
    ],
  ];

  for (const [path, call] of creations) {
    it(`posts exactly the fields of the protocol to ${path} and drops unknown ones of the answer`, async () => {
      const isNotification = path.includes('notification');
      const answer = isNotification ? { sessionID } : deviceLinkSession;
      nock(origin)
        .post(`${base}/${path}`, {
          ...relyingParty,
          signatureProtocol: 'ACSP_V2',
          signatureProtocolParameters: sentParameters,
          interactions: request.interactions,
          ...(isNotification ? { vcType: 'numeric4' } : {}),
        })
        .matchHeader('content-type', 'application/json')
        .reply(200, { ...answer, later: { version: 4 } });
      expect(await call()).to.deep.equal(answer);
    });

    it(`does not repeat a POST to ${path} that failed`, async () => {
      nock(origin).post(`${base}/${path}`).reply(500);
      expect(await rejection(call()))
        .to.be.instanceOf(SmartIdServiceError)
        .with.property('code', 'server_error');
    });
  }

  it('sends the optional fields as they are', async () => {
    const optional = {
      initialCallbackUrl: 'https://rp.example.com/callback?value=1',
      certificateLevel: 'ADVANCED',
      requestProperties: { shareMdClientIpAddress: true },
      capabilities: ['A'],
    } as const;
    nock(origin)
      .post(`${base}/authentication/device-link/anonymous`, (body) => {
        expect(body).to.deep.include(optional);
        return true;
      })
      .reply(200, deviceLinkSession);
    await client.authenticationDeviceLinkAnonymous({ ...request, ...optional });
  });

  it('leaves the parameters out with a deprecated algorithm', async () => {
    nock(origin)
      .post(`${base}/authentication/device-link/anonymous`, (body) => {
        expect(body.signatureProtocolParameters).to.deep.equal({
          rpChallenge: request.rpChallenge,
          signatureAlgorithm: 'sha256WithRSAEncryption',
        });
        return true;
      })
      .reply(200, deviceLinkSession);
    const { hashAlgorithm: _, ...rest } = request;
    await client.authenticationDeviceLinkAnonymous({ ...rest, signatureAlgorithm: 'sha256WithRSAEncryption' });
  });

  const refused: [field: string, change: object][] = [
    ['rpChallenge', { rpChallenge: 'short' }],
    ['signatureAlgorithm', { signatureAlgorithm: 'rsa' }],
    ['hashAlgorithm', { hashAlgorithm: undefined }],
    ['hashAlgorithm', { hashAlgorithm: 'SHA-1' }],
    ['hashAlgorithm', { signatureAlgorithm: 'sha256WithRSAEncryption' }],
    ['interactions', { interactions: 'not base64' }],
    ['interactions', { interactions: Buffer.from('{}').toString('base64') }],
    ['certificateLevel', { certificateLevel: 'QSCD' }],
    ['initialCallbackUrl', { initialCallbackUrl: 'http://rp.example.com/' }],
    ['initialCallbackUrl', { initialCallbackUrl: '' }],
    ['initialCallbackUrl', { initialCallbackUrl: 'https://rp.example.com/a|b' }],
    ['initialCallbackUrl', { initialCallbackUrl: 'https://rp.example.com/#a' }],
    ['initialCallbackUrl', { initialCallbackUrl: `https://rp.example.com/${'a'.repeat(1800)}` }],
    ['initialCallbackUrl', { initialCallbackUrl: 'https://rp.example.com/õ' }],
    ['initialCallbackUrl', { initialCallbackUrl: 'http://localhost:3000/callback' }],
    ['capabilities', { capabilities: null }],
    ['capabilities', { capabilities: 'A' }],
    ['capabilities', { capabilities: { 0: 'A', length: 1 } }],
    ['capabilities[0]', { capabilities: [''] }],
    ['capabilities[1]', { capabilities: ['A', 7] }],
    ['capabilities[1]', { capabilities: ['A', undefined, 'B'] }],
    ['requestProperties', { requestProperties: null }],
    ['requestProperties', { requestProperties: 'shareMdClientIpAddress' }],
    ['requestProperties', { requestProperties: ['shareMdClientIpAddress'] }],
    ['requestProperties.shareMdClientIpAddress', { requestProperties: { shareMdClientIpAddress: 'true' } }],
    ['requestProperties.shareMdClientIpAddress', { requestProperties: { shareMdClientIpAddress: null } }],
  ];
  for (const [field, change] of refused) {
    it(`refuses before sending: ${JSON.stringify(change).slice(0, 80)}`, () => {
      expect(() => client.authenticationDeviceLinkAnonymous({ ...request, ...change } as never)).to.throw(
        ...inputError(field),
      );
    });
  }

  it('refuses request properties that JSON has no word for', () => {
    const circle: Record<string, unknown> = {};
    circle.itself = circle;
    for (const somethingNew of [1n, circle]) {
      const requestProperties = { shareMdClientIpAddress: false, somethingNew };
      expect(() => client.authenticationDeviceLinkAnonymous({ ...request, requestProperties })).to.throw(
        ...inputError('requestProperties'),
      );
    }
  });

  it('passes on request properties that it does not know, which the service names where it does not either', async () => {
    const requestProperties = { shareMdClientIpAddress: false, somethingNew: 'x' };
    nock(origin)
      .post(`${base}/authentication/device-link/anonymous`, (body) => {
        expect(body).to.deep.include({ requestProperties, capabilities: [] });
        return true;
      })
      .reply(200, deviceLinkSession);
    await client.authenticationDeviceLinkAnonymous({ ...request, requestProperties, capabilities: [] });
  });

  for (const [name, rule] of [
    ['', /^relyingPartyName must be a text of 1 to 32 characters\.$/],
    [' ', /^relyingPartyName must be a text of 1 to 32 characters\.$/],
    ['\u200d', /^relyingPartyName must be a text of 1 to 32 characters\.$/],
    [undefined, /^relyingPartyName must be a text of 1 to 32 characters\.$/],
    ['x'.repeat(33), /^relyingPartyName must be a text of 1 to 32 characters\.$/],
    ['DEMO\u202e', /^relyingPartyName must not contain U\+202E:/],
    ['DEMO\n', /^relyingPartyName must not contain U\+000A:/],
  ] as const) {
    it(`is not made with the name ${JSON.stringify(name)}`, () => {
      const make = () => new SmartIdClient({ environment: 'demo', ...relyingParty, relyingPartyName: name as string });
      expect(make).to.throw(...inputError('relyingPartyName'));
      expect(make).to.throw(rule);
    });
  }

  it('is made with any name of 32 characters that can be seen, a vertical bar too', () => {
    for (const relyingPartyName of ['x'.repeat(32), 'Ühispank | Äri', '🙂'.repeat(16)]) {
      new SmartIdClient({ environment: 'demo', ...relyingParty, relyingPartyName });
    }
  });

  const unfitForPath = [
    '..',
    '.',
    'a/b',
    '%2f',
    '%2F..',
    'a b',
    'a\u0000b',
    'a\nb',
    'a\tb',
    'a?b',
    'a#b',
    'a\\b',
    'õ',
    '😀',
  ];

  for (const unfit of unfitForPath) {
    it(`lets no part of a path be ${JSON.stringify(unfit)}, alone or within a person or document`, () => {
      for (const identifier of [
        unfit,
        `PNOEE-${unfit}`,
        `PNOEE-1${unfit}`,
        `PNOEE-1${unfit}-MOCK-Q`,
        `${unfit}PNOEE-1-A-Q`,
      ]) {
        for (const call of ['authenticationDeviceLinkEtsi', 'authenticationDeviceLinkDocument'] as const) {
          expect(() => client[call](identifier, request), identifier).to.throw(SmartIdInputError);
        }
      }
    });
  }

  for (const malformed of ['pnoee-30303039914', 'PNOEE30303039914', 'PNOEE-1/../2', '', 7]) {
    it(`refuses the person or document ${JSON.stringify(malformed)}, without repeating it`, () => {
      for (const call of ['authenticationDeviceLinkEtsi', 'authenticationNotificationDocument'] as const) {
        const error = thrown(() => client[call](malformed as string, request));
        expect(error).to.be.instanceOf(SmartIdInputError);
        if (malformed) expect(error.message).to.not.contain(String(malformed));
      }
    });
  }

  itMapsHttpErrors([
    {
      path: 'authentication/device-link/anonymous',
      call: () => client.authenticationDeviceLinkAnonymous(request),
    },
    {
      path: 'authentication/device-link/etsi/PNOEE-30303039914',
      call: () => client.authenticationDeviceLinkEtsi('PNOEE-30303039914', request),
    },
  ]);

  it('keeps the error where the body of an error is no problem', async () => {
    nock(origin).post(`${base}/authentication/device-link/anonymous`).reply(400, '<html>');
    const error = await rejection(client.authenticationDeviceLinkAnonymous(request));
    expect(error).to.include({ code: 'bad_request', problem: undefined });
  });

  const malformedAnswers: [what: string, body: unknown][] = [
    ['no JSON', '<html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', []],
    ['sessionID', { ...deviceLinkSession, sessionID: 'x/../y' }],
    ['sessionToken', { ...deviceLinkSession, sessionToken: 'short' }],
    ['sessionToken', { ...deviceLinkSession, sessionToken: 'a&sessionType=sign&xxxxxxxxxxxxx' }],
    ['sessionSecret', { ...deviceLinkSession, sessionSecret: 42 }],
    ['sessionSecret', { ...deviceLinkSession, sessionSecret: undefined }],
    ['deviceLinkBase', { ...deviceLinkSession, deviceLinkBase: 'javascript:alert(1)' }],
    ['deviceLinkBase', { ...deviceLinkSession, deviceLinkBase: 'https://smart-id.com/?a' }],
  ];
  for (const [what, body] of malformedAnswers) {
    it(`refuses an answer with a wrong ${what}: ${JSON.stringify(body).slice(0, 60)}`, async () => {
      nock(origin)
        .post(`${base}/authentication/device-link/anonymous`)
        .reply(200, body as nock.Body);
      const error = await rejection(client.authenticationDeviceLinkAnonymous(request));
      expect(error).to.be.instanceOf(SmartIdServiceError).with.property('code', 'bad_response');
      if (/^[a-z]+[A-Z]/.test(what)) expect(error.message).to.contain(what);
    });
  }

  it('does not follow a redirect', async () => {
    nock(origin)
      .post(`${base}/authentication/device-link/anonymous`)
      .reply(307, '', { location: 'https://example.com/' });
    expect(await rejection(client.authenticationDeviceLinkAnonymous(request))).to.have.property('code', 'network');
  });

  it('says when the service cannot be reached, without the URL', async () => {
    nock(origin)
      .post(/etsi/)
      .replyWithError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }));
    const error = await rejection(client.authenticationDeviceLinkEtsi('PNOEE-30303039914', request));
    expect(error).to.have.property('code', 'network');
    expect(error.message).to.contain('ECONNREFUSED').and.not.contain('30303039914');
  });

  describe('asking for a session', () => {
    const path = `${base}/session/${sessionID}`;

    it('passes timeoutMs on', async () => {
      nock(origin).get(path).query({ timeoutMs: 5000 }).reply(200, { state: 'RUNNING' });
      expect(await client.sessionStatus(sessionID, { timeoutMs: 5000 })).to.deep.equal({ state: 'RUNNING' });
    });

    for (const timeoutMs of [999, 120_001, 1500.5, Number.NaN]) {
      it(`refuses timeoutMs ${timeoutMs}`, async () => {
        expect(await rejection(client.sessionStatus(sessionID, { timeoutMs }))).to.include({ field: 'timeoutMs' });
      });
    }

    const malformedSessions = [
      ...[
        '..',
        '.',
        '',
        null,
        undefined,
        7,
        'x',
        'a/b',
        'a?b',
        '%2e%2e',
        `${sessionID}/`,
        `${sessionID}?a`,
        `${sessionID}\n`,
      ],
      ...[` ${sessionID}`, sessionID.slice(1), `{${sessionID}}`, 'a'.repeat(100_000), [sessionID]],
    ];
    for (const malformed of malformedSessions) {
      it(`refuses the session ${JSON.stringify(malformed)?.slice(0, 60)} before a request, without repeating it`, async () => {
        // A request would be one that nobody answers.
        for (const ask of [client.sessionStatus, client.waitForSession]) {
          const error = await rejection(ask.call(client, malformed as string));
          expect(error).to.be.instanceOf(SmartIdInputError).that.includes({ field: 'sessionID' });
          expect(error.message).to.equal('sessionID must be a UUID.');
        }
      });
    }

    for (const other of [
      sessionID.toUpperCase(),
      '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
      '00000000-0000-0000-0000-000000000000',
    ]) {
      it(`asks for it by the UUID as it came: ${other}`, async () => {
        nock(origin).get(`${base}/session/${other}`).query(true).reply(200, { state: 'RUNNING' });
        expect(await client.sessionStatus(other)).to.deep.equal({ state: 'RUNNING' });
      });
    }

    it('says that the session is not there', async () => {
      nock(origin).get(path).query(true).reply(404);
      expect(await rejection(client.sessionStatus(sessionID))).to.be.instanceOf(SmartIdSessionNotFoundError);
    });

    for (const [what, body] of [
      ['state', { state: 'DONE' }],
      ['result', { state: 'COMPLETE' }],
      ['result.endResult', { state: 'COMPLETE', result: { endResult: 1 } }],
      ['signature.flowType', { state: 'COMPLETE', result: { endResult: 'OK' }, signature: { flowType: ['QR'] } }],
      ['cert.value', { state: 'COMPLETE', result: { endResult: 'OK' }, cert: { certificateLevel: 'QUALIFIED' } }],
    ] as const) {
      it(`refuses an answer with a wrong ${what}`, async () => {
        nock(origin).get(path).query(true).reply(200, body);
        const error = await rejection(client.sessionStatus(sessionID));
        expect(error).to.have.property('code', 'bad_response');
        expect(error.message).to.contain(what);
      });
    }

    it('waits until it is complete, through running answers and passing faults', async () => {
      nock(origin).get(path).query(true).reply(200, { state: 'RUNNING' });
      nock(origin).get(path).query(true).reply(502);
      nock(origin)
        .get(path)
        .query(true)
        .reply(200, { state: 'COMPLETE', result: { endResult: 'TIMEOUT' } });
      expect((await client.waitForSession(sessionID)).result.endResult).to.equal('TIMEOUT');
    });

    it('does not ask again after an answer that makes no sense', async () => {
      nock(origin).get(path).query(true).reply(200, 'x');
      expect(await rejection(client.waitForSession(sessionID))).to.have.property('code', 'bad_response');
    });

    for (const name of ['maxWaitMs', 'deadline']) {
      it(`ends after ${name}`, async () => {
        nock(origin).get(path).query(true).delay(60).reply(200, { state: 'RUNNING' });
        expect(await rejection(client.waitForSession(sessionID, { [name]: 40 }))).to.have.property('code', 'timeout');
      });
    }

    it('can be aborted, with the reason of who did', async () => {
      nock(origin).get(path).query(true).delay(5000).reply(200, { state: 'RUNNING' });
      const controller = new AbortController();
      const reason = new Error('The page was closed.');
      setTimeout(() => controller.abort(reason), 20);
      expect(await rejection(client.waitForSession(sessionID, { signal: controller.signal }))).to.equal(reason);
    });
  });

  it('takes another fetch', async () => {
    const calls: string[] = [];
    const other = new SmartIdClient({
      environment: { baseUrl: 'https://rp-api.example.com/v3/', schemeName: 'smart-id' },
      ...relyingParty,
      fetch: async (url) => {
        calls.push(url);
        return new Response(JSON.stringify(deviceLinkSession));
      },
    });
    await other.authenticationDeviceLinkAnonymous(request);
    expect(calls).to.deep.equal(['https://rp-api.example.com/v3/authentication/device-link/anonymous']);
  });
});
