/**
 * What the OpenAPI files say in the descriptions of fields alone, so that no schema holds anybody to it: what is mandatory
 * when, and which values belong together.
 */

import type { Difference, Exchange, Json } from './open-api.js';

interface Rule {
  place: string;
  /** What the description says, in short. */
  detail: string;
  /** Whose; all operations where it does not say. */
  operation?: string;
  /** Of the answers with this status, or of the requests. */
  of: 'request' | 'error' | number;
  isKept(body: Json, exchange: Exchange): boolean;
}

const octetsOfHash: Record<string, number> = {
  'SHA-256': 32,
  'SHA-384': 48,
  'SHA-512': 64,
  'SHA3-256': 32,
  'SHA3-384': 48,
  'SHA3-512': 64,
};

const isOk = ({ result }: Json) => result?.endResult === 'OK';
const isChoice = ({ signatureProtocol }: Json) => signatureProtocol === undefined;

function mandatoryWhenOk(place: string, has: (status: Json) => unknown): Rule {
  const isKept = (status: Json) => !isOk(status) || has(status) !== undefined;
  return { operation: 'sessionStatus', of: 200, place, detail: 'mandatory if endResult is OK', isKept };
}

function ofParameters(place: string, detail: string, isRight: (parameters: Json) => boolean): Rule {
  const isKept = ({ signature }: Json) =>
    signature?.signatureAlgorithmParameters === undefined || isRight(signature.signatureAlgorithmParameters);
  const whole = `/signature/signatureAlgorithmParameters/${place}`;
  return { operation: 'sessionStatus', of: 200, place: whole, detail, isKept };
}

function mandatoryOnSameDevice(field: string): Rule {
  const isKept = (body: Json) => body.flowType === 'QR' || body[field] !== undefined;
  const detail = 'mandatory if flowType is Web2App or App2App';
  return { operation: 'sendDeviceLink', of: 'request', place: `/${field}`, detail, isKept };
}

const levels = ['ADVANCED', 'QUALIFIED'];

const rules: readonly Rule[] = [
  mandatoryWhenOk('/result/documentNumber', ({ result }) => result.documentNumber),
  mandatoryWhenOk('/cert', ({ cert }) => cert),
  {
    operation: 'sessionStatus',
    of: 200,
    place: '/interactionTypeUsed',
    detail: 'mandatory if endResult is OK',
    isKept: (status) => !isOk(status) || isChoice(status) || status.interactionTypeUsed !== undefined,
  },
  {
    operation: 'sessionStatus',
    of: 200,
    place: '/interactionTypeUsed of a choice',
    detail: 'mandatory if endResult is OK',
    isKept: (status) => !isOk(status) || !isChoice(status) || status.interactionTypeUsed !== undefined,
  },
  {
    operation: 'sessionStatus',
    of: 200,
    place: '/result',
    detail: 'empty or missing when state is RUNNING, and there otherwise',
    isKept: ({ state, result }) => (state === 'RUNNING') === (Object.keys(result ?? {}).length === 0),
  },
  {
    operation: 'sessionStatus',
    of: 200,
    place: '/result/details/interaction',
    detail: 'holds the refused interaction for USER_REFUSED_INTERACTION',
    isKept: ({ result }) =>
      (result?.endResult === 'USER_REFUSED_INTERACTION') === (result?.details?.interaction !== undefined),
  },
  {
    operation: 'sessionStatus',
    of: 200,
    place: '/signature',
    detail: 'its structure depends on the signature protocol used',
    isKept: ({ signature, signatureProtocol }) =>
      (signature?.serverRandom !== undefined) === (signatureProtocol === 'ACSP_V2') &&
      (signature?.value !== undefined) === (signatureProtocol !== undefined),
  },
  {
    operation: 'sessionStatus',
    of: 200,
    place: '/signature/serverRandom',
    detail: 'longer than 18 bytes',
    isKept: ({ signature }) =>
      signature?.serverRandom === undefined || Buffer.from(signature.serverRandom, 'base64').length > 18,
  },
  {
    operation: 'sessionStatus',
    of: 200,
    place: '/signature/signatureAlgorithmParameters',
    detail: 'present with rsassa-pss',
    isKept: ({ signature }) =>
      (signature?.signatureAlgorithm === 'rsassa-pss') === (signature?.signatureAlgorithmParameters !== undefined),
  },
  ofParameters(
    'maskGenAlgorithm/parameters/hashAlgorithm',
    'the same value as hashAlgorithm',
    ({ hashAlgorithm, maskGenAlgorithm }) => maskGenAlgorithm.parameters.hashAlgorithm === hashAlgorithm,
  ),
  ofParameters(
    'saltLength',
    'as many octets as the hash has',
    ({ hashAlgorithm, saltLength }) => saltLength === octetsOfHash[hashAlgorithm],
  ),
  {
    of: 200,
    place: '/cert/certificateLevel',
    detail: 'ADVANCED or QUALIFIED',
    isKept: ({ cert }) => cert === undefined || levels.includes(cert.certificateLevel),
  },
  {
    operation: 'signCertificateDocumentNumber',
    of: 200,
    place: '/cert',
    detail: 'present if state is OK',
    isKept: ({ state, cert }) => (state === 'OK') === (cert !== undefined),
  },
  { of: 'error', place: '/type', detail: 'always about:blank', isKept: ({ type }) => type === 'about:blank' },
  {
    of: 'error',
    place: '/status',
    detail: 'the HTTP status code',
    isKept: ({ status }, exchange) => status === exchange.status,
  },
  {
    of: 'error',
    place: '/instance',
    detail: 'a relative URI reference',
    isKept: ({ instance }) => instance === undefined || !URL.canParse(instance),
  },
  mandatoryOnSameDevice('browserCookie'),
  mandatoryOnSameDevice('initialCallbackUrl'),
];

/** The rules that an exchange of this operation breaks. A request that is wrong on purpose is held to none. */
export function brokenRules(operation: string, exchange: Exchange, isWrongRequest: boolean): Difference[] {
  const { status, answerBody, requestBody } = exchange;
  const answerOf = status >= 400 ? 'error' : status;
  return rules
    .filter((rule) => rule.operation === undefined || rule.operation === operation)
    .filter(({ of }) => (of === 'request' ? !isWrongRequest : of === answerOf))
    .flatMap(({ of, place, detail, isKept }): Difference[] => {
      const text = of === 'request' ? requestBody : answerBody;
      if (!text || isKept(JSON.parse(text), exchange)) return [];
      const side = of === 'request' ? 'request' : `${status}`;
      return [{ operation, place: `${side}${place}`, rule: 'described', detail }];
    });
}
