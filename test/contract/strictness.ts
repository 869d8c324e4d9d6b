/**
 * Whether client and simulator are as strict as the file: requests with one field made wrong, which the client must not
 * send and the simulator must refuse wherever the file refuses them.
 */

import { type Endpoint, requestFor } from './endpoints.js';
import type { Difference, Json, OpenApi } from './open-api.js';
import { RecordedExchanges } from './recorded-exchanges.js';
import { bodyOf, clientOf, confirming, type Stage } from './stage.js';

/** A request that one side takes and the other refuses. */
export interface Disagreement {
  operation: string;
  /** The field of the body. */
  field: string;
  /** What was made of it. */
  value: unknown;
  /** What the file says of it, if anything. */
  differences: readonly Difference[];
}

export interface Strictness {
  /** What the file refuses and ours takes. */
  laxer: Disagreement[];
  /** What the file takes and ours refuses. */
  stricter: Disagreement[];
  tried: number;
}

/** In place of any value. */
const oddValues: readonly unknown[] = [
  undefined,
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
  { somethingNew: 'x' },
];

/** Each field of a body, however deep, with each odd value in its place; and a field that nobody knows. */
export function* mutationsOf(
  body: Json,
  path: readonly string[] = [],
): Generator<{ field: string; value: unknown; body: Json }> {
  const at = (name: string) => `/${[...path, name].join('/')}`;
  for (const [name, field] of Object.entries<Json>(body)) {
    for (const value of oddValues) yield { field: at(name), value, body: { ...body, [name]: value } };
    if (typeof field !== 'object' || field === null || Array.isArray(field)) continue;
    for (const inner of mutationsOf(field, [...path, name])) yield { ...inner, body: { ...body, [name]: inner.body } };
  }
  yield { field: at('somethingNew'), value: 'x', body: { ...body, somethingNew: 'x' } };
}

/** What the simulator makes of bodies that no client of ours would send. */
export async function strictnessOfSimulator(
  stage: Stage,
  description: OpenApi,
  endpoint: Endpoint,
): Promise<Strictness> {
  const { baseUrl } = stage.simulator;
  const strictness: Strictness = { laxer: [], stricter: [], tried: 0 };
  for (const { field, value, body } of mutationsOf(await bodyOf(endpoint, everythingFor(endpoint)))) {
    const recorded = new RecordedExchanges();
    const { status } = await recorded.send(`${baseUrl}/${endpoint.path(confirming)}`, body);
    compare(strictness, { operation: endpoint.operation, field, value }, description, recorded, status === 400);
  }
  return strictness;
}

/** What the client sends of requests that its types forbid, or that no type can forbid. */
export async function strictnessOfClient(stage: Stage, description: OpenApi, endpoint: Endpoint): Promise<Strictness> {
  const strictness: Strictness = { laxer: [], stricter: [], tried: 0 };
  for (const { field, value, body } of mutationsOf(everythingFor(endpoint))) {
    const recorded = new RecordedExchanges();
    const client = clientOf({ ...stage, recorded }, { uuid: '00000000-0000-4000-8000-000000000000', name: 'DEMO' });
    await ask(endpoint, client, body);
    compare(strictness, { operation: endpoint.operation, field, value }, description, recorded, false);
  }
  return strictness;
}

function compare(
  strictness: Strictness,
  tried: Omit<Disagreement, 'differences'>,
  description: OpenApi,
  { list: [exchange] }: RecordedExchanges,
  isRefused: boolean,
): void {
  strictness.tried += 1;
  if (!exchange) return;
  const differences = description.judgeRequest(exchange);
  if (differences.length > 0 && !isRefused) strictness.laxer.push({ ...tried, differences });
  if (differences.length === 0 && isRefused) strictness.stricter.push({ ...tried, differences });
}

/** Every field that the endpoint takes. */
function everythingFor(endpoint: Endpoint): Json {
  const { kind, isLinked } = endpoint;
  const properties = { requestProperties: { shareMdClientIpAddress: false }, capabilities: [] };
  return requestFor(endpoint, {
    certificateLevel: 'QUALIFIED',
    ...(kind === 'certificate' ? {} : properties),
    ...(isLinked && { linkedSessionID: '00000000-0000-4000-8000-000000000000' }),
  });
}

async function ask(endpoint: Endpoint, client: Parameters<Endpoint['ask']>[0], request: Json): Promise<void> {
  try {
    await endpoint.ask(client, confirming, request);
  } catch {
    // Not sent, or refused: what was sent is recorded.
  }
}
