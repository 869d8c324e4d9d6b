/** Small changes to bytes, to ASN.1, to JSON and to queries, made by fast-check so that a seed repeats them. */

import { type BaseBlock, fromBER, OctetString } from 'asn1js';
import fc from 'fast-check';

/** Bits, bytes and pieces of a document changed; and documents cut off, run on, or joined from two. */
export function mutatedBytes(original: Uint8Array, others: readonly Uint8Array[]): fc.Arbitrary<Buffer<ArrayBuffer>> {
  const position = fc.nat(original.length);
  const some = fc.uint8Array({ minLength: 1, maxLength: 8 });
  const length = fc.integer({ min: 1, max: 64 });
  const edit = fc.oneof(
    fc.tuple(position, fc.nat(7)).map(([at, bit]) => (bytes: Buffer) => {
      const index = at % Math.max(1, bytes.length);
      return spliced(bytes, index, 1, [(bytes[index] ?? 0) ^ (1 << bit)]);
    }),
    fc.tuple(position, some).map(
      ([at, by]) =>
        (bytes: Buffer) =>
          spliced(bytes, at, by.length, by),
    ),
    fc.tuple(position, some).map(
      ([at, by]) =>
        (bytes: Buffer) =>
          spliced(bytes, at, 0, by),
    ),
    fc.tuple(position, length).map(
      ([at, count]) =>
        (bytes: Buffer) =>
          spliced(bytes, at, count, []),
    ),
    fc.tuple(position, length, position).map(([at, count, to]) => (bytes: Buffer) => {
      return spliced(bytes, to, 0, bytes.subarray(at, at + count));
    }),
    position.map((at) => (bytes: Buffer) => bytes.subarray(0, Math.max(1, at))),
    fc.tuple(fc.constantFrom(original, ...others), position, position).map(([other, at, from]) => (bytes: Buffer) => {
      return Buffer.concat([bytes.subarray(0, at), other.subarray(from)]);
    }),
  );
  return fc
    .array(edit, { minLength: 1, maxLength: 3 })
    .map((edits) => edits.reduce<Buffer>((bytes, change) => change(bytes), Buffer.from(original)))
    .filter((bytes) => bytes.length > 0)
    .map((bytes) => Buffer.from(bytes));
}

function spliced(bytes: Buffer, at: number, count: number, by: Iterable<number>): Buffer {
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.from(by), bytes.subarray(at + count)]);
}

/** Elements of a DER document left out, doubled, swapped, emptied, or replaced by others, with all lengths right. */
export function mutatedAsn1(original: Uint8Array, others: readonly Uint8Array[]): fc.Arbitrary<Buffer<ArrayBuffer>> {
  const parts = [original, ...others].flatMap((der) => placesIn(parsed(der)).map(({ list, index }) => list[index]));
  return fc.array(fc.nat(), { minLength: 24, maxLength: 24 }).map((choices) => {
    let used = 0;
    const choose = (bound: number) => (choices[used++ % choices.length] ?? 0) % bound;
    let der: Uint8Array = original;
    for (let edits = 1 + choose(3); edits > 0; edits--) der = editedAsn1(der, choose, parts as BaseBlock[]);
    return Buffer.from(der);
  });
}

/** A DER document changed in either way. */
export function mutatedDer(original: Uint8Array, others: readonly Uint8Array[]): fc.Arbitrary<Buffer<ArrayBuffer>> {
  return fc
    .oneof(mutatedBytes(original, others), mutatedAsn1(original, others))
    .filter((changed) => !changed.equals(original));
}

interface Place {
  list: BaseBlock[];
  index: number;
}

function editedAsn1(der: Uint8Array, choose: (bound: number) => number, parts: readonly BaseBlock[]): Uint8Array {
  const root = parsed(der);
  const places = placesIn(root);
  const place = places[choose(Math.max(1, places.length))];
  if (!place) return der;
  const { list, index } = place;
  const element = list[index] as BaseBlock;
  const inner = element instanceof OctetString ? element.valueBlock.valueHexView : undefined;
  if (inner && isAsn1(inner) && choose(5) > 0) {
    list[index] = new OctetString({ valueHex: Uint8Array.from(editedAsn1(inner, choose, parts)) });
    return encoded(root);
  }
  const edits: (() => void)[] = [
    () => list.splice(index, 1),
    () => list.splice(index, 0, element),
    () => list.splice(index, 2, ...list.slice(index, index + 2).reverse()),
    () => list.splice(index, 1, parts[choose(parts.length)] as BaseBlock),
    () => list.splice(index, 0, parts[choose(parts.length)] as BaseBlock),
    () => list.splice(index, 1, new OctetString({ valueHex: encoded(element) })),
  ];
  edits[choose(edits.length)]?.();
  return encoded(root);
}

/** Every element below the root, by where it stands. */
function placesIn(root: BaseBlock): Place[] {
  const list = (root.valueBlock as { value?: unknown } | undefined)?.value;
  if (!Array.isArray(list) || root instanceof OctetString) return [];
  return list.flatMap((element: BaseBlock, index) => [{ list, index }, ...placesIn(element)]);
}

function parsed(der: Uint8Array): BaseBlock {
  return fromBER(Uint8Array.from(der)).result as BaseBlock;
}

function isAsn1(bytes: Uint8Array): boolean {
  return bytes.length > 1 && fromBER(Uint8Array.from(bytes)).offset === bytes.length;
}

