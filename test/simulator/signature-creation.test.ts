import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { type Simulator, simulatedAccounts } from '../../lib/simulator/index.js';
import {
  callbackUrl,
  certificateChoiceRequest,
  certificateRequest,
  choiceInteraction,
  createChoice,
  deviceLink,
  documentOk,
  encode,
  type Json,
  messageInteraction,
  personOk,
  post,
  signatureRequest,
  startQuickSimulator,
  textInteraction,
  usePhone,
} from './support.js';

const octets = { 'SHA-256': 32, 'SHA-384': 48, 'SHA-512': 64, 'SHA3-256': 32, 'SHA3-384': 48, 'SHA3-512': 64 };
const impliedOctets = { sha256WithRSAEncryption: 32, sha384WithRSAEncryption: 48, sha512WithRSAEncryption: 64 };

describe('The requests about signing', () => {
  let sim: Simulator;
  let linkedSessionID: string;
  before(async () => {
    sim = await startQuickSimulator({ linkedSignatureWaitMs: 60_000 });
    const choice = await createChoice(sim);
    await usePhone(sim, { deviceLink: deviceLink(choice, 'QR') });
    linkedSessionID = choice.response.sessionID;
  });
  after(() => sim.close());

  /** Below `/signature/`, with a body that is right. */
  const endpoints: Record<string, (changes?: Json) => Json> = {
    [`device-link/document/${documentOk}`]: signatureRequest,
    [`device-link/etsi/${personOk}`]: signatureRequest,
    [`notification/document/${documentOk}`]: signatureRequest,
    [`notification/etsi/${personOk}`]: signatureRequest,
    [`notification/linked/${documentOk}`]: (changes) => signatureRequest({ linkedSessionID, ...changes }),
    'certificate-choice/device-link/anonymous': certificateChoiceRequest,
    [`certificate-choice/notification/etsi/${personOk}`]: certificateChoiceRequest,
    [`certificate/${documentOk}`]: certificateRequest,
  };
  const paths = Object.keys(endpoints);
  const isLinked = (path: string) => path.includes('/linked/');
  const isSignature = (path: string) => !path.startsWith('certificate');
  const hasDeviceLink = (path: string) => path.includes('device-link');
  const create = (path: string, changes: Json = {}) =>
    post(`${sim.baseUrl}/signature/${path}`, endpoints[path]?.(changes));
  const parameters = (changes: Json) => ({
    signatureProtocolParameters: { ...signatureRequest().signatureProtocolParameters, ...changes },
  });

  async function expectRefusal(path: string, changes: Json, pointer: string): Promise<void> {
    const { status, headers, body } = await create(path, changes);
    expect(status, JSON.stringify(body)).to.equal(400);
    expect(headers.get('content-type')).to.match(/^application\/json/);
    expect(body.errors.map((error: Json) => error.pointer)).to.deep.equal([pointer]);
    expect(body.errors[0].paramName).to.equal(pointer.split('/').at(-1));
  }

  describe('are answered', () => {
    for (const path of paths.filter(hasDeviceLink)) {
      it(`with the four values of a device link: ${path}`, async () => {
        const { status, body } = await create(path);
        expect(status).to.equal(200);
        expect(body).to.have.all.keys('sessionID', 'sessionToken', 'sessionSecret', 'deviceLinkBase');
      });
    }

    for (const path of [`notification/document/${documentOk}`, `notification/etsi/${personOk}`]) {
      it(`with a code of the server, another each time: ${path}`, async () => {
        const codes = new Set<string>();
        for (let time = 0; time < 5; time += 1) {
          const { status, body } = await create(path);
          expect(status).to.equal(200);
          expect(body).to.have.all.keys('sessionID', 'vc');
          expect(body.vc).to.have.all.keys('type', 'value');
          expect(body.vc.type).to.equal('numeric4');
          expect(body.vc.value).to.match(/^\d{4}$/);
          codes.add(body.vc.value);
        }
        expect(codes.size).to.be.above(1);
      });
    }

    for (const path of [`notification/linked/${documentOk}`, `certificate-choice/notification/etsi/${personOk}`]) {
      it(`with the session alone: ${path}`, async () => {
        const { status, body } = await create(path);
        expect(status).to.equal(200);
        expect(body).to.have.all.keys('sessionID');
      });
    }

    it('with the certificate, without a session', async () => {
      const { status, body } = await create(`certificate/${documentOk}`);
      expect(status).to.equal(200);
      expect(body).to.have.all.keys('state', 'cert');
      expect(body.state).to.equal('OK');
      expect(body.cert).to.have.all.keys('value', 'certificateLevel');
      expect(body.cert.certificateLevel).to.equal('QUALIFIED');
    });
  });

  describe('accept', () => {
    for (const path of paths.filter(isSignature)) {
      for (const [hashAlgorithm, length] of Object.entries(octets)) {
        it(`a digest by ${hashAlgorithm}: ${path}`, async () => {
          const digest = randomBytes(length).toString('base64');
          const changes = parameters({ digest, signatureAlgorithmParameters: { hashAlgorithm } });
          expect((await create(path, changes)).status).to.equal(200);
        });
      }
      for (const [signatureAlgorithm, length] of Object.entries(impliedOctets)) {
        it(`a digest for ${signatureAlgorithm}: ${path}`, async () => {
          const digest = randomBytes(length).toString('base64');
          const changes = parameters({ digest, signatureAlgorithm, signatureAlgorithmParameters: undefined });
          expect((await create(path, changes)).status).to.equal(200);
        });
      }
    }

    for (const path of paths) {
      it(`every level: ${path}`, async () => {
        for (const certificateLevel of ['ADVANCED', 'QUALIFIED', 'QSCD']) {
          expect((await create(path, { certificateLevel })).status, certificateLevel).to.equal(200);
        }
      });
    }

    for (const path of paths.filter((candidate) => !candidate.startsWith('certificate/'))) {
      it(`a nonce of 1 to 30 characters, or none: ${path}`, async () => {
        for (const nonce of ['a', 'x'.repeat(30), '🙂'.repeat(30), undefined]) {
          expect((await create(path, { nonce })).status, nonce).to.equal(200);
        }
      });
    }

    for (const path of paths.filter(hasDeviceLink)) {
      it(`a callback: ${path}`, async () => {
        expect((await create(path, { initialCallbackUrl: callbackUrl })).status).to.equal(200);
      });
    }

    it('the choice of a code in a notification', async () => {
      const interactions = encode([choiceInteraction, messageInteraction, textInteraction]);
      expect((await create(`notification/document/${documentOk}`, { interactions })).status).to.equal(200);
    });
  });

  describe('refuse with 400 and say where', () => {
    const digestPointer = '/signatureProtocolParameters/digest';
    const inSignatures: [string, Json, string][] = [
      ['no signatureProtocol', { signatureProtocol: undefined }, '/signatureProtocol'],
      ['the protocol of authentications', { signatureProtocol: 'ACSP_V2' }, '/signatureProtocol'],
      ['no parameters', { signatureProtocolParameters: undefined }, '/signatureProtocolParameters'],
      ['no digest', parameters({ digest: undefined }), digestPointer],
      ['a digest that is no text', parameters({ digest: 1 }), digestPointer],
      ['an empty digest', parameters({ digest: '' }), digestPointer],
      ['a digest that is too short', parameters({ digest: randomBytes(63).toString('base64') }), digestPointer],
      ['a digest that is too long', parameters({ digest: randomBytes(65).toString('base64') }), digestPointer],
      ['a digest by another hash', parameters({ digest: randomBytes(32).toString('base64') }), digestPointer],
      [
        'a digest that does not fit the hash that the algorithm implies',
        parameters({ signatureAlgorithm: 'sha256WithRSAEncryption', signatureAlgorithmParameters: undefined }),
        digestPointer,
      ],
      ['a digest in Base64URL', parameters({ digest: `_${'A'.repeat(85)}==` }), digestPointer],
      ['a digest without padding', parameters({ digest: 'A'.repeat(86) }), digestPointer],
      ['a digest in hexadecimal', parameters({ digest: randomBytes(64).toString('hex') }), digestPointer],
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
        parameters({ signatureAlgorithm: 'sha512WithRSAEncryption' }),
        '/signatureProtocolParameters/signatureAlgorithmParameters',
      ],
      ['no interactions', { interactions: undefined }, '/interactions'],
      ['interactions that are none', { interactions: encode([]) }, '/interactions'],
    ];
    for (const path of paths.filter(isSignature)) {
      for (const [what, changes, pointer] of inSignatures) {
        it(`${what}: ${path}`, () => expectRefusal(path, changes, pointer));
      }
      if (!path.startsWith('notification/') || isLinked(path)) {
        it(`the choice of a code: ${path}`, () =>
          expectRefusal(path, { interactions: encode([choiceInteraction]) }, '/interactions'));
      }
      if (!isLinked(path)) {
        it(`a linkedSessionID: ${path}`, () =>
          expectRefusal(path, { linkedSessionID: randomBytes(9).toString('hex') }, '/linkedSessionID'));
      }
    }

    it('no linkedSessionID in the linked signature', () =>
      expectRefusal(`notification/linked/${documentOk}`, { linkedSessionID: undefined }, '/linkedSessionID'));

    const inCertificates: [string, Json][] = Object.entries(signatureRequest({ linkedSessionID: 'abc' })).filter(
      ([name]) => !name.startsWith('relyingParty'),
    );
    for (const path of paths.filter((candidate) => !isSignature(candidate))) {
      for (const [name, value] of inCertificates) {
        it(`${name}: ${path}`, () => expectRefusal(path, { [name]: value }, `/${name}`));
      }
    }

    const everywhere: [string, Json, string][] = [
      ['no relyingPartyUUID', { relyingPartyUUID: undefined }, '/relyingPartyUUID'],
      ['an empty relyingPartyName', { relyingPartyName: '' }, '/relyingPartyName'],
      ['an unknown level', { certificateLevel: 'BEST' }, '/certificateLevel'],
      ['a vcType', { vcType: 'numeric4' }, '/vcType'],
      ['capabilities that are no list', { capabilities: 'a' }, '/capabilities'],
      ['an empty nonce', { nonce: '' }, '/nonce'],
      ['a nonce of 31 characters', { nonce: 'x'.repeat(31) }, '/nonce'],
      ['a nonce that is no text', { nonce: 1 }, '/nonce'],
      ['a callback with a fragment', { initialCallbackUrl: 'https://rp.example.com/#a' }, '/initialCallbackUrl'],
    ];
    for (const path of paths) {
      for (const [what, changes, pointer] of everywhere) {
        it(`${what}: ${path}`, () => expectRefusal(path, changes, pointer));
      }
      if (!hasDeviceLink(path)) {
        it(`a callback: ${path}`, () =>
          expectRefusal(path, { initialCallbackUrl: callbackUrl }, '/initialCallbackUrl'));
      }
    }

    it('a nonce where there is no session', () =>
      expectRefusal(`certificate/${documentOk}`, { nonce: 'abc' }, '/nonce'));

    it('every broken rule at once', async () => {
      const url = `${sim.baseUrl}/signature/notification/linked/${documentOk}`;
      const { body } = await post(url, { nonce: '', vcType: 'numeric4' });
      expect(body.errors.map((error: Json) => error.paramName)).to.have.members([
        'relyingPartyUUID',
        'relyingPartyName',
        'signatureProtocol',
        'signatureProtocolParameters',
        'interactions',
        'linkedSessionID',
        'nonce',
        'vcType',
      ]);
    });
  });

  describe('refuse', () => {
    const bodyOf = (path: string, changes: Json) => {
      if (path.startsWith('certificate/')) return certificateRequest(changes);
      if (path.startsWith('certificate-choice')) return certificateChoiceRequest(changes);
      return signatureRequest({ ...(isLinked(path) && { linkedSessionID }), ...changes });
    };
    const answerTo = (path: string, changes: Json = {}) =>
      post(`${sim.baseUrl}/signature/${path}`, bodyOf(path, changes));
    const statusOf = async (path: string, changes: Json = {}) => (await answerTo(path, changes)).status;

    for (const path of paths) {
      it(`an unknown relying party with 401 or 403: ${path}`, async () => {
        expect(await statusOf(path, { relyingPartyName: 'Somebody' })).to.equal(401);
        expect(await statusOf(path, { relyingPartyUUID: '00000000-0000-4000-8000-00000000dead' })).to.equal(403);
      });

      it(`what the relying party has no permission for with 403: ${path}`, async () => {
        // The request for a certificate of a document has neither field.
        const expected = path.startsWith('certificate/') ? 400 : 403;
        expect(await statusOf(path, { requestProperties: { shareMdClientIpAddress: true } })).to.equal(expected);
        expect(await statusOf(path, { capabilities: ['a'] })).to.equal(expected);
      });

      it(`another method with 405: ${path}`, async () => {
        expect((await fetch(`${sim.baseUrl}/signature/${path}`)).status).to.equal(405);
      });
    }

    const byDocument = paths.filter((path) => path.endsWith(documentOk)).map((path) => path.replace(documentOk, ''));
    for (const path of byDocument) {
      it(`an unknown document with 404: ${path}`, async () => {
        expect(await statusOf(`${path}PNOEE-39999999999-MOCK-Q`)).to.equal(404);
      });

      it(`a document number that is none with 400: ${path}`, async () => {
        expect(await statusOf(`${path}${personOk}`)).to.equal(400);
      });

      it(`an account below the level like one that there is not: ${path}`, async () => {
        for (const [documentNumber, certificateLevel] of [
          ['PNOLT-61101019988-MOCK-NQ', 'QUALIFIED'],
          ['PNOLT-61101019988-MOCK-NQ', 'QSCD'],
          ['PNOEE-00000000010-SIMU-Q', 'QSCD'],
        ] as const) {
          const { status, body } = await answerTo(path + documentNumber, { certificateLevel });
          expect([status, body]).to.deep.equal([404, undefined]);
        }
      });
    }

    const byPerson = paths.filter((path) => path.endsWith(personOk)).map((path) => path.replace(personOk, ''));
    for (const path of byPerson) {
      it(`people without a fitting account: ${path}`, async () => {
        expect(await statusOf(`${path}EE-40404040009`)).to.equal(400);
        expect(await statusOf(`${path}PNOEE-39999999999`)).to.equal(404);
        const { status, body } = await answerTo(`${path}PNOEE-00000000010`, { certificateLevel: 'QSCD' });
        expect([status, body.errors[0].code]).to.deep.equal([404, 'NO_SUITABLE_ACCOUNT_FOUND']);
      });
    }

    it('paths that do not exist with 404', async () => {
      for (const path of ['device-link/anonymous', 'certificate-choice/device-link/etsi/PNOEE-1', 'certificate']) {
        expect(await statusOf(path), path).to.equal(404);
      }
    });
  });

  describe('for the certificate of a document', () => {
    const certificateOf = (documentNumber: string) =>
      post(
        `${sim.baseUrl}/signature/certificate/${documentNumber}`,
        certificateRequest({ certificateLevel: 'ADVANCED' }),
      );

    it('are answered with the signing certificate, which is not the one for authentication', async () => {
      const issued = sim.pki.issueUserCertificate({ account: documentOk, purpose: 'signature' });
      sim.useCertificate(documentOk, issued, 'signature');
      const { body } = await certificateOf(documentOk);
      expect(body.cert.value).to.equal(issued.certificate.toString('base64'));
    });

    it('are answered with the level of the account, for QSCD too', async () => {
      expect((await certificateOf('PNOLT-61101019988-MOCK-NQ')).body.cert.certificateLevel).to.equal('ADVANCED');
      const { body } = await create(`certificate/${documentOk}`, { certificateLevel: 'QSCD' });
      expect(body.cert.certificateLevel).to.equal('QUALIFIED');
    });

    for (const { documentNumber, outcome } of simulatedAccounts.filter((account) => account.outcome !== 'OK')) {
      const expected = /UNUSABLE/.test(outcome) ? 'DOCUMENT_UNUSABLE' : 'OK';
      it(`are answered with ${expected} for ${outcome}, ${documentNumber}`, async () => {
        const { status, body } = await certificateOf(documentNumber);
        expect(status === 200 ? body.state : status).to.equal(expected);
        if (expected === 'DOCUMENT_UNUSABLE') expect(body).to.have.all.keys('state');
      });
    }

    it('are met by faults as the creation of a session is', async () => {
      sim.faults.add({ on: 'create', times: 1, status: 580 });
      expect((await certificateOf(documentOk)).status).to.equal(580);
      expect((await certificateOf(documentOk)).status).to.equal(200);
    });
  });
});
