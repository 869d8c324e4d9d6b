/** JSON in which one thing at a time is another one: each field and object of it is dropped, of another value and of another type. */

export interface JsonChange {
  /** Such as `signature.saltLength: "32"`. */
  what: string;
  /** A copy. */
  changed: any;
}

/** All changes of what is below a value. */
export function jsonChanges(root: object): JsonChange[] {
  return pathsIn(root).flatMap((path) => {
    const name = path.join('.');
    const dropped = changedAt(root, path, (parent, key) => {
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
    });
    const replaced = othersThan(valueAt(root, path)).map((other) => ({
      what: `${name}: ${JSON.stringify(other).slice(0, 60)}`,
      changed: changedAt(root, path, (parent, key) => {
        parent[key] = other;
      }),
    }));
    return [{ what: `${name}: dropped`, changed: dropped }, ...replaced];
  });
}

function pathsIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[key], ...pathsIn(child).map((path) => [key, ...path])]);
}

function othersThan(value: unknown): unknown[] {
  return [null, true, false, 7, '', 'x', [], {}, [value], ...alike(value)].filter((other) => other !== value);
}

/** What differs least. */
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

function valueAt(root: any, path: readonly string[]): unknown {
  return path.reduce((value, key) => value[key], root);
}

function changedAt(root: object, path: readonly string[], change: (parent: any, key: string) => void): any {
  const copy = structuredClone(root);
  change(valueAt(copy, path.slice(0, -1)), path.at(-1) as string);
  return copy;
}
