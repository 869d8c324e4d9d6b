/**
 * Whether the signatures that a container has already are intact: signed values, digests of files and of what else is
 * signed (XMLDSig 1.1, section 3.2), and what was added to them. A person must not be asked to sign beside one that was
 * broken before. Who signed, and whether their certificates are trusted, is not judged.
 */

import { constants, createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { SmartIdInputError } from '../../shared/errors.js';
import { nextTurn } from '../../trust/turns.js';
import { type Canonicalization, hashNameOf, type SignatureMethod, signatureMethodOf } from './algorithms.js';
import { CanonicalizationBudget, canonicalize } from './canonicalize.js';
import type { Digests, ExistingContents } from './contents.js';
import { checkEvidence, EvidenceBudget } from './existing-evidence.js';
import { checkSignedFiles } from './existing-files.js';
import { quoted } from './names.js';
import { ds, signatureDocument, xades } from './signature-document.js';
import { algorithmOf, base64In, canonicalizationIn } from './signature-values.js';
import { attributeOf, childOf, childrenOf, readXml, XmlBudget, type XmlElement, XmlError } from './xml.js';

const maxSignatures = 100;
const maxCertificates = 10;
const maxReferences = 2000;
const maxCanonicalCharacters = 20_000_000;
const inclusive: Canonicalization = { isExclusive: false, hasComments: false };

/** What the signatures of one file are checked with. */
interface Work {
  elements: ReadonlyMap<string, XmlElement[]>;
  /** Of all files of the container, by the manifest. */
  types: ReadonlyMap<string, string>;
  digests: Digests;
  budget: CanonicalizationBudget;
  evidenceBudget: EvidenceBudget;
}

/**
 * @returns the `Id`s that are in use.
 * @throws SmartIdInputError naming `container`, and in its message the signature that is broken.
 */
export async function checkExistingSignatures(
  { files, signatureFiles }: ExistingContents,
  digests: Digests,
): Promise<ReadonlySet<string>> {
  const budget = new CanonicalizationBudget(maxCanonicalCharacters);
  const xmlBudget = new XmlBudget();
  const evidenceBudget = new EvidenceBudget();
  const types = new Map(files.map(({ name, contentType }) => [name, contentType]));
  const ids = new Set<string>();
  let count = 0;
  for (const { name, content } of signatureFiles) {
    try {
      const { signatures, elements } = await signatureDocument(await readXml(content, xmlBudget));
      count += signatures.length;
      if (count > maxSignatures) throw new XmlError(`there are more than ${maxSignatures} signatures`);
      for (const signature of signatures) {
        ids.add(attributeOf(signature, 'Id') ?? '');
        await checkSignature(signature, { elements, types, digests, budget, evidenceBudget });
      }
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      throw new SmartIdInputError('container', `has a broken signature in ${quoted(name)}: ${error.message}.`, {
        cause: error,
      });
    }
  }
  return ids;
}

async function checkSignature(signature: XmlElement, work: Work): Promise<void> {
  const signedInfo = childOf(signature, ds, 'SignedInfo');
  const references = childrenOf(signedInfo, ds, 'Reference');
  if (references.length === 0) throw new XmlError('it signs nothing');
  if (references.length > maxReferences) throw new XmlError(`it has more than ${maxReferences} references`);
  const signedProperties = checkProperties(signature, references);
  const signedFiles = new Map<string, XmlElement>();
  for (const reference of references) {
    const name = await checkReference(reference, work);
    if (isOfFile(reference)) signedFiles.set(name, reference);
    await nextTurn();
  }
  await checkSignatureValue(signature, signedInfo, signedProperties, work);
  checkSignedFiles(signedFiles, signedProperties, work.types);
  await checkEvidence(signature, { canonicalization: work.budget, evidence: work.evidenceBudget });
}

/** The properties that make it a XAdES signature are its own, and signed (ETSI EN 319 132-1, section 4.4). */
function checkProperties(signature: XmlElement, references: readonly XmlElement[]): XmlElement {
  const objects = childrenOf(signature, ds, 'Object');
  const [properties, ...others] = objects.flatMap((object) => childrenOf(object, xades, 'QualifyingProperties'));
  if (!properties || others.length > 0) throw new XmlError('it is not a XAdES signature');
  if (attributeOf(properties, 'Target') !== `#${attributeOf(signature, 'Id')}`) {
    throw new XmlError('its properties are those of another signature');
  }
  const signedProperties = childOf(properties, xades, 'SignedProperties');
  const id = attributeOf(signedProperties, 'Id');
  if (!references.some((reference) => attributeOf(reference, 'URI') === `#${id}`)) {
    throw new XmlError('its properties are not signed');
  }
  return signedProperties;
}

/** What a reference of no type is about counts as a file for programs that verify. */
function isOfFile(reference: XmlElement): boolean {
  return (attributeOf(reference, 'Type') ?? '') === '';
}

async function checkSignatureValue(
  signature: XmlElement,
  signedInfo: XmlElement,
  signedProperties: XmlElement,
  { budget }: Work,
): Promise<void> {
  const uri = algorithmOf(childOf(signedInfo, ds, 'SignatureMethod'));
  const method = signatureMethodOf(uri);
  if (!method) throw new XmlError(`its algorithm ${quoted(uri)} is not known`);
  const how = canonicalizationIn(childOf(signedInfo, ds, 'CanonicalizationMethod'));
  const signed = Buffer.from(await canonicalize(signedInfo, how, budget));
  const value = base64In(childOf(signature, ds, 'SignatureValue'));
  const digests = certificateDigestsIn(signedProperties);
  let isOfKey = false;
  for (const { publicKey, raw } of certificatesOf(signature)) {
    const isSigned = isSignedBy(publicKey, method, signed, value);
    if (isSigned && isNamedBy(digests, raw)) return;
    isOfKey ||= isSigned;
    await nextTurn();
  }
  throw new XmlError(
    isOfKey
      ? 'its certificate is not the one that it names'
      : 'its value is not that of its certificate over what it signs',
  );
}

/** Of the signer's certificate, which is among what is signed (ETSI EN 319 132-1, section 5.2.2). */
function certificateDigestsIn(signedProperties: XmlElement): XmlElement[] {
  const properties = childrenOf(signedProperties, xades, 'SignedSignatureProperties');
  return ['SigningCertificateV2', 'SigningCertificate']
    .flatMap((name) => properties.flatMap((property) => childrenOf(property, xades, name)))
    .flatMap((named) => childrenOf(named, xades, 'Cert'))
    .map((certificate) => childOf(certificate, xades, 'CertDigest'));
}

function isNamedBy(digests: readonly XmlElement[], certificate: Buffer): boolean {
  return digests.some((digest) => {
    const hashName = hashNameOf(algorithmOf(childOf(digest, ds, 'DigestMethod')));
    if (!hashName) return false;
    return createHash(hashName)
      .update(certificate)
      .digest()
      .equals(base64In(childOf(digest, ds, 'DigestValue')));
  });
}

function certificatesOf(signature: XmlElement): X509Certificate[] {
  const data = childrenOf(childOf(signature, ds, 'KeyInfo'), ds, 'X509Data');
  const elements = data.flatMap((one) => childrenOf(one, ds, 'X509Certificate'));
  if (elements.length === 0) throw new XmlError('it has no certificate');
  if (elements.length > maxCertificates) throw new XmlError(`it has more than ${maxCertificates} certificates`);
  return elements.map(certificateIn);
}

function certificateIn(element: XmlElement): X509Certificate {
  const der = base64In(element);
  try {
    return new X509Certificate(der);
  } catch {
    throw new XmlError('its certificate cannot be read');
  }
}

function isSignedBy(key: KeyObject, { kind, hash }: SignatureMethod, signed: Buffer, value: Buffer): boolean {
  const { RSA_PKCS1_PSS_PADDING, RSA_PKCS1_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;
  const isRsa = kind !== 'ecdsa';
  const options = {
    pkcs1: { key, padding: RSA_PKCS1_PADDING },
    pss: { key, padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST },
    ecdsa: { key, dsaEncoding: 'ieee-p1363' },
  } as const;
  try {
    return key.asymmetricKeyType === (isRsa ? 'rsa' : 'ec') && verify(hash, signed, options[kind], value);
  } catch {
    return false;
  }
}

/** @returns the name of what it is about. */
async function checkReference(reference: XmlElement, { elements, digests, budget }: Work): Promise<string> {
  const uri = attributeOf(reference, 'URI') ?? '';
  const hashUri = algorithmOf(childOf(reference, ds, 'DigestMethod'));
  const hashName = hashNameOf(hashUri);
  if (!hashName) throw new XmlError(`the hash ${quoted(hashUri)} is not known`);
  const transforms = childrenOf(reference, ds, 'Transforms').flatMap((one) => childrenOf(one, ds, 'Transform'));
  const isWithin = uri.startsWith('#');
  if (isWithin && isOfFile(reference)) {
    throw new XmlError(`what it signs as ${quoted(uri)} is neither a file nor of a stated type`);
  }
  const name = isWithin ? uri : fileNameOf(uri, digests);
  const digest = isWithin
    ? await hashOfElement(onlyElementOf(elements.get(uri.slice(1)), uri), transforms, hashName, budget)
    : await digestOfFile(name, transforms, hashName, digests);
  if (!digest.equals(base64In(childOf(reference, ds, 'DigestValue')))) {
    throw new XmlError(`what it signs as ${quoted(name)} has been changed`);
  }
  return name;
}

async function hashOfElement(
  element: XmlElement,
  transforms: readonly XmlElement[],
  hashName: string,
  budget: CanonicalizationBudget,
): Promise<Buffer> {
  const [transform, ...others] = transforms;
  if (others.length > 0) throw new XmlError('it transforms what it signs in a way that is not known');
  const how = transform ? canonicalizationIn(transform) : { ...inclusive, inclusivePrefixes: [] };
  // Such a reference never means comments (XMLDSig 1.1, section 4.4.3.3).
  const text = await canonicalize(element, { ...how, hasComments: false }, budget);
  return createHash(hashName).update(text).digest();
}

async function digestOfFile(
  name: string,
  transforms: readonly XmlElement[],
  hashName: string,
  digests: Digests,
): Promise<Buffer> {
  if (transforms.length > 0) throw new XmlError('it transforms a file in a way that is not known');
  const digest = await digests.digest(name, hashName);
  if (!digest) throw new XmlError(`the file ${quoted(name)} is not there`);
  return digest;
}

/** Some programs write the name as it is. */
function fileNameOf(uri: string, digests: Digests): string {
  const name = decoded(uri);
  return !digests.has(name) && digests.has(uri) ? uri : name;
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

/** An element of two with one name would be shown by one program and verified by another. */
function onlyElementOf(elements: readonly XmlElement[] = [], uri: string): XmlElement {
  const [only, ...others] = elements;
  if (!only || others.length > 0) throw new XmlError(`what it signs as ${quoted(uri)} is not there exactly once`);
  return only;
}
