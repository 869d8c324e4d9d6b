/** Bodies with one field made wrong, to find where one side is stricter than another. */

import type { Json } from './open-api.js';

export interface Mutation {
  /** Which field, as a JSON pointer. */
  field: string;
  /** What stands there now; undefined where the field is left out. */
  value: unknown;
  body: Json;
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
];

/** A text that is a little too short or too long where its length is fixed, or at its bound. */
function nearTo(value: unknown): unknown[] {
  return typeof value === 'string' && value !== '' ? [value.slice(0, -1), value + value.at(-1)] : [];
}

/** Each field, however deep, with each odd value in its place. */
export function mutationsOf(body: Json, pointer = ''): Mutation[] {
  return Object.entries<Json>(body).flatMap(([name, field]) => {
    const inField = `${pointer}/${name}`;
    const isObject = typeof field === 'object' && field !== null && !Array.isArray(field);
    const inner = isObject ? mutationsOf(field, inField) : [];
    return [
      ...[...oddValues, ...nearTo(field)].map((value) => ({ field: inField, value, body: { ...body, [name]: value } })),
      ...inner.map((mutation) => ({ ...mutation, body: { ...body, [name]: mutation.body } })),
    ];
  });
}
