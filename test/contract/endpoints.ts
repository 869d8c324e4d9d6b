/** The endpoints that begin something, by the file's names for them, and the requests that the tests make to each. */

import { randomBytes } from 'node:crypto';
import type { SmartIdClient } from '../../lib/client.js';
import {
  certificateLevels,
  hashAlgorithmOf,
  hashAlgorithms,
  hashOctets,
  type SignatureChoice,
  signatureAlgorithms,
} from '../../lib/protocol/algorithms.js';
import { generateChallenge } from '../../lib/protocol/challenge.js';
import { encodeInteractions, type Interaction, type InteractionSet } from '../../lib/protocol/interactions.js';
import { semanticsIdentifierOf } from '../../lib/simulator/accounts.js';

/** A request of whichever endpoint, of which each takes its own. */
export type AnyRequest = any;

export interface Endpoint {
  /** Misspelt where the file does. */
  operation: string;
  /** Below the base URL. */
  path(documentNumber: string): string;
  /** By the client's method for it, with the holder of the document where the endpoint names somebody. */
  call(client: SmartIdClient, documentNumber: string, request: AnyRequest): Promise<AnyRequest>;
  /** `certificate` alone begins no session. */
  kind: 'auth' | 'sign' | 'cert' | 'certificate';
  flow: InteractionSet;
  namesNobody?: true;
  isLinked?: true;
}

export const endpoints: readonly Endpoint[] = [
  {
    operation: 'authDeviceLinkAnonymous',
    kind: 'auth',
    flow: 'device-link',
    namesNobody: true,
    path: () => 'authentication/device-link/anonymous',
    call: (client, _documentNumber, request) => client.authenticationDeviceLinkAnonymous(request),
  },
  {
    operation: 'authDeviceLinkSemanticId',
    kind: 'auth',
    flow: 'device-link',
    path: (documentNumber) => `authentication/device-link/etsi/${semanticsIdentifierOf(documentNumber)}`,
    call: (client, documentNumber, request) =>
      client.authenticationDeviceLinkEtsi(semanticsIdentifierOf(documentNumber), request),
  },
  {
    operation: 'authDeviceLinkDocumentNumber',
    kind: 'auth',
    flow: 'device-link',
    path: (documentNumber) => `authentication/device-link/document/${documentNumber}`,
    call: (client, documentNumber, request) => client.authenticationDeviceLinkDocument(documentNumber, request),
  },
  {
    operation: 'authNotificationSemanticId',
    kind: 'auth',
    flow: 'notification',
    path: (documentNumber) => `authentication/notification/etsi/${semanticsIdentifierOf(documentNumber)}`,
    call: (client, documentNumber, request) =>
      client.authenticationNotificationEtsi(semanticsIdentifierOf(documentNumber), request),
  },
  {
    operation: 'authNotificationDocumentNumber',
    kind: 'auth',
    flow: 'notification',
    path: (documentNumber) => `authentication/notification/document/${documentNumber}`,
    call: (client, documentNumber, request) => client.authenticationNotificationDocument(documentNumber, request),
  },
  {
    operation: 'signCertificateDocumentNumber',
    kind: 'certificate',
    flow: 'notification',
    path: (documentNumber) => `signature/certificate/${documentNumber}`,
    call: (client, documentNumber, request) => client.signatureCertificate(documentNumber, request),
  },
  {
    operation: 'signDeviceLinkSemanticId',
    kind: 'sign',
    flow: 'device-link',
    path: (documentNumber) => `signature/device-link/etsi/${semanticsIdentifierOf(documentNumber)}`,
    call: (client, documentNumber, request) =>
      client.signatureDeviceLinkEtsi(semanticsIdentifierOf(documentNumber), request),
  },
  {
    operation: 'signDeviceLinkDocumentNumber',
    kind: 'sign',
    flow: 'device-link',
    path: (documentNumber) => `signature/device-link/document/${documentNumber}`,
    call: (client, documentNumber, request) => client.signatureDeviceLinkDocument(documentNumber, request),
  },
  {
    operation: 'signNotificationSemanticId',
    kind: 'sign',
    flow: 'notification',
    path: (documentNumber) => `signature/notification/etsi/${semanticsIdentifierOf(documentNumber)}`,
    call: (client, documentNumber, request) =>
      client.signatureNotificationEtsi(semanticsIdentifierOf(documentNumber), request),
  },
  {
    operation: 'signNotificationDocumentNumber',
    kind: 'sign',
    flow: 'notification',
    path: (documentNumber) => `signature/notification/document/${documentNumber}`,
    call: (client, documentNumber, request) => client.signatureNotificationDocument(documentNumber, request),
  },
  {
    operation: 'signNotificationLinked',
    kind: 'sign',
    // The app is open already: its interactions are those of device links.
    flow: 'device-link',
    isLinked: true,
    path: (documentNumber) => `signature/notification/linked/${documentNumber}`,
    call: (client, documentNumber, request) => client.signatureNotificationLinked(documentNumber, request),
  },
  {
    operation: 'signCertChoiceDeviceLinkAnonymous',
    kind: 'cert',
    flow: 'device-link',
    namesNobody: true,
    path: () => 'signature/certificate-choice/device-link/anonymous',
    call: (client, _documentNumber, request) => client.certificateChoiceDeviceLinkAnonymous(request),
  },
  {
    operation: 'singCertChoiceNotificationSemanticIdNatural',
    kind: 'cert',
    flow: 'notification',
    path: (documentNumber) => `signature/certificate-choice/notification/etsi/${semanticsIdentifierOf(documentNumber)}`,
    call: (client, documentNumber, request) =>
      client.certificateChoiceNotificationEtsi(semanticsIdentifierOf(documentNumber), request),
  },
];

