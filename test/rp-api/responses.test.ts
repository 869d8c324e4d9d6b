import { expect } from 'chai';
import { parseProblemDetails } from '../../lib/rp-api/problem-details.js';
import {
  codeSessionSchema,
  deviceLinkSessionSchema,
  notificationSessionSchema,
  parseResponse,
  sessionStatusSchema,
  signingCertificateSchema,
} from '../../lib/rp-api/responses.js';
import { SmartIdServiceError } from '../../lib/shared/errors.js';
import { deviceLinkSession, sessionID } from '../support/stubbed-service.js';

type Json = Record<string, unknown>;

const cert = { value: 'AAAA', certificateLevel: 'QUALIFIED' };
const parameters = {
  hashAlgorithm: 'SHA-512',
  maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm: 'SHA-512' } },
  saltLength: 64,
  trailerField: '0xbc',
};
const status = {
  state: 'COMPLETE',
  result: {
    endResult: 'OK',
    documentNumber: 'PNOEE-30303039914-MOCK-Q',
    details: { interaction: 'displayTextAndPIN' },
  },
  signatureProtocol: 'ACSP_V2',
  signature: {
    value: 'AAAA',
    serverRandom: 'B98ODiVCebRedSwdTk51zFSa',
    userChallenge: 'x',
    flowType: 'QR',
    signatureAlgorithm: 'rsassa-pss',
    signatureAlgorithmParameters: parameters,
  },
  cert,
  interactionTypeUsed: 'displayTextAndPIN',
  deviceIpAddress: '192.0.2.1',
  ignoredProperties: ['a'],
};
const problem = {
  type: 'about:blank',
  title: 'Not Found',
  status: 404,
  detail: 'Not Found',
  errors: [{ code: 'NO_SUITABLE_ACCOUNT_FOUND', detail: 'x', paramName: 'y', pointer: '/y' }],
};

/** All paths below an object, such as `result.endResult`, and `errors.0.code`. */
function pathsOf(value: unknown, before: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, below]) => {
    const path = [...before, name];
    return [path, ...pathsOf(below, path)];
  });
}

/** The object with what is at a path changed. */
function changed(
  value: unknown,
  [name = '', ...rest]: string[],
  change: (parent: Json, name: string) => void,
): unknown {
  const copy = structuredClone(value) as Json;
  if (rest.length > 0) copy[name] = changed(copy[name], rest, change);
  else change(copy, name);
  return copy;
}

const withNull = (value: unknown, path: string[]) =>
  changed(value, path, (parent, name) => {
    parent[name] = null;
  });
const without = (value: unknown, path: string[]) =>
  changed(value, path, (parent, name) => {
    delete parent[name];
  });

/** What comes of it, or the message with which it is refused. */
function outcome(schema: Parameters<typeof parseResponse>[0], answer: unknown): unknown {
  try {
    return parseResponse(schema, JSON.stringify(answer));
  } catch (error) {
    expect(error).to.be.instanceOf(SmartIdServiceError).with.property('code', 'bad_response');
    return (error as Error).message;
  }
}

const answers: [what: string, schema: Parameters<typeof parseResponse>[0], answer: unknown, required: string[]][] = [
  ['session by device link', deviceLinkSessionSchema, deviceLinkSession, Object.keys(deviceLinkSession)],
  ['session by push', notificationSessionSchema, { sessionID }, ['sessionID']],
  [
    'session with a code',
    codeSessionSchema,
    { sessionID, vc: { type: 'numeric4', value: '4927' } },
    ['sessionID', 'vc', 'vc.type', 'vc.value'],
  ],
  [
    'signing certificate',
    signingCertificateSchema,
    { state: 'OK', cert },
    ['state', 'cert', 'cert.value', 'cert.certificateLevel'],
  ],
  [
    'session status',
    sessionStatusSchema,
    status,
    [
      'state',
      'result',
      'result.endResult',
      'signature.flowType',
      ...pathsOf(parameters).map((path) => ['signature.signatureAlgorithmParameters', ...path].join('.')),
      'cert.value',
      'cert.certificateLevel',
    ],
  ],
];

