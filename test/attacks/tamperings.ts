/** Each field of a good answer changed in turn: every change must be refused, by the check that is there for it. */

import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { acspV2Message } from '../../lib/protocol/acsp-v2.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { createRevocationChecker } from '../../lib/revocation.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { loadTrustAnchors } from '../../lib/trust/anchors.js';
import { type GenuineInput, genuineAuthentication, withCertificate, withStatus } from '../support/authentication.js';
import type { Attack } from './attack.js';
import { refusedBy } from './judge.js';

type Change = (input: GenuineInput, simulator: Simulator, other: GenuineInput) => unknown;

const flip = (text: string) => (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
const inSession =
  (change: Partial<GenuineInput['session']>): Change =>
  (input) => ({
    ...input,
    session: { ...input.session, ...change },
  });
const inStatus =
  (change: (status: any) => void): Change =>
  (input) =>
    withStatus(input, change);

/** What is changed, the check that must refuse it, and how it is changed. All start from a Web2App login. */
export const tamperings: [what: string, expected: string, change: Change][] = [
  ['callback: missing', 'callback', (input) => ({ ...input, callback: undefined })],
  [
    'callback: sessionSecretDigest',
    'callback',
    (input) => ({
      ...input,
      callback: { ...input.callback, sessionSecretDigest: flip(input.callback?.sessionSecretDigest ?? '') },
    }),
  ],
  [
    'callback: sessionSecretDigest empty',
    'callback',
    (input) => ({ ...input, callback: { ...input.callback, sessionSecretDigest: '' } }),
  ],
  ['callback: of another session', 'callback', (input, _, other) => ({ ...input, callback: other.callback })],
  ['callback: session without callback URL', 'callback', inSession({ initialCallbackUrl: undefined })],
  [
    'callback: userChallengeVerifier',
    'user-challenge',
    (input) => ({
      ...input,
      callback: { ...input.callback, userChallengeVerifier: flip(input.callback?.userChallengeVerifier ?? '') },
    }),
  ],
  [
    'callback: userChallengeVerifier empty',
    'user-challenge',
    (input) => ({ ...input, callback: { ...input.callback, userChallengeVerifier: '' } }),
  ],
  [
    'state: RUNNING',
    'state',
    inStatus((status) => {
      status.state = 'RUNNING';
    }),
  ],
  [
    'endResult: USER_REFUSED',
    'end-result',
    inStatus((status) => {
      status.result.endResult = 'USER_REFUSED';
    }),
  ],
  [
    'endResult: one nobody knows',
    'end-result',
    inStatus((status) => {
      status.result.endResult = 'FINE';
    }),
  ],
  [
    'endResult: lower case',
    'end-result',
    inStatus((status) => {
      status.result.endResult = 'ok';
    }),
  ],
  [
    'signatureProtocol: RAW_DIGEST_SIGNATURE',
    'signature-protocol',
    inStatus((status) => {
      status.signatureProtocol = 'RAW_DIGEST_SIGNATURE';
    }),
  ],
  [
    'signatureProtocol: missing',
    'signature-protocol',
    inStatus((status) => {
      delete status.signatureProtocol;
    }),
  ],
  [
    'signature: missing',
    'callback',
    (input) => ({
      ...withStatus(input, (status) => {
        delete status.signature;
      }),
      callback: { ...input.callback, sessionSecretDigest: '' },
    }),
  ],
  [
    'signature: missing, callback right',
    'signature-protocol',
    inStatus((status) => {
      delete status.signature;
    }),
  ],
  [
    'cert: missing',
    'signature-protocol',
    inStatus((status) => {
      delete status.cert;
    }),
  ],
  [
    'flowType: Notification',
    'flow-type',
    inStatus((status) => {
      status.signature.flowType = 'Notification';
    }),
  ],
  [
    'flowType: QR',
    'flow-type',
    inStatus((status) => {
      status.signature.flowType = 'QR';
    }),
  ],
  [
    'flowType: QR, offered too',
    'flow-type',
    (input) => ({
      ...withStatus(input, (status) => {
        status.signature.flowType = 'QR';
      }),
      session: { ...input.session, flowTypes: ['QR', 'Web2App'] },
    }),
  ],
  [
    'flowType: App2App',
    'flow-type',
    inStatus((status) => {
      status.signature.flowType = 'App2App';
    }),
  ],
  [
    'flowType: App2App, offered too',
    'signature',
    (input) => ({
      ...withStatus(input, (status) => {
        status.signature.flowType = 'App2App';
      }),
      session: { ...input.session, flowTypes: ['App2App', 'Web2App'] },
    }),
  ],
  ['flowType: not offered', 'flow-type', inSession({ flowTypes: ['QR'] })],
  [
    'userChallenge',
    'user-challenge',
    inStatus((status) => {
      status.signature.userChallenge = flip(status.signature.userChallenge);
    }),
  ],
  [
    'userChallenge: of another answer',
    'user-challenge',
    (input, _, other) =>
      withStatus(input, (status) => {
        status.signature.userChallenge = other.status.signature?.userChallenge;
      }),
  ],
  [
    'certificate: not Base64',
    'certificate',
    inStatus((status) => {
      status.cert.value = `*${status.cert.value}`;
    }),
  ],
  [
    'certificate: empty',
    'certificate',
    inStatus((status) => {
      status.cert.value = '';
    }),
  ],
  [
    'certificate: cut short',
    'certificate',
    inStatus((status) => {
      status.cert.value = Buffer.from(status.cert.value, 'base64').subarray(0, -4).toString('base64');
    }),
  ],
  [
    'certificate: bytes after it',
    'certificate',
    inStatus((status) => {
      status.cert.value = Buffer.concat([Buffer.from(status.cert.value, 'base64'), Buffer.from([0])]).toString(
        'base64',
      );
    }),
  ],
  [
    'certificate: a bit of its signature',
    'certificate-path',
    inStatus((status) => {
      status.cert.value = flipLastBit(status.cert.value);
    }),
  ],
  [
    'certificate: self-made',
    'certificate-path',
    (input, simulator) =>
      withCertificate(
        input,
        simulator.pki.issueUserCertificate({ issuer: simulator.pki.issueUserCertificate() }).certificate,
      ),
  ],
  ['certificate: expired', 'certificate-path', (input) => ({ ...input, now: Date.now() + 5 * 365 * 86_400_000 })],
  [
    'certificate: of somebody else',
    'document-number',
    (input, simulator) =>
      withCertificate(input, simulator.pki.issueUserCertificate({ account: 'PNOLT-40404040009-MOCK-Q' }).certificate),
  ],
  [
    'certificate: of the same person, other key',
    'signature',
    (input, simulator) => withCertificate(input, simulator.pki.issueUserCertificate().certificate),
  ],
  [
    'certificate: for signing',
    'certificate-profile',
    (input, simulator) =>
      withCertificate(
        input,
        simulator.pki.issueUserCertificate({ keyUsage: ['nonRepudiation'], extendedKeyUsage: [] }).certificate,
      ),
  ],
  [
    'certificate: a weak key',
    'certificate-profile',
    (input, simulator) =>
      withCertificate(input, simulator.pki.issueUserCertificate({ privateKey: weakKey }).certificate),
  ],
  [
    'certificate: with a policy of the demo environment',
    'certificate-profile',
    (input, simulator) =>
      withCertificate(
        input,
        simulator.pki.issueUserCertificate({ certificatePolicies: ['1.3.6.1.4.1.10015.3.17.2', '0.4.0.2042.1.2'] })
          .certificate,
      ),
  ],
  [
    'certificate: without Smart-ID policy',
    'certificate-profile',
    (input, simulator) =>
      withCertificate(
        input,
        simulator.pki.issueUserCertificate({ certificatePolicies: ['0.4.0.2042.1.2'] }).certificate,
      ),
  ],
  [
    'certificate: subject without serialNumber',
    'identity',
    (input, simulator) =>
      withCertificate(
        input,
        simulator.pki.issueUserCertificate({
          subject: [
            ['country', 'EE'],
            ['commonName', 'TESTNUMBER,OK,PNOEE-40404040009'],
            ['surname', 'TESTNUMBER'],
            ['givenName', 'OK'],
          ],
        }).certificate,
      ),
  ],
  [
    'certificateLevel: ADVANCED',
    'certificate-profile',
    inStatus((status) => {
      status.cert.certificateLevel = 'ADVANCED';
    }),
  ],
  [
    'certificateLevel: QSCD',
    'certificate-profile',
    inStatus((status) => {
      status.cert.certificateLevel = 'QSCD';
    }),
  ],
  [
    'certificate and level: ADVANCED',
    'certificate-level',
    (input, simulator) =>
      withStatus(
        withCertificate(
          input,
          simulator.pki.issueUserCertificate({ certificatePolicies: ['1.3.6.1.4.1.10015.17.1', '0.4.0.2042.1.1'] })
            .certificate,
        ),
        (status) => {
          status.cert.certificateLevel = 'ADVANCED';
        },
      ),
  ],
  [
    'documentNumber: missing',
    'document-number',
    inStatus((status) => {
      delete status.result.documentNumber;
    }),
  ],
  [
    'documentNumber: of somebody else',
    'document-number',
    inStatus((status) => {
      status.result.documentNumber = 'PNOLT-40404040009-MOCK-Q';
    }),
  ],
  [
    'documentNumber: of somebody else, and none in the certificate',
    'document-number',
    (input, simulator) =>
      withStatus(
        withCertificate(input, simulator.pki.issueUserCertificate({ documentNumber: null }).certificate),
        (status) => {
          status.result.documentNumber = 'PNOLT-40404040009-MOCK-Q';
        },
      ),
  ],
  [
    'documentNumber: another of the same person',
    'document-number',
    inStatus((status) => {
      status.result.documentNumber = 'PNOEE-40404040009-AAAA-Q';
    }),
  ],
  [
    'expected person: somebody else',
    'expected-signer',
    inSession({ expected: { semanticsIdentifier: 'PNOLT-40404040009' } }),
  ],
  [
    'expected person: the beginning of the identifier',
    'expected-signer',
    inSession({ expected: { semanticsIdentifier: 'PNOEE-4040404000' } }),
  ],
  [
    'expected document: another one',
    'expected-signer',
    inSession({ expected: { documentNumber: 'PNOEE-40404040009-AAAA-Q' } }),
  ],
  [
    'interactionTypeUsed: another offered one',
    'signature',
    inStatus((status) => {
      status.interactionTypeUsed = 'displayTextAndPIN';
    }),
  ],
  [
    'interactionTypeUsed: not offered',
    'interaction',
    inStatus((status) => {
      status.interactionTypeUsed = 'confirmationMessageAndVerificationCodeChoice';
    }),
  ],
  [
    'interactionTypeUsed: missing',
    'interaction',
    inStatus((status) => {
      delete status.interactionTypeUsed;
    }),
  ],
  [
    'signatureAlgorithm: PKCS#1 v1.5',
    'signature-algorithm',
    inStatus((status) => {
      status.signature.signatureAlgorithm = 'sha512WithRSAEncryption';
    }),
  ],
  [
    'signatureAlgorithm: PKCS#1 v1.5, without parameters',
    'signature-algorithm',
    inStatus((status) => {
      status.signature.signatureAlgorithm = 'sha512WithRSAEncryption';
      delete status.signature.signatureAlgorithmParameters;
    }),
  ],
  [
    'signatureAlgorithm: PKCS#1 v1.5 as asked, with parameters',
    'signature-algorithm',
    (input) => ({
      ...withStatus(input, (status) => {
        status.signature.signatureAlgorithm = 'sha512WithRSAEncryption';
      }),
      session: { ...input.session, signatureAlgorithm: 'sha512WithRSAEncryption', hashAlgorithm: undefined },
    }),
  ],
  [
    'signatureAlgorithm: missing',
    'signature-algorithm',
    inStatus((status) => {
      delete status.signature.signatureAlgorithm;
    }),
  ],
  [
    'signatureAlgorithmParameters: missing',
    'signature-algorithm',
    inStatus((status) => {
      delete status.signature.signatureAlgorithmParameters;
    }),
  ],
  [
    'hashAlgorithm',
    'signature-algorithm',
    inStatus((status) => {
      status.signature.signatureAlgorithmParameters.hashAlgorithm = 'SHA-256';
    }),
  ],
  [
    'maskGenAlgorithm',
    'signature-algorithm',
    inStatus((status) => {
      status.signature.signatureAlgorithmParameters.maskGenAlgorithm.algorithm = 'mgf1';
    }),
  ],
  [
    'maskGenAlgorithm: hash',
    'signature-algorithm',
    inStatus((status) => {
      status.signature.signatureAlgorithmParameters.maskGenAlgorithm.parameters.hashAlgorithm = 'SHA-256';
    }),
  ],
  [
    'saltLength',
    'signature-algorithm',
    inStatus((status) => {
      status.signature.signatureAlgorithmParameters.saltLength = 32;
    }),
  ],
  [
    'trailerField',
    'signature-algorithm',
    inStatus((status) => {
      status.signature.signatureAlgorithmParameters.trailerField = '0xcc';
    }),
  ],
  [
    'serverRandom',
    'signature',
    inStatus((status) => {
      status.signature.serverRandom = flip(status.signature.serverRandom);
    }),
  ],
  [
    'serverRandom: missing',
    'signature',
    inStatus((status) => {
      delete status.signature.serverRandom;
    }),
  ],
  [
    'serverRandom: too short',
    'signature',
    resigned({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 }, { serverRandom: 'QUJDREVGR0hJSktMTU5P' }),
  ],
  [
    'serverRandom: with a separator',
    'signature',
    inStatus((status) => {
      status.signature.serverRandom += '|';
    }),
  ],
  [
    'signature value: a bit',
    'signature',
    inStatus((status) => {
      status.signature.value = flipLastBit(status.signature.value);
    }),
  ],
  [
    'signature value: missing',
    'signature',
    inStatus((status) => {
      delete status.signature.value;
    }),
  ],
  [
    'signature value: not Base64',
    'signature',
    inStatus((status) => {
      status.signature.value = status.signature.value.replace(/.$/, '*');
    }),
  ],
  [
    'signature value: of another answer',
    'signature',
    (input, _, other) =>
      withStatus(input, (status) => {
        status.signature.value = other.status.signature?.value;
      }),
  ],
  ['signature value: PKCS#1 v1.5 labelled rsassa-pss', 'signature', resigned({ padding: constants.RSA_PKCS1_PADDING })],
  [
    'signature value: salt of another length',
    'signature',
    resigned({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 20 }),
  ],
  ['the whole answer of another session', 'user-challenge', (input, _, other) => ({ ...input, status: other.status })],
  [
    'the whole answer and callback of another session',
    'callback',
    (input, _, other) => ({ ...input, status: other.status, callback: other.callback }),
  ],
  [
    'rpChallenge',
    'signature',
    (input, _, other) => ({ ...input, session: { ...input.session, rpChallenge: other.session.rpChallenge } }),
  ],
  [
    'interactions',
    'signature',
    inSession({
      interactions: encodeInteractions(
        [{ type: 'confirmationMessage', displayText200: 'Log in to another site' }],
        'device-link',
      ),
    }),
  ],
  ['initialCallbackUrl', 'signature', inSession({ initialCallbackUrl: 'https://rp.example.com/other?value=1' })],
  ['relyingPartyName', 'signature', inSession({ relyingPartyName: 'demo' })],
  ['brokeredRpName', 'signature', inSession({ brokeredRpName: 'Example RP' })],
  ['schemeName', 'signature', inSession({ schemeName: 'smart-id' })],
  [
    'revocation: nobody answers',
    'revocation',
    (input) => ({
      ...input,
      revocation: createRevocationChecker('ocsp-then-crl', () => Promise.reject(new Error('No network.'))),
    }),
  ],
  [
    'trust anchors: of another environment',
    'certificate-path',
    (input, simulator) => ({
      ...input,
      trustAnchors: loadTrustAnchors(simulator.pki.issueAuthority().certificate, Date.now()),
    }),
  ],
];

/** Two genuine logins by Web2App of one account, whose key the tests know. */
export async function answersToTamperWith(simulator: Simulator): Promise<[GenuineInput, GenuineInput]> {
  const { certificate, privateKey } = simulator.pki.issueUserCertificate({ privateKey: victim });
  simulator.useCertificate('PNOEE-40404040009-MOCK-Q', { certificate, privateKey });
  const genuine = () => genuineAuthentication(simulator, { flowType: 'Web2App' });
  return [await genuine(), await genuine()];
}

export const tamperedFields: Attack = {
  name: 'answers with one field changed',
  async run({ simulator, report }) {
    const [good, other] = await answersToTamperWith(simulator);
    for (const [what, , change] of tamperings) {
      report(await refusedBy(change(good, simulator, other) as GenuineInput), () => what);
    }
  },
};

const { privateKey: victim } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { privateKey: weakKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });

function flipLastBit(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const last = bytes.length - 1;
  bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
  return bytes.toString('base64');
}

/** The right message signed with the right key, but not in the way that was asked for, or over other values. */
export function resigned(padding: { padding: number; saltLength?: number }, values: object = {}): Change {
  return (input) =>
    withStatus(input, (status) => {
      Object.assign(status.signature, values);
      const message = acspV2Message({
        ...input.session,
        ...status.signature,
        interactionTypeUsed: status.interactionTypeUsed,
      });
      status.signature.value = sign('sha512', Buffer.from(message), { key: victim, ...padding }).toString('base64');
    });
}
