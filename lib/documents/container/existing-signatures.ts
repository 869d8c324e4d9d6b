/**
 * Whether the signatures that a container has already are intact: signed values, digests of files and of what else is
 * signed (XMLDSig 1.1, section 3.2). A person must not be asked to sign beside one that was broken before. Who signed,
 * and whether their certificates are trusted, is not judged.
 */

import { constants, createHash, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { decodeBase64 } from '../../protocol/base64.js';
import { SmartIdInputError } from '../../shared/errors.js';
import { nextTurn } from '../../trust/turns.js';
import {
  type Canonicalization,
  canonicalizationOf,
  exclusiveCanonicalization,
  hashNameOf,
  type SignatureMethod,
  signatureMethodOf,
} from './algorithms.js';
import { CanonicalizationBudget, canonicalize } from './canonicalize.js';
import type { Digests, ExistingContents } from './contents.js';
import { quoted } from './names.js';
import { ds, signatureDocument, xades } from './signature-document.js';
import { attributeOf, childOf, childrenOf, readXml, textOf, XmlBudget, type XmlElement, XmlError } from './xml.js';

const maxSignatures = 100;
const maxCertificates = 10;
const maxReferences = 2000;
const maxInclusivePrefixes = 10;
/** Of a value, a digest or a certificate. */
const maxBase64Characters = 100_000;
const maxCanonicalCharacters = 20_000_000;
const inclusive: Canonicalization = { isExclusive: false, hasComments: false };

/** What the signatures of one file are checked with. */
interface Work {
  elements: ReadonlyMap<string, XmlElement[]>;
  digests: Digests;
  budget: CanonicalizationBudget;
}

/**
 * @returns the `Id`s that are in use.
 * @throws SmartIdInputError naming `container`, and in its message the signature that is broken.
 */
export async function checkExistingSignatures(
  { signatureFiles }: ExistingContents,
  digests: Digests,
): Promise<ReadonlySet<string>> {
  const budget = new CanonicalizationBudget(maxCanonicalCharacters);
  const xmlBudget = new XmlBudget();
  const ids = new Set<string>();
  let count = 0;
  for (const { name, content } of signatureFiles) {
    try {
      const { signatures, elements } = await signatureDocument(await readXml(content, xmlBudget));
      count += signatures.length;
      if (count > maxSignatures) throw new XmlError(`there are more than ${maxSignatures} signatures`);
      for (const signature of signatures) {
        ids.add(attributeOf(signature, 'Id') ?? '');
        await checkSignature(signature, { elements, digests, budget });
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
  checkProperties(signature, references);
  for (const reference of references) {
    await checkReference(reference, work);
    await nextTurn();
  }
  await checkSignatureValue(signature, signedInfo, work);
}

/** The properties that make it a XAdES signature are its own, and signed (ETSI EN 319 132-1, section 4.4). */
function checkProperties(signature: XmlElement, references: readonly XmlElement[]): void {
  const objects = childrenOf(signature, ds, 'Object');
  const [properties, ...others] = objects.flatMap((object) => childrenOf(object, xades, 'QualifyingProperties'));
  if (!properties || others.length > 0) throw new XmlError('it is not a XAdES signature');
  if (attributeOf(properties, 'Target') !== `#${attributeOf(signature, 'Id')}`) {
    throw new XmlError('its properties are those of another signature');
  }
  const id = attributeOf(childOf(properties, xades, 'SignedProperties'), 'Id');
  if (!references.some((reference) => attributeOf(reference, 'URI') === `#${id}`)) {
    throw new XmlError('its properties are not signed');
  }
}

async function checkSignatureValue(signature: XmlElement, signedInfo: XmlElement, { budget }: Work): Promise<void> {
  const uri = algorithmOf(childOf(signedInfo, ds, 'SignatureMethod'));
  const method = signatureMethodOf(uri);
  if (!method) throw new XmlError(`its algorithm ${quoted(uri)} is not known`);
  const how = canonicalizationIn(childOf(signedInfo, ds, 'CanonicalizationMethod'));
  const signed = Buffer.from(await canonicalize(signedInfo, how, budget));
  const value = base64In(childOf(signature, ds, 'SignatureValue'));
  for (const { publicKey } of certificatesOf(signature)) {
    if (isSignedBy(publicKey, method, signed, value)) return;
    await nextTurn();
  }
  throw new XmlError('its value is not that of its certificate over what it signs');
}

function certificatesOf(signature: XmlElement): X509Certificate[] {
  const data = childrenOf(childOf(signature, ds, 'KeyInfo'), ds, 'X509Data');
  const elements = data.flatMap((one) => childrenOf(one, ds, 'X509Certificate'));
  if (elements.length === 0) throw new XmlError('it has no certificate');
  if (elements.length > maxCertificates) throw new XmlError(`it has more than ${maxCertificates} certificates`);
  return elements.map(certificateIn);
}

function certificateIn(element: XmlElement): X509Certificate {
  try {
    return new X509Certificate(base64In(element));
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

async function checkReference(reference: XmlElement, { elements, digests, budget }: Work): Promise<void> {
  const uri = attributeOf(reference, 'URI') ?? '';
  const hashUri = algorithmOf(childOf(reference, ds, 'DigestMethod'));
  const hashName = hashNameOf(hashUri);
  if (!hashName) throw new XmlError(`the hash ${quoted(hashUri)} is not known`);
  const transforms = childrenOf(reference, ds, 'Transforms').flatMap((one) => childrenOf(one, ds, 'Transform'));
  const digest = uri.startsWith('#')
    ? await hashOfElement(onlyElementOf(elements.get(uri.slice(1)), uri), transforms, hashName, budget)
    : await digestOfFile(uri, transforms, hashName, digests);
  if (!digest.equals(base64In(childOf(reference, ds, 'DigestValue')))) {
    throw new XmlError(`what it signs as ${quoted(fileNameOf(uri))} has been changed`);
  }
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
  uri: string,
  transforms: readonly XmlElement[],
  hashName: string,
  digests: Digests,
): Promise<Buffer> {
  if (transforms.length > 0) throw new XmlError('it transforms a file in a way that is not known');
  // Some programs write the name as it is.
  const digest = (await digests.digest(fileNameOf(uri), hashName)) ?? (await digests.digest(uri, hashName));
  if (!digest) throw new XmlError(`the file ${quoted(fileNameOf(uri))} is not there`);
  return digest;
}

function fileNameOf(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}

function canonicalizationIn(element: XmlElement): Canonicalization & { inclusivePrefixes: string[] } {
  const uri = algorithmOf(element);
  const how = canonicalizationOf(uri);
  if (!how) throw new XmlError(`its transform ${quoted(uri)} is not known`);
  const lists = childrenOf(element, exclusiveCanonicalization, 'InclusiveNamespaces');
  const prefixes = lists.flatMap((list) => (attributeOf(list, 'PrefixList') ?? '').split(/[ \t\n]+/));
  const inclusivePrefixes = prefixes
    .filter((prefix) => prefix !== '')
    .map((prefix) => (prefix === '#default' ? '' : prefix));
  if (inclusivePrefixes.length > maxInclusivePrefixes) throw new XmlError('it names too many prefixes');
  return { ...how, inclusivePrefixes };
}

function algorithmOf(element: XmlElement): string {
  return attributeOf(element, 'Algorithm') ?? '';
}

/** An element of two with one name would be shown by one program and verified by another. */
function onlyElementOf(elements: readonly XmlElement[] = [], uri: string): XmlElement {
  const [only, ...others] = elements;
  if (!only || others.length > 0) throw new XmlError(`what it signs as ${quoted(uri)} is not there exactly once`);
  return only;
}

function base64In(element: XmlElement): Buffer {
  const text = textOf(element);
  if (text.length > maxBase64Characters) throw new XmlError(`its ${element.localName} is too long`);
  const bytes = decodeBase64(text.replace(/[ \t\n\r]/g, ''));
  if (!bytes) throw new XmlError(`its ${element.localName} is not Base64`);
  return bytes;
}
