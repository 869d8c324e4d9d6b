/**
 * Names of files in a container. Whoever opens it on another system must get the same files under the same names,
 * beside the container's own files and nowhere else (ETSI EN 319 162-1, section 4.4.3).
 */

/** The folder of the container's own files. */
export const ownFolder = 'META-INF/';
/** The file that says what the container is. */
export const typeFile = 'mimetype';

const ownNames = new Set([typeFile, 'meta-inf']);
const maxNameBytes = 1000;
/** What Linux takes for one file without its folders; other systems take as many letters. */
const maxFileNameBytes = 255;

/**
 * Control characters, halves of characters, and those that are not seen: they disguise names, and some systems leave
 * them out. Emoji that are joined of several by such a character are refused with them.
 */
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** In Windows they are devices in every folder, with any extension. */
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)\d) *(?:\.|$)/;

/**
 * Equal for names that are one name on some systems: those that differ in capitals or in how letters are encoded, in
 * marks that are not seen, in dots and spaces at the end (Windows leaves them out), or in characters that Windows does
 * not take (programs that unpack there write `_` in their place).
 */
export function comparableName(name: string): string {
  return folded(name)
    .split('/')
    .map(withoutEnd)
    .join('/')
    .replace(/[<>"|?*]/g, '_');
}

/** Capitals are folded by three steps: some letters have a capital of their own, and others several small ones. */
function folded(name: string): string {
  const cased = name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase();
  return cased.replace(/\p{Default_Ignorable_Code_Point}/gu, '').normalize('NFKC');
}

/** By hand, since a regular expression would try again at each of many dots. */
function withoutEnd(segment: string): string {
  let end = segment.length;
  while (end > 0 && '. '.includes(segment.charAt(end - 1))) end -= 1;
  return segment.slice(0, end);
}

/** Of somebody's text in an error message, which has two of them at most. */
const maxQuotedCharacters = 100;
/** People call files by their personal code, whose first part has six digits at least in each of the Baltic states. */
const longNumber = /\d{6,}(?:-\d+)?/g;

/** A name, or another text of somebody's, for error messages: these are kept in logs. */
export function quoted(name: string): string {
  const shown = JSON.stringify(name.slice(0, maxQuotedCharacters).replace(longNumber, '…'));
  const isWhole = name.length <= maxQuotedCharacters && shown.length <= maxQuotedCharacters;
  return isWhole ? shown : `${shown.slice(0, Math.min(shown.length - 1, maxQuotedCharacters))}…"`;
}

/** Whether a file that is put into a container can be called this on every system. */
export function isFileName(name: string): boolean {
  if (!isPath(name) || /[/<>"|?*]|[. ]$/.test(name)) return false;
  return Buffer.byteLength(name) <= maxFileNameBytes && !deviceName.test(folded(name));
}

/**
 * Whether this names a file inside of the folder that a container is unpacked into, and no other, on every system. In
 * existing containers, which people have made on Linux and macOS for years, there may also be names that Windows does
 * not take, such as `what?.txt`, `aux.txt` or `a.`: they lead to an error or to a name of the unpacking program's own
 * there, but to nothing else, since no other entry may have such a name. A colon is refused wherever it is: Windows
 * finds another stream of the file behind it, or the file itself.
 */
export function isPath(name: string): boolean {
  if (invisible.test(name) || /[\\:]/.test(name) || Buffer.byteLength(name) > maxNameBytes) return false;
  // Windows takes `.. ` for `..`.
  return segmentsOf(folded(name)).every((segment) => withoutEnd(segment) !== '');
}

/** Whether only the container itself may have a file of this comparable name. */
export function isOwnName(comparable: string): boolean {
  const [first = ''] = segmentsOf(comparable);
  return ownNames.has(first);
}

/** Also by those letters that programs of Windows take for a slash. */
function segmentsOf(name: string): string[] {
  return name.split(/[/\\]/);
}

/** How a signature refers to a file: its path with everything percent-encoded that is special in URIs (RFC 3986). */
export function uriOf(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
