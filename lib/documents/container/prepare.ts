/** The half of signing a container that comes before the signature: everything that can be wrong is found here. */

import { nodeHashName, type SignatureChoice } from '../../protocol/algorithms.js';
import { SmartIdInputError } from '../../shared/errors.js';
import type { DocumentHashAlgorithm, DraftFields } from '../draft.js';
import { partsOf, Turns } from '../in-turns.js';
import { choiceOf } from '../options.js';
import { type DataFile, Digests, readContainer } from './contents.js';
import type { ContainerDraft, DraftFile } from './draft.js';
import { checkExistingSignatures } from './existing-signatures.js';
import { type ContainerFile, checkFiles, maxContainerBytes } from './files.js';
import { comparableName, ownFolder } from './names.js';
import { type ContainerOptions, resolveOptions } from './options.js';
import { type SignatureFields, type SignedFile, type SignedTexts, writeSignedTexts } from './xades.js';

/** Files for a new container, or an existing one (.asice, .sce) that gets one more signature. */
export type ContainerInput =
  | {
      /** What a new container holds: 1 to 1000 files, 100 MB together. */
      files: readonly ContainerFile[];
      /** Not with `files`. */
      container?: undefined;
    }
  | {
      /** An ASiC-E container of at most 100 MB: its files and signatures stay as they are. */
      container: Uint8Array;
      /** Not with `container`. */
      files?: undefined;
    };

/** A container that waits for its signature; the algorithms are what the app must be asked for. */
export interface PreparedContainer extends SignatureChoice {
  /** With `rsassa-pss` only: the other algorithms name their hash themselves. */
  hashAlgorithm?: DocumentHashAlgorithm;
  /** Plain data for any store. */
  draft: ContainerDraft;
  /** The bytes to sign. */
  data: Buffer;
}

/**
 * The first half of a XAdES signature in an ASiC-E container (ETSI EN 319 162-1, section 4.4; EN 319 132-1): from files
 * or a container, and a certificate, to what is to be signed.
 * @throws SmartIdInputError naming what is wrong with the files, the container or an option, or `yauzl` where that is
 * needed to read a container and is not installed.
 */
export async function prepareContainer(input: ContainerInput, options: ContainerOptions): Promise<PreparedContainer> {
  const fields = resolveOptions(options);
  const { files, container } = input;
  if ((files === undefined) === (container === undefined)) {
    throw new SmartIdInputError('input', 'must have either files or a container.');
  }
  const kept = files ? await keepFiles(files, fields) : await keepContainer(container as Uint8Array, fields);
  const data = Buffer.from(kept.texts.signedInfo);
  const draft = { ...fields, ...kept.fields, data: data.toString('base64') };
  return { draft, data, ...choiceOf(fields) };
}

type Options = Omit<DraftFields, 'data'>;

interface Kept {
  fields: Pick<ContainerDraft, 'signatureId' | 'signatureFile' | 'files' | 'container'>;
  texts: SignedTexts;
}

async function keepFiles(files: readonly ContainerFile[], options: Options): Promise<Kept> {
  checkFiles(files);
  const names = nameSignature([], new Set());
  const texts = await describeFiles(files, { ...options, ...names });
  const kept: DraftFile[] = [];
  const turns = new Turns();
  for (const { name, contentType, content } of files) {
    kept.push({ name, contentType, content: base64(content) });
    await turns.spend(content.length);
  }
  return { fields: { ...names, files: kept }, texts };
}

async function keepContainer(container: Uint8Array, options: Options): Promise<Kept> {
  if (!(container instanceof Uint8Array)) throw new SmartIdInputError('container', 'must be its bytes (Uint8Array).');
  if (container.length > maxContainerBytes) {
    throw new SmartIdInputError('container', `must have at most ${maxContainerBytes} bytes.`);
  }
  const bytes = Buffer.from(container.buffer, container.byteOffset, container.byteLength);
  const { names, texts } = await describeContainer(bytes, options);
  return { fields: { ...names, container: bytes.toString('base64') }, texts };
}

/** What is signed of the files of a new container. */
export async function describeFiles(files: readonly ContainerFile[], fields: SignatureFields): Promise<SignedTexts> {
  const dataFiles = files.map(({ name, contentType, content }) => ({
    name,
    contentType,
    chunks: () => partsOf(content),
  }));
  return describe(dataFiles, new Digests(dataFiles), fields);
}

/**
 * What is signed of an existing container, and what the new signature is called in it.
 * @throws SmartIdInputError naming `container` when it is none, or a signature in it is broken.
 */
export async function describeContainer(
  container: Buffer,
  options: Omit<SignatureFields, 'signatureId'>,
): Promise<{ names: SignatureNames; texts: SignedTexts }> {
  const contents = await readContainer(container);
  const digests = new Digests(contents.files);
  const ids = await checkExistingSignatures(contents, digests);
  const names = nameSignature(contents.ownFiles, ids);
  return { names, texts: await describe(contents.files, digests, { ...options, ...names }) };
}

async function describe(files: readonly DataFile[], digests: Digests, fields: SignatureFields): Promise<SignedTexts> {
  const signedFiles: SignedFile[] = [];
  for (const { name, contentType } of files) {
    const digest = await digests.digest(name, nodeHashName(fields.hashAlgorithm));
    if (digest) signedFiles.push({ name, contentType, digest });
  }
  return writeSignedTexts(fields, signedFiles);
}

type SignatureNames = Pick<ContainerDraft, 'signatureId' | 'signatureFile'>;

/** The first names in the usual series that are free. */
function nameSignature(ownFiles: readonly string[], ids: ReadonlySet<string>): SignatureNames {
  const taken = new Set(ownFiles.map(comparableName));
  for (let number = 0; ; number += 1) {
    const signatureId = `S${number}`;
    const signatureFile = `${ownFolder}signatures${number}.xml`;
    if (!taken.has(comparableName(signatureFile)) && !ids.has(signatureId)) return { signatureId, signatureFile };
  }
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
