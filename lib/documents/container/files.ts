/** Files that a site puts into a new container. */

import { SmartIdInputError } from '../../shared/errors.js';
import { comparableName, isFileName, isOwnName, quoted } from './names.js';

/** A file in a container. */
export interface ContainerFile {
  /** Without folders, such as `jagamine + müük.pdf`. */
  name: string;
  /** Such as `application/pdf`, without parameters. */
  contentType: string;
  /** Its bytes. */
  content: Uint8Array;
}

/** Files in one container. */
export const maxFiles = 1000;
/** Bytes of a container, and of all that is in it. */
export const maxContainerBytes = 100_000_000;

/** @throws SmartIdInputError naming the first thing that is wrong. */
export function checkFiles(files: readonly ContainerFile[]): void {
  if (!Array.isArray(files) || files.length === 0) throw new SmartIdInputError('files', 'must hold at least one file.');
  if (files.length > maxFiles) throw new SmartIdInputError('files', `must hold at most ${maxFiles} files.`);
  const names = new Set<string>();
  let bytes = 0;
  for (const [index, file] of files.entries()) {
    checkFile(file, `files[${index}]`);
    const comparable = comparableName(file.name);
    if (names.has(comparable)) throw new SmartIdInputError('files', `must not hold ${quoted(file.name)} twice.`);
    names.add(comparable);
    bytes += file.content.length;
  }
  if (bytes > maxContainerBytes) {
    throw new SmartIdInputError('files', `must hold at most ${maxContainerBytes} bytes together.`);
  }
}

function checkFile(file: ContainerFile, field: string): void {
  const { name, contentType, content } = Object(file) as Partial<ContainerFile>;
  if (typeof name !== 'string' || !isFileName(name)) {
    throw new SmartIdInputError(`${field}.name`, `must be the name of a file on every system, not ${show(name)}.`);
  }
  if (isOwnName(comparableName(name)))
    throw new SmartIdInputError(`${field}.name`, `must not be ${quoted(name)}: the container has it.`);
  if (typeof contentType !== 'string' || !/^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/.test(contentType)) {
    throw new SmartIdInputError(`${field}.contentType`, `must be a media type without parameters (${quoted(name)}).`);
  }
  if (!(content instanceof Uint8Array)) {
    throw new SmartIdInputError(`${field}.content`, `must be the bytes of ${quoted(name)} (Uint8Array).`);
  }
}

function show(name: unknown): string {
  return typeof name === 'string' ? quoted(name) : typeof name;
}
