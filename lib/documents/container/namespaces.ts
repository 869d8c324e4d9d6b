/**
 * Namespaces by prefix that hold at an element of XML: those that it declares, and those around it. A chain, since a
 * map of all of them for each element is work that a small file could multiply.
 */
export class Namespaces {
  static readonly none = new Namespaces(new Map(), undefined);

  /** How many prefixes have one. */
  readonly size: number;
  private readonly declared: ReadonlyMap<string, string>;
  private readonly around: Namespaces | undefined;

  private constructor(declared: ReadonlyMap<string, string>, around: Namespaces | undefined) {
    this.declared = declared;
    this.around = around;
    const added = [...declared.keys()].filter((prefix) => !around?.has(prefix));
    this.size = (around?.size ?? 0) + added.length;
  }

  /** Those that hold where these are declared within. */
  with(declared: ReadonlyMap<string, string>): Namespaces {
    return declared.size === 0 ? this : new Namespaces(declared, this);
  }

  get(prefix: string): string | undefined {
    for (let scope: Namespaces | undefined = this; scope; scope = scope.around) {
      const namespace = scope.declared.get(prefix);
      if (namespace !== undefined) return namespace;
    }
    return undefined;
  }

  has(prefix: string): boolean {
    return this.get(prefix) !== undefined;
  }

  prefixes(): Set<string> {
    const prefixes = new Set<string>();
    for (let scope: Namespaces | undefined = this; scope; scope = scope.around) {
      for (const prefix of scope.declared.keys()) prefixes.add(prefix);
    }
    return prefixes;
  }
}
