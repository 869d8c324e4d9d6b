/**
 * Reads a cookie as strictly as browsers hold it to the rules of its name. A library would give the first of two, which
 * may be one that somebody has planted. And only spaces are skipped: to skip what a browser takes for a part of the
 * name, such as a no-break space, would let in a cookie never held to the rules of `__Host-`.
 */

/** The value of the cookie of this name; undefined where it is missing or repeated. */
export function onlyCookieNamed(name: string, header: string): string | undefined {
  const start = `${name}=`;
  const [value, ...repeated] = header
    .split(/; */)
    .filter((pair) => pair.startsWith(start))
    .map((pair) => pair.slice(start.length));
  return repeated.length > 0 ? undefined : value;
}
