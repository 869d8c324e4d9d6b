/**
 * Whether the recorded exchanges have been everywhere that the file knows: each operation, each status of it, each field
 * of requests and answers, and each value that the file lists for a field.
 */

import type { Json, OpenApi } from './open-api.js';
import type { RecordedExchange } from './recorded-exchanges.js';

export interface Coverage {
  /** Statuses by operation. */
  statuses: Map<string, Set<number>>;
  /** The values by field, which is an operation and a place in it. */
  values: Map<string, Set<unknown>>;
  /** What the file knows and no exchange has. */
  missing: string[];
}

/** Where the file does not list values but names them in the description, in backticks. */
const interactionTypesPlace = 'sessionStatus 200/interactionTypeUsed';

export function coverageOf(description: OpenApi, exchanges: readonly RecordedExchange[]): Coverage {
  const statuses = new Map<string, Set<number>>(description.operations.map(({ id }) => [id, new Set()]));
  const values = new Map<string, Set<unknown>>();
  const see = (place: string, value: unknown) => values.set(place, (values.get(place) ?? new Set()).add(value));
  for (const exchange of exchanges) {
    const operation = description.operationOf(exchange);
    if (!operation) continue;
    statuses.get(operation.id)?.add(exchange.status);
    for (const name of new URLSearchParams(exchange.target.split('?')[1]).keys())
      see(`${operation.id} query/${name}`, '');
    if (!exchange.isWrongOnPurpose) visit(bodyOf(exchange.requestBody), `${operation.id} request`, see);
    if (exchange.status === 200) visit(bodyOf(exchange.answerBody), `${operation.id} 200`, see);
    else visit(bodyOf(exchange.answerBody), 'errors', see);
  }
  const wanted = wantedPlaces(description);
  const missing = [...wanted].flatMap(([place, list]) =>
    list.length === 0 && !values.has(place)
      ? [place]
      : list.filter((value) => !values.get(place)?.has(value)).map((value) => `${place}: ${value}`),
  );
  const missingStatuses = description.operations.flatMap(({ id, answers }) =>
    [...answers.keys()].filter((status) => !statuses.get(id)?.has(status)).map((status) => `${id}: ${status}`),
  );
  return { statuses, values, missing: [...missingStatuses, ...missing] };
}

function bodyOf(text: string | undefined): unknown {
  return text === undefined || text === '' ? undefined : JSON.parse(text);
}

/** Each field with its value; the entries of a list are all in the same place. */
function visit(value: unknown, place: string, see: (place: string, value: unknown) => void): void {
  see(place, value);
  if (Array.isArray(value)) for (const entry of value) visit(entry, `${place}/*`, see);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, field] of Object.entries(value)) visit(field, `${place}/${name}`, see);
  } else if (place.endsWith(' request/interactions')) {
    const interactions: Json[] = JSON.parse(Buffer.from(`${value}`, 'base64').toString('utf8'));
    for (const { type } of interactions) see(`${place} type`, type);
  }
}

/** Each field that the file knows, with the values that it lists for it. */
function wantedPlaces(description: OpenApi): Map<string, unknown[]> {
  const wanted = new Map<string, unknown[]>();
  const want = (place: string, schema: Json): void => {
    const real = description.behind(schema);
    wanted.set(place, [...(wanted.get(place) ?? []), ...(real.enum ?? [])]);
    for (const shape of real.oneOf ?? []) want(place, shape);
    for (const [name, field] of Object.entries(real.properties ?? {})) want(`${place}/${name}`, field);
    if (real.items) want(`${place}/*`, real.items);
  };
  for (const { id, requestContent, answers, parameters } of description.operations) {
    for (const parameter of parameters) if (parameter.in === 'query') wanted.set(`${id} query/${parameter.name}`, []);
    for (const pointer of requestContent?.values() ?? []) want(`${id} request`, description.schemaAt(pointer));
    for (const [status, content] of answers) {
      for (const pointer of content?.values() ?? []) {
        want(status === 200 ? `${id} 200` : 'errors', description.schemaAt(pointer));
      }
    }
  }
  for (const { id, requestContent } of description.operations) {
    const [pointer] = requestContent?.values() ?? [];
    const { interactions } = pointer === undefined ? {} : (description.schemaAt(pointer).properties ?? {});
    if (!interactions) continue;
    const { description: text } = description.behind(interactions);
    const known = wanted.get(interactionTypesPlace) ?? [];
    wanted.set(
      `${id} request/interactions type`,
      known.filter((type) => text.includes(`\`${type}\``)),
    );
  }
  return wanted;
}
