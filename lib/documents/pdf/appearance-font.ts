/** What the text of a visible signature is written in. */

import type { PdfIncrement } from './increment.js';
import type { PdfReference } from './values.js';

export interface AppearanceFont {
  /**
   * How wide the text is at size 1.
   * @throws SmartIdInputError naming the character that the font does not have.
   */
  width(text: string): number;
  /** The operand that shows the text. */
  encode(text: string): string;
  /** Adds the font, or what of it was encoded before. */
  addTo(increment: PdfIncrement): PdfReference;
}
