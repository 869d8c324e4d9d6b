/** Distinguished names (RFC 5280, section 4.1.2.4): their attributes, of which each login reads a few. */

import { type DerElement, elementsIn, tags } from './der.js';
import { objectIdentifierIn, textIn } from './der-values.js';

export interface NameAttribute {
  /** Object identifier. */
  type: string;
  value: string;
}

/** Sets in a name, and attributes in a set. */
const maxAttributes = 20;

/**
 * The attributes of a Name, in its order.
 * @throws DerError when it is none, TypeError when a text in it is no UTF-8.
 */
export function attributesOf(name: DerElement): NameAttribute[] {
  return elementsIn(name, maxAttributes, tags.set).flatMap((set) =>
    elementsIn(set, maxAttributes, tags.sequence).map(attributeOf),
  );
}

function attributeOf({ reader }: DerElement): NameAttribute {
  const type = objectIdentifierIn(reader.next(tags.objectIdentifier));
  const value = textIn(reader.nextOfAnyTag());
  reader.finish();
  return { type, value };
}
