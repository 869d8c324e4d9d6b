/**
 * Signed documents before judges who share nothing with this package: DSS, digidoc4j, pdfsig, xmlsec1 and OpenSSL.
 * `VERDICTS=1 npm run test:documents` prints what each of them says of each file.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import type { SignatureLevel } from '../../lib/documents/draft.js';
import type { DocumentToSign } from '../../lib/documents/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { generateRsaKey } from '../../lib/simulator/pki/authority.js';
import { buildJudges } from '../support/document-judges.js';
import { trustingDatabase } from '../support/judges.js';
import { needTools } from '../support/outside-tools.js';
import { type Signatory, signatory } from '../support/signing.js';
import { textFile } from './container-support.js';
import { containerTamperings, type DocumentTampering, type Judge, pdfTamperings } from './document-tamperings.js';
import { type Exhibit, type Judged, judgeAll } from './judgement.js';
import { signableFiles } from './pdf-corpus.js';
import { type SignedFile, type SigningOptions, signDocument } from './signed-documents.js';

const minute = 60_000;
const judges: readonly Judge[] = ['dss', 'digidoc4j', 'pdfsig', 'xmlsec1', 'openssl'];

const choices: Record<string, SigningOptions> = {
  'RSASSA-PSS, SHA-256': { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-256' },
  'RSASSA-PSS, SHA-384': { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-384' },
  'RSASSA-PSS, SHA-512': { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-512' },
  'PKCS#1 v1.5, SHA-256': { signatureAlgorithm: 'sha256WithRSAEncryption' },
  'PKCS#1 v1.5, SHA-384': { signatureAlgorithm: 'sha384WithRSAEncryption' },
  'PKCS#1 v1.5, SHA-512': { signatureAlgorithm: 'sha512WithRSAEncryption' },
};
const pkcs1 = { signatureAlgorithm: 'sha512WithRSAEncryption' } as const;
/** What DSS calls them. */
const dssAlgorithms: Record<string, string> = Object.fromEntries(
  Object.keys(choices).map((choice) => {
    const bits = choice.slice(-3);
    return [choice, choice.startsWith('RSASSA-PSS') ? `RSA_SSA_PSS_SHA${bits}_MGF1` : `RSA_SHA${bits}`];
  }),
);
const pdfKinds = [
  'a classic table of cross-references',
  'a cross-reference stream and an object stream',
  'a hybrid of both',
];
const visible = { page: 1, x: 50, y: 50, width: 220, height: 50 };
const levels: readonly SignatureLevel[] = ['B', 'T', 'LT'];

/** A file that is expected to convince all judges. */
interface GoodCase {
  title: string;
  isPdf: boolean;
  level: SignatureLevel;
  isForXmlsec?: boolean;
  /** Of the signatures, as DSS names them. */
  algorithms: string[];
  make(): Promise<Buffer>;
}

interface TamperedCase extends DocumentTampering {
  title: string;
  isPdf: boolean;
}

