/**
 * Signed documents before judges who share nothing with this package: DSS, digidoc4j, pdfsig, xmlsec1 and OpenSSL.
 * `VERDICTS=1 npm run test:documents` prints what each of them says of each file.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { generateRsaKey } from '../../lib/simulator/pki/authority.js';
import { buildJudges, type DigiDoc4jVerdict, judgedByDigiDoc4j, judgedByDss } from '../support/document-judges.js';
import { trustingDatabase, written } from '../support/judges.js';
import { needTools } from '../support/outside-tools.js';
import { keyOfRealSize, signatory } from '../support/signing.js';
import { certifiedPdf } from './certified-pdf.js';
import { containerTamperings, type Judge, pdfTamperings } from './document-tamperings.js';
import { existingContainers } from './existing-changes.js';
import {
  classicPdf,
  filesOf,
  type GoodDocument,
  goodDocuments,
  isForXmlsec,
  pkcs1,
  plainNames,
  visible,
  type Workshop,
} from './good-documents.js';
import { type Exhibit, type Judged, judgeAll, trustedBy } from './judgement.js';
import { signableFiles } from './pdf-corpus.js';
import { verdicts } from './pdf-signer.js';
import { signDocument } from './signed-documents.js';

const minute = 60_000;
const emailProtection = '1.3.6.1.5.5.7.3.4';
const judges: readonly Judge[] = ['dss', 'digidoc4j', 'pdfsig', 'xmlsec1', 'openssl'];

const tampered = [
  ...pdfTamperings.map((one) => ({ ...one, isPdf: true, title: `in a PDF, ${one.what}` })),
  ...containerTamperings.map((one) => ({ ...one, isPdf: false, title: `in a container, ${one.what}` })),
];

describe('Signed documents before their judges', () => {
  let simulator: Simulator;
  let folder: string;
  let judged: Map<string, Judged>;

  before(async function () {
    // The first time Maven downloads what the judges need.
    this.timeout(10 * minute);
    needTools(this, 'java', 'javac', 'mvn', 'pdfsig', 'certutil', 'openssl', 'unzip', 'xmlsec1');
    await buildJudges();
    folder = mkdtempSync(path.join(tmpdir(), 'judged-'));
    simulator = await startSimulator({ port: 0 });
    const workshop = await furnish(simulator);
    const exhibits = [...(await makeGood(workshop)), ...(await makeTampered(workshop))];
    const all = await judgeAll(exhibits, folder, simulator, trustingDatabase(folder, simulator));
    judged = new Map(all.map((one) => [one.title, one]));
  });

  after(async () => {
    if (process.env.VERDICTS && judged) console.log(table([...judged.values()]));
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  describe('convince all who can judge them', () => {
    for (const document of goodDocuments) {
      it(document.title, () => {
        const one = judged.get(document.title) as Judged;
        for (const [judge, { isGood, words }] of Object.entries(one.judgements)) {
          // It takes nothing without a time and an OCSP answer.
          const isExpected = judge !== 'digidoc4j' || document.level === 'LT';
          expect(isGood, `${judge}: ${words}`).to.equal(isExpected);
        }
        expectDetails(one, document);
      });
    }
  });

  describe('with one octet changed', () => {
    for (const { title, tell } of tampered) {
      it(`${title}: ${tell.length > 0 ? `refused by ${tell.join(', ')}` : 'refused by nobody'}`, () => {
        const { judgements } = judged.get(title) as Judged;
        for (const [judge, { isGood, words }] of Object.entries(judgements)) {
          expect(isGood, `${judge}: ${words}`).to.equal(!tell.includes(judge as Judge));
        }
        expect(Object.keys(judgements)).to.include.members([...tell]);
      });
    }
  });
});

/** `container-evidence.test.ts` has which of them are refused. */
describe('Containers that somebody brings, before digidoc4j', () => {
  let simulator: Simulator;
  let folder: string;
  let verdicts: Map<string, DigiDoc4jVerdict>;

  before(async function () {
    this.timeout(10 * minute);
    needTools(this, 'java', 'javac', 'mvn');
    await buildJudges();
    folder = mkdtempSync(path.join(tmpdir(), 'brought-'));
    simulator = await startSimulator({ port: 0 });
    const workshop = await furnish(simulator);
    const files = await Promise.all(
      existingContainers.map(async ({ refusal, make }, index) => {
        const container = await make(workshop);
        const { content } = refusal
          ? { content: container }
          : await signDocument(simulator, workshop.second, { container });
        return written(folder, `${index}.asice`, content);
      }),
    );
    verdicts = await judgedByDigiDoc4j(trustedBy(folder, simulator), files);
    if (process.env.VERDICTS) console.log(broughtTable(verdicts));
  });
  after(async () => {
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  for (const [index, { what, refusal, lacksEvidence, isOverlooked }] of existingContainers.entries()) {
    const isValid = refusal ? isOverlooked === true : !lacksEvidence;
    const fate = refusal ? 'which is refused,' : 'with one more signature,';
    it(`${what}, ${fate} is ${isValid ? 'valid' : 'not valid'}`, () => {
      const verdict = verdicts.get(`${index}.asice`) as DigiDoc4jVerdict;
      expect(verdict.valid, verdict.errors.join('\n')).to.equal(isValid);
    });
  }
});

describe('A certified PDF before DSS and pdfsig', () => {
  let simulator: Simulator;
  let folder: string;
  before(async function () {
    this.timeout(10 * minute);
    needTools(this, 'java', 'javac', 'mvn', 'pdfsig');
    await buildJudges();
    folder = mkdtempSync(path.join(tmpdir(), 'certified-'));
    simulator = await startSimulator({ port: 0 });
  });
  after(async () => {
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  it('stays certified by its author when a field of it is filled, or one is added that is not seen', async () => {
    const { first, second } = await furnish(simulator);
    const files = await Promise.all(
      [2, 3].flatMap((permission) =>
        ['Tenant', 'Unseen', undefined].map(async (field) => {
          const pdf = certifiedPdf(second, permission);
          const { content } = await signDocument(simulator, first, { pdf, field });
          expect(verdicts(folder, content), `${permission}, ${field}`).to.include({ valid: 2, invalid: 0 });
          return written(folder, `${permission}-${field}.pdf`, content);
        }),
      ),
    );
    // DSS says of changes that the author does not allow in warnings alone.
    for (const [name, { signatures }] of await judgedByDss(trustedBy(folder, simulator), [], files)) {
      const said = signatures.map(({ format, indication, errors, warnings }) => ({
        verdict: `${format} ${indication}`,
        complaints: [...errors, ...warnings],
      }));
      expect(said, name).to.have.deep.members([
        { verdict: 'PAdES-BASELINE-B TOTAL_PASSED', complaints: [] },
        { verdict: 'PAdES-BASELINE-LT TOTAL_PASSED', complaints: [] },
      ]);
    }
  });
});

async function furnish(simulator: Simulator): Promise<Workshop> {
  return {
    simulator,
    first: signatory(simulator),
    second: signatory(simulator, { account: 'PNOLT-40504040001-MOCK-Q', privateKey: await generateRsaKey(2048) }),
    withLargeKey: signatory(simulator, { privateKey: await keyOfRealSize() }),
    pdfs: await signableFiles(),
  };
}

async function makeGood(workshop: Workshop): Promise<Exhibit[]> {
  const make = async (document: GoodDocument): Promise<Exhibit> => {
    const { title, level, names } = document;
    const content = await document.make(workshop);
    return { title, level, isPdf: names === undefined, isForXmlsec: isForXmlsec(document), content };
  };
  const { timestamps } = workshop.simulator;
  const inDer = await Promise.all(goodDocuments.filter((one) => !one.hasTimestampInBer).map(make));
  timestamps.encoding = 'BER';
  const inBer = await Promise.all(goodDocuments.filter((one) => one.hasTimestampInBer).map(make));
  timestamps.encoding = 'DER';
  return [...inDer, ...inBer];
}

async function makeTampered({ simulator, first, pdfs }: Workshop): Promise<Exhibit[]> {
  const signer = signatory(simulator, { extendedKeyUsage: [emailProtection] });
  const toSign = { pdf: pdfs[classicPdf] as Buffer, visible, reason: 'Agreed' };
  const pdf = await signDocument(simulator, signer, toSign);
  const container = await signDocument(simulator, first, { files: filesOf(plainNames) }, pkcs1);
  const made = tampered.map(async ({ title, isPdf, change }): Promise<Exhibit> => {
    const content = await change(isPdf ? pdf : container, simulator);
    return { title, level: 'LT', isPdf, isForXmlsec: !isPdf, hasKeyUsesForPdfsig: isPdf, content };
  });
  return Promise.all(made);
}

function expectDetails({ dss, digidoc4j }: Judged, { level, algorithms, names }: GoodDocument): void {
  expect(dss.signatures.map(({ algorithm }) => algorithm)).to.have.members(algorithms);
  for (const { errors, warnings } of dss.signatures) expect([...errors, ...warnings]).to.deep.equal([]);
  if (!digidoc4j || !names) return;
  for (const { files } of [...dss.signatures, ...digidoc4j.signatures]) expect(files).to.have.members(names);
  expect(digidoc4j.files).to.have.members(names);
  if (level !== 'LT') return;
  const verdicts = digidoc4j.signatures.map(({ format, indication }) => `${format} ${indication}`);
  expect(verdicts).to.deep.equal(algorithms.map(() => 'XAdES-BASELINE-LT TOTAL_PASSED'));
}

function broughtTable(verdicts: ReadonlyMap<string, DigiDoc4jVerdict>): string {
  const rows = existingContainers.map(({ what, refusal }, index) => {
    const { valid, errors = [] } = verdicts.get(`${index}.asice`) ?? {};
    return [what, refusal ? 'refused' : 'taken', valid ? 'valid' : `not valid: ${errors.join(' ')}`];
  });
  return [['a container', 'here', 'digidoc4j'], ['---', '---', '---'], ...rows].map(row).join('\n');
}

/** In Markdown. */
function table(all: readonly Judged[]): string {
  const rows = all.map(({ title, judgements }) => [title, ...judges.map((judge) => judgements[judge]?.words ?? '-')]);
  return [['file', ...judges], ['---', ...judges.map(() => '---')], ...rows].map(row).join('\n');
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
