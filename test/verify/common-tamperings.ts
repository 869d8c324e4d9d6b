/** Changes that make sense to an answer of more than one kind of session, and what changes are made of. */

import { generateKeyPairSync } from 'node:crypto';
import type { CertificatePurpose, Simulator, UserCertificateOverrides } from '../../lib/simulator/index.js';
import { loadTrustAnchors } from '../../lib/trust/anchors.js';
import { createRevocationChecker } from '../../lib/trust/revocation/over-http.js';
import { revoked } from '../attacks/revocation.js';
import { type GenuineAnswer, withCertificate, withStatus } from '../support/genuine.js';

/** `others` are answers of other sessions, which differ by the kind that is tampered with. */
export type Change<Input, Others> = (input: Input, simulator: Simulator, others: Others) => unknown;

/** What is changed, the check that must refuse it, and how it is changed. */
export type Tampering<Input, Others> = [what: string, expected: string, change: Change<Input, Others>];

/** Of answers of any kind. */
type AnyTampering = Tampering<GenuineAnswer, unknown>;
type AnyChange = Change<GenuineAnswer, unknown>;
/** That depends on nothing else. */
type PlainChange = (input: GenuineAnswer) => GenuineAnswer;

const day = 86_400_000;

export function flip(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
}

export function flipLastBit(base64: string): string {
  const bytes = Buffer.from(base64, 'base64');
  const last = bytes.length - 1;
  bytes.writeUInt8(bytes.readUInt8(last) ^ 1, last);
  return bytes.toString('base64');
}

export function inSession(change: Record<string, unknown>): PlainChange {
  return (input) => ({ ...input, session: { ...input.session, ...change } });
}

export function inStatus(change: (status: any) => void): PlainChange {
  return (input) => withStatus(input, change);
}

/** Sets fields of the whole answer; those that are undefined are taken away. */
export function inAnswer(fields: Record<string, unknown>): PlainChange {
  return inStatus((status) => set(status, fields));
}

/** The same for those of `signature`. */
export function inSignature(fields: Record<string, unknown>): PlainChange {
  return inStatus((status) => set(status.signature, fields));
}

/** Sets fields of the callback. */
export function inCallback(fields: Record<string, unknown>): PlainChange {
  return (input) => ({ ...input, callback: { sessionSecretDigest: '', ...input.callback, ...fields } });
}

/** Both, one after the other. */
export function both<Input, Others>(
  first: Change<Input, Others>,
  second: Change<Input, Others>,
): Change<Input, Others> {
  return (input, ...rest) => second(first(input, ...rest) as Input, ...rest);
}

/** As `JSON.parse` would give it: without the fields that are not there. */
function set(target: any, fields: Record<string, unknown>): void {
  Object.assign(target, fields);
  for (const [name, value] of Object.entries(fields)) if (value === undefined) delete target[name];
}

export const callbackTamperings: Tampering<GenuineAnswer, { other: GenuineAnswer }>[] = [
  ['callback: missing', 'callback', (input) => ({ ...input, callback: undefined })],
  [
    'callback: sessionSecretDigest',
    'callback',
    (input) => inCallback({ sessionSecretDigest: flip(input.callback?.sessionSecretDigest ?? '') })(input),
  ],
  ['callback: sessionSecretDigest empty', 'callback', inCallback({ sessionSecretDigest: '' })],
  ['callback: of another session', 'callback', (input, _, { other }) => ({ ...input, callback: other.callback })],
  ['callback: session without callback URL', 'callback', inSession({ initialCallbackUrl: undefined })],
  ['callback: session without secret', 'callback', inSession({ sessionSecret: undefined })],
];

const endResults = [
  'USER_REFUSED',
  'USER_REFUSED_INTERACTION',
  'USER_REFUSED_CERT_CHOICE',
  'TIMEOUT',
  'WRONG_VC',
  'DOCUMENT_UNUSABLE',
  'REQUIRED_INTERACTION_NOT_SUPPORTED_BY_APP',
  'PROTOCOL_FAILURE',
  'EXPECTED_LINKED_SESSION',
  'SERVER_ERROR',
  'ACCOUNT_UNUSABLE',
];

