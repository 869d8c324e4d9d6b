/** Strict Base64 with padding, as the RP API writes it. */

/**
 * The bytes of a padded Base64 text, or undefined where the text is not exactly that. Node's own decoder skips what it
 * does not know; and two spellings of one value (unused bits set) would be two different strings in a signed message.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** B64 of the specification: padded Base64 of the UTF-8 bytes of a text; empty for an empty text. */
export function encodeBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}
