/** How messages name a character that must not be somewhere. */

/** Such as `U+202E`: by its code alone, as it may be one that nobody sees or that changes how the message is shown. */
export function codePointOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Such as `"%" (U+0025)`: as it is where it can be seen, and by its code in any case. */
export function nameOfCharacter(character: string): string {
  return /[!-~]/.test(character) ? `"${character}" (${codePointOf(character)})` : codePointOf(character);
}
