/** Each field of a good login changed in turn: every change must be refused, by the check that is there for it. */

import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { acspV2Message } from '../../lib/protocol/acsp-v2.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { type GenuineInput, genuineAuthentication } from '../support/authentication.js';
import { withStatus } from '../support/genuine.js';
import { okDocument } from '../support/phone.js';
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
  inStatus,
  interactionTamperings,
  signatureValueTamperings,
  type Tampering,
  withValueOf,
} from './common-tamperings.js';

interface Others {
  other: GenuineInput;
}

const pss = (saltLength: number) => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });

/** All start from a Web2App login. */
export const tamperings: Tampering<GenuineInput, Others>[] = [
  ...callbackTamperings,
  [
    'callback: userChallengeVerifier',
    'user-challenge',
    (input) => inCallback({ userChallengeVerifier: flip(input.callback?.userChallengeVerifier ?? '') })(input),
  ],
  ['callback: userChallengeVerifier empty', 'user-challenge', inCallback({ userChallengeVerifier: '' })],
  ...endTamperings,
  [
    'signatureProtocol: RAW_DIGEST_SIGNATURE',
    'signature-protocol',
    inAnswer({ signatureProtocol: 'RAW_DIGEST_SIGNATURE' }),
  ],
  ['signatureProtocol: missing', 'signature-protocol', inAnswer({ signatureProtocol: undefined })],
  ['signature: missing', 'callback', both(inAnswer({ signature: undefined }), inCallback({ sessionSecretDigest: '' }))],
  ['signature: missing, callback right', 'signature-protocol', inAnswer({ signature: undefined })],
  ...flowTypeTamperings,
  [
    'flowType: App2App, offered too',
    'signature',
    both(inSignature({ flowType: 'App2App' }), inSession({ flowTypes: ['App2App', 'Web2App'] })),
  ],
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
    (input, _, { other }) => inSignature({ userChallenge: other.status.signature?.userChallenge })(input),
  ],
  ...certificateTamperings('authentication'),
  ['certificate: of the same person, other key', 'signature', certified({})],
  [
    'certificate: for signing',
    'certificate-profile',
    certified({ keyUsage: ['nonRepudiation'], extendedKeyUsage: [] }),
  ],
  ['certificateLevel: QSCD', 'certificate-profile', answeredLevel('QSCD')],
  ['interactionTypeUsed: another offered one', 'signature', inAnswer({ interactionTypeUsed: 'displayTextAndPIN' })],
  ...interactionTamperings,
  ...algorithmTamperings,
  [
    'serverRandom',
    'signature',
    inStatus((status) => {
      status.signature.serverRandom = flip(status.signature.serverRandom);
    }),
  ],
  ['serverRandom: missing', 'signature', inSignature({ serverRandom: undefined })],
  ['serverRandom: too short', 'signature', resigned(pss(64), { serverRandom: 'QUJDREVGR0hJSktMTU5P' })],
  [
    'serverRandom: with a separator',
    'signature',
    inStatus((status) => {
      status.signature.serverRandom += '|';
    }),
  ],
  ...signatureValueTamperings,
  ['signature value: of another answer', 'signature', (input, _, { other }) => withValueOf(input, other)],
  ['signature value: PKCS#1 v1.5 labelled rsassa-pss', 'signature', resigned({ padding: constants.RSA_PKCS1_PADDING })],
  ['signature value: salt of another length', 'signature', resigned(pss(20))],
  [
    'the whole answer of another session',
    'user-challenge',
    (input, _, { other }) => ({ ...input, status: other.status }),
  ],
  ...exchangedTamperings,
  [
    'rpChallenge',
    'signature',
    (input, _, { other }) => ({ ...input, session: { ...input.session, rpChallenge: other.session.rpChallenge } }),
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
];

/** Two genuine logins by Web2App of one account, whose key the tests know. */
export async function answersToTamperWith(simulator: Simulator): Promise<[GenuineInput, GenuineInput]> {
  const { certificate, privateKey } = simulator.pki.issueUserCertificate({ privateKey: victim });
  simulator.useCertificate(okDocument, { certificate, privateKey });
  const genuine = () => genuineAuthentication(simulator, { flowType: 'Web2App' });
  return [await genuine(), await genuine()];
}

const { privateKey: victim } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** The right message signed with the right key, but not in the way that was asked for, or over other values. */
export function resigned(
  padding: { padding: number; saltLength?: number },
  values: object = {},
): Change<GenuineInput, unknown> {
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
