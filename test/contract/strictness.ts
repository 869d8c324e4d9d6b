/**
 * Who is as strict as the file: each field of requests and answers is made wrong in many ways, and what the file says of
 * it is held against what the simulator refuses, the client sends and the client reads.
 */

import type { SmartIdServiceError } from '../../lib/client.js';
import { type JsonChange, jsonChanges } from '../support/json-changes.js';
import { type Endpoint, requestFor } from './endpoints.js';
import type { Json, OpenApi } from './open-api.js';
import { type RecordedExchange, RecordedExchanges } from './recorded-exchanges.js';
import { bodyOf, clientWith, confirming, endpointNamed, type Stage } from './stage.js';

/** What is held against the file. */
export type Side = 'the simulator' | 'what the client sends' | 'what the client reads';

/** Something that the file refuses and ours takes, or the other way round. */
export interface Disagreement {
  side: Side;
  verdict: 'laxer' | 'stricter';
  operation: string;
  /** A JSON pointer into the body. */
  field: string;
  value: unknown;
}

const someId = 'fa20fd1e-e320-4c68-8315-f6a507a0b4a9';

export interface Comparison {
  disagreements: Disagreement[];
  /** How many bodies were tried. */
  tried: number;
}

/** Bodies that no client of ours would send. */
export async function compareSimulator(
  { simulator }: Stage,
  description: OpenApi,
  endpoint: Endpoint,
  linkedSessionID: string,
): Promise<Comparison> {
  const changes = oddChanges(await bodyOf(endpoint, everythingFor(endpoint, linkedSessionID)));
  return compare('the simulator', endpoint.operation, changes, async (body) => {
    const recorded = new RecordedExchanges();
    const { status } = await recorded.send(`${simulator.baseUrl}/${endpoint.path(confirming)}`, body);
    return { isRight: isRequestRight(description, recorded), isTaken: status !== 400 };
  });
}

/** Requests that the client's types forbid, or that no type can forbid. What it does not send is no disagreement. */
export async function compareSentRequests(description: OpenApi, endpoint: Endpoint): Promise<Comparison> {
  const changes = oddChanges(everythingFor(endpoint, someId));
  return compare('what the client sends', endpoint.operation, changes, async (body) => {
    let isRight = true;
    const client = clientWith(async (url, { method, headers, body: sent }) => {
      const recorded = new RecordedExchanges();
      recorded.record(url, { method, headers, body: sent?.toString() }, new Response(), '', false);
      isRight = isRequestRight(description, recorded);
      return new Response('', { status: 400 });
    });
    await refusalOf(() => endpoint.call(client, confirming, body));
    return { isRight, isTaken: true };
  });
}

/** Answers of the service with one field made wrong. */
export async function compareReadAnswers(description: OpenApi, exchange: RecordedExchange): Promise<Comparison> {
  const operation = description.operationOf(exchange)?.id ?? '';
  const changes = oddChanges(JSON.parse(exchange.answerBody));
  return compare('what the client reads', operation, changes, async (body) => {
    const answerBody = JSON.stringify(body);
    const refusal = await refusalOf(() => readAnswer(operation, answerBody));
    if (refusal && (refusal as SmartIdServiceError).code !== 'bad_response') throw refusal;
    const isRight = description.judgeAnswer({ ...exchange, answerBody }).length === 0;
    return { isRight, isTaken: refusal === undefined };
  });
}

/** What the client makes of this answer to this operation. */
export async function readAnswer(operation: string, answerBody: string, status = 200): Promise<unknown> {
  const client = clientWith(async () => new Response(answerBody, { status }));
  if (operation === 'sessionStatus') return client.sessionStatus(someId);
  const endpoint = endpointNamed(operation);
  return endpoint.call(client, confirming, everythingFor(endpoint, someId));
}

/** One answer of each operation and set of fields. */
export function differentAnswers(description: OpenApi, exchanges: readonly RecordedExchange[]): RecordedExchange[] {
  const answers = exchanges.filter(({ spokenTo, status }) => spokenTo === 'rp-api' && status === 200);
  const shapeOf = (exchange: RecordedExchange) =>
    `${description.operationOf(exchange)?.id} ${fieldsOf(JSON.parse(exchange.answerBody))}`;
  return [...new Map(answers.map((exchange) => [shapeOf(exchange), exchange])).values()];
}

function fieldsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  return `{${Object.entries(value).map(([name, field]) => `${name}${fieldsOf(field)}`)}}`;
}

async function compare(
  side: Side,
  operation: string,
  changes: readonly JsonChange[],
  judge: (body: Json) => Promise<{ isRight: boolean; isTaken: boolean }>,
): Promise<Comparison> {
  const disagreements: Disagreement[] = [];
  for (const { path, value, changed } of changes) {
    const { isRight, isTaken } = await judge(changed);
    if (isRight === isTaken) continue;
    const verdict = isTaken ? 'laxer' : 'stricter';
    disagreements.push({ side, operation, verdict, field: `/${path.join('/')}`, value });
  }
  return { disagreements, tried: changes.length };
}

/** In place of any value. */
const oddValues: readonly unknown[] = [
  null,
  7,
  0.5,
  true,
  '',
  'x',
  'ä'.repeat(31),
  'A'.repeat(44),
  'A'.repeat(89),
  `https://rp.example.com/${'a'.repeat(1800)}`,
  'https://rp.example.com/a|b',
  'https://rp.example.com/#a',
  'http://rp.example.com/',
  [],
  ['x'],
  [7],
  {},
];

function oddChanges(body: Json): JsonChange[] {
  return jsonChanges(body, (value) => [...oddValues, ...ofOtherLength(value)]);
}

/** A text that is a little too short or too long where its length is fixed, or at its bound. */
function ofOtherLength(value: unknown): string[] {
  return typeof value === 'string' && value !== '' ? [value.slice(0, -1), value + value.at(-1)] : [];
}

function isRequestRight(description: OpenApi, { list }: RecordedExchanges): boolean {
  return list.every((exchange) => description.judgeRequest(exchange).length === 0);
}

/** The error, where one is thrown or comes later. */
async function refusalOf(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Every field that the endpoint takes. */
function everythingFor(endpoint: Endpoint, linkedSessionID: string): Json {
  const { kind, isLinked } = endpoint;
  const properties = { requestProperties: { shareMdClientIpAddress: false }, capabilities: [] };
  return requestFor(endpoint, {
    certificateLevel: 'QUALIFIED',
    ...(kind !== 'certificate' && properties),
    ...(isLinked && { linkedSessionID }),
  });
}
