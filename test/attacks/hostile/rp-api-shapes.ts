/** Answers of a hostile RP API to the question how a session stands: JSON, and what only begins like it. */

import type { Bytes } from '../../support/der.js';
import { type Filler, filled, indefinite, noise } from './elements.js';
import { fitted, type Shape } from './shape.js';
import type { Victim } from './victim.js';

const text = (bytes: number, letter = 'A'): string => letter.repeat(Math.max(0, Math.floor(bytes / letter.length)));
const list = (item: string, bytes: number): string => `[${text(bytes, `${item},`).slice(0, -1)}]`;
const nestedObjects = (bytes: number): string => {
  const depth = Math.floor(bytes / 6);
  return `${text(depth * 5, '{"a":')}1${text(depth, '}')}`;
};
const nestedLists = (bytes: number): string => `${text(bytes / 2, '[')}${text(bytes / 2, ']')}`;

/** As many different keys as fit. */
function keys(keyOf: (number: number) => string, bytes: number): string {
  const members: string[] = [];
  let left = bytes;
  for (let number = 0; ; number++) {
    const member = `"${keyOf(number)}":0`;
    left -= member.length + 1;
    if (left < 0) return members.join(',');
    members.push(member);
  }
}

/** A complete status whose signature is not that of the login, with one value (JSON) in a place of its own. */
export function answerWith({ login }: Victim, place: readonly string[], value: string, signatureBytes = 256): Bytes {
  const status = structuredClone(login.status) as unknown as Record<string, unknown>;
  Object.assign(status.signature as object, { value: Buffer.alloc(signatureBytes, 1).toString('base64') });
  const mark = 'to be replaced';
  const holder = place.slice(0, -1).reduce((object, key) => {
    object[key] ??= {};
    return object[key] as Record<string, unknown>;
  }, status);
  holder[place.at(-1) as string] = mark;
  // A function, as a replacement text has signs of its own.
  return Buffer.from(JSON.stringify(status).replace(`"${mark}"`, () => value));
}

/** Texts in the answer, some of which are decoded, matched or signed. */
const textPlaces = [
  'state',
  'result.endResult',
  'result.documentNumber',
  'result.details.interaction',
  'signatureProtocol',
  'signature.value',
  'signature.serverRandom',
  'signature.userChallenge',
  'signature.flowType',
  'signature.signatureAlgorithm',
  'signature.signatureAlgorithmParameters.hashAlgorithm',
  'cert.value',
  'cert.certificateLevel',
  'interactionTypeUsed',
  'deviceIpAddress',
];

/** Values of any kind, by what they are. */
const jsonValues: Readonly<Record<string, (bytes: number) => string>> = {
  'nested lists': nestedLists,
  'nested objects': nestedObjects,
  'very many NULLs': (bytes) => list('null', bytes),
  'very many numbers': (bytes) => list('1', bytes),
  'very many texts': (bytes) => list('""', bytes),
  'very many empty objects': (bytes) => list('{}', bytes),
  'an integer of all the bytes': (bytes) => text(bytes, '9'),
  'a fraction of all the bytes': (bytes) => `0.${text(bytes, '1')}`,
  'an exponent of all the bytes': (bytes) => `1e${text(bytes, '9')}`,
};

/** Problem details (RFC 9457) that go with a status of failure. */
const problems: Readonly<Record<string, (bytes: number) => string>> = {
  'very many errors': (bytes) => `{"errors":${list('{}', bytes)}}`,
  'very many whole errors': (bytes) =>
    `{"errors":${list('{"code":"a","detail":"b","paramName":"c","pointer":"/d"}', bytes)}}`,
  'very many errors that are numbers': (bytes) => `{"errors":${list('1', bytes)}}`,
  'very many errors with wrong codes': (bytes) => `{"errors":${list('{"code":1,"detail":1}', bytes)}}`,
  'a huge detail': (bytes) => `{"detail":"${text(bytes)}"}`,
  'nested details': (bytes) => `{"detail":${nestedObjects(bytes)}}`,
  'nested errors': (bytes) => `{"errors":${nestedLists(bytes)}}`,
  'very many keys': (bytes) => `{${keys((n) => `key${n}`, bytes)}}`,
  'no JSON': (bytes) => text(bytes, '<b>'),
};

/** Every one with a status that is dealt with in its own way. */
const problemStatuses = [400, 404, 471, 503, 500, 418];

export interface AnswerShape extends Shape {
  httpStatus: number;
}

export function rpApiShapes(victim: Victim): AnswerShape[] {
  const of = (name: string, build: Filler, httpStatus = 200): AnswerShape => ({
    name,
    httpStatus,
    build: fitted(build),
  });
  const json = (name: string, textOf: (bytes: number) => string, httpStatus?: number) =>
    of(name, (bytes) => Buffer.from(textOf(bytes)), httpStatus);
  const place = (name: string, path: string, jsonOf: (bytes: number) => string) =>
    of(name, (bytes) => answerWith(victim, path.split('.'), jsonOf(bytes)));

  return [
    of('nothing but zeros', (bytes) => filled(bytes, 0)),
    of('nothing but spaces', (bytes) => filled(bytes, 0x20)),
    of('random bytes', noise),
    of('DER', indefinite(0x30)),
    of('invalid UTF-8 in a text', (bytes) =>
      Buffer.concat([Buffer.from('{"state":"'), filled(bytes, 0xf5), Buffer.from('"}')]),
    ),
    json('an endless text', (bytes) => `{"state":"${text(bytes)}`),
    json('unclosed lists', (bytes) => text(bytes, '[')),
    json('unclosed objects', (bytes) => text(bytes, '{"state":')),
    json('nested lists alone', nestedLists),
    json('nested objects alone', nestedObjects),
    json('a number alone', (bytes) => text(bytes, '9')),
    json('very many keys', (bytes) => `{${keys((n) => `key${n}`, bytes)}}`),
    json('very many keys that are numbers', (bytes) => `{${keys((n) => String(n * 65_537), bytes)}}`),
    json('one key very often', (bytes) => `{${text(bytes, '"state":"RUNNING",').slice(0, -1)},"state":""}`),
    json('prototypes', (bytes) => text(bytes, '{"__proto__":')),
    json('a key of all the bytes', (bytes) => `{"${text(bytes)}":1}`),
    ...textPlaces.flatMap((path) => [
      place(`${path} of letters`, path, (bytes) => `"${text(bytes)}"`),
      place(`${path} of escapes`, path, (bytes) => `"${text(bytes, '\\u0000')}"`),
    ]),
    place('a document number that goes on and on', 'result.documentNumber', (bytes) => `"PNOEE-${text(bytes, '0')}-"`),
    place('certificate bytes that are almost Base64', 'cert.value', (bytes) => `"${text(bytes)}="`),
    ...Object.entries(jsonValues).flatMap(([name, jsonOf]) => [
      place(`ignoredProperties: ${name}`, 'ignoredProperties', jsonOf),
      place(`saltLength: ${name}`, 'signature.signatureAlgorithmParameters.saltLength', jsonOf),
      place(`a field that nobody knows: ${name}`, 'unknown', jsonOf),
    ]),
    ...Object.entries(problems).map(([name, textOf], index) => {
      const httpStatus = problemStatuses[index % problemStatuses.length] as number;
      return json(`a problem, ${httpStatus}: ${name}`, textOf, httpStatus);
    }),
  ];
}
