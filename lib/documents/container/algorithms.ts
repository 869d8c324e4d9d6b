/** Identifiers of the algorithms of XML signatures (XMLDSig 1.1, RFC 6931), with node:crypto's words for them. */

import type { SignatureAlgorithm } from '../../protocol/algorithms.js';
import type { DocumentHashAlgorithm } from '../draft.js';

export const exclusiveCanonicalization = 'http://www.w3.org/2001/10/xml-exc-c14n#';

const hashUris: Record<DocumentHashAlgorithm, string> = {
  'SHA-256': 'http://www.w3.org/2001/04/xmlenc#sha256',
  'SHA-384': 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  'SHA-512': 'http://www.w3.org/2001/04/xmlenc#sha512',
};

/** The identifier of a hash. */
export function hashUri(hashAlgorithm: DocumentHashAlgorithm): string {
  return hashUris[hashAlgorithm];
}

/**
 * The identifier of what the app signs with. Those of RSASSA-PSS stand for MGF1 with the same hash and a salt as long
 * as it (RFC 6931, section 2.3.10).
 */
export function signatureUri(signatureAlgorithm: SignatureAlgorithm, hashAlgorithm: DocumentHashAlgorithm): string {
  const hash = hashAlgorithm.replace('SHA-', 'sha');
  return signatureAlgorithm === 'rsassa-pss'
    ? `http://www.w3.org/2007/05/xmldsig-more#${hash}-rsa-MGF1`
    : `http://www.w3.org/2001/04/xmldsig-more#rsa-${hash}`;
}

/** node:crypto's name of the hash by its identifier; older and other ones are there to check what others signed. */
const hashNames = new Map<string, string>([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha224', 'sha224'],
  [hashUris['SHA-256'], 'sha256'],
  [hashUris['SHA-384'], 'sha384'],
  [hashUris['SHA-512'], 'sha512'],
  ['http://www.w3.org/2007/05/xmldsig-more#sha3-256', 'sha3-256'],
  ['http://www.w3.org/2007/05/xmldsig-more#sha3-384', 'sha3-384'],
  ['http://www.w3.org/2007/05/xmldsig-more#sha3-512', 'sha3-512'],
]);

export function hashNameOf(uri: string): string | undefined {
  return hashNames.get(uri);
}

export interface SignatureMethod {
  kind: 'pkcs1' | 'pss' | 'ecdsa';
  /** node:crypto's name. */
  hash: string;
}

const signatureMethodUris: [RegExp, SignatureMethod['kind']][] = [
  [/^http:\/\/www\.w3\.org\/2000\/09\/xmldsig#rsa-(sha1)$/, 'pkcs1'],
  [/^http:\/\/www\.w3\.org\/2001\/04\/xmldsig-more#rsa-(sha(?:224|256|384|512))$/, 'pkcs1'],
  [/^http:\/\/www\.w3\.org\/2007\/05\/xmldsig-more#(sha1|sha224|sha256|sha384|sha512|sha3-\d{3})-rsa-MGF1$/, 'pss'],
  [/^http:\/\/www\.w3\.org\/2001\/04\/xmldsig-more#ecdsa-(sha(?:1|224|256|384|512))$/, 'ecdsa'],
  [/^http:\/\/www\.w3\.org\/2021\/04\/xmldsig-more#ecdsa-(sha3-(?:224|256|384|512))$/, 'ecdsa'],
];

/** What an identifier of a signature method stands for; undefined where it is not known. */
export function signatureMethodOf(uri: string): SignatureMethod | undefined {
  for (const [pattern, kind] of signatureMethodUris) {
    const [, hash] = pattern.exec(uri) ?? [];
    if (hash) return { kind, hash };
  }
  return undefined;
}

export interface Canonicalization {
  isExclusive: boolean;
  hasComments: boolean;
}

const canonicalizations = new Map<string, Canonicalization>(
  [
    ['http://www.w3.org/TR/2001/REC-xml-c14n-20010315', '#WithComments', false] as const,
    ['http://www.w3.org/2006/12/xml-c14n11', '#WithComments', false] as const,
    [exclusiveCanonicalization, 'WithComments', true] as const,
  ].flatMap(([uri, suffix, isExclusive]) => [
    [uri, { isExclusive, hasComments: false }],
    [`${uri}${suffix}`, { isExclusive, hasComments: true }],
  ]),
);

/** What an identifier of a canonicalization stands for; undefined where it is not known. */
export function canonicalizationOf(uri: string): Canonicalization | undefined {
  return canonicalizations.get(uri);
}
