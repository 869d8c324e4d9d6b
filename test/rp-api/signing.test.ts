/** The client's methods for signing, against the simulator and against a service that answers what the test wants. */

import { constants, randomBytes, verify, X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import nock from 'nock';
import {
  type HashAlgorithm,
  hashAlgorithmOf,
  hashAlgorithms,
  hashOctets,
  nodeHashName,
  type SignatureChoice,
  signatureAlgorithms,
} from '../../lib/protocol/algorithms.js';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { createDeviceLink } from '../../lib/protocol/device-link.js';
import { calculateDigest } from '../../lib/protocol/digest.js';
import { encodeInteractions, type Interaction } from '../../lib/protocol/interactions.js';
import { type CallOptions, SmartIdClient } from '../../lib/rp-api/client.js';
import type { CompleteSessionStatus, DeviceLinkSession } from '../../lib/rp-api/responses.js';
import {
  SmartIdAccountError,
  SmartIdInputError,
  SmartIdRequestError,
  SmartIdServiceError,
} from '../../lib/shared/errors.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { inputError } from '../support/errors.js';
import { callbackAfter, okDocument, usePhone } from '../support/phone.js';
import { demoWithAdvanced } from '../support/relying-parties.js';
import {
  answerOnce,
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

const contract = Buffer.from('The contract');
const text: Interaction = { type: 'displayTextAndPIN', displayText60: 'Sign the contract' };
const message: Interaction = { type: 'confirmationMessage', displayText200: 'Sign the contract' };
const codeChoice: Interaction = {
  type: 'confirmationMessageAndVerificationCodeChoice',
  displayText200: 'Sign the contract',
};
const pss = { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-512' } as const;
const signature = {
  ...pss,
  digest: calculateDigest(contract, 'SHA-512'),
  interactions: encodeInteractions([message, text], 'device-link'),
};
const digestOfLength = (octets: number) => Buffer.alloc(octets, 7).toString('base64');

/** All that may be signed with: `rsassa-pss` with every hash, and the algorithms that name their own. */
const choices: SignatureChoice[] = signatureAlgorithms.flatMap((signatureAlgorithm): SignatureChoice[] =>
  signatureAlgorithm === 'rsassa-pss'
    ? hashAlgorithms.map((hashAlgorithm) => ({ signatureAlgorithm, hashAlgorithm }))
    : [{ signatureAlgorithm }],
);

describe('The RP API client, signing at the simulator', () => {
  const person = 'PNOEE-40404040009';
  const initialCallbackUrl = 'http://127.0.0.1:9/callback?value=RrKjjT4aggzu27YBddX1bQ';
  let simulator: Simulator;
  let client: SmartIdClient;

  before(async () => {
    simulator = await startSimulator({ port: 0, relyingParties: [demoWithAdvanced], notificationDelayMs: 10 });
    client = new SmartIdClient(simulator);
  });
  after(() => simulator.close());

  /** Without a nonce, the same request soon after another is answered with the session of that one. */
  const fresh = () => ({ ...signature, nonce: randomBytes(15).toString('base64url') });

  /** Scans the code, or opens the link of this device, of a session that somebody has just created. */
  async function use(
    session: DeviceLinkSession,
    flowType: 'QR' | 'Web2App' | 'App2App',
    terms: { sessionType: 'sign'; digest: string; interactions: string } | { sessionType: 'cert' },
  ): Promise<string | undefined> {
    const isQr = flowType === 'QR';
    const deviceLink = createDeviceLink({
      schemeName: simulator.environment.schemeName,
      relyingPartyName: simulator.relyingPartyName,
      ...session,
      ...terms,
      deviceLinkType: flowType,
      lang: 'eng',
      ...(isQr ? { elapsedSeconds: 0 } : { initialCallbackUrl }),
    });
    if (!isQr) return callbackAfter(simulator, { deviceLink, flowType });
    await usePhone(simulator, { deviceLink, flowType });
    return undefined;
  }

  /** Holds a final status against the key in its certificate, by node's own means. */
  function expectSignature(status: CompleteSessionStatus, flowType: string, choice: SignatureChoice = pss) {
    expect(status.result).to.deep.equal({ endResult: 'OK', documentNumber: okDocument });
    expect(status.signatureProtocol).to.equal('RAW_DIGEST_SIGNATURE');
    expect(status.signature).to.include({ flowType, signatureAlgorithm: choice.signatureAlgorithm });
    expect(status.signature).to.not.have.any.keys('serverRandom', 'userChallenge');
    const hash = hashAlgorithmOf(choice);
    const { publicKey } = new X509Certificate(Buffer.from(status.cert?.value ?? '', 'base64'));
    const padding =
      choice.signatureAlgorithm === 'rsassa-pss'
        ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashOctets(hash) }
        : { padding: constants.RSA_PKCS1_PADDING };
    const value = Buffer.from(status.signature?.value ?? '', 'base64');
    expect(verify(nodeHashName(hash), contract, { key: publicKey, ...padding }, value)).to.equal(true);
  }

  /** A final status without a signature: somebody has chosen a certificate. */
  function expectChoice(status: CompleteSessionStatus, flowType: string): string {
    expect(status.result.endResult).to.equal('OK');
    expect(status.signatureProtocol).to.equal(undefined);
    expect(status.signature).to.deep.equal({ flowType });
    expect(status.cert?.value).to.be.a('string');
    const { documentNumber = '' } = status.result;
    expect(documentNumber).to.contain(person);
    return documentNumber;
  }

  describe('gets the certificate of a known document', () => {
    it('which is the one that the document signs with', async () => {
      const answer = await client.signatureCertificate(okDocument);
      if (answer.state !== 'OK') throw new Error(`The state is ${answer.state}.`);
      expect(Object.keys(answer).sort()).to.deep.equal(['cert', 'state']);
      expect(new X509Certificate(Buffer.from(answer.cert.value, 'base64')).subject).to.contain(person);
      const { sessionID } = await client.signatureNotificationDocument(okDocument, fresh());
      const { cert } = await client.waitForSession(sessionID);
      expect(cert).to.deep.equal(answer.cert);
    });

    it('or hears that it cannot sign', async () => {
      const answer = await client.signatureCertificate('PNOEE-00000000002-SIMU-Q');
      expect(answer).to.deep.equal({ state: 'DOCUMENT_UNUSABLE' });
    });

    for (const [what, documentNumber, certificateLevel, code] of [
      ['there is no such document', 'PNOEE-40404040009-NONE-Q', undefined, 'no_account'],
      ['the document is not good enough', 'PNOLT-61101019988-MOCK-NQ', 'QUALIFIED', 'no_account'],
      ['its key is in no qualified device', 'PNOEE-00000000010-SIMU-Q', 'QSCD', 'no_account'],
    ] as const) {
      it(`or hears that ${what}`, async () => {
        const error = await rejection(client.signatureCertificate(documentNumber, { certificateLevel }));
        expect(error).to.be.instanceOf(SmartIdAccountError).with.property('code', code);
      });
    }

    it('at the level that it asks for', async () => {
      for (const certificateLevel of ['ADVANCED', 'QUALIFIED', 'QSCD'] as const) {
        const answer = await client.signatureCertificate(okDocument, { certificateLevel });
        expect(answer.state, certificateLevel).to.equal('OK');
      }
      const answer = await client.signatureCertificate('PNOLT-61101019988-MOCK-NQ', { certificateLevel: 'ADVANCED' });
      expect(answer).to.have.nested.property('cert.certificateLevel', 'ADVANCED');
    });
  });

  describe('has a digest signed', () => {
    for (const flowType of ['QR', 'Web2App', 'App2App'] as const) {
      it(`by a document, with a device link (${flowType})`, async () => {
        const request = { ...fresh(), initialCallbackUrl: flowType === 'QR' ? undefined : initialCallbackUrl };
        const session = await client.signatureDeviceLinkDocument(okDocument, request);
        const callback = await use(session, flowType, { sessionType: 'sign', ...signature });
        expectSignature(await client.waitForSession(session.sessionID), flowType);
        if (callback === undefined) return;
        // The verifier belongs to logins.
        const added = [...new URL(callback).searchParams.keys()];
        expect(added).to.deep.equal(['value', 'sessionSecretDigest']);
      });
    }

    it('by a person, with a device link', async () => {
      const session = await client.signatureDeviceLinkEtsi(person, fresh());
      await use(session, 'QR', { sessionType: 'sign', ...signature });
      expectSignature(await client.waitForSession(session.sessionID), 'QR');
    });

    it('by a document, by push, with a code to show', async () => {
      const { sessionID, vc } = await client.signatureNotificationDocument(okDocument, fresh());
      expect(vc.type).to.equal('numeric4');
      expect(vc.value).to.match(/^\d{4}$/);
      expectSignature(await client.waitForSession(sessionID), 'Notification');
    });

    it('by a person, by push, with a code to show', async () => {
      const interactions = encodeInteractions([codeChoice, text], 'notification');
      const { sessionID, vc } = await client.signatureNotificationEtsi(person, { ...fresh(), interactions });
      expect(vc.value).to.match(/^\d{4}$/);
      const status = await client.waitForSession(sessionID);
      expectSignature(status, 'Notification');
      expect(status.interactionTypeUsed).to.equal(codeChoice.type);
    });

    for (const choice of choices) {
      it(`with ${choice.signatureAlgorithm} and ${hashAlgorithmOf(choice)}`, async () => {
        const digest = calculateDigest(contract, hashAlgorithmOf(choice));
        const request = { ...fresh(), hashAlgorithm: undefined, ...choice, digest };
        const { sessionID } = await client.signatureNotificationDocument(okDocument, request);
        expectSignature(await client.waitForSession(sessionID), 'Notification', choice);
      });
    }

    it('once for the same request, and again with another nonce', async () => {
      const request = { ...signature, digest: digestOfLength(64) };
      const ask = async (nonce?: string) =>
        (await client.signatureNotificationDocument(okDocument, { ...request, nonce })).sessionID;
      expect(await ask('one')).to.equal(await ask('one'));
      expect(await ask('two')).to.not.equal(await ask('one'));
    });

    it('or hears how it ended without', async () => {
      const { sessionID } = await client.signatureNotificationDocument('PNOEE-30403039917-MOCK-Q', fresh());
      const status = await client.waitForSession(sessionID);
      expect(status.result).to.deep.include({ endResult: 'USER_REFUSED' });
      expect(status).to.not.have.any.keys('signature', 'cert');
    });
  });

  describe('lets somebody choose a certificate', () => {
    it('by device link, and has the linked signature at once', async () => {
      const choice = await client.certificateChoiceDeviceLinkAnonymous({ nonce: 'a choice' });
      const scanned = use(choice, 'QR', { sessionType: 'cert' });
      const documentNumber = expectChoice(await client.waitForSession(choice.sessionID), 'QR');
      const linked = await client.signatureNotificationLinked(documentNumber, {
        ...fresh(),
        linkedSessionID: choice.sessionID,
      });
      expect(linked).to.have.all.keys('sessionID');
      expectSignature(await client.waitForSession(linked.sessionID), 'Notification');
      await scanned;
    });

    it('on the same device, and has the linked signature before the person comes back', async () => {
      const choice = await client.certificateChoiceDeviceLinkAnonymous({ initialCallbackUrl, nonce: 'a return' });
      const returned = use(choice, 'Web2App', { sessionType: 'cert' });
      const documentNumber = expectChoice(await client.waitForSession(choice.sessionID), 'Web2App');
      const { sessionID } = await client.signatureNotificationLinked(documentNumber, {
        ...fresh(),
        linkedSessionID: choice.sessionID,
      });
      expectSignature(await client.waitForSession(sessionID), 'Notification');
      expect(await returned).to.contain('sessionSecretDigest=');
    });

    it('which nothing can be linked to before it is made', async () => {
      const choice = await client.certificateChoiceDeviceLinkAnonymous({ nonce: 'not made' });
      const request = { ...fresh(), linkedSessionID: choice.sessionID };
      const error = await rejection(client.signatureNotificationLinked(okDocument, request));
      expect(error).to.be.instanceOf(SmartIdRequestError).with.property('code', 'bad_request');
      expect(error).to.have.nested.property('problem.errors[0].paramName', 'linkedSessionID');
    });

    it('by push, and has the signature by another push', async () => {
      const choice = await client.certificateChoiceNotificationEtsi(person, { nonce: 'a push' });
      expect(choice).to.have.all.keys('sessionID');
      const documentNumber = expectChoice(await client.waitForSession(choice.sessionID), 'Notification');
      const { sessionID } = await client.signatureNotificationDocument(documentNumber, fresh());
      expectSignature(await client.waitForSession(sessionID), 'Notification');
    });
  });
});

const person = 'PNOLV-010111-22341';
const documentNumber = 'PNOLV-010111-22341-MOCK-Q';

/** What stands in place of a type that would keep a test from asking what must be refused. */
type Anything = any;
type Call = (request?: Anything, options?: CallOptions, signer?: Anything) => Promise<unknown>;

interface Endpoint {
  method: string;
  path: string;
  call: Call;
  /** The least that it takes. */
  least: object;
  /** What is sent of a request that has every field of every endpoint, besides what all have in common. */
  fields: readonly string[];
  signer?: 'person' | 'document';
  answer: object;
}

const signatureFields = [
  'certificateLevel',
  'requestProperties',
  'capabilities',
  'nonce',
  'signatureProtocol',
  'signatureProtocolParameters',
  'interactions',
];
const choiceFields = ['certificateLevel', 'requestProperties', 'capabilities', 'nonce'];
const linkedSignature = { ...signature, linkedSessionID: sessionID };
const code = { type: 'numeric4', value: '0927' };

describe('The RP API client, signing', () => {
  let client = new SmartIdClient({ environment: 'demo', ...relyingParty });
  // One that has met no errors.
  beforeEach(() => {
    client = new SmartIdClient({ environment: 'demo', ...relyingParty });
  });

  useStubbedService();

  const endpoints: Endpoint[] = [
    {
      method: 'signatureCertificate',
      path: `signature/certificate/${documentNumber}`,
      call: (request, options, signer = documentNumber) => client.signatureCertificate(signer, request, options),
      least: {},
      fields: ['certificateLevel'],
      signer: 'document',
      answer: { state: 'OK', cert: { value: 'AAAA', certificateLevel: 'QUALIFIED' } },
    },
    {
      method: 'signatureDeviceLinkDocument',
      path: `signature/device-link/document/${documentNumber}`,
      call: (request, options, signer = documentNumber) => client.signatureDeviceLinkDocument(signer, request, options),
      least: signature,
      fields: [...signatureFields, 'initialCallbackUrl'],
      signer: 'document',
      answer: deviceLinkSession,
    },
    {
      method: 'signatureDeviceLinkEtsi',
      path: `signature/device-link/etsi/${person}`,
      call: (request, options, signer = person) => client.signatureDeviceLinkEtsi(signer, request, options),
      least: signature,
      fields: [...signatureFields, 'initialCallbackUrl'],
      signer: 'person',
      answer: deviceLinkSession,
    },
    {
      method: 'signatureNotificationDocument',
      path: `signature/notification/document/${documentNumber}`,
      call: (request, options, signer = documentNumber) =>
        client.signatureNotificationDocument(signer, request, options),
      least: signature,
      fields: signatureFields,
      signer: 'document',
      answer: { sessionID, vc: code },
    },
    {
      method: 'signatureNotificationEtsi',
      path: `signature/notification/etsi/${person}`,
      call: (request, options, signer = person) => client.signatureNotificationEtsi(signer, request, options),
      least: signature,
      fields: signatureFields,
      signer: 'person',
      answer: { sessionID, vc: code },
    },
    {
      method: 'certificateChoiceDeviceLinkAnonymous',
      path: 'signature/certificate-choice/device-link/anonymous',
      call: (request, options) => client.certificateChoiceDeviceLinkAnonymous(request, options),
      least: {},
      fields: [...choiceFields, 'initialCallbackUrl'],
      answer: deviceLinkSession,
    },
    {
      method: 'signatureNotificationLinked',
      path: `signature/notification/linked/${documentNumber}`,
      call: (request, options, signer = documentNumber) => client.signatureNotificationLinked(signer, request, options),
      least: linkedSignature,
      fields: [...signatureFields, 'linkedSessionID'],
      signer: 'document',
      answer: { sessionID },
    },
    {
      method: 'certificateChoiceNotificationEtsi',
      path: `signature/certificate-choice/notification/etsi/${person}`,
      call: (request, options, signer = person) => client.certificateChoiceNotificationEtsi(signer, request, options),
      least: {},
      fields: choiceFields,
      signer: 'person',
      answer: { sessionID },
    },
  ];

  const called = (method: string): Endpoint => {
    const endpoint = endpoints.find((candidate) => candidate.method === method);
    if (!endpoint) throw new Error(`There is no method ${method}.`);
    return endpoint;
  };
  const having = (field: string) => endpoints.filter(({ fields }) => fields.includes(field));
  const signing = having('signatureProtocol');

  /** What is sent of a request for a signature. */
  function sentOf({ digest, interactions, signatureAlgorithm, hashAlgorithm }: Anything): object {
    const algorithm = hashAlgorithm && { signatureAlgorithmParameters: { hashAlgorithm } };
    return {
      signatureProtocol: 'RAW_DIGEST_SIGNATURE',
      signatureProtocolParameters: { digest, signatureAlgorithm, ...algorithm },
      interactions,
    };
  }

  const everything = {
    ...linkedSignature,
    certificateLevel: 'QSCD',
    requestProperties: { shareMdClientIpAddress: true },
    capabilities: ['A'],
    nonce: 'n'.repeat(30),
    initialCallbackUrl: 'https://rp.example.com/callback?value=1',
    rpChallenge: generateChallenge(),
    vcType: 'numeric4',
    signatureProtocol: 'ACSP_V2',
    relyingPartyName: 'Another',
    later: { version: 4 },
  };
  const everythingSent: Record<string, unknown> = { ...everything, ...sentOf(everything) };

  for (const { method, path, call, least, fields, answer } of endpoints) {
    describe(`by ${method}`, () => {
      it(`posts to ${path}, with no field that was not given`, async () => {
        const exchange = answerOnce(path, answer);
        expect(await call(least)).to.deep.equal(answer);
        const linked = method === 'signatureNotificationLinked' ? { linkedSessionID: sessionID } : {};
        const expected = 'digest' in least ? { ...sentOf(least), ...linked } : {};
        expect(exchange.sent).to.deep.equal({ ...relyingParty, ...expected });
      });

      it('sends the fields that belong to it, and nothing besides', async () => {
        const exchange = answerOnce(path, answer);
        await call(everything);
        const expected = Object.fromEntries(fields.map((field) => [field, everythingSent[field]]));
        expect(exchange.sent).to.deep.equal({ ...relyingParty, ...expected });
      });

      it('drops the fields of the answer that it does not know', async () => {
        answerOnce(path, { ...answer, later: { version: 4 } });
        expect(await call(least)).to.deep.equal(answer);
      });

      for (const [what, fail] of [
        ['was answered with an error', (post: nock.Interceptor) => post.reply(500)],
        [
          'broke off',
          (post: nock.Interceptor) => post.replyWithError(Object.assign(new Error('x'), { code: 'ECONNRESET' })),
        ],
        ['was answered with no JSON', (post: nock.Interceptor) => post.reply(200, '<html>')],
      ] as const) {
        it(`does not repeat a request that ${what}`, async () => {
          let requests = 0;
          const always = nock(origin).persist();
          fail(always.post(`${base}/${path}`)).on('request', () => {
            requests += 1;
          });
          expect(await rejection(call(least))).to.be.instanceOf(SmartIdServiceError);
          expect(requests).to.equal(1);
        });
      }

      it('can be aborted, with the reason of who did', async () => {
        nock(origin).post(`${base}/${path}`).delay(5000).reply(200, answer);
        const controller = new AbortController();
        const reason = new Error('The page was closed.');
        setTimeout(() => controller.abort(reason), 10);
        expect(await rejection(call(least, { signal: controller.signal }))).to.equal(reason);
      });
    });
  }

  itMapsHttpErrors(endpoints.map(({ path, call, least }) => ({ path, call: () => call(least) })));

  for (const choice of choices) {
    const hash = hashAlgorithmOf(choice);

    it(`sends a digest with ${choice.signatureAlgorithm} and ${hash}, and refuses one of another length`, async () => {
      for (const { method, path, call, least, answer } of signing) {
        const request = { ...least, hashAlgorithm: undefined, ...choice, digest: digestOfLength(hashOctets(hash)) };
        const exchange = answerOnce(path, answer);
        await call(request);
        expect(exchange.sent, method).to.deep.include(sentOf(request));
        const others = hashAlgorithms.map(hashOctets).filter((octets) => octets !== hashOctets(hash));
        for (const octets of [0, 20, hashOctets(hash) - 1, hashOctets(hash) + 1, ...others]) {
          const refused = { ...request, digest: digestOfLength(octets) };
          expect(() => call(refused), `${method} ${octets}`).to.throw(...inputError('digest'));
        }
      }
    });
  }

  it('takes the levels of signatures, of which a login does not know the highest', async () => {
    for (const { method, path, call, least, answer } of endpoints) {
      for (const certificateLevel of ['ADVANCED', 'QUALIFIED', 'QSCD']) {
        const exchange = answerOnce(path, answer);
        await call({ ...least, certificateLevel });
        expect(exchange.sent, method).to.include({ certificateLevel });
      }
    }
    const login = { ...everything, certificateLevel: 'QSCD' } as Anything;
    for (const call of [
      () => client.authenticationDeviceLinkAnonymous(login),
      () => client.authenticationNotificationEtsi(person, login),
    ]) {
      expect(call).to.throw(...inputError('certificateLevel'));
    }
  });

  it('takes a nonce from its shortest to its longest', async () => {
    for (const { path, call, least, answer } of having('nonce')) {
      for (const nonce of ['n', 'n'.repeat(30), '🙂'.repeat(15)]) {
        const exchange = answerOnce(path, answer);
        await call({ ...least, nonce });
        expect(exchange.sent).to.include({ nonce });
      }
    }
  });

  it('takes the choice of a code in a push alone', async () => {
    const interactions = Buffer.from(JSON.stringify([codeChoice, text])).toString('base64');
    for (const { method, path, call, least, answer } of signing) {
      const request = { ...least, interactions };
      if (!/^signatureNotification(Document|Etsi)$/.test(method)) {
        expect(() => call(request), method).to.throw(...inputError('interactions[0].type'));
        continue;
      }
      const exchange = answerOnce(path, answer);
      await call(request);
      expect(exchange.sent, method).to.include({ interactions });
    }
  });

  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64');
  const refusals: [field: string, where: Endpoint[], values: unknown[]][] = [
    ['digest', signing, [undefined, null, '', 7, 'not base64', signature.digest.slice(0, -2), [signature.digest]]],
    ['digest', signing, [calculateDigest(contract, 'SHA-256'), Buffer.alloc(64).toString('hex')]],
    ['signatureAlgorithm', signing, [undefined, null, 'rsa', 'RSASSA-PSS', 'sha1WithRSAEncryption']],
    ['hashAlgorithm', signing, [undefined, null, 'SHA-1', 'sha-512', 'SHA512']],
    ['interactions', signing, [undefined, null, 7, '', 'not base64', encoded({}), encoded([]), [text]]],
    ['interactions[0].type', signing, [encoded([{ ...text, type: 'x' }])]],
    ['interactions[0].displayText60', signing, [encoded([{ ...text, displayText60: 'x'.repeat(61) }])]],
    ['interactions[0].displayText200', signing, [encoded([{ ...text, displayText200: 'x' }])]],
    ['interactions[1].type', signing, [encoded([text, text])]],
    ['certificateLevel', endpoints, ['', 'qualified', 'QUALIFIED ', null, 7, ['QUALIFIED']]],
    ['nonce', having('nonce'), ['', 'n'.repeat(31), '🙂'.repeat(16), null, 7, ['n']]],
    ['linkedSessionID', having('linkedSessionID'), [undefined, null, '', 7, [sessionID], '..', 'x', `${sessionID} `]],
    ['capabilities', having('capabilities'), [null, 'A', 7, {}]],
    ['capabilities[0]', having('capabilities'), [[''], [7], [null], [['A']]]],
    ['requestProperties', having('requestProperties'), [null, 'x', 7, [], true]],
    [
      'initialCallbackUrl',
      having('initialCallbackUrl'),
      [
        '',
        null,
        7,
        '/callback',
        'http://rp.example.com/',
        'https://rp.example.com/a|b',
        'https://rp.example.com/#a',
        'https://rp.example.com/a b',
        'https://rp.example.com/a"b',
        'https://rp.example.com/%',
        'https://rp.example.com/õ',
        'http://localhost:3000/callback',
        `https://rp.example.com/${'a'.repeat(1800)}`,
      ],
    ],
  ];
  for (const [field, where, values] of refusals) {
    for (const value of values) {
      it(`refuses before sending: ${field} ${JSON.stringify(value)?.slice(0, 60)}`, () => {
        const name = field.replace(/\[.*/, '');
        for (const { method, call, least } of where) {
          expect(() => call({ ...least, [name]: value }), method).to.throw(...inputError(field));
        }
      });
    }
  }

  for (const signatureAlgorithm of ['sha256WithRSAEncryption', 'sha384WithRSAEncryption', 'sha512WithRSAEncryption']) {
    it(`refuses a hash beside ${signatureAlgorithm}, which names its own`, () => {
      for (const { call, least } of signing) {
        const hashAlgorithm: HashAlgorithm = 'SHA-512';
        expect(() => call({ ...least, signatureAlgorithm, hashAlgorithm })).to.throw(...inputError('hashAlgorithm'));
      }
    });
  }

  it('takes a callback URL without encryption for this machine with a simulator, and never with the live service', async () => {
    const initialCallbackUrl = 'http://localhost:3000/callback';
    const bodies: unknown[] = [];
    const simulated = new SmartIdClient({
      environment: { baseUrl: 'http://127.0.0.1:5080/v3', schemeName: 'smart-id-demo' },
      ...relyingParty,
      fetch: async (_, { body }) => {
        bodies.push(JSON.parse(`${body}`));
        return new Response(JSON.stringify(deviceLinkSession));
      },
    });
    await simulated.certificateChoiceDeviceLinkAnonymous({ initialCallbackUrl });
    expect(bodies).to.deep.equal([{ ...relyingParty, initialCallbackUrl }]);
    const live = new SmartIdClient({ environment: 'live', ...relyingParty, pinnedKeys: [digestOfLength(32)] });
    for (const call of [
      () => live.certificateChoiceDeviceLinkAnonymous({ initialCallbackUrl }),
      () => live.signatureDeviceLinkDocument(documentNumber, { ...signature, initialCallbackUrl }),
      () => live.signatureDeviceLinkEtsi(person, { ...signature, initialCallbackUrl }),
    ]) {
      expect(call).to.throw(...inputError('initialCallbackUrl'));
    }
  });

  for (const malformed of ['pnolv-010111-22341-mock-q', 'PNOLV', `${documentNumber}/x`, '../x', '', 7, null]) {
    it(`refuses the person or document ${JSON.stringify(malformed)}, without repeating it`, () => {
      for (const { method, call, least, signer } of endpoints) {
        if (!signer) continue;
        const error = thrown(() => call(least, undefined, malformed));
        expect(error, method).to.be.instanceOf(SmartIdInputError);
        const field = signer === 'person' ? 'semanticsIdentifier' : 'documentNumber';
        expect(error, method).to.have.property('field', field);
        if (malformed) expect(error.message).to.not.contain(String(malformed));
      }
    });
  }

  it('takes a document for a document and a person for a person', () => {
    for (const { method, call, least, signer } of endpoints) {
      if (signer !== 'document') continue;
      expect(() => call(least, undefined, person), method).to.throw(...inputError('documentNumber'));
    }
  });

  const { cert } = called('signatureCertificate').answer as { cert: object };
  const malformedAnswers: [method: string, field: string, answer: unknown][] = [
    ['signatureCertificate', 'cert', { state: 'OK' }],
    ['signatureCertificate', 'cert', { state: 'OK', cert: 'AAAA' }],
    ['signatureCertificate', 'cert', { state: 'OK', cert: null }],
    ['signatureCertificate', 'cert.value', { state: 'OK', cert: { certificateLevel: 'QUALIFIED' } }],
    ['signatureCertificate', 'cert.value', { state: 'OK', cert: { ...cert, value: 7 } }],
    ['signatureCertificate', 'cert.certificateLevel', { state: 'OK', cert: { value: 'AAAA' } }],
    ['signatureCertificate', 'state', { cert }],
    ['signatureCertificate', 'state', { state: 'ok', cert }],
    ['signatureCertificate', 'state', { state: 'DOCUMENT_LOST', cert }],
    ['signatureCertificate', 'state', { state: ['OK'], cert }],
    ...['signatureNotificationDocument', 'signatureNotificationEtsi'].flatMap((method): typeof malformedAnswers => [
      [method, 'vc', { sessionID }],
      [method, 'vc', { sessionID, vc: '0927' }],
      [method, 'vc', { sessionID, vc: null }],
      [method, 'vc.value', { sessionID, vc: { type: 'numeric4' } }],
      [method, 'vc.value', { sessionID, vc: { ...code, value: 927 } }],
      [method, 'vc.value', { sessionID, vc: { ...code, value: '927' } }],
      [method, 'vc.value', { sessionID, vc: { ...code, value: '09270' } }],
      [method, 'vc.value', { sessionID, vc: { ...code, value: '09a7' } }],
      [method, 'vc.value', { sessionID, vc: { ...code, value: '0927\n' } }],
      [method, 'vc.value', { sessionID, vc: { ...code, value: '٠٩٢٧' } }],
      [method, 'vc.type', { sessionID, vc: { value: '0927' } }],
      [method, 'vc.type', { sessionID, vc: { ...code, type: 'alphaNumeric4' } }],
      [method, 'sessionID', { vc: code }],
    ]),
    ...['signatureNotificationLinked', 'certificateChoiceNotificationEtsi'].flatMap(
      (method): typeof malformedAnswers => [
        [method, 'sessionID', {}],
        [method, 'sessionID', { sessionID: '../x' }],
      ],
    ),
    ...having('initialCallbackUrl').flatMap(({ method }): typeof malformedAnswers => [
      [method, 'sessionID', { ...deviceLinkSession, sessionID: 'x' }],
      [method, 'sessionToken', { ...deviceLinkSession, sessionToken: undefined }],
      [method, 'sessionSecret', { ...deviceLinkSession, sessionSecret: 'short' }],
      [method, 'deviceLinkBase', { ...deviceLinkSession, deviceLinkBase: 'javascript:alert(1)' }],
    ]),
    ...endpoints.flatMap(({ method }): typeof malformedAnswers => [
      [method, 'body', null],
      [method, 'body', []],
    ]),
  ];
  for (const [method, field, answer] of malformedAnswers) {
    it(`refuses an answer to ${method} with a wrong ${field}: ${JSON.stringify(answer).slice(0, 60)}`, async () => {
      const { path, call, least } = called(method);
      answerOnce(path, JSON.stringify(answer));
      const error = await rejection(call(least));
      expect(error).to.be.instanceOf(SmartIdServiceError).with.property('code', 'bad_response');
      expect(error.message).to.match(new RegExp(` ${field.replace('.', '\\.')}\\.$`));
    });
  }

  it('reads of a certificate and of a code what it knows', async () => {
    const certificate = called('signatureCertificate');
    answerOnce(certificate.path, { state: 'OK', cert: { ...cert, issuer: 'x' } });
    expect(await certificate.call()).to.deep.equal(certificate.answer);
    const push = called('signatureNotificationDocument');
    answerOnce(push.path, { sessionID, vc: { ...code, colour: 'green' } });
    expect(await push.call(signature)).to.deep.equal(push.answer);
  });

  it('hands out no certificate of a document that cannot sign', async () => {
    const { path, call } = called('signatureCertificate');
    answerOnce(path, { state: 'DOCUMENT_UNUSABLE', cert, reason: 'x' });
    expect(await call()).to.deep.equal({ state: 'DOCUMENT_UNUSABLE' });
  });
});