describe('null in an answer of the RP API', () => {
  for (const [what, schema, answer, required] of answers) {
    for (const path of pathsOf(answer)) {
      const field = path.join('.');
      // A hole in a list is no absent field.
      if (field === 'ignoredProperties.0') continue;
      const isRequired = required.includes(field);
      it(`${what}: ${field} ${isRequired ? 'is refused, since it is required' : 'counts as absent'}`, () => {
        const parsed = outcome(schema, withNull(answer, path));
        if (isRequired) expect(parsed).to.be.a('string').that.contains(field.replace(/\.0$/, ''));
        else expect(parsed).to.deep.equal(without(answer, path));
      });
    }
  }

  it('session status: all optional fields at once count as absent, also of a running session', () => {
    const { state, result, ...optional } = status;
    const nulls = Object.fromEntries(Object.keys(optional).map((name) => [name, null]));
    const refused = { state, result: { endResult: 'TIMEOUT', documentNumber: null, details: null }, ...nulls };
    expect(outcome(sessionStatusSchema, refused)).to.deep.equal({ state, result: { endResult: 'TIMEOUT' } });
    const running = { ...nulls, state: 'RUNNING', result: null };
    expect(outcome(sessionStatusSchema, running)).to.deep.equal({ state: 'RUNNING' });
  });

  for (const path of pathsOf(problem)) {
    if (path.join('.') === 'errors.0') continue;
    it(`problem details: ${path.join('.')} counts as absent`, () => {
      expect(parseProblemDetails(JSON.stringify(withNull(problem, path)))).to.deep.equal(without(problem, path));
    });
  }

  it('is no answer by itself', () => {
    expect(outcome(sessionStatusSchema, null)).to.be.a('string');
    expect(parseProblemDetails('null')).to.equal(undefined);
  });
});

/** None of them is the text, list or object that an optional field should be. */
const oddities = [0, true, [], {}, [{}], { a: { b: [null] } }, 'x'.repeat(3000)];

