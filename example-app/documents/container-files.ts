/**
 * Which files a container takes. Those who open it on another system must get the same files under the same names,
 * beside the container's own files and nowhere else (ETSI EN 319 162-1, section 4.4.3).
 */

export interface ContainerFile {
  name: string;
  contentType: string;
  content: Buffer;
}

const reserved = new Set(['.', '..', 'mimetype', 'meta-inf']);

/** @throws Error naming the first thing that is wrong. */
export function assertFiles(files: readonly ContainerFile[]): void {
  if (files.length === 0) throw new Error('There is no file to sign.');
  const names = new Set<string>();
  for (const { name, contentType } of files) {
    const quoted = JSON.stringify(name);
    // Invisible characters among the others: they make a name look like another one.
    if (name === '' || /[\p{C}/\\:]/u.test(name)) throw new Error(`A file cannot be called ${quoted}.`);
    const comparable = name.normalize('NFC').toLowerCase();
    if (reserved.has(comparable)) throw new Error(`The name ${quoted} belongs to the container.`);
    if (names.has(comparable)) throw new Error(`Two files are called ${quoted}.`);
    names.add(comparable);
    if (!/^[\w.+-]+\/[\w.+-]+$/.test(contentType)) throw new Error(`The content type of ${quoted} is not one.`);
  }
}
