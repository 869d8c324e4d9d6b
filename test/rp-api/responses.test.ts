import { expect } from 'chai';
import { SmartIdServiceError } from '../../lib/errors.js';
import { parseProblemDetails } from '../../lib/rp-api/problem-details.js';
import {
  codeSessionSchema,
  deviceLinkSessionSchema,
  notificationSessionSchema,
  parseResponse,
  sessionStatusSchema,
  signingCertificateSchema,
} from '../../lib/rp-api/responses.js';
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
      'ignoredProperties.0',
    ],
  ],
];

describe('null in an answer of the RP API', () => {
  for (const [what, schema, answer, required] of answers) {
    for (const path of pathsOf(answer)) {
      const field = path.join('.');
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
