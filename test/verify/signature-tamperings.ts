/** Each field of a good signature, and of a good certificate choice, changed in turn. */

import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { calculateDigest } from '../../lib/protocol/digest.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import type { Simulator, UserCertificateOverrides } from '../../lib/simulator/index.js';
import { qcStatement } from '../../lib/simulator/pki/extensions.js';
import { type GenuineInput, genuineAuthentication } from '../support/authentication.js';
import { certificateOf, withStatus } from '../support/genuine.js';
import { okDocument } from '../support/phone.js';
import { encodePkcs1, encodePss, signEncoding } from '../support/rsa-encoding.js';
import {
  contract,
  type GenuineChoice,
  type GenuineSignature,
  genuineCertificateChoice,
  genuineSignature,
} from '../support/signature.js';
import {
  algorithmTamperings,
  answeredLevel,
  both,
  type Change,
  callbackTamperings,
  certificateTamperings,
  certified,
  endTamperings,
  exchangedTamperings,
  flip,
  flowTypeTamperings,
  inAnswer,
  inCallback,
  inSession,
  inSignature,
  interactionTamperings,
  signatureValueTamperings,
  type Tampering,
  withValueOf,
} from './common-tamperings.js';

/** Besides the signature that is tampered with: what others gave, or the same person in another way. */
export interface OtherSignatures {
  /** Of other data. */
  other: GenuineSignature;
  qr: GenuineSignature;
  push: GenuineSignature;
  /** To a certificate choice by Web2App. */
  linked: GenuineSignature;
  /** To a certificate choice by QR code. */
  linkedToQr: GenuineSignature;
  authentication: GenuineInput;
}

export interface OtherChoices {
  other: GenuineChoice;
  qr: GenuineChoice;
  push: GenuineChoice;
  authentication: GenuineInput;
  signature: GenuineSignature;
}

type SignatureChange = Change<GenuineSignature, OtherSignatures>;
type SignatureTampering = Tampering<GenuineSignature, OtherSignatures>;

const { privateKey: victim } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherData = Buffer.from('Another contract');
const { semanticsIdentifier, qcCompliance, qcSscd, qcTypeEsign } = qcStatement;

/** Of the same person, for signatures; with the right key, so that nothing else is wrong with it. */
const signing = (overrides: UserCertificateOverrides) =>
  certified({ purpose: 'signature', privateKey: victim, ...overrides });
const withoutQscd = signing({ qcStatements: [semanticsIdentifier, qcCompliance, qcTypeEsign] });
const advanced = signing({ certificatePolicies: ['1.3.6.1.4.1.10015.17.1', '0.4.0.2042.1.1'], qcStatements: [] });
const statements = (...qcStatements: NonNullable<UserCertificateOverrides['qcStatements']>) =>
  signing({ qcStatements });

/** The purpose and the level of a signing certificate. */
const signingCertificateTamperings: Tampering<GenuineSignature | GenuineChoice, unknown>[] = [
  ['certificate: for authentication', 'certificate-profile', certified({ privateKey: victim })],
  [
    'certificate: for authentication, with the key usage of signatures',
    'certificate-profile',
    certified({ privateKey: victim, keyUsage: ['nonRepudiation'] }),
  ],
  [
    'certificate: for signatures, with the key usage of authentication',
    'certificate-profile',
    signing({ keyUsage: ['digitalSignature'] }),
  ],
  [
    'certificate: with policies of authentication',
    'certificate-profile',
    signing({ certificatePolicies: ['1.3.6.1.4.1.10015.17.2', '0.4.0.2042.1.2'] }),
  ],
  [
    'certificate: with policies of two levels',
    'certificate-profile',
    signing({ certificatePolicies: ['1.3.6.1.4.1.10015.17.1', '0.4.0.194112.1.2'] }),
  ],
  ['certificate: without statements', 'certificate-profile', statements()],
  ['certificate: without QcType', 'certificate-profile', statements(semanticsIdentifier, qcCompliance, qcSscd)],
  [
    'certificate: QcType of seals',
    'certificate-profile',
    statements(qcCompliance, qcSscd, { id: qcTypeEsign.id, info: ['0.4.0.1862.1.6.2'] }),
  ],
  [
    'certificate: QcType of websites',
    'certificate-profile',
    statements(qcCompliance, qcSscd, { id: qcTypeEsign.id, info: ['0.4.0.1862.1.6.3'] }),
  ],
  ['certificate: QcType of nothing', 'certificate-profile', statements(qcSscd, { id: qcTypeEsign.id, info: [] })],
  ['certificate: QcType without content', 'certificate-profile', statements(qcSscd, { id: qcTypeEsign.id })],
  [
    'certificate: QcType in another statement',
    'certificate-profile',
    statements(qcSscd, { id: semanticsIdentifier.id, info: qcTypeEsign.info }),
  ],
  [
    'certificateLevel: QSCD, which the certificate does not state',
    'certificate-profile',
    both(withoutQscd, answeredLevel('QSCD')),
  ],
  ['certificateLevel: QUALIFIED, which the certificate does not state', 'certificate-profile', advanced],
  [
    'certificate without QcSSCD, where QSCD was asked for',
    'certificate-level',
    both(withoutQscd, inSession({ certificateLevel: 'QSCD' })),
  ],
  [
    'certificate and level: ADVANCED, where QSCD was asked for',
    'certificate-level',
    both(both(advanced, answeredLevel('ADVANCED')), inSession({ certificateLevel: 'QSCD' })),
  ],
];

