/** Writes DER (X.690, section 10.1), as far as requests need it. */

/** An element of this tag with these contents, one after the other. */
export function encodeDer(tag: number, ...contents: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const length = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([Buffer.from([tag, ...lengthOctets(length)]), ...contents]);
}

function lengthOctets(length: number): number[] {
  if (length < 0x80) return [length];
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return [0x80 + octets.length, ...octets];
}
