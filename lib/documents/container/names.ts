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

/** Control characters, halves of characters, and those that turn the direction of writing: they disguise names. */
const invisible = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;

/** Equal for names that are one name on some systems. */
export function comparableName(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** A name for error messages. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 200)}…` : name);
}

/** Whether a file that is put into a container can be called this on every system. */
export function isFileName(name: string): boolean {
  return isPath(name) && !/[/:]/.test(name);
}

/** Whether this names a file inside of the folder that a container is unpacked into, on every system. */
export function isPath(name: string): boolean {
  if (invisible.test(name) || name.includes('\\') || /^[a-z]:/i.test(name)) return false;
  if (Buffer.byteLength(name) > maxNameBytes) return false;
  return name.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** Whether only the container itself may have a file of this name, however it is written. */
export function isOwnName(name: string): boolean {
  const [first = ''] = comparableName(name).split('/', 1);
  return ownNames.has(first);
}

/** How a signature refers to a file: its path with everything percent-encoded that is special in URIs (RFC 3986). */
export function uriOf(name: string): string {
  return name.split('/').map(encodeURIComponent).join('/');
}