/** The value made anew from the data, in another way than was asked for. */
function resigned(value: (data: Buffer) => Buffer): SignatureChange {
  return (input) =>
    withStatus(input, (status) => {
      status.signature.value = value(Buffer.from(input.data ?? contract)).toString('base64');
    });
}

const digestOf = (data: Uint8Array, hash: 'SHA-256' | 'SHA-512' | 'SHA3-512' = 'SHA-512') =>
  Buffer.from(calculateDigest(data, hash), 'base64');
const pss = (data: Buffer, deviation?: Parameters<typeof encodePss>[3], key: KeyObject = victim) =>
  signEncoding(encodePss(digestOf(data), 2048, 'SHA-512', deviation), key);
const askedForPkcs1: SignatureChange = both(
  inSession({ signatureAlgorithm: 'sha512WithRSAEncryption', hashAlgorithm: undefined }),
  inSignature({ signatureAlgorithm: 'sha512WithRSAEncryption', signatureAlgorithmParameters: undefined }),
);

const values: [what: string, change: SignatureChange][] = [
  ['of another answer', (input, _, { other }) => withValueOf(input, other)],
  ['of a login', (input, _, { authentication }) => withValueOf(input, authentication)],
  ['of another key', resigned((data) => pss(data, {}, stranger))],
  ['PKCS#1 v1.5 labelled rsassa-pss', resigned((data) => sign('sha512', data, victim))],
  ['no salt', resigned((data) => pss(data, { saltLength: 0 }))],
  ['salt of SHA-256', resigned((data) => pss(data, { saltLength: 32 }))],
  ['salt one byte shorter', resigned((data) => pss(data, { saltLength: 63 }))],
  ['salt one byte longer', resigned((data) => pss(data, { saltLength: 65 }))],
  ['salt as long as it can be', resigned((data) => pss(data, { saltLength: 190 }))],
  ['MGF1 of SHA-256', resigned((data) => pss(data, { maskHash: 'SHA-256' }))],
  ['MGF1 of SHA3-512', resigned((data) => pss(data, { maskHash: 'SHA3-512' }))],
  ['another trailer', resigned((data) => pss(data, { trailer: 0xcc }))],
  [
    'SHA-256 throughout, labelled SHA-512',
    resigned((data) => signEncoding(encodePss(digestOf(data, 'SHA-256'), 2048, 'SHA-256'), victim)),
  ],
  [
    'SHA3-512 throughout, labelled SHA-512',
    resigned((data) => signEncoding(encodePss(digestOf(data, 'SHA3-512'), 2048, 'SHA3-512'), victim)),
  ],
  [
    'the digest of SHA-256 under SHA-512',
    resigned((data) => signEncoding(encodePss(digestOf(data, 'SHA-256'), 2048, 'SHA-512'), victim)),
  ],
  ['the digest hashed again', resigned((data) => pss(digestOf(data)))],
  ['the Base64 of the digest hashed', resigned((data) => pss(Buffer.from(digestOf(data).toString('base64'))))],
  ['the data not hashed', resigned((data) => signEncoding(encodePss(data, 2048, 'SHA-512'), victim))],
  ['no data', resigned(() => pss(Buffer.alloc(0)))],
  ['rsassa-pss labelled PKCS#1 v1.5', both(resigned(pss), askedForPkcs1)],
  [
    'PKCS#1 v1.5 of SHA-256',
    both(
      resigned((data) => sign('sha256', data, victim)),
      askedForPkcs1,
    ),
  ],
  [
    'PKCS#1 v1.5, digest hashed again',
    both(
      resigned((data) => sign('sha512', digestOf(data), victim)),
      askedForPkcs1,
    ),
  ],
  [
    'PKCS#1 v1.5 of the digest without its name',
    both(
      resigned((data) => signEncoding(encodePkcs1(digestOf(data), 2048), victim)),
      askedForPkcs1,
    ),
  ],
];