function encoded(element: BaseBlock): Uint8Array<ArrayBuffer> {
  return new Uint8Array(element.toBER(false));
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON text of which some values were changed, left out, wrapped, taken from elsewhere, or cut in two as text. */
export function mutatedJson(original: object, other: object): fc.Arbitrary<string> {
  const paths = pathsIn(original as Json);
  const texts = paths.filter((path) => typeof at(original as Json, path) === 'string');
  const value: fc.Arbitrary<Json | undefined> = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
    fc.constantFrom<Json | undefined>(undefined, null, '', 'OK', 'QR', 'Notification', 0, -1, 2 ** 53, true, [], {}),
  );
  const inPlace = fc.tuple(fc.constantFrom(...texts), textChange()).map(([path, change]) => (json: Json) => {
    return withChange(json, path, (present) => (typeof present === 'string' ? change(present) : present));
  });
  const fromOther = fc.constantFrom(...paths).map((path) => (json: Json) => {
    return withChange(json, path, () => at(other as Json, path));
  });
  const wrapped = fc.constantFrom(...paths).map((path) => (json: Json) => {
    return withChange(json, path, (present) => (present === undefined ? present : [present]));
  });
  const replaced = fc.tuple(fc.constantFrom(...paths), value).map(
    ([path, by]) =>
      (json: Json) =>
        withChange(json, path, () => by),
  );
  const edit = fc.oneof(
    { arbitrary: inPlace, weight: 5 },
    { arbitrary: fromOther, weight: 3 },
    { arbitrary: wrapped, weight: 1 },
    { arbitrary: replaced, weight: 1 },
  );
  const structured = fc
    .array(edit, { minLength: 1, maxLength: 3 })
    .map((edits) =>
      JSON.stringify(edits.reduce<Json>((json, change) => change(json), structuredClone(original) as Json)),
    );
  const text = Buffer.from(JSON.stringify(original));
  const textual = mutatedBytes(text, [Buffer.from(JSON.stringify(other))]).map(String);
  return fc.oneof({ arbitrary: structured, weight: 4 }, { arbitrary: textual, weight: 1 });
}

/** A change to a text that may be hard to see. */
function textChange(): fc.Arbitrary<(text: string) => string> {
  const character = fc.oneof(
    // By their numbers: fast-check keeps a table of all characters for the strings it makes.
    fc.oneof(fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff })).map((code) => String.fromCodePoint(code)),
    fc.constantFrom('A', 'B', '=', '|', ' ', '\n', '\0', '-', '_', '%00', 'Ａ'),
  );
  return fc.tuple(fc.nat(9), fc.nat(), character).map(([kind, place, by]) => (text: string) => {
    const position = place % (text.length + 1);
    const head = text.slice(0, position);
    const tail = text.slice(position);
    if (kind < 4) return head + by + tail.slice(1);
    if (kind < 6) return head + by + tail;
    if (kind === 6) return head + tail.slice(1);
    if (kind === 7) return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
    return kind === 8 ? head : text + by;
  });
}

function pathsIn(json: Json): string[][] {
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => [[key], ...pathsIn(value).map((path) => [key, ...path])]);
}

function at(json: Json | undefined, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => (inner as Record<string, Json> | undefined)?.[key], json);
}

/** Where an earlier change took the place away, nothing changes. */
function withChange(json: Json, path: readonly string[], change: (present?: Json) => Json | undefined): Json {
  const parent = at(json, path.slice(0, -1));
  const key = path.at(-1);
  if (typeof parent !== 'object' || parent === null || key === undefined) return json;
  const changed = change((parent as Record<string, Json>)[key]);
  if (changed === undefined) delete (parent as Record<string, Json>)[key];
  else (parent as Record<string, Json>)[key] = changed;
  return json;
}

/** A query of which parameters were changed, left out, doubled, renamed, swapped, or encoded otherwise. */
export function mutatedQuery(original: URLSearchParams, other: URLSearchParams): fc.Arbitrary<string> {
  const names = [...original.keys()];
  const name = fc.constantFrom(...names);
  const suffix = fc.constantFrom('[]', '[0]', '[a]', '.', '%00', ' ', '[__proto__]');
  const edit = fc
    .tuple(fc.nat(9), name, name, suffix, textChange())
    .map(([kind, one, two, end, change]) => (pairs: [string, string][]): [string, string][] => {
      const of = (wanted: string) => pairs.find(([key]) => key === wanted)?.[1] ?? '';
      const mapped = (wanted: string, to: (pair: [string, string]) => [string, string]) =>
        pairs.map((pair) => (pair[0] === wanted ? to(pair) : pair));
      switch (kind) {
        case 0:
          return pairs.filter(([key]) => key !== one);
        case 1:
          return [...pairs, [one, of(two)]];
        case 2:
          return mapped(one, ([key, value]) => [key + end, value]);
        case 3:
          return mapped(one, ([key]) => [key, of(two)]);
        case 4:
          return mapped(one, ([key]) => [key, other.get(one) ?? '']);
        case 5:
          return mapped(one, ([key, value]) => [key.toUpperCase(), value]);
        case 6:
          return mapped(one, ([key, value]) => [key, value.repeat(40)]);
        default:
          return mapped(one, ([key, value]) => [key, change(value)]);
      }
    });
  const structured = fc
    .array(edit, { minLength: 1, maxLength: 2 })
    .map((edits) => new URLSearchParams(edits.reduce((pairs, change) => change(pairs), [...original])).toString());
  const textual = mutatedBytes(Buffer.from(original.toString()), [Buffer.from(other.toString())]).map((bytes) =>
    // What a request line cannot hold is percent-encoded; `#` would end the query before it is sent.
    bytes.toString('latin1').replace(/[^!-~]|#/g, (character) => encodeURIComponent(character)),
  );
  return fc.oneof({ arbitrary: structured, weight: 3 }, { arbitrary: textual, weight: 1 });
}
