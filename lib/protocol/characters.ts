/** How messages name a character that must not be somewhere. */

/** Such as `U+202E`: by its code alone, as it may be one that cannot be seen, or that changes how the message is shown. */
export function codeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