/** The callback URL of most tests: https, as the file demands. Nobody listens there. */
export const callbackUrl = 'https://127.0.0.1:9/callback?value=RrKjjT4aggzu27YBddX1bQ';

/** Whether the endpoint's sessions have links, for which it takes a callback URL. */
export function hasDeviceLink({ flow, isLinked }: Endpoint): boolean {
  return flow === 'device-link' && !isLinked;
}

/** A request that the endpoint takes, with what is to be changed in it. */
export function requestFor(endpoint: Endpoint, changes: AnyRequest = {}): AnyRequest {
  const { kind, flow } = endpoint;
  if (kind === 'certificate') return changes;
  const callback = hasDeviceLink(endpoint) ? { initialCallbackUrl: callbackUrl } : {};
  // The same request soon after another would be answered with the session of that one.
  const nonce = randomBytes(15).toString('base64url');
  if (kind === 'cert') return { nonce, ...callback, ...changes };
  const { choice = { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-512' }, ...others } = changes;
  const digest = randomBytes(hashOctets(hashAlgorithmOf(choice))).toString('base64');
  const signed = kind === 'auth' ? { rpChallenge: generateChallenge() } : { digest, nonce };
  return { ...signed, ...choice, ...callback, interactions: encodeInteractions([text], flow), ...others };
}

const text: Interaction = { type: 'displayTextAndPIN', displayText60: 'Log in to the shop?' };
const message: Interaction = { type: 'confirmationMessage', displayText200: 'Log in to the shop, please' };
const codeChoice: Interaction = {
  type: 'confirmationMessageAndVerificationCodeChoice',
  displayText200: 'Log in to the shop with a code',
};

/** All that an app could show in this flow. */
export function interactionsOf({ flow }: Pick<Endpoint, 'flow'>): Interaction[] {
  return flow === 'notification' ? [codeChoice, message, text] : [message, text];
}

/** All that may be signed with: `rsassa-pss` with every hash, and the algorithms that name their own. */
const choices: readonly SignatureChoice[] = signatureAlgorithms.flatMap((signatureAlgorithm): SignatureChoice[] =>
  signatureAlgorithm === 'rsassa-pss'
    ? hashAlgorithms.map((hashAlgorithm) => ({ signatureAlgorithm, hashAlgorithm }))
    : [{ signatureAlgorithm }],
);

/** By what it is about: one request for each level, algorithm, interaction and other field that the endpoint takes. */
export function variantsFor(endpoint: Endpoint): Map<string, AnyRequest> {
  const { kind, flow } = endpoint;
  const levels = certificateLevels.filter((level) => kind !== 'auth' || level !== 'QSCD');
  const variants: [string, AnyRequest][] = levels.map((certificateLevel) => [certificateLevel, { certificateLevel }]);
  if (kind !== 'certificate') {
    variants.push(['all else', { requestProperties: { shareMdClientIpAddress: true }, capabilities: [capability] }]);
  }
  if (kind === 'auth' || kind === 'sign') {
    for (const choice of choices) {
      variants.push([`${choice.signatureAlgorithm} ${choice.hashAlgorithm ?? ''}`.trim(), { choice }]);
    }
    const every = interactionsOf(endpoint);
    for (const first of every) {
      const others = every.filter((other) => other !== first);
      variants.push([first.type, { interactions: encodeInteractions([first, ...others], flow) }]);
    }
  }
  return new Map(variants.map(([name, changes]) => [name, requestFor(endpoint, changes)]));
}

/** By agreement: what they are called is not said anywhere. */
export const capability = 'ADVANCED_FEATURE';