function endResult(what: string, value: string): AnyTampering {
  const change = inStatus((status) => {
    status.result.endResult = value;
  });
  return [`endResult: ${what}`, 'end-result', change];
}

export const endTamperings: AnyTampering[] = [
  ['state: RUNNING', 'state', inAnswer({ state: 'RUNNING' })],
  ...endResults.map((value) => endResult(value, value)),
  endResult('one nobody knows', 'FINE'),
  endResult('lower case', 'ok'),
  endResult('empty', ''),
];

/** For a session that was offered as Web2App, and came back so. */
export const flowTypeTamperings: AnyTampering[] = [
  ['flowType: Notification', 'flow-type', inSignature({ flowType: 'Notification' })],
  [
    'flowType: Notification, offered too',
    'flow-type',
    both(inSignature({ flowType: 'Notification' }), inSession({ flowTypes: ['Notification', 'Web2App'] })),
  ],
  ['flowType: QR', 'flow-type', inSignature({ flowType: 'QR' })],
  [
    'flowType: QR, offered too',
    'flow-type',
    both(inSignature({ flowType: 'QR' }), inSession({ flowTypes: ['QR', 'Web2App'] })),
  ],
  ['flowType: App2App', 'flow-type', inSignature({ flowType: 'App2App' })],
  [
    'flowType: one nobody knows, offered too',
    'flow-type',
    both(inSignature({ flowType: 'NFC' }), inSession({ flowTypes: ['NFC', 'Web2App'] })),
  ],
  ['flowType: not offered', 'flow-type', inSession({ flowTypes: ['QR'] })],
];

/** For a session that offered the usual interactions of device links. */
export const interactionTamperings: AnyTampering[] = [
  [
    'interactionTypeUsed: not offered',
    'interaction',
    inAnswer({ interactionTypeUsed: 'confirmationMessageAndVerificationCodeChoice' }),
  ],
  ['interactionTypeUsed: one nobody knows', 'interaction', inAnswer({ interactionTypeUsed: 'confirmationmessage' })],
  ['interactionTypeUsed: missing', 'interaction', inAnswer({ interactionTypeUsed: undefined })],
];

/** The answer and the return of another session in place of this one's. */
export const exchangedTamperings: Tampering<GenuineAnswer, { other: GenuineAnswer }>[] = [
  [
    'the whole answer and callback of another session',
    'callback',
    (input, _, { other }) => ({ ...input, status: other.status, callback: other.callback }),
  ],
];

const inCertificate = (change: (base64: string) => string) =>
  inStatus((status) => {
    status.cert.value = change(status.cert.value);
  });

/** Another certificate of the simulator's, where it is not said otherwise of the qualified authority and the same person. */
export function certified(
  overrides: UserCertificateOverrides | ((simulator: Simulator) => UserCertificateOverrides),
): AnyChange {
  return (input, simulator) => {
    const wish = typeof overrides === 'function' ? overrides(simulator) : overrides;
    return withCertificate(input, simulator.pki.issueUserCertificate(wish).certificate);
  };
}

const etsiPolicy: Record<CertificatePurpose, string> = {
  authentication: '0.4.0.2042.1.2',
  signature: '0.4.0.194112.1.2',
};
const advancedPolicies = ['1.3.6.1.4.1.10015.17.1', '0.4.0.2042.1.1'];
const { privateKey: weakKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const { privateKey: ellipticKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });

export const answeredLevel = (certificateLevel: string) =>
  inStatus((status) => {
    status.cert.certificateLevel = certificateLevel;
  });

