import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { needTools } from '../support/outside-tools.js';
import { needSharedFiles, recordedFiles } from '../support/shared-files.js';
import { type Case, differencesOf } from './cases.js';
import { compareCases, compareCasesWithOpenSsl } from './comparisons.js';
import { recordedCases, simulatorCases } from './genuine.js';
import { allMutations } from './mutations.js';
import { withOpenSsl } from './strictnesses.js';
import { Tally, type Verdict } from './verdict.js';

const kinds = ['certificate', 'authority', 'answer', 'list'] as const;

describe('What others make of certificates, OCSP answers and lists', function () {
  this.timeout(120_000);

  it('is compared for 100,000 mutations by npm run oracle', () => {
    expect(allMutations.reduce((sum, { tries }) => sum + tries, 0)).to.be.at.least(100_000);
  });

  it('is explained by words that are said somewhere', async () => {
    const [one] = await simulatorCases(['PNOEE-40404040009-MOCK-Q']);
    const { issuer, now } = one as Case;
    const differences = (['certificate', 'list', 'answer'] as const).map((kind) =>
      differencesOf({ kind, issuer, now }),
    );
    const strictnesses = differences.flatMap((each) => withOpenSsl(each).strictnesses);
    const reasons = new Set(strictnesses.flatMap((strictness) => strictness.reasons));
    const said = allThatOursSays();
    expect(reasons).to.include('is not a text');
    expect([...reasons].filter((reason) => !said.includes(reason))).to.deep.equal([]);
  });

  it("is the same or less strict for the simulator's", async () => {
    const cases = await simulatorCases(['PNOEE-40404040009-MOCK-Q']);
    for (const kind of kinds) await expectNamed(compareCases(cases, kind));
  });

  it('is the same for the recorded ones of the real service', async function () {
    needSharedFiles(this, ...recordedFiles);
    await expectSame(recordedCases(), compareCases);
  });

  it('is the same for those by OpenSSL, too', async function () {
    needSharedFiles(this, ...recordedFiles);
    needTools(this, 'openssl');
    await expectSame(recordedCases(), compareCasesWithOpenSsl, ['certificate', 'answer', 'list']);
  });
});

/** The sources of lib/trust, of what judges with it here, and what Node says of bytes that are no UTF-8. */
function allThatOursSays(): string {
  const trust = path.join(import.meta.dirname, '../../lib/trust');
  const files = readdirSync(trust, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const sources = [...files.map((name) => path.join(trust, name)), path.join(import.meta.dirname, 'ours.ts')];
  return [...sources.map((file) => readFileSync(file, 'utf8')), wordsOfTextDecoder()].join('\n');
}

function wordsOfTextDecoder(): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.of(0xff));
  } catch (error) {
    return String(error);
  }
}

async function expectNamed(coming: Promise<Tally>): Promise<void> {
  const { wrong, compared } = await coming;
  expect(wrong).to.deep.equal([]);
  expect(compared).to.be.above(0);
}

async function expectSame(
  cases: readonly Case[],
  compare: (cases: readonly Case[], kind: Case['kind']) => Promise<Tally>,
  compared: readonly Case['kind'][] = kinds,
): Promise<void> {
  for (const kind of compared) {
    const tally = await compare(cases, kind);
    expect(tally.wrong).to.deep.equal([]);
    expect(tally.bothAccept, kind).to.equal(tally.compared);
  }
}

describe('The tally of a comparison', () => {
  const der = new Uint8Array();
  const known = {
    strictnesses: [
      {
        name: 'too odd',
        reasons: ['odd'],
        explains: ({ ours }: { ours: { refused: string } }) => ours.refused === 'odd',
      },
    ],
    leniencies: [
      { name: 'left', explains: ({ theirs }: { theirs: { refused: string } }) => theirs.refused === 'left' },
    ],
  };
  const tallyOf = (ours: Verdict, theirs: Verdict) => {
    const tally = new Tally(known);
    tally.add({ der, ours, theirs });
    return tally;
  };
  const accepted = { accepted: { status: 'good' } };

  it('counts what both say', () => {
    expect(tallyOf(accepted, accepted)).to.include({ bothAccept: 1, wrongCount: 0 });
    expect(tallyOf({ refused: 'odd' }, { refused: 'other' })).to.include({ bothRefuse: 1, wrongCount: 0 });
  });

  it('names a strictness that it knows, and a part that is left alone', () => {
    expect([...tallyOf({ refused: 'odd' }, accepted).stricter]).to.deep.equal([['too odd', 1]]);
    expect([...tallyOf(accepted, { refused: 'left' }).lenient]).to.deep.equal([['left', 1]]);
  });

  it('tells what has no name', () => {
    const other = { accepted: { status: 'revoked' } };
    for (const [ours, theirs] of [
      [{ refused: 'so' }, accepted],
      [accepted, { refused: 'no' }],
      [accepted, other],
    ] as const) {
      expect(tallyOf(ours, theirs)).to.include({ wrongCount: 1, bothAccept: 0, bothRefuse: 0 });
    }
  });
});