const withoutData: SignatureChange = (input) => ({ ...input, data: undefined });
const withData =
  (data: Buffer): SignatureChange =>
  (input) => ({ ...input, data });

/** The same change where the bytes are at hand and where only their digest is. */
function inBothWays([what, expected, change]: SignatureTampering): SignatureTampering[] {
  return [
    [what, expected, change],
    [`${what} (digest only)`, expected, both(withoutData, change)],
  ];
}

const digestTamperings: SignatureTampering[] = [
  ['data: another', 'digest', withData(otherData)],
  ['data: empty', 'digest', withData(Buffer.alloc(0))],
  ['data: one byte more', 'digest', withData(Buffer.concat([contract, Buffer.alloc(1)]))],
  ['data: its digest', 'digest', withData(digestOf(contract))],
  ['digest: of other data', 'digest', inSession({ digest: calculateDigest(otherData, 'SHA-512') })],
  [
    'digest: of other data (digest only)',
    'signature',
    both(withoutData, inSession({ digest: calculateDigest(otherData, 'SHA-512') })),
  ],
  [
    'digest and data: of another document',
    'signature',
    both(withData(otherData), inSession({ digest: calculateDigest(otherData, 'SHA-512') })),
  ],
  ...inBothWays(['digest: not Base64', 'digest', inSession({ digest: '*' })]),
  ...inBothWays(['digest: of SHA-256', 'digest', inSession({ digest: calculateDigest(contract, 'SHA-256') })]),
  ['hashAlgorithm: none was asked for', 'signature-algorithm', inSession({ hashAlgorithm: undefined })],
  [
    'hashAlgorithm and digest: another was asked for',
    'signature-algorithm',
    inSession({ hashAlgorithm: 'SHA-256', digest: calculateDigest(contract, 'SHA-256') }),
  ],
];

/** A change to the linked signature instead. */
const toLinked =
  (change: SignatureChange): SignatureChange =>
  (_, simulator, others) =>
    change(others.linked, simulator, others);
const inLinked = (change: Record<string, unknown>): SignatureChange =>
  toLinked((input) => inSession({ linked: { ...input.session.linked, ...change } })(input));
const usedCallbackOf =
  (from: (others: OtherSignatures) => GenuineSignature): SignatureChange =>
  (input, _, others) => ({ ...input, callback: from(others).callback });
const rightCallback = (): SignatureChange =>
  toLinked((input, _, { linkedToQr }) => ({ ...linkedToQr, callback: input.callback }));

const linkedTamperings: SignatureTampering[] = [
  ['linked, callback: missing', 'callback', toLinked((input) => ({ ...input, callback: undefined }))],
  [
    'linked, callback: sessionSecretDigest',
    'callback',
    toLinked((input) => inCallback({ sessionSecretDigest: flip(input.callback?.sessionSecretDigest ?? '') })(input)),
  ],
  ['linked, callback: empty', 'callback', toLinked(inCallback({ sessionSecretDigest: '' }))],
  ['linked, callback: of another session', 'callback', toLinked(usedCallbackOf(({ other }) => other))],
  ['linked, callback: choice without callback URL', 'callback', inLinked({ initialCallbackUrl: undefined })],
  ['linked, callback: choice without secret', 'callback', inLinked({ sessionSecret: undefined })],
  ['linked, callback: of a choice by QR code', 'callback', rightCallback()],
  ['linked, callback: right, but the choice was by QR code', 'callback', inLinked({ flowType: 'QR' })],
  ...([undefined, 'web2app', 'QR', 'Notification'] as const).map(
    (flowType): SignatureTampering => [
      `linked, flowType of the choice: ${flowType}, and no callback`,
      'callback',
      toLinked((input) => ({
        ...input,
        callback: undefined,
        session: { ...input.session, linked: { ...input.session.linked, flowTypes: ['Web2App'], flowType } },
      })),
    ],
  ),
  ['linked, flowType: that of the choice', 'flow-type', toLinked(inSignature({ flowType: 'Web2App' }))],
  ['linked, flowType: QR', 'flow-type', toLinked(inSignature({ flowType: 'QR' }))],
  [
    'linked, certificate: renewed since the choice',
    'signing-certificate',
    toLinked(signing({ notBefore: new Date(Date.now() - 3_600_000) })),
  ],
  [
    'linked, interaction: the choice of a code',
    'interaction',
    toLinked(
      both(
        inSession({
          interactions: encodeInteractions(
            [{ type: 'confirmationMessageAndVerificationCodeChoice', displayText200: 'Sign' }],
            'notification',
          ),
        }),
        inAnswer({ interactionTypeUsed: 'confirmationMessageAndVerificationCodeChoice' }),
      ),
    ),
  ],
  ['linked, signature: of another session', 'signature', toLinked((input, _, { other }) => withValueOf(input, other))],
];