export function certificateTamperings(purpose: CertificatePurpose): AnyTampering[] {
  const certificate = (
    overrides: UserCertificateOverrides | ((simulator: Simulator) => UserCertificateOverrides),
  ): AnyChange =>
    certified((simulator) => ({ purpose, ...(typeof overrides === 'function' ? overrides(simulator) : overrides) }));
  return [
    ['cert: missing', 'signature-protocol', inAnswer({ cert: undefined })],
    ['certificate: not Base64', 'certificate', inCertificate((base64) => `*${base64}`)],
    ['certificate: empty', 'certificate', inCertificate(() => '')],
    [
      'certificate: cut short',
      'certificate',
      inCertificate((base64) => Buffer.from(base64, 'base64').subarray(0, -4).toString('base64')),
    ],
    [
      'certificate: bytes after it',
      'certificate',
      inCertificate((base64) => Buffer.concat([Buffer.from(base64, 'base64'), Buffer.from([0])]).toString('base64')),
    ],
    ['certificate: a bit of its signature', 'certificate-path', inCertificate(flipLastBit)],
    [
      'certificate: self-made',
      'certificate-path',
      certificate(({ pki }) => ({ issuer: pki.issueUserCertificate({ purpose }) })),
    ],
    [
      'certificate: of another CA by the same name',
      'certificate-path',
      certificate(({ pki }) => ({ issuer: pki.issueAuthority({ subject: pki.authorities.qualified.subject }) })),
    ],
    ['certificate: expired', 'certificate-path', (input) => ({ ...input, now: Date.now() + 5 * 365 * day })],
    [
      'certificate: expired a minute ago',
      'certificate-path',
      certificate({ notBefore: new Date(Date.now() - 9 * day), notAfter: new Date(Date.now() - 60_000) }),
    ],
    [
      'certificate: not yet valid',
      'certificate-path',
      certificate({ notBefore: new Date(Date.now() + day), notAfter: new Date(Date.now() + 9 * day) }),
    ],
    [
      'certificate: revoked',
      'revocation',
      (input, simulator) => {
        const { privateKey, certificate: der } = simulator.pki.issueUserCertificate({ purpose, account: revoked });
        simulator.useCertificate(revoked, { privateKey, certificate: der }, purpose);
        return withCertificate(input, der);
      },
    ],
    ['certificate: of somebody else', 'document-number', certificate({ account: 'PNOLT-40404040009-MOCK-Q' })],
    [
      'certificate: of another document of the same person',
      'document-number',
      certificate({ documentNumber: 'PNOEE-40404040009-AAAA-Q' }),
    ],
    ['certificate: a weak key', 'certificate-profile', certificate({ privateKey: weakKey })],
    ['certificate: a key that is not RSA', 'certificate-profile', certificate({ privateKey: ellipticKey })],
    [
      'certificate: with a policy of the demo environment',
      'certificate-profile',
      certificate({ certificatePolicies: ['1.3.6.1.4.1.10015.3.17.2', etsiPolicy[purpose]] }),
    ],
    [
      'certificate: without Smart-ID policy',
      'certificate-profile',
      certificate({ certificatePolicies: [etsiPolicy[purpose]] }),
    ],
    [
      'certificate: without ETSI policy',
      'certificate-profile',
      certificate({ certificatePolicies: ['1.3.6.1.4.1.10015.17.2'] }),
    ],
    [
      'certificate: subject without serialNumber',
      'identity',
      certificate({
        subject: [
          ['country', 'EE'],
          ['commonName', 'TESTNUMBER,OK,PNOEE-40404040009'],
          ['surname', 'TESTNUMBER'],
          ['givenName', 'OK'],
        ],
      }),
    ],
    ['certificateLevel: ADVANCED', 'certificate-profile', answeredLevel('ADVANCED')],
    ['certificateLevel: one nobody knows', 'certificate-profile', answeredLevel('qualified')],
    [
      'certificate and level: ADVANCED',
      'certificate-level',
      both(certificate({ certificatePolicies: advancedPolicies }), answeredLevel('ADVANCED')),
    ],
    ['certificateLevel: an unknown one was asked for', 'certificate-level', inSession({ certificateLevel: 'HIGH' })],
    ...personTamperings(certificate({ documentNumber: null })),
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
}

function personTamperings(withoutDocumentNumber: AnyChange): AnyTampering[] {
  const documentNumber = (value: string | undefined) =>
    inStatus((status) => set(status.result, { documentNumber: value }));
  const somebodyElse = documentNumber('PNOLT-40404040009-MOCK-Q');
  const expected = (signer: object) => inSession({ expected: signer });
  return [
    ['documentNumber: missing', 'document-number', documentNumber(undefined)],
    ['documentNumber: of somebody else', 'document-number', somebodyElse],
    [
      'documentNumber: of somebody else, and none in the certificate',
      'document-number',
      both(withoutDocumentNumber, somebodyElse),
    ],
    ['documentNumber: another of the same person', 'document-number', documentNumber('PNOEE-40404040009-AAAA-Q')],
    ['expected person: somebody else', 'expected-signer', expected({ semanticsIdentifier: 'PNOLT-40404040009' })],
    [
      'expected person: the beginning of the identifier',
      'expected-signer',
      expected({ semanticsIdentifier: 'PNOEE-4040404000' }),
    ],
    ['expected document: another one', 'expected-signer', expected({ documentNumber: 'PNOEE-40404040009-AAAA-Q' })],
  ];
}

function inParameters(change: (parameters: any) => void): AnyChange {
  return inStatus((status) => change(status.signature.signatureAlgorithmParameters));
}

/** For a session that asked for rsassa-pss with SHA-512. */
export const algorithmTamperings: AnyTampering[] = [
  ...(
    [
      ['signatureAlgorithm: PKCS#1 v1.5', inSignature({ signatureAlgorithm: 'sha512WithRSAEncryption' })],
      [
        'signatureAlgorithm: PKCS#1 v1.5, without parameters',
        inSignature({ signatureAlgorithm: 'sha512WithRSAEncryption', signatureAlgorithmParameters: undefined }),
      ],
      ['signatureAlgorithm: missing', inSignature({ signatureAlgorithm: undefined })],
      ['signatureAlgorithmParameters: missing', inSignature({ signatureAlgorithmParameters: undefined })],
      [
        'hashAlgorithm',
        inParameters((parameters) => {
          parameters.hashAlgorithm = 'SHA-256';
        }),
      ],
      [
        'maskGenAlgorithm',
        inParameters((parameters) => {
          parameters.maskGenAlgorithm.algorithm = 'mgf1';
        }),
      ],
      [
        'maskGenAlgorithm: hash',
        inParameters((parameters) => {
          parameters.maskGenAlgorithm.parameters.hashAlgorithm = 'SHA-256';
        }),
      ],
      [
        'saltLength',
        inParameters((parameters) => {
          parameters.saltLength = 32;
        }),
      ],
      [
        'trailerField',
        inParameters((parameters) => {
          parameters.trailerField = '0xcc';
        }),
      ],
    ] as [string, AnyChange][]
  ).map(([what, change]): AnyTampering => [what, 'signature-algorithm', change]),
  [
    'signatureAlgorithm: PKCS#1 v1.5 as asked, of a signature with parameters of rsassa-pss',
    'signature',
    both(
      inSignature({ signatureAlgorithm: 'sha512WithRSAEncryption' }),
      inSession({ signatureAlgorithm: 'sha512WithRSAEncryption', hashAlgorithm: undefined }),
    ),
  ],
];

/** With the value of another answer. */
export function withValueOf(input: GenuineAnswer, { status }: GenuineAnswer): GenuineAnswer {
  return inSignature({ value: status.signature?.value })(input);
}

const inValue = (change: (base64: string) => string) =>
  inStatus((status) => {
    status.signature.value = change(status.signature.value);
  });
const inValueBytes = (change: (bytes: Buffer) => Uint8Array) =>
  inValue((base64) => Buffer.from(change(Buffer.from(base64, 'base64'))).toString('base64'));

export const signatureValueTamperings: AnyTampering[] = (
  [
    ['a bit', inValue(flipLastBit)],
    ['missing', inSignature({ value: undefined })],
    ['empty', inValue(() => '')],
    ['not Base64', inValue((base64) => base64.replace(/.$/, '*'))],
    ['one byte short', inValueBytes((bytes) => bytes.subarray(0, -1))],
    ['one byte long', inValueBytes((bytes) => Buffer.concat([bytes, Buffer.alloc(1)]))],
    ['a leading zero byte', inValueBytes((bytes) => Buffer.concat([Buffer.alloc(1), bytes]))],
    ['zeros', inValueBytes((bytes) => bytes.fill(0))],
    ['one', inValueBytes((bytes) => bytes.fill(0).fill(1, bytes.length - 1))],
    ['larger than the modulus', inValueBytes((bytes) => bytes.fill(0xff))],
  ] as [string, AnyChange][]
).map(([what, change]): AnyTampering => [`signature value: ${what}`, 'signature', change]);
