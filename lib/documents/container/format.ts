/** The half of signing a container that comes after the signature. */

import { SmartIdInputError } from '../../shared/errors.js';
import { changed } from '../check-draft.js';
import type { SignatureEvidence } from '../evidence.js';
import type { DocumentFormat } from '../format.js';
import { decodeInTurns, Turns } from '../in-turns.js';
import { type ContainerDraft, checkContainerDraft } from './draft.js';
import { checkFiles } from './files.js';
import { containerType, manifestFile, writeManifest } from './manifest.js';
import { typeFile } from './names.js';
import { describeContainer, describeFiles } from './prepare.js';
import { type SignedTexts, writeSignatureFile, writeSignatureValue, writeSignedProperties } from './xades.js';
import { appendEntry, layOutZip, type NewEntry, writeZip } from './zip-writer.js';

/** ASiC-E with XAdES (ETSI EN 319 162-1 and EN 319 132-1). */
export const containerFormat: DocumentFormat<ContainerDraft> = {
  timestampedBytes(draft, signature) {
    checkContainerDraft(draft);
    return Buffer.from(writeSignatureValue(draft.signatureId, signature));
  },

  async assemble(draft, signature, evidence) {
    checkContainerDraft(draft);
    const wanted = evidenceFor(draft, evidence);
    const signed = (texts: SignedTexts) => signatureEntry(draft, texts, signature, wanted);
    return draft.files ? assembleNew(draft, draft.files, signed) : assembleExisting(draft, signed);
  },
};

type SignedEntry = (texts: SignedTexts) => NewEntry;

async function assembleNew(
  draft: ContainerDraft,
  kept: NonNullable<ContainerDraft['files']>,
  signed: SignedEntry,
): Promise<Buffer> {
  const before = [
    // By this entry, first and as it is, programs know the file's type from its first bytes (section A.1).
    { name: typeFile, content: Buffer.from(containerType) },
    { name: manifestFile, content: Buffer.from(writeManifest(kept)) },
  ];
  // The text that was signed: whether it is about these files is seen once they are in their places.
  const signedInfo = Buffer.from(draft.data, 'base64').toString();
  const signature = signed({ signedInfo, signedProperties: writeSignedProperties(draft, kept) });
  const { zip, places } = layOutZip([
    ...before.map(({ name, content }) => ({ name, size: content.length })),
    ...kept.map(({ name, content }) => ({ name, size: Buffer.byteLength(content, 'base64') })),
    { name: signature.name, size: signature.content.length },
  ]);
  const files = kept.map((file, index) => ({ ...file, content: places[before.length + index] as Buffer }));
  const turns = new Turns();
  for (const [index, { content }] of files.entries()) {
    if (!(await decodeInTurns(kept[index]?.content ?? '', content, turns))) throw changed('a file is not Base64');
  }
  await unchanged(draft, async () => {
    checkFiles(files);
    return describeFiles(files, draft);
  });
  return writeZip([...before, ...files, signature], new Date(draft.signedAt), { zip, places });
}

async function assembleExisting(draft: ContainerDraft, signed: SignedEntry): Promise<Buffer> {
  const text = draft.container ?? '';
  const container = Buffer.alloc(Buffer.byteLength(text, 'base64'));
  if (!(await decodeInTurns(text, container))) throw changed('its container is not Base64');
  const texts = await unchanged(draft, async () => {
    const { names, texts } = await describeContainer(container, draft);
    if (names.signatureFile !== draft.signatureFile || names.signatureId !== draft.signatureId) {
      throw changed('its signature has another name');
    }
    return texts;
  });
  return appendEntry(container, signed(texts), new Date(draft.signedAt));
}

/** What is signed, calculated once more from what the draft holds, and compared with what the person has signed. */
async function unchanged(draft: ContainerDraft, describe: () => Promise<SignedTexts>): Promise<SignedTexts> {
  const texts = await describe().catch((cause: unknown) => {
    if (cause instanceof SmartIdInputError && isOfInput(cause)) throw changed(cause.message, { cause });
    throw cause;
  });
  if (Buffer.from(texts.signedInfo).toString('base64') !== draft.data) {
    throw changed('its files or what is said of them are not those that are signed');
  }
  return texts;
}

function isOfInput({ field }: SmartIdInputError): boolean {
  return field.startsWith('files') || field === 'container';
}

function signatureEntry(
  draft: ContainerDraft,
  texts: SignedTexts,
  signature: Uint8Array,
  evidence: SignatureEvidence,
): NewEntry {
  return { name: draft.signatureFile, content: Buffer.from(writeSignatureFile(draft, texts, signature, evidence)) };
}

/** What goes into a signature of the draft's level. @throws SmartIdInputError when it is not there. */
function evidenceFor({ level }: ContainerDraft, evidence: SignatureEvidence): SignatureEvidence {
  const { timestamp, certificates, ocspResponses } = evidence;
  if (level === 'B') return { certificates: [], ocspResponses: [] };
  if (!timestamp) throw new SmartIdInputError('evidence', `must have a timestamp for the level ${level}.`);
  if (level === 'T') return { timestamp, certificates: [], ocspResponses: [] };
  if (certificates.length === 0 || ocspResponses.length === 0) {
    throw new SmartIdInputError('evidence', 'must have certificates and OCSP responses for the level LT.');
  }
  return { timestamp, certificates, ocspResponses };
}
