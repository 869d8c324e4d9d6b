/** JSON in which one field at a time is another one, however deep it is. */

export interface JsonChange {
  /** Such as `signature.saltLength: "32"`. */
  what: string;
  /** Where it is. */
  path: readonly string[];
  /** What stands there now; undefined where the field is left out. */
  value: unknown;
  /** A copy. */
  changed: any;
}

/** Each field left out, and with each of the values in its place that are given for it. */
export function jsonChanges(root: object, valuesInPlaceOf: (value: unknown) => readonly unknown[]): JsonChange[] {
  return pathsIn(root).flatMap((path) =>
    [undefined, ...valuesInPlaceOf(valueAt(root, path))].map((value) => ({
      what: `${path.join('.')}: ${value === undefined ? 'dropped' : JSON.stringify(value).slice(0, 60)}`,
      path,
      value,
      changed: changedAt(root, path, value),
    })),
  );
}

/** Values of other types, and those that differ least. */
export function valuesNear(value: unknown): unknown[] {
  return [null, true, false, 7, '', 'x', [], {}, [value], ...alike(value)].filter((other) => other !== value);
}

function alike(value: unknown): unknown[] {
  if (typeof value === 'number') return [value + 1, value - 1, -value, String(value)];
  if (typeof value !== 'string') return [];
  const ofCase = value === value.toUpperCase() ? value.toLowerCase() : value.toUpperCase();
  return [
    `${value} `,
    ` ${value}`,
    `${value}\n`,
    `${value}A`,
    `${value}=`,
    value.slice(0, -1),
    value.slice(1),
    ofCase,
    withOtherEnd(value),
  ];
}

function withOtherEnd(value: string): string {
  return value.slice(0, -1) + (value.endsWith('B') ? 'C' : 'B');
}

function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[key], ...pathsIn(child).map((path) => [key, ...path])]);
}

function valueAt(root: any, path: readonly string[]): any {
  return path.reduce((value, key) => value[key], root);
}

function changedAt(root: object, path: readonly string[], value: unknown): any {
  const copy = structuredClone(root);
  const parent = valueAt(copy, path.slice(0, -1));
  const key = path.at(-1) as string;
  if (value !== undefined) parent[key] = value;
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete parent[key];
  return copy;
}
