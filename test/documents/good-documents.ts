/** Documents that are to convince all judges, of each level, algorithm and kind of file. */

import type { SignatureLevel } from '../../lib/documents/draft.js';
import type { DocumentToSign } from '../../lib/documents/index.js';
import type { Simulator } from '../../lib/simulator/index.js';
import type { Signatory } from '../support/signing.js';
import { textFile } from './container-support.js';
import { signableFiles } from './pdf-corpus.js';
import { type SigningOptions, signDocument } from './signed-documents.js';

/** Who signs, and what. */
export interface Workshop {
  simulator: Simulator;
  first: Signatory;
  second: Signatory;
  /** With a key as large as Smart-ID's. */
  withLargeKey: Signatory;
  /** Of `signableFiles`. */
  pdfs: Record<string, Buffer>;
}

export interface GoodDocument {
  title: string;
  level: SignatureLevel;
  /** Of its signatures, as DSS names them. */
  algorithms: string[];
  /** Of the files in a container; a PDF has none. */
  names?: readonly string[];
  /** The authority writes its timestamp in BER. */
  hasTimestampInBer?: boolean;
  make(workshop: Workshop): Promise<Buffer>;
}

const pss512 = 'RSA_SSA_PSS_SHA512_MGF1';
const choices: [name: string, dssName: string, options: SigningOptions][] = [
  ['RSASSA-PSS, SHA-256', 'RSA_SSA_PSS_SHA256_MGF1', { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-256' }],
  ['RSASSA-PSS, SHA-384', 'RSA_SSA_PSS_SHA384_MGF1', { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-384' }],
  ['RSASSA-PSS, SHA-512', pss512, { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-512' }],
  ['PKCS#1 v1.5, SHA-256', 'RSA_SHA256', { signatureAlgorithm: 'sha256WithRSAEncryption' }],
  ['PKCS#1 v1.5, SHA-384', 'RSA_SHA384', { signatureAlgorithm: 'sha384WithRSAEncryption' }],
  ['PKCS#1 v1.5, SHA-512', 'RSA_SHA512', { signatureAlgorithm: 'sha512WithRSAEncryption' }],
];
export const pkcs1 = { signatureAlgorithm: 'sha512WithRSAEncryption' } as const;
export const classicPdf = 'a classic table of cross-references';
const pdfKinds = [classicPdf, 'a cross-reference stream and an object stream', 'a hybrid of both'] as const;
export const visible = { page: 1, x: 50, y: 50, width: 220, height: 50 };

/** Names that the references to them write in another way. */
export const awkwardNames = ['jagamine + müük.pdf', 'contract 100%.txt', "līgums & 'lisa' #2.txt"];
/** Names that xmlsec1 finds: it takes references as they are. */
export const plainNames = ['contract.txt', 'annex.txt'];
export const filesOf = (names: readonly string[]) => names.map((name) => textFile(name));

/** xmlsec1 knows no other algorithm. */
export function isForXmlsec({ names, algorithms }: GoodDocument): boolean {
  return names === plainNames && algorithms.every((algorithm) => !algorithm.includes('PSS'));
}

async function signed(
  { simulator, first }: Workshop,
  document: DocumentToSign,
  options?: SigningOptions,
  by = first,
): Promise<Buffer> {
  return (await signDocument(simulator, by, document, options)).content;
}

function pdfOf({ pdfs }: Workshop, kind: string): Buffer {
  return pdfs[kind] as Buffer;
}

const ofEachLevel = (['B', 'T', 'LT'] as const).flatMap((level, index): GoodDocument[] => [
  {
    title: `PDF, level ${level}`,
    level,
    algorithms: [pss512],
    make: (workshop) => signed(workshop, { pdf: pdfOf(workshop, pdfKinds[index] as string) }, { level }),
  },
  {
    title: `container, level ${level}`,
    level,
    algorithms: [pss512],
    names: awkwardNames,
    make: (workshop) => signed(workshop, { files: filesOf(awkwardNames) }, { level }),
  },
]);

const pdfsOfEachChoice = choices.flatMap(([choice, algorithm, options], index) =>
  pdfKinds.map((kind, kindIndex): GoodDocument => {
    // Every other one, so that each kind and each algorithm is there with both.
    const isVisible = (index + kindIndex) % 2 === 0;
    return {
      title: `PDF, ${choice}, ${isVisible ? 'visible' : 'invisible'}, of ${kind}`,
      level: 'LT',
      algorithms: [algorithm],
      make: (workshop) => signed(workshop, { pdf: pdfOf(workshop, kind), ...(isVisible && { visible }) }, options),
    };
  }),
);

/** DSS looks for what a reader shows in another way than before the signature, and tells of it in warnings. */
const pdfsOfEachKind = Object.keys(await signableFiles())
  .filter((kind) => !(pdfKinds as readonly string[]).includes(kind))
  .map(
    (kind): GoodDocument => ({
      title: `PDF, of ${kind}`,
      level: 'LT',
      algorithms: [pss512],
      make: (workshop) => signed(workshop, { pdf: pdfOf(workshop, kind), visible }),
    }),
  );

const withTimestampsInBer: GoodDocument[] = [
  {
    title: 'PDF, of a timestamp in BER',
    level: 'LT',
    algorithms: [pss512],
    hasTimestampInBer: true,
    make: (workshop) => signed(workshop, { pdf: pdfOf(workshop, classicPdf), visible }),
  },
  {
    title: 'container, of a timestamp in BER',
    level: 'LT',
    algorithms: [pss512],
    names: awkwardNames,
    hasTimestampInBer: true,
    make: (workshop) => signed(workshop, { files: filesOf(awkwardNames) }),
  },
];

const containersOfEachChoice = choices.map(([choice, algorithm, options]): GoodDocument => {
  const names = algorithm.includes('PSS') ? awkwardNames : plainNames;
  return {
    title: `container, ${choice}`,
    level: 'LT',
    algorithms: [algorithm],
    names,
    make: (workshop) => signed(workshop, { files: filesOf(names) }, options),
  };
});

const ofLargeKeys: GoodDocument[] = [
  {
    title: 'PDF, with a key of the real size',
    level: 'LT',
    algorithms: [pss512],
    make: (workshop) => signed(workshop, { pdf: pdfOf(workshop, classicPdf), visible }, {}, workshop.withLargeKey),
  },
  {
    title: 'container, with a key of the real size',
    level: 'LT',
    algorithms: [pss512],
    names: awkwardNames,
    make: (workshop) => signed(workshop, { files: filesOf(awkwardNames) }, {}, workshop.withLargeKey),
  },
];

const pdfsOfTwoSigners = pdfKinds.map(
  (kind): GoodDocument => ({
    title: `PDF of two signers, of ${kind}`,
    level: 'LT',
    algorithms: [pss512, 'RSA_SHA512'],
    async make(workshop) {
      const pdf = await signed(workshop, { pdf: pdfOf(workshop, kind), visible });
      return signed(workshop, { pdf, visible: { ...visible, y: 150 } }, pkcs1, workshop.second);
    },
  }),
);

const containersOfTwoSigners = (
  [
    ['RSASSA-PSS and PKCS#1 v1.5', awkwardNames, {}, pss512],
    ['PKCS#1 v1.5', plainNames, pkcs1, 'RSA_SHA512'],
  ] as const
).map(
  ([choice, names, options, algorithm]): GoodDocument => ({
    title: `container of two signers, ${choice}`,
    level: 'LT',
    algorithms: [algorithm, 'RSA_SHA512'],
    names,
    async make(workshop) {
      const container = await signed(workshop, { files: filesOf(names) }, options);
      return signed(workshop, { container }, pkcs1, workshop.second);
    },
  }),
);

export const goodDocuments: readonly GoodDocument[] = [
  ...ofEachLevel,
  ...pdfsOfEachChoice,
  ...pdfsOfEachKind,
  ...containersOfEachChoice,
  ...ofLargeKeys,
  ...withTimestampsInBer,
  ...pdfsOfTwoSigners,
  ...containersOfTwoSigners,
];
