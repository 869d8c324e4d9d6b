/** The fields of a file's form (ISO 32000-2, section 12.7.4), as far as a signature has to know them. */

import { costs } from './effort.js';
import type { PdfFile } from './file.js';
import { damaged, isDictionary, type PdfDictionary, PdfReference, type PdfValue } from './values.js';

export interface FormField {
  /** Names of the field and those above it, with dots between. */
  name: string;
  dictionary: PdfDictionary;
  /** Where it is; undefined when it is no object of its own. */
  reference?: PdfReference;
  /** What it has, or has from those above it, where the specification lets it inherit. */
  inherited: PdfDictionary;
}

const inheritable = ['FT', 'V', 'Ff'];

const maxDepth = 100;
const maxFields = 200_000;
/** Of names in memory, where those above are repeated in each. */
const bytesPerCharacter = 2;

interface Node {
  value: PdfValue;
  parentName?: string;
  above: PdfDictionary;
  depth: number;
}

/** All fields and widgets, each before those below it. */
export async function fieldsOf(file: PdfFile): Promise<FormField[]> {
  const fields: FormField[] = [];
  const visited = new Set<number>();
  const pending: Node[] = [];
  const add = (values: readonly PdfValue[], above: PdfDictionary, depth: number, parentName?: string) => {
    for (let index = values.length - 1; index >= 0; index--) {
      pending.push({ value: values[index] as PdfValue, parentName, above, depth });
    }
  };
  add(file.array(file.dictionary(file.catalog.get('AcroForm')).get('Fields')), new Map(), 0);
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const { value, parentName, above, depth } = node;
    if (value instanceof PdfReference) {
      if (visited.has(value.number)) throw damaged('its form goes in circles');
      visited.add(value.number);
    }
    if (depth > maxDepth || fields.length > maxFields) throw damaged('its form has too many fields');
    const dictionary = file.get(value);
    if (!isDictionary(dictionary)) continue;
    const own = file.text(dictionary.get('T'));
    const name = [parentName, own].filter((part) => part !== undefined).join('.');
    file.effort.spend(costs.object + bytesPerCharacter * name.length);
    const inherited = withInherited(above, dictionary);
    const reference = value instanceof PdfReference ? value : undefined;
    fields.push({ name, dictionary, reference, inherited });
    add(file.array(dictionary.get('Kids')), inherited, depth + 1, name === '' ? undefined : name);
    if (file.effort.isTurnOver) await file.effort.nextTurn();
  }
  return fields;
}

function withInherited(above: PdfDictionary, dictionary: PdfDictionary): PdfDictionary {
  const own = inheritable.filter((key) => dictionary.has(key));
  if (own.length === 0) return above;
  return new Map([...above, ...own.map((key) => [key, dictionary.get(key) as PdfValue] as const)]);
}

/** A name that no field has. */
export function unusedName(fields: readonly FormField[]): string {
  const names = new Set(fields.map(({ name }) => name).filter((name) => name.startsWith('Signature')));
  let number = 1;
  while (names.has(`Signature${number}`)) number++;
  return `Signature${number}`;
}
