import { expect } from 'chai';
import { brokenRules } from './described-rules.js';
import type { Exchange, Json } from './open-api.js';

const parameters = {
  hashAlgorithm: 'SHA-384',
  maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm: 'SHA-384' } },
  saltLength: 48,
  trailerField: '0xbc',
};
const signature = {
  value: 'AAAA',
  serverRandom: 'A'.repeat(28),
  userChallenge: 'x',
  flowType: 'QR',
  signatureAlgorithm: 'rsassa-pss',
  signatureAlgorithmParameters: parameters,
};
const complete = {
  state: 'COMPLETE',
  result: { endResult: 'OK', documentNumber: 'PNOEE-30303039914-MOCK-Q' },
  signatureProtocol: 'ACSP_V2',
  signature,
  cert: { value: 'AAAA', certificateLevel: 'QUALIFIED' },
  interactionTypeUsed: 'displayTextAndPIN',
};
const choice = { ...complete, signatureProtocol: undefined, signature: { flowType: 'QR' } };
const problem = { type: 'about:blank', title: 'Not Found', status: 404, detail: 'Not Found', instance: '/task-id/x' };
const sameDevice = { flowType: 'Web2App', browserCookie: 'a=b', initialCallbackUrl: 'https://rp.example.com/' };

const exchange = (changes: Partial<Exchange>): Exchange => ({
  method: 'GET',
  target: '/',
  requestHeaders: {},
  requestBody: undefined,
  status: 200,
  contentType: 'application/json',
  answerBody: '',
  ...changes,
});
const places = (operation: string, changes: Partial<Exchange>, isWrongOnPurpose = false) =>
  brokenRules(operation, exchange(changes), isWrongOnPurpose).map(({ place }) => place);
const ofStatus = (status: Json) => places('sessionStatus', { answerBody: JSON.stringify(status) });

describe('The rules that an OpenAPI file only describes', () => {
  it('a described rule is not broken by what is as it should be', () => {
    expect(ofStatus(complete)).to.deep.equal([]);
    expect(ofStatus({ state: 'RUNNING' })).to.deep.equal([]);
    expect(ofStatus({ state: 'RUNNING', result: {} })).to.deep.equal([]);
    expect(ofStatus({ ...choice, interactionTypeUsed: 'displayTextAndPIN' })).to.deep.equal([]);
    expect(ofStatus({ state: 'COMPLETE', result: { endResult: 'TIMEOUT' } })).to.deep.equal([]);
    expect(places('sendDeviceLink', { requestBody: JSON.stringify(sameDevice) })).to.deep.equal([]);
    expect(places('sessionStatus', { status: 404, answerBody: JSON.stringify(problem) })).to.deep.equal([]);
    expect(places('sessionStatus', { status: 404 })).to.deep.equal([]);
  });

  const ofSignature = (changes: Json) => ({ ...complete, signature: { ...signature, ...changes } });
  const ofParameters = (changes: Json) => ofSignature({ signatureAlgorithmParameters: { ...parameters, ...changes } });
  const inParameters = '200/signature/signatureAlgorithmParameters';
  const statuses: [what: string, status: Json, place: string][] = [
    ['no document', { ...complete, result: { endResult: 'OK' } }, '200/result/documentNumber'],
    ['no certificate', { ...complete, cert: undefined }, '200/cert'],
    ['no interaction', { ...complete, interactionTypeUsed: undefined }, '200/interactionTypeUsed'],
    [
      'no interaction of a choice',
      { ...choice, interactionTypeUsed: undefined },
      '200/interactionTypeUsed of a choice',
    ],
    ['no result', { state: 'COMPLETE' }, '200/result'],
    ['a result too early', { state: 'RUNNING', result: { endResult: 'TIMEOUT' } }, '200/result'],
    [
      'no refused interaction',
      { state: 'COMPLETE', result: { endResult: 'USER_REFUSED_INTERACTION' } },
      '200/result/details/interaction',
    ],
    ['a signature of another protocol', ofSignature({ serverRandom: undefined }), '200/signature'],
    ['no signature value', ofSignature({ value: undefined }), '200/signature'],
    ['a short random text', ofSignature({ serverRandom: 'A'.repeat(24) }), '200/signature/serverRandom'],
    ['no parameters', ofSignature({ signatureAlgorithmParameters: undefined }), inParameters],
    ['another salt', ofParameters({ saltLength: 32 }), `${inParameters}/saltLength`],
    [
      'another mask',
      ofParameters({ maskGenAlgorithm: { parameters: { hashAlgorithm: 'SHA-256' } } }),
      `${inParameters}/maskGenAlgorithm/parameters/hashAlgorithm`,
    ],
    ['another level', { ...complete, cert: { certificateLevel: 'QSCD' } }, '200/cert/certificateLevel'],
  ];
  for (const [what, status, place] of statuses) {
    it(`a described rule of a status is broken by ${what}`, () => expect(ofStatus(status)).to.deep.equal([place]));
  }

  it('a described rule is broken by a certificate that is missing where the state is OK', () => {
    const answerBody = '{"state":"OK"}';
    expect(places('signCertificateDocumentNumber', { answerBody })).to.deep.equal(['200/cert']);
  });

  it('a described rule is broken by a problem of another type, status or occurrence', () => {
    const wrong = { ...problem, type: 'https://example.com/', status: 400, instance: 'urn:uuid:x' };
    const found = places('sessionStatus', { status: 404, answerBody: JSON.stringify(wrong) });
    expect(found).to.deep.equal(['404/type', '404/status', '404/instance']);
  });

  it('a described rule is broken by a link of the same device without a way back, unless that is on purpose', () => {
    const requestBody = '{"flowType":"App2App"}';
    const wanted = ['request/browserCookie', 'request/initialCallbackUrl'];
    expect(places('sendDeviceLink', { requestBody })).to.deep.equal(wanted);
    expect(places('sendDeviceLink', { requestBody }, true)).to.deep.equal([]);
  });
});
