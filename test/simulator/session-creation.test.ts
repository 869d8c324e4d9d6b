import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Simulator } from '../../lib/simulator/index.js';
import { demoWithAdvanced } from '../support/relying-parties.js';
import {
  callbackUrl,
  choiceInteraction,
  deviceLinkRequest,
  documentOk,
  encode,
  type Json,
  messageInteraction,
  notificationRequest,
  personOk,
  post,
  startQuickSimulator,
  textInteraction,
} from './support.js';

describe('Creating an authentication session', () => {
  let sim: Simulator;
  before(async () => {
    sim = await startQuickSimulator({
      relyingParties: [
        demoWithAdvanced,
        { uuid: '00000000-0000-4000-8000-000000000001', name: 'Privileged', mayShareIpAddress: true },
      ],
    });
  });
  after(() => sim.close());

  const create = (path: string, body: unknown) => post(`${sim.baseUrl}/authentication/${path}`, body);

  describe('by device link', () => {
    for (const path of ['anonymous', `etsi/${personOk}`, `document/${documentOk}`]) {
      it(`answers with the four values of a device link: ${path}`, async () => {
        const { status, body } = await create(`device-link/${path}`, deviceLinkRequest());
        expect(status).to.equal(200);
        expect(body).to.have.all.keys('sessionID', 'sessionToken', 'sessionSecret', 'deviceLinkBase');
        expect(body.sessionID).to.match(/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
        expect(body.sessionToken).to.match(/^[a-zA-Z0-9]{24}$/);
        expect(Buffer.from(body.sessionSecret, 'base64')).to.have.length(32);
        expect(body.deviceLinkBase).to.equal(`${new URL(sim.baseUrl).origin}/device-link`);
      });
    }
  });

  describe('by notification', () => {
    for (const path of [`etsi/${personOk}`, `document/${documentOk}`]) {
      it(`answers with the session alone: ${path}`, async () => {
        const { status, body } = await create(`notification/${path}`, notificationRequest());
        expect(status).to.equal(200);
        expect(body).to.have.all.keys('sessionID');
      });
    }
  });

  describe('accepts', () => {
    const challenge = (changes: Json) => ({
      signatureProtocolParameters: { ...deviceLinkRequest().signatureProtocolParameters, ...changes },
    });
    const accepted: [string, Json][] = [
      ['a challenge of 32 bytes', challenge({ rpChallenge: randomBytes(32).toString('base64') })],
      ...['SHA-256', 'SHA-384', 'SHA-512', 'SHA3-256', 'SHA3-384', 'SHA3-512'].map((hashAlgorithm): [string, Json] => [
        hashAlgorithm,
        challenge({ signatureAlgorithmParameters: { hashAlgorithm } }),
      ]),
      ...['sha256WithRSAEncryption', 'sha384WithRSAEncryption', 'sha512WithRSAEncryption'].map(
        (signatureAlgorithm): [string, Json] => [
          signatureAlgorithm,
          challenge({ signatureAlgorithm, signatureAlgorithmParameters: undefined }),
        ],
      ),
      ['both levels', { certificateLevel: 'ADVANCED' }],
      ['an https callback', { initialCallbackUrl: callbackUrl }],
      ['a callback of 1800 characters', { initialCallbackUrl: `https://rp.example.com/${'x'.repeat(1777)}` }],
      ['an http callback of this machine', { initialCallbackUrl: 'http://127.0.0.1:3000/callback?value=1' }],
      ['two interactions', { interactions: encode([messageInteraction, textInteraction]) }],
      [
        'a text of 30 characters that count as two',
        { interactions: encode([{ ...textInteraction, displayText60: '🙂'.repeat(30) }]) },
      ],
      ['requestProperties without the privilege if they ask for nothing', { requestProperties: {} }],
      ['no single capability', { capabilities: [] }],
      ['a name in another case', { relyingPartyName: 'Demo' }],
      ['a field that it does not know', { somethingNew: true }],
    ];
    for (const [what, changes] of accepted) {
      it(what, async () => {
        const { status, body } = await create('device-link/anonymous', deviceLinkRequest(changes));
        expect(status, JSON.stringify(body)).to.equal(200);
      });
    }

    it('an address request of somebody with the privilege', async () => {
      const privileged = {
        relyingPartyUUID: '00000000-0000-4000-8000-000000000001',
        relyingPartyName: 'Privileged',
        requestProperties: { shareMdClientIpAddress: true },
      };
      expect((await create('device-link/anonymous', deviceLinkRequest(privileged))).status).to.equal(200);
    });

    it('the choice of a code in a notification', async () => {
      const body = notificationRequest({ interactions: encode([choiceInteraction, textInteraction]) });
      expect((await create(`notification/document/${documentOk}`, body)).status).to.equal(200);
    });
  });

  describe('refuses with 400 and says where', () => {
    const parameters = (changes: Json) => ({
      signatureProtocolParameters: { ...deviceLinkRequest().signatureProtocolParameters, ...changes },
    });
    const interactions = (value: unknown) => ({ interactions: encode(value) });
    const inDeviceLink: [string, Json, string][] = [
      ['no relyingPartyUUID', { relyingPartyUUID: undefined }, '/relyingPartyUUID'],
      ['a relyingPartyUUID that is none', { relyingPartyUUID: 'demo' }, '/relyingPartyUUID'],
      ['no relyingPartyName', { relyingPartyName: undefined }, '/relyingPartyName'],
      ['an empty relyingPartyName', { relyingPartyName: '' }, '/relyingPartyName'],
      ['a level of signatures', { certificateLevel: 'QSCD' }, '/certificateLevel'],
      ['no signatureProtocol', { signatureProtocol: undefined }, '/signatureProtocol'],
      ['the protocol of signatures', { signatureProtocol: 'RAW_DIGEST_SIGNATURE' }, '/signatureProtocol'],
      ['no parameters', { signatureProtocolParameters: undefined }, '/signatureProtocolParameters'],
      ['no challenge', parameters({ rpChallenge: undefined }), '/signatureProtocolParameters/rpChallenge'],
      [
        'a challenge of 31 bytes',
        parameters({ rpChallenge: randomBytes(31).toString('base64') }),
        '/signatureProtocolParameters/rpChallenge',
      ],
      [
        'a challenge of 65 bytes',
        parameters({ rpChallenge: randomBytes(65).toString('base64') }),
        '/signatureProtocolParameters/rpChallenge',
      ],
      [
        'a challenge in Base64URL',
        parameters({ rpChallenge: `_${'A'.repeat(42)}=` }),
        '/signatureProtocolParameters/rpChallenge',
      ],
      [
        'a challenge without padding',
        parameters({ rpChallenge: randomBytes(32).toString('base64').replace('=', '') }),
        '/signatureProtocolParameters/rpChallenge',
      ],
      [
        'an unknown signatureAlgorithm',
        parameters({ signatureAlgorithm: 'ecdsa' }),
        '/signatureProtocolParameters/signatureAlgorithm',
      ],
      [
        'PSS without a hash',
        parameters({ signatureAlgorithmParameters: undefined }),
        '/signatureProtocolParameters/signatureAlgorithmParameters',
      ],
      [
        'an unknown hash',
        parameters({ signatureAlgorithmParameters: { hashAlgorithm: 'SHA-1' } }),
        '/signatureProtocolParameters/signatureAlgorithmParameters/hashAlgorithm',
      ],
      [
        'a deprecated algorithm with a hash',
        parameters({ signatureAlgorithm: 'sha256WithRSAEncryption' }),
        '/signatureProtocolParameters/signatureAlgorithmParameters',
      ],
      ['no interactions', { interactions: undefined }, '/interactions'],
      ['interactions as an array', { interactions: [textInteraction] }, '/interactions'],
      ['interactions that are not Base64', { interactions: '[]' }, '/interactions'],
      ['interactions that are not JSON', { interactions: 'AAAA' }, '/interactions'],
      ['interactions that are no array', interactions(textInteraction), '/interactions'],
      ['no single interaction', interactions([]), '/interactions'],
      ['an interaction that is no object', interactions(['displayTextAndPIN']), '/interactions'],
      ['an interaction of an unknown type', interactions([{ type: 'sing', displayText60: 'a' }]), '/interactions'],
      ['the notification-only interaction', interactions([choiceInteraction]), '/interactions'],
      ['an interaction twice', interactions([textInteraction, textInteraction]), '/interactions'],
      ['an interaction without text', interactions([{ type: 'displayTextAndPIN' }]), '/interactions'],
      ['an empty text', interactions([{ ...textInteraction, displayText60: '' }]), '/interactions'],
      ...['a line\nbreak', 'a\u0000', 'turned \u202e round', '\ud800'].map((text): [string, Json, string] => [
        `a text that an app would not show as it is: ${JSON.stringify(text)}`,
        interactions([{ ...textInteraction, displayText60: text }]),
        '/interactions',
      ]),
      [
        'a text of 31 characters that count as two',
        interactions([{ ...textInteraction, displayText60: '😀'.repeat(31) }]),
        '/interactions',
      ],
      [
        'a text of 61 characters',
        interactions([{ ...textInteraction, displayText60: 'x'.repeat(61) }]),
        '/interactions',
      ],
      [
        'a text of 201 characters',
        interactions([{ ...messageInteraction, displayText200: 'x'.repeat(201) }]),
        '/interactions',
      ],
      ['the text of another type', interactions([{ type: 'displayTextAndPIN', displayText200: 'a' }]), '/interactions'],
      ['two texts', interactions([{ ...textInteraction, displayText200: 'a' }]), '/interactions'],
      ['a nonce', { nonce: 'abc' }, '/nonce'],
      ['a linkedSessionID', { linkedSessionID: 'abc' }, '/linkedSessionID'],
      ['a vcType', { vcType: 'numeric4' }, '/vcType'],
      ['an http callback', { initialCallbackUrl: 'http://rp.example.com/callback' }, '/initialCallbackUrl'],
      [
        'an http callback that only begins like this machine',
        { initialCallbackUrl: 'http://localhost.example.com/' },
        '/initialCallbackUrl',
      ],
      ['an empty name', { relyingPartyName: '' }, '/relyingPartyName'],
      ['a name of 33 characters', { relyingPartyName: 'x'.repeat(33) }, '/relyingPartyName'],
      ['a name that turns round', { relyingPartyName: 'DE\u202eMO' }, '/relyingPartyName'],
      ...[' ', '"', '{', '}', '<', '>', '\\', '^', '`', '%', '%4', '%zz', 'ä'].map((part): [string, Json, string] => [
        `a callback that is no URI: ${part}`,
        { initialCallbackUrl: `https://rp.example.com/callback?a=${part}` },
        '/initialCallbackUrl',
      ]),
      ['a callback with a fragment', { initialCallbackUrl: 'https://rp.example.com/#a' }, '/initialCallbackUrl'],
      ['a callback with a bar', { initialCallbackUrl: 'https://rp.example.com/a|b' }, '/initialCallbackUrl'],
      [
        'a callback of 1801 characters',
        { initialCallbackUrl: `https://rp.example.com/${'x'.repeat(1778)}` },
        '/initialCallbackUrl',
      ],
      ['capabilities that are no list', { capabilities: 'a' }, '/capabilities'],
      [
        'a property of the wrong type',
        { requestProperties: { shareMdClientIpAddress: 'yes' } },
        '/requestProperties/shareMdClientIpAddress',
      ],
    ];
    for (const [what, changes, pointer] of inDeviceLink) {
      it(what, async () => {
        const { status, headers, body } = await create('device-link/anonymous', deviceLinkRequest(changes));
        expect(status).to.equal(400);
        expect(headers.get('content-type')).to.match(/^application\/json/);
        expect(body).to.include.all.keys('type', 'title', 'status', 'detail', 'instance', 'errors');
        expect(body.status).to.equal(400);
        expect(body.errors.map((error: Json) => error.pointer)).to.deep.equal([pointer]);
        expect(body.errors[0].paramName).to.equal(pointer.split('/').at(-1));
        expect(body.errors[0].detail).to.be.a('string');
      });
    }

    const inNotification: [string, Json, string][] = [
      ['no vcType', { vcType: undefined }, '/vcType'],
      ['an unknown vcType', { vcType: 'alphaNumeric4' }, '/vcType'],
      ['a callback', { initialCallbackUrl: callbackUrl }, '/initialCallbackUrl'],
      ['a nonce', { nonce: 'abc' }, '/nonce'],
    ];
    for (const [what, changes, pointer] of inNotification) {
      it(`in a notification: ${what}`, async () => {
        const { status, body } = await create(`notification/document/${documentOk}`, notificationRequest(changes));
        expect(status).to.equal(400);
        expect(body.errors.map((error: Json) => error.pointer)).to.deep.equal([pointer]);
      });
    }

    it('every broken rule at once', async () => {
      const { body } = await create('device-link/anonymous', {});
      expect(body.errors.map((error: Json) => error.paramName)).to.have.members([
        'relyingPartyUUID',
        'relyingPartyName',
        'signatureProtocol',
        'signatureProtocolParameters',
        'interactions',
      ]);
      expect(body.errors.map((error: Json) => error.detail)).to.deep.equal(
        body.errors.map(({ pointer }: Json) => `Null argument found: ${pointer}`),
      );
    });

    for (const body of ['{', '"text"', 'null', '[]', '']) {
      it(`a body that is no JSON object: ${body || 'nothing'}`, async () => {
        expect((await create('device-link/anonymous', body)).status).to.equal(400);
      });
    }

    it('a semantics identifier that is none', async () => {
      const { status, body } = await create('device-link/etsi/EE-40404040009', deviceLinkRequest());
      expect(status).to.equal(400);
      expect(body.errors[0].paramName).to.equal('semantics-identifier');
    });

    it('a document number that is none', async () => {
      const { status, body } = await create(`device-link/document/${personOk}`, deviceLinkRequest());
      expect(status).to.equal(400);
      expect(body.errors[0].paramName).to.equal('document-number');
    });
  });

  describe('refuses', () => {
    it('an unknown relying party with 403', async () => {
      const relyingPartyUUID = '00000000-0000-4000-8000-00000000dead';
      const { status, body } = await create('device-link/anonymous', deviceLinkRequest({ relyingPartyUUID }));
      expect([status, body.errors[0].pointer]).to.deep.equal([403, '/relyingPartyUUID']);
    });

    it('a name of another relying party with 401, without a body', async () => {
      const { status, body } = await create(
        'device-link/anonymous',
        deviceLinkRequest({ relyingPartyName: 'Somebody' }),
      );
      expect([status, body]).to.deep.equal([401, undefined]);
    });

    it('what the relying party has no permission for with 403', async () => {
      const forbidden = await startQuickSimulator({ relyingParties: undefined });
      const allowed = await startQuickSimulator({
        relyingParties: [{ ...demoWithAdvanced, mayShareIpAddress: true, capabilities: ['a', 'b'] }],
      });
      try {
        for (const [changes, pointer] of [
          [{ certificateLevel: 'ADVANCED' }, '/certificateLevel'],
          [{ capabilities: ['a'] }, '/capabilities'],
          [{ requestProperties: { shareMdClientIpAddress: true } }, '/requestProperties/shareMdClientIpAddress'],
        ] as const) {
          const path = '/authentication/device-link/anonymous';
          const { status, body } = await post(forbidden.baseUrl + path, deviceLinkRequest(changes));
          expect([status, body.errors[0].pointer]).to.deep.equal([403, pointer]);
          expect((await post(allowed.baseUrl + path, deviceLinkRequest(changes))).status).to.equal(200);
        }
        const path = '/authentication/device-link/anonymous';
        const more = deviceLinkRequest({ capabilities: ['a', 'c'] });
        expect((await post(allowed.baseUrl + path, more)).status).to.equal(403);
      } finally {
        await forbidden.close();
        await allowed.close();
      }
    });

    for (const flow of ['device-link', 'notification']) {
      const answerTo = (path: string, changes: Json = {}) =>
        create(`${flow}/${path}`, flow === 'notification' ? notificationRequest(changes) : deviceLinkRequest(changes));

      it(`an unknown person with 404: ${flow}`, async () => {
        const { status, body } = await answerTo('etsi/PNOEE-39999999999');
        expect(status).to.equal(404);
        expect(body).to.include({ type: 'about:blank', title: 'Not Found', status: 404, detail: 'Not Found' });
        expect(body).not.to.have.property('errors');
      });

      it(`an unknown document, or one below the level, with 404 and no body: ${flow}`, async () => {
        for (const documentNumber of ['PNOEE-39999999999-MOCK-Q', 'PNOLT-61101019988-MOCK-NQ']) {
          const { status, body } = await answerTo(`document/${documentNumber}`);
          expect([status, body]).to.deep.equal([404, undefined]);
        }
      });

      it(`a person whose accounts are all below the level with 404 and a code: ${flow}`, async () => {
        for (const changes of [{}, { certificateLevel: 'QUALIFIED' }]) {
          const { status, body } = await answerTo('etsi/PNOLT-61101019988', changes);
          expect([status, body.status]).to.deep.equal([404, 404]);
          expect(body.errors.map(({ code }: Json) => code)).to.deep.equal(['NO_SUITABLE_ACCOUNT_FOUND']);
        }
        expect((await answerTo('etsi/PNOLT-61101019988', { certificateLevel: 'ADVANCED' })).status).to.equal(200);
      });
    }

    it('another content type with 415', async () => {
      const url = `${sim.baseUrl}/authentication/device-link/anonymous`;
      expect((await post(url, deviceLinkRequest(), { 'content-type': 'text/plain' })).status).to.equal(415);
    });

    it('another method with 405', async () => {
      const response = await fetch(`${sim.baseUrl}/authentication/device-link/anonymous`);
      expect(response.status).to.equal(405);
      expect(response.headers.get('allow')).to.equal('POST');
      expect((await post(`${sim.baseUrl}/session/abc`, {})).status).to.equal(405);
    });

    it('another path with 404', async () => {
      const { status, headers } = await post(`${sim.baseUrl}/authentication/device-link`, {});
      expect(status).to.equal(404);
      expect(headers.get('content-type')).to.match(/^application\/json/);
    });

    it('a body that is too large with 413', async () => {
      expect((await create('device-link/anonymous', { padding: 'x'.repeat(100_000) })).status).to.equal(413);
    });
  });
});
