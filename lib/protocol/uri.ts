/** The characters of a URI (RFC 3986), which a browser's idea of a URL is wider than. */

/** Unreserved and reserved characters; a percent sign only as the beginning of an encoded byte. */
const foreign = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})/u;
/** Square brackets are for an IPv6 address alone, right behind the scheme. */
const address = /^[a-z]+:\/\/\[[0-9A-Fa-f:.]+\]/;

/** The first character that a URI cannot hold where it stands, or undefined. */
export function foreignCharacter(uri: string): string | undefined {
  const [character] = foreign.exec(uri) ?? /[[\]]/.exec(uri.replace(address, '')) ?? [];
  return character;
}