describe('A signed document before its judges', () => {
  let simulator: Simulator;
  let first: Signatory;
  let second: Signatory;
  let folder: string;
  let pdfs: Record<string, Buffer>;
  const judged = new Map<string, Judged>();

  const containerNames = ['jagamine + müük.pdf', 'contract 100%.txt'];
  const awkwardFiles = () => containerNames.map((name) => textFile(name));
  const plainFiles = () => [textFile('contract.txt'), textFile('annex.txt')];
  const sign = (document: DocumentToSign, options?: SigningOptions, by = first) =>
    signDocument(simulator, by, document, options);
  const contentOf = async (signing: Promise<SignedFile>) => (await signing).content;

  const goodCases: GoodCase[] = [];
  for (const [index, level] of levels.entries()) {
    const algorithms = ['RSA_SSA_PSS_SHA512_MGF1'];
    goodCases.push({
      title: `PDF, level ${level}`,
      isPdf: true,
      level,
      algorithms,
      make: () => contentOf(sign({ pdf: pdfs[pdfKinds[index] as string] as Buffer }, { level })),
    });
    goodCases.push({
      title: `container, level ${level}`,
      isPdf: false,
      level,
      algorithms,
      make: () => contentOf(sign({ files: awkwardFiles() }, { level })),
    });
  }
  for (const [index, [choice, options]] of Object.entries(choices).entries()) {
    const algorithms = [dssAlgorithms[choice] as string];
    for (const [kindIndex, kind] of pdfKinds.entries()) {
      // Every other one, so that each kind is there with both and each algorithm is.
      const isVisible = (index + kindIndex) % 2 === 0;
      goodCases.push({
        title: `PDF, ${choice}, ${isVisible ? 'visible' : 'invisible'}, of ${kind}`,
        isPdf: true,
        level: 'LT',
        algorithms,
        make: () => contentOf(sign({ pdf: pdfs[kind] as Buffer, ...(isVisible && { visible }) }, options)),
      });
    }
    const isForXmlsec = choice.startsWith('PKCS');
    goodCases.push({
      title: `container, ${choice}`,
      isPdf: false,
      level: 'LT',
      isForXmlsec,
      algorithms,
      // To xmlsec1 the names of files are as in the references, percent signs and all.
      make: () => contentOf(sign({ files: isForXmlsec ? plainFiles() : awkwardFiles() }, options)),
    });
  }
  for (const kind of pdfKinds) {
    goodCases.push({
      title: `PDF of two signers, of ${kind}`,
      isPdf: true,
      level: 'LT',
      algorithms: ['RSA_SSA_PSS_SHA512_MGF1', 'RSA_SHA512'],
      make: async () => {
        const once = await contentOf(sign({ pdf: pdfs[kind] as Buffer, visible }));
        return contentOf(sign({ pdf: once, visible: { ...visible, y: 150 } }, pkcs1, second));
      },
    });
  }
  for (const [title, files, options, algorithms] of [
    ['container of two signers, awkward names', awkwardFiles, {}, ['RSA_SSA_PSS_SHA512_MGF1', 'RSA_SHA512']],
    ['container of two signers, PKCS#1 v1.5', plainFiles, pkcs1, ['RSA_SHA512', 'RSA_SHA512']],
  ] as const) {
    goodCases.push({
      title,
      isPdf: false,
      level: 'LT',
      isForXmlsec: files === plainFiles,
      algorithms: [...algorithms],
      make: async () => {
        const container = await contentOf(sign({ files: files() }, options));
        return contentOf(sign({ container }, pkcs1, second));
      },
    });
  }
  const tamperedCases: TamperedCase[] = [
    ...pdfTamperings.map((one) => ({ ...one, isPdf: true, title: `changed in a PDF: ${one.what}` })),
    ...containerTamperings.map((one) => ({ ...one, isPdf: false, title: `changed in a container: ${one.what}` })),
  ];

  before(async function () {
    // The first time Maven downloads what the judges need.
    this.timeout(10 * minute);
    needTools(this, 'java', 'javac', 'mvn', 'pdfsig', 'certutil', 'openssl', 'unzip', 'xmlsec1');
    await buildJudges();
    folder = mkdtempSync(path.join(tmpdir(), 'judged-'));
    simulator = await startSimulator({ port: 0 });
    first = signatory(simulator);
    second = signatory(simulator, { account: 'PNOLT-40504040001-MOCK-Q', privateKey: await generateRsaKey(2048) });
    pdfs = await signableFiles();
    const all = await judgeAll(await exhibits(), folder, simulator, trustingDatabase(folder, simulator));
    for (const one of all) judged.set(one.title, one);
  });

  async function exhibits(): Promise<Exhibit[]> {
    const made: Exhibit[] = [];
    for (const { make, ...exhibit } of goodCases) made.push({ ...exhibit, content: await make() });
    const signer = signatory(simulator, { extendedKeyUsage: ['1.3.6.1.5.5.7.3.4'] });
    const pdf = await sign({ pdf: pdfs[pdfKinds[0] as string] as Buffer, visible, reason: 'Agreed' }, {}, signer);
    const container = await sign({ files: plainFiles() }, pkcs1);
    for (const { title, isPdf, change } of tamperedCases) {
      const content = await change(isPdf ? pdf : container, simulator);
      made.push({ title, isPdf, level: 'LT', isForXmlsec: !isPdf, hasKeyUsesForPdfsig: isPdf, content });
    }
    return made;
  }

  after(async () => {
    if (process.env.VERDICTS) console.log(table([...judged.values()]));
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  for (const { title, isPdf, level, algorithms } of goodCases) {
    it(`convinces them: ${title}`, () => {
      const { dss, digidoc4j, judgements } = judged.get(title) as Judged;
      for (const [judge, { isGood, words }] of Object.entries(judgements)) {
        // It takes nothing without a time and an OCSP answer.
        const isExpected = judge !== 'digidoc4j' || level === 'LT';
        expect(isGood, `${judge}: ${words}`).to.equal(isExpected);
      }
      expect(dss.signatures.map(({ algorithm }) => algorithm)).to.have.members(algorithms);
      for (const { errors, warnings } of dss.signatures) expect([...errors, ...warnings]).to.deep.equal([]);
      if (isPdf) return;
      const names = title.includes('PKCS#1 v1.5') ? ['contract.txt', 'annex.txt'] : containerNames;
      for (const { files } of [...dss.signatures, ...(digidoc4j?.signatures ?? [])])
        expect(files).to.have.members(names);
      expect(digidoc4j?.files).to.have.members(names);
      if (level !== 'LT') return;
      expect(digidoc4j?.signatures.map(({ format, indication }) => `${format} ${indication}`)).to.deep.equal(
        algorithms.map(() => 'XAdES-BASELINE-LT TOTAL_PASSED'),
      );
    });
  }

  for (const { title, tell } of tamperedCases) {
    it(`${tell.length > 0 ? `is refused by ${tell.join(', ')}` : 'convinces them'}: ${title}`, () => {
      const { judgements } = judged.get(title) as Judged;
      for (const [judge, { isGood, words }] of Object.entries(judgements)) {
        expect(isGood, `${judge}: ${words}`).to.equal(!tell.includes(judge as Judge));
      }
      expect(Object.keys(judgements)).to.include.members([...tell]);
    });
  }
});

/** In Markdown. */
function table(all: readonly Judged[]): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rows = all.map(({ title, judgements }) => [title, ...judges.map((judge) => judgements[judge]?.words ?? '-')]);
  return [['file', ...judges], judges.map(() => '---').concat('---'), ...rows].map(row).join('\n');
}
