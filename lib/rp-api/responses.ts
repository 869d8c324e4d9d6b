/**
 * The shapes of the RP API's answers (sections "Session-creation responses" and "Session status").
 * Unknown fields are dropped. Shape only: whether the values may be trusted is for `verify/` to say.
 */

import * as v from 'valibot';
import { decodeBase64 } from '../protocol/base64.js';
import { foreignCharacter } from '../protocol/uri.js';
import { uuidPattern } from '../protocol/uuid.js';
import { SmartIdServiceError } from '../shared/errors.js';
import { parseAnswerJson } from './answer-json.js';

const sessionID = v.pipe(v.string(), v.regex(uuidPattern));

/** The query of the link follows, so there may be none before it. */
const deviceLinkBase = v.pipe(
  v.string(),
  v.url(),
  v.regex(/^https?:\/\/[^?#]+$/),
  v.check((text) => foreignCharacter(text) === undefined),
);

export const deviceLinkSessionSchema = v.object({
  sessionID,
  sessionToken: v.pipe(v.string(), v.regex(/^[a-zA-Z0-9]{24,}$/)),
  sessionSecret: v.pipe(
    v.string(),
    v.minLength(24),
    v.check((text) => decodeBase64(text) !== undefined),
  ),
  deviceLinkBase,
});
/** Of the public services, whose links lead to a site of theirs. A simulator has no certificate for its own. */
export const publicDeviceLinkSessionSchema = v.object({
  ...deviceLinkSessionSchema.entries,
  deviceLinkBase: v.pipe(deviceLinkBase, v.startsWith('https:')),
});
/** A session that a device link leads to. Only the server may know it: who has its secret can make links of it. */
export interface DeviceLinkSession {
  /** A UUID, by which the service tells the status. */
  sessionID: string;
  /** At least 24 letters and digits; a part of every link. */
  sessionToken: string;
  /** Base64 of the key of each link's `authCode`. A browser must never get it. */
  sessionSecret: string;
  /** The URL that every link begins with: https, and http with a simulator alone. */
  deviceLinkBase: string;
}

export const notificationSessionSchema = v.object({ sessionID });
/** A session of a push. */
export interface NotificationSession {
  /** A UUID, by which the service tells the status. */
  sessionID: string;
}

const text = v.string();

export const codeSessionSchema = v.object({
  sessionID,
  vc: v.object({ type: v.literal('numeric4'), value: v.pipe(v.string(), v.regex(/^\d{4}$/)) }),
});
/** A push that is answered with the code that the service shows; show it to the person as it is. */
export interface CodeSession extends NotificationSession {
  /** The verification code of the push. */
  vc: {
    /** The only kind of code that there is. */
    type: 'numeric4';
    /** Four digits. */
    value: string;
  };
}

const certificateSchema = v.object({ value: text, certificateLevel: text });

export const signingCertificateSchema = v.variant('state', [
  v.object({ state: v.literal('OK'), cert: certificateSchema }),
  v.object({ state: v.literal('DOCUMENT_UNUSABLE') }),
]);
/** The signing certificate of a document; `verifySigningCertificate` says whose it is. */
export type SigningCertificate =
  | {
      /** The document can sign. */
      state: 'OK';
      /** Of the document, for signatures. */
      cert: StatusCertificate;
    }
  | {
      /** The document cannot sign now. */
      state: 'DOCUMENT_UNUSABLE';
    };

/** A certificate as the service sends it: nothing of it is verified. */
export interface StatusCertificate {
  /** Base64 of the DER. */
  value: string;
  /** What the service says of its level, such as `QUALIFIED`. */
  certificateLevel: string;
}

const signatureAlgorithmParametersSchema = v.object({
  hashAlgorithm: text,
  maskGenAlgorithm: v.object({ algorithm: text, parameters: v.object({ hashAlgorithm: text }) }),
  saltLength: v.number(),
  trailerField: text,
});
/** The parameters of `rsassa-pss`. */
export interface SignatureAlgorithmParameters {
  /** Such as `SHA-512`. */
  hashAlgorithm: string;
  /** How the mask is made. */
  maskGenAlgorithm: {
    /** `id-mgf1`. */
    algorithm: string;
    /** What it is made with. */
    parameters: {
      /** The same as that of the signature. */
      hashAlgorithm: string;
    };
  };
  /** In octets: as many as the hash has. */
  saltLength: number;
  /** `0xbc`. */
  trailerField: string;
}

const signatureSchema = v.object({
  value: v.optional(text),
  serverRandom: v.optional(text),
  userChallenge: v.optional(text),
  flowType: text,
  signatureAlgorithm: v.optional(text),
  signatureAlgorithmParameters: v.optional(signatureAlgorithmParametersSchema),
});

const resultSchema = v.object({
  endResult: text,
  documentNumber: v.optional(text),
  details: v.optional(v.object({ interaction: v.optional(text) })),
});

const completeSchema = v.object({
  state: v.literal('COMPLETE'),
  result: resultSchema,
  signatureProtocol: v.optional(text),
  signature: v.optional(signatureSchema),
  cert: v.optional(certificateSchema),
  interactionTypeUsed: v.optional(text),
  deviceIpAddress: v.optional(text),
  ignoredProperties: v.optional(v.array(text)),
});

/** A session whose person has not acted yet. */
export interface RunningSessionStatus {
  /** It goes on: ask again. */
  state: 'RUNNING';
}

/** What became of a session. Nothing of it is verified: that is for `verifyAuthentication` and the like. */
export interface CompleteSessionStatus {
  /** It is over, one way or the other: `result` says which. */
  state: 'COMPLETE';
  /** How it ended, and with which account. */
  result: SessionResult;
  /** `ACSP_V2` of an authentication, `RAW_DIGEST_SIGNATURE` of a signature; a certificate choice has none. */
  signatureProtocol?: string;
  /** What the app has signed; of a certificate choice its `flowType` alone. Only where the end is `OK`. */
  signature?: StatusSignature;
  /** The certificate of the account. Only where the end is `OK`. */
  cert?: StatusCertificate;
  /** The `type` of the interaction that the app has shown, of those in the request. */
  interactionTypeUsed?: string;
  /** The address of the phone, where the request and the contract ask for it. */
  deviceIpAddress?: string;
  /** Names of fields of the request that the service has passed over. */
  ignoredProperties?: string[];
}

/** How a session ended. */
export interface SessionResult {
  /** `OK`, or why not: `USER_REFUSED`, `TIMEOUT` and others. One that nobody knows is a failure too. */
  endResult: string;
  /** The account that acted, such as `PNOEE-40404040009-MOCK-Q`. Only where the end is `OK`, and of some others. */
  documentNumber?: string;
  /** Of `USER_REFUSED_INTERACTION` alone. */
  details?: {
    /** The `type` of the interaction that was refused. */
    interaction?: string;
  };
}

/** What the app has signed, and how. */
export interface StatusSignature {
  /** Base64 of the signature. */
  value?: string;
  /** Of an authentication: a Base64 text of the service that is signed as it is. */
  serverRandom?: string;
  /** Of an authentication: what `userChallengeVerifier` of the callback is held against; 43 characters of Base64URL. */
  userChallenge?: string;
  /** How the person came to the app: `QR`, `Web2App`, `App2App` or `Notification`. */
  flowType: string;
  /** Such as `rsassa-pss`. */
  signatureAlgorithm?: string;
  /** Of `rsassa-pss` alone. */
  signatureAlgorithmParameters?: SignatureAlgorithmParameters;
}

export const sessionStatusSchema = v.pipe(
  v.unknown(),
  v.transform(withoutOddities),
  v.variant('state', [v.object({ state: v.literal('RUNNING') }), completeSchema]),
);
/** The status of a session, as the service tells it. */
export type SessionStatus = RunningSessionStatus | CompleteSessionStatus;

/**
 * The answer without fields that nothing reads in it and whose value is not of their type: like a field that nobody
 * knows, such a one must not make the answer fail. What a verification reads stays as it is.
 */
function withoutOddities(answer: unknown): unknown {
  if (!isObject(answer) || answer.state !== 'COMPLETE' || !isObject(answer.result)) return answer;
  const isOk = answer.result.endResult === 'OK';
  const isSigned = isOk && answer.signatureProtocol !== undefined;
  const cleaned: Fields = {
    ...answer,
    result: withoutOdd(answer.result, resultSchema.entries, isOk ? ['details'] : ['details', 'documentNumber']),
  };
  if (isOk && isObject(answer.signature)) {
    cleaned.signature = withoutOdd(answer.signature, signatureSchema.entries, unreadInSignature(answer));
  }
  return withoutOdd(cleaned, completeSchema.entries, [
    'deviceIpAddress',
    'ignoredProperties',
    ...(isSigned ? [] : (['interactionTypeUsed'] as const)),
    ...(isOk ? [] : (['signatureProtocol', 'signature', 'cert'] as const)),
  ]);
}

/** The fields of the signature that belong to another signature protocol or algorithm than its own. */
function unreadInSignature({ signatureProtocol, signature }: Fields): (keyof typeof signatureSchema.entries)[] {
  if (signatureProtocol === undefined) {
    return ['value', 'serverRandom', 'userChallenge', 'signatureAlgorithm', 'signatureAlgorithmParameters'];
  }
  const isPss = isObject(signature) && signature.signatureAlgorithm === 'rsassa-pss';
  return [
    ...(signatureProtocol === 'RAW_DIGEST_SIGNATURE' ? (['serverRandom', 'userChallenge'] as const) : []),
    ...(isPss ? [] : (['signatureAlgorithmParameters'] as const)),
  ];
}

type Fields = Record<string, unknown>;

/** The fields without those of `unread` whose value is not of the type of their entry. */
function withoutOdd<Name extends string>(
  fields: Fields,
  entries: Record<Name, v.GenericSchema>,
  unread: readonly NoInfer<Name>[],
): Fields {
  const odd: readonly string[] = unread.filter((name) => !v.is(entries[name], fields[name]));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !odd.includes(name)));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws SmartIdServiceError `bad_response` naming the first field that has not the shape it must have. */
export function parseResponse<T>(schema: v.GenericSchema<unknown, T>, body: string): T {
  let json: unknown;
  try {
    json = parseAnswerJson(body);
  } catch {
    throw new SmartIdServiceError('bad_response', 'The Smart-ID service sent an answer that is not JSON.');
  }
  // To the library a list is an object without fields.
  const parsed = v.safeParse(schema, Array.isArray(json) ? undefined : json, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const field = v.getDotPath(parsed.issues[0]) ?? 'body';
  throw new SmartIdServiceError(
    'bad_response',
    `The Smart-ID service sent an answer with a missing or wrong ${field}.`,
  );
}