/** A session of a kind without callback URL of its own, to which the right digest of a secret was handed. */
function withoutWayBack<Input extends GenuineSignature | GenuineChoice>(
  from: 'qr' | 'push',
): Tampering<Input, { qr: Input; push: Input; other: Input }>[] {
  const name = from === 'qr' ? 'QR' : 'a push';
  return [
    [
      `callback: on a session by ${name}`,
      'callback',
      (input, _, others) => ({ ...others[from], callback: input.callback }),
    ],
    [
      `callback: right, but the answer is one by ${name}`,
      'flow-type',
      ({ session, callback }, _, others) => {
        const flowTypes = [...others[from].session.flowTypes, ...session.flowTypes];
        return { ...others[from], session: { ...others[from].session, ...waysBack(session), flowTypes }, callback };
      },
    ],
  ];
}

const waysBack = ({ initialCallbackUrl, sessionSecret }: GenuineChoice['session']) => ({
  initialCallbackUrl,
  sessionSecret,
});

const protocol = (signatureProtocol: string) => inAnswer({ signatureProtocol });
const ofNoKnownProtocol = protocol('ACSP_V3');

/** All start from a signature by Web2App, where it does not say otherwise. */
export const signatureTamperings: SignatureTampering[] = [
  ...callbackTamperings,
  ...withoutWayBack<GenuineSignature>('qr'),
  ...withoutWayBack<GenuineSignature>('push'),
  ...linkedTamperings,
  ...endTamperings,
  ['signatureProtocol: ACSP_V2', 'signature-protocol', protocol('ACSP_V2')],
  ['signatureProtocol: one nobody knows', 'signature-protocol', ofNoKnownProtocol],
  ['signatureProtocol: missing', 'signature-protocol', inAnswer({ signatureProtocol: undefined })],
  ['signature: missing', 'signature-protocol', inAnswer({ signature: undefined })],
  ...flowTypeTamperings,
  [
    'flowType: Notification, for a QR code',
    'flow-type',
    (_, __, { qr }) => inSignature({ flowType: 'Notification' })(qr),
  ],
  ['flowType: QR, for a push', 'flow-type', (_, __, { push }) => inSignature({ flowType: 'QR' })(push)],
  ['flowType: Web2App, for a QR code', 'callback', (_, __, { qr }) => inSignature({ flowType: 'Web2App' })(qr)],
  ...certificateTamperings('signature'),
  ...signingCertificateTamperings,
  ...inBothWays(['certificate: of the same person, other key', 'signature', certified({ purpose: 'signature' })]),
  [
    'signingCertificate: another one of the same person',
    'signing-certificate',
    (input, simulator) => {
      const { certificate } = simulator.pki.issueUserCertificate({ purpose: 'signature', privateKey: victim });
      return inSession({ signingCertificate: certificate.toString('base64') })(input);
    },
  ],
  [
    'signingCertificate: renewed since',
    'signing-certificate',
    (input, ...rest) =>
      both(inSession({ signingCertificate: certificateOf(input).toString('base64') }), signing({}))(input, ...rest),
  ],
  ['signingCertificate: empty', 'signing-certificate', inSession({ signingCertificate: '' })],
  ...interactionTamperings,
  [
    'interactions: another was offered',
    'interaction',
    inSession({
      interactions: encodeInteractions([{ type: 'displayTextAndPIN', displayText60: 'Sign' }], 'device-link'),
    }),
  ],
  ...algorithmTamperings,
  ...digestTamperings,
  ...signatureValueTamperings.flatMap(inBothWays),
  ...values.flatMap(([what, change]) => inBothWays([`signature value: ${what}`, 'signature', change])),
  ['the whole answer of another session', 'signature', (input, _, { other }) => ({ ...input, status: other.status })],
  ...exchangedTamperings,
  [
    'the whole answer of a login',
    'signature-protocol',
    (input, _, { authentication }) => ({ ...input, status: authentication.status }),
  ],
  [
    'the whole answer of a login, with the protocol of signatures',
    'certificate-profile',
    (input, _, { authentication }) => protocol('RAW_DIGEST_SIGNATURE')({ ...input, status: authentication.status }),
  ],
];