describe('A field with unexpected content in an answer of the RP API', () => {
  const { result, signature, ...rest } = status;
  const { value, flowType } = signature;
  const pkcs1 = { ...signature, signatureAlgorithm: 'sha512WithRSAEncryption' };
  const choice = { state: 'COMPLETE', result, signature: { flowType }, cert };
  const refused = { state: 'COMPLETE', result: { endResult: 'USER_REFUSED' } };
  const unread: [what: string, answer: Json, fields: string[]][] = [
    ['a login', status, ['result.details', 'result.details.interaction', 'deviceIpAddress', 'ignoredProperties']],
    [
      'a login by PKCS#1 v1.5',
      { ...status, signature: pkcs1 },
      [
        'signature.signatureAlgorithmParameters',
        'signature.signatureAlgorithmParameters.saltLength',
        'signature.signatureAlgorithmParameters.maskGenAlgorithm',
      ],
    ],
    [
      'a signature',
      { ...rest, result, signatureProtocol: 'RAW_DIGEST_SIGNATURE', signature },
      ['signature.serverRandom', 'signature.userChallenge', 'deviceIpAddress'],
    ],
    [
      'a signature by PKCS#1 v1.5',
      { ...rest, result, signatureProtocol: 'RAW_DIGEST_SIGNATURE', signature: { ...pkcs1, value } },
      ['signature.signatureAlgorithmParameters'],
    ],
    [
      'a certificate choice',
      choice,
      [
        'interactionTypeUsed',
        'signature.value',
        'signature.serverRandom',
        'signature.userChallenge',
        'signature.signatureAlgorithm',
        'signature.signatureAlgorithmParameters',
        'deviceIpAddress',
      ],
    ],
    [
      'a refusal',
      refused,
      [
        'result.documentNumber',
        'result.details',
        'signatureProtocol',
        'signature',
        'cert',
        'interactionTypeUsed',
        'deviceIpAddress',
        'ignoredProperties',
      ],
    ],
    ['a running session', { state: 'RUNNING' }, ['result', 'signature', 'cert', 'deviceIpAddress']],
  ];
  for (const [what, answer, fields] of unread) {
    for (const field of fields) {
      it(`cannot make it fail where nothing reads it, nor come out as what it is not: ${what}, ${field}`, () => {
        const path = field.split('.');
        const shapeOf = (read: unknown) => JSON.parse(JSON.stringify(read));
        for (const odd of oddities) {
          const changedAnswer = changed(answer, path, (parent, name) => {
            parent[name] = odd;
          });
          const read = outcome(sessionStatusSchema, changedAnswer);
          expect(read, JSON.stringify(odd)).to.be.an('object');
          // Whatever came out has the type that programs expect: it is read the same again.
          expect(shapeOf(outcome(sessionStatusSchema, read))).to.deep.equal(shapeOf(read));
        }
      });
    }
  }

  const read: [what: string, answer: Json, fields: string[]][] = [
    [
      'a login',
      status,
      [
        'result.documentNumber',
        'signatureProtocol',
        'signature.value',
        'signature.serverRandom',
        'signature.userChallenge',
        'signature.signatureAlgorithm',
        'signature.signatureAlgorithmParameters.saltLength',
        'signature.signatureAlgorithmParameters.trailerField',
        'interactionTypeUsed',
      ],
    ],
    ['a login by PKCS#1 v1.5', { ...status, signature: pkcs1 }, ['signature.value', 'interactionTypeUsed']],
    ['a certificate choice', choice, ['signature.flowType', 'cert.value', 'result.documentNumber']],
  ];
  for (const [what, answer, fields] of read) {
    for (const field of fields) {
      it(`makes it fail where a verification reads it: ${what}, ${field}`, () => {
        const odd = changed(answer, field.split('.'), (parent, name) => {
          parent[name] = { odd: true };
        });
        expect(outcome(sessionStatusSchema, odd)).to.be.a('string').that.contains(field);
      });
    }
  }
});

describe('The UUID of a session', () => {
  for (const sessionID of [
    'de305d54-75b4-431b-adb2-eb6b9e546014',
    'DE305D54-75B4-431B-ADB2-EB6B9E546014',
    '017f22e2-79b0-7cc3-98c4-dc0c0c07398f',
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    'a2ee9c1b-5f0e-9b5d-cf06-0d9d2c1c6a11',
  ]) {
    it(`is used as it came, of whatever version and case: ${sessionID}`, () => {
      expect(outcome(notificationSessionSchema, { sessionID })).to.deep.equal({ sessionID });
      expect(outcome(deviceLinkSessionSchema, { ...deviceLinkSession, sessionID })).to.include({ sessionID });
    });
  }
});

describe('What device links are made of', () => {
  for (const deviceLinkBase of [
    'https://smart-id.com/device-link ',
    'https://smart-id.com/device\nlink',
    'https://smart-id.com/device link',
    'https://smart-id.com/"><script>',
    'https://smart-id.com/dévice-link',
    'https://smart-id.com/%',
    'https:smart-id.com/device-link',
    'smart-id://device-link',
    'data:text/html,x',
  ]) {
    it(`is no link base: ${JSON.stringify(deviceLinkBase)}`, () => {
      expect(outcome(deviceLinkSessionSchema, { ...deviceLinkSession, deviceLinkBase })).to.contain('deviceLinkBase');
    });
  }

  it('is no secret that two spellings of Base64 would give', () => {
    const sessionSecret = `${'A'.repeat(42)}B=`;
    expect(Buffer.from(sessionSecret, 'base64')).to.have.length(32);
    expect(outcome(deviceLinkSessionSchema, { ...deviceLinkSession, sessionSecret })).to.contain('sessionSecret');
  });
});
