/** What a container holds, whether it is a new one or one that somebody brings. */

import { createHash } from 'node:crypto';
import { SmartIdInputError } from '../../shared/errors.js';
import { hashInTurns, Turns } from '../in-turns.js';
import { maxFiles } from './files.js';
import { containerType, manifestFile, readManifest } from './manifest.js';
import { isOwnName, ownFolder, quoted, typeFile } from './names.js';
import { contentOf, readZip, type ZipEntry } from './zip-reader.js';

/** A file to be signed. */
export interface DataFile {
  name: string;
  contentType: string;
  chunks(): Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** An existing container. */
export interface ExistingContents {
  files: DataFile[];
  signatureFiles: { name: string; content: Buffer }[];
  /** Names of all entries that belong to the container itself. */
  ownFiles: string[];
}

const maxManifestBytes = 1_000_000;
const maxSignatureFileBytes = 10_000_000;
const maxSignatureFiles = 100;
/** Of all their files together. */
const maxSignatureBytes = 20_000_000;
/** The standard says `*signatures*.xml` (section A.5), and validators take those without the `s` for signatures too. */
const signatureFile = /^META-INF\/.*signature.*\.xml$/i;
/** Signatures of other kinds, and timestamps and lists for them (ETSI EN 319 162-1, section 4.4.4). */
const otherKinds = /^(?:.*\.(?:p7s|tst)|asic[^/]*manifest[^/]*\.xml)$/i;

/** @throws SmartIdInputError naming `container` when it is none, or one whose files would not be clear. */
export async function readContainer(bytes: Buffer): Promise<ExistingContents> {
  const entries = await readZip(bytes);
  await checkType(entries[0]);
  const own = entries.filter(({ name }) => name.startsWith(ownFolder));
  const others = entries.slice(1).filter(({ name }) => !name.startsWith(ownFolder));
  checkOwnFiles(own, others);
  if (others.length === 0) throw problem('holds no file to sign.');
  if (others.length > maxFiles) throw problem(`must hold at most ${maxFiles} files.`);
  const manifest = own.find(({ name }) => name === manifestFile);
  // What is signed without one is invalid to programs that verify.
  if (!manifest) throw problem(`has no ${manifestFile}.`);
  const types = await readManifest(await contentOf(manifest, maxManifestBytes));
  const files = others.map(({ name, chunks }) => ({ name, contentType: typeOf(name, types), chunks }));
  checkListed(types, others);
  return {
    files,
    signatureFiles: await readSignatureFiles(own),
    ownFiles: own.map(({ name }) => name),
  };
}

/** By this entry, first and as it is, programs know the file's type from its first bytes (section A.1). */
async function checkType(first: ZipEntry | undefined): Promise<void> {
  if (first?.name !== typeFile || !first.isStored) {
    throw problem(`is not an ASiC-E container: its first entry must be an uncompressed ${typeFile}.`);
  }
  const type = await contentOf(first, 2 * containerType.length);
  if (type.toString('latin1') !== containerType) {
    throw problem(`is not an ASiC-E container: its ${typeFile} must be ${containerType}.`);
  }
}

function checkOwnFiles(own: readonly ZipEntry[], others: readonly ZipEntry[]): void {
  const misplaced = others.find(({ comparable }) => isOwnName(comparable));
  if (misplaced) throw problem(`has an entry called ${quoted(misplaced.name)}, which only it itself may have.`);
  // On some systems it is another one of the container's own files than its name says.
  const disguised = own.find(isDisguised);
  if (disguised) throw problem(`has an entry with a misleading name: ${quoted(disguised.name)}.`);
  const foreign = own.find(({ name }) => otherKinds.test(name.slice(ownFolder.length)));
  if (foreign) throw problem(`has signatures or timestamps of another kind than XAdES: ${quoted(foreign.name)}.`);
}

function isDisguised({ name, comparable }: ZipEntry): boolean {
  return comparable !== name.toLowerCase() || (comparable === manifestFile.toLowerCase() && name !== manifestFile);
}

/** Programs that verify look for all that it lists in every signature. */
function checkListed(types: ReadonlyMap<string, string>, files: readonly ZipEntry[]): void {
  const names = new Set(files.map(({ name }) => name));
  const missing = [...types.keys()].find((name) => name !== '/' && !names.has(name));
  if (missing !== undefined) throw problem(`lists ${quoted(missing)} in its ${manifestFile}, and has no such file.`);
}

function typeOf(name: string, types: ReadonlyMap<string, string>): string {
  const type = types.get(name);
  if (type === undefined) throw problem(`does not list ${quoted(name)} in its ${manifestFile}.`);
  return type;
}

async function readSignatureFiles(own: readonly ZipEntry[]): Promise<ExistingContents['signatureFiles']> {
  const entries = own.filter(({ name }) => signatureFile.test(name));
  if (entries.length > maxSignatureFiles) throw problem(`has more than ${maxSignatureFiles} files of signatures.`);
  const files: ExistingContents['signatureFiles'] = [];
  let bytes = 0;
  for (const entry of entries) {
    const content = await contentOf(entry, maxSignatureFileBytes);
    bytes += content.length;
    if (bytes > maxSignatureBytes) throw problem(`has more than ${maxSignatureBytes} bytes of signatures.`);
    files.push({ name: entry.name, content });
  }
  return files;
}

/** Digests of files by name, each calculated once. */
export class Digests {
  private readonly files: ReadonlyMap<string, DataFile>;
  private readonly known = new Map<string, Buffer>();
  private readonly turns = new Turns();

  constructor(files: readonly DataFile[]) {
    this.files = new Map(files.map((file) => [file.name, file]));
  }

  has(name: string): boolean {
    return this.files.has(name);
  }

  /**
   * Undefined where there is no such file.
   * @param hashName of node:crypto.
   */
  async digest(name: string, hashName: string): Promise<Buffer | undefined> {
    const file = this.files.get(name);
    if (!file) return undefined;
    const key = `${hashName}/${name}`;
    const known = this.known.get(key);
    if (known) return known;
    const hash = createHash(hashName);
    await hashInTurns(hash, file.chunks(), this.turns);
    const digest = hash.digest();
    this.known.set(key, digest);
    return digest;
  }
}

function problem(rule: string): SmartIdInputError {
  return new SmartIdInputError('container', rule);
}
