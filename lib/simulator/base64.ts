/** Base64 as RFC 4648, section 4 has it: alphabet and padding are checked, which `Buffer.from` does not do. */
const pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export function decodeStrictBase64(text: string): Buffer | undefined {
  return pattern.test(text) ? Buffer.from(text, 'base64') : undefined;
}
