import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import type { Simulator } from '../../lib/simulator/index.js';
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
        { uuid: '00000000-0000-4000-8000-000000000000', name: 'DEMO' },
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
        'a text of 60 characters that JavaScript counts as 120',
        { interactions: encode([{ ...textInteraction, displayText60: '🙂'.repeat(60) }]) },
      ],
      ['requestProperties without the privilege if they ask for nothing', { requestProperties: {} }],
      ['capabilities', { capabilities: ['something'] }],
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
        expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
        expect(body).to.include.all.keys('type', 'title', 'status', 'detail', 'instance', 'errors');
        expect(body.status).to.equal(400);
        expect(body.errors.map((error: Json) => error.pointer)).to.deep.equal([pointer]);
        expect(body.errors[0].paramName).to.equal(pointer.split('/').at(-1));
        expect(body.errors[0].detail).to.be.a('string');
        expect(body.errors[0].code).to.match(/^(missing|invalid)$/);
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
      expect(body.errors.every((error: Json) => error.code === 'missing')).to.equal(true);
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
    const statusOf = async (path: string, changes: Json = {}) => {
      const base = path.startsWith('notification') ? notificationRequest : deviceLinkRequest;
      const { status, body } = await create(path, base(changes));
      expect(body.status).to.equal(status);
      return status;
    };

    it('an unknown relying party with 401', async () => {
      expect(
        await statusOf('device-link/anonymous', { relyingPartyUUID: '00000000-0000-4000-8000-00000000dead' }),
      ).to.equal(401);
      expect(await statusOf('device-link/anonymous', { relyingPartyName: 'Somebody' })).to.equal(401);
    });

    it('a request for the address without the privilege with 403', async () => {
      expect(await statusOf('device-link/anonymous', { requestProperties: { shareMdClientIpAddress: true } })).to.equal(
        403,
      );
    });

    for (const flow of ['device-link', 'notification']) {
      it(`an unknown person or document with 404: ${flow}`, async () => {
        expect(await statusOf(`${flow}/etsi/PNOEE-39999999999`)).to.equal(404);
        expect(await statusOf(`${flow}/document/PNOEE-39999999999-MOCK-Q`)).to.equal(404);
      });

      it(`an account below the level with 471: ${flow}`, async () => {
        expect(await statusOf(`${flow}/document/PNOLT-61101019988-MOCK-NQ`)).to.equal(471);
        expect(await statusOf(`${flow}/etsi/PNOLT-61101019988`, { certificateLevel: 'QUALIFIED' })).to.equal(471);
        expect(await statusOf(`${flow}/etsi/PNOEE-00000000471`)).to.equal(471);
      });

      it(`a person who has to look in the app with 472: ${flow}`, async () => {
        expect(await statusOf(`${flow}/etsi/PNOEE-00000000472`)).to.equal(472);
        expect(await statusOf(`${flow}/document/PNOEE-00000000472-SIMU-Q`)).to.equal(472);
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
      expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
    });

    it('a body that is too large with 413', async () => {
      expect((await create('device-link/anonymous', { padding: 'x'.repeat(100_000) })).status).to.equal(413);
    });
  });
});