/** All start from a choice by Web2App to which nothing is linked, where it does not say otherwise. */
export const choiceTamperings: Tampering<GenuineChoice, OtherChoices>[] = [
  ...callbackTamperings,
  ...withoutWayBack<GenuineChoice>('qr'),
  ...withoutWayBack<GenuineChoice>('push'),
  [
    'callback: missing, although nothing is linked',
    'callback',
    both(inSession({ linkedSignatureFollows: false }), (input) => ({ ...input, callback: undefined })),
  ],
  [
    'callback: of another session, although a linked signature follows',
    'callback',
    (input, _, { other }) => inSession({ linkedSignatureFollows: true })({ ...input, callback: other.callback }),
  ],
  ...endTamperings,
  ['signatureProtocol: RAW_DIGEST_SIGNATURE', 'signature-protocol', protocol('RAW_DIGEST_SIGNATURE')],
  ['signatureProtocol: ACSP_V2', 'signature-protocol', protocol('ACSP_V2')],
  ['signatureProtocol: one nobody knows', 'signature-protocol', ofNoKnownProtocol],
  ['signatureProtocol: empty', 'signature-protocol', protocol('')],
  ['signature: missing', 'flow-type', inAnswer({ signature: undefined })],
  ...flowTypeTamperings,
  [
    'flowType: not offered, although a linked signature follows',
    'flow-type',
    both(inSession({ linkedSignatureFollows: true }), inSignature({ flowType: 'App2App' })),
  ],
  ...certificateTamperings('signature'),
  ...signingCertificateTamperings,
  ...exchangedTamperings,
  [
    'the whole answer of a signature',
    'signature-protocol',
    (input, _, { signature }) => ({ ...input, status: signature.status }),
  ],
  [
    'the whole answer of a login',
    'signature-protocol',
    (input, _, { authentication }) => ({ ...input, status: authentication.status }),
  ],
  [
    'the whole answer of a login, without its protocol',
    'certificate-profile',
    (input, _, { authentication }) =>
      withStatus({ ...input, status: authentication.status }, (status) => {
        delete status.signatureProtocol;
      }),
  ],
];

/** Of one account, whose key for signatures the tests know. */
export async function signaturesToTamperWith(
  simulator: Simulator,
): Promise<{ good: GenuineSignature; others: OtherSignatures }> {
  useVictim(simulator);
  const genuine = (wish: object) => genuineSignature(simulator, wish);
  return {
    good: await genuine({ flowType: 'Web2App' }),
    others: {
      other: await genuine({ flowType: 'Web2App', data: otherData }),
      qr: await genuine({ flowType: 'QR' }),
      push: await genuine({ flowType: 'Notification' }),
      linked: await genuine({ linkedTo: 'Web2App' }),
      linkedToQr: await genuine({ linkedTo: 'QR' }),
      authentication: await genuineAuthentication(simulator, { flowType: 'Web2App' }),
    },
  };
}

/** The same for certificate choices. The simulator's apps must not wait long for linked signatures: none comes. */
export async function choicesToTamperWith(
  simulator: Simulator,
): Promise<{ good: GenuineChoice; others: OtherChoices }> {
  useVictim(simulator);
  const genuine = (flowType: 'QR' | 'Web2App' | 'Notification') => genuineCertificateChoice(simulator, { flowType });
  return {
    good: await genuine('Web2App'),
    others: {
      authentication: await genuineAuthentication(simulator, { flowType: 'Web2App' }),
      signature: await genuineSignature(simulator, { flowType: 'Web2App' }),
      other: await genuine('Web2App'),
      push: await genuine('Notification'),
      // Last, since the app that showed the QR code waits and refuses other signatures meanwhile.
      qr: await genuine('QR'),
    },
  };
}

function useVictim(simulator: Simulator): void {
  const certificate = simulator.pki.issueUserCertificate({ purpose: 'signature', privateKey: victim });
  simulator.useCertificate(okDocument, certificate, 'signature');
}
