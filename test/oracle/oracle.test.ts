import { expect } from 'chai';
import { needTools } from '../support/outside-tools.js';
import { needSharedFiles, recordedFiles } from '../support/shared-files.js';
import type { Case } from './cases.js';
import { compareCases, compareCasesWithOpenSsl } from './comparisons.js';
import { recordedCases, simulatorCases } from './genuine.js';
import { allMutations } from './mutations.js';
import type { Tally } from './verdict.js';

const kinds = ['certificate', 'authority', 'answer', 'list'] as const;

describe('What others make of certificates, OCSP answers and lists', function () {
  this.timeout(120_000);

  it('is compared for 100,000 mutations by npm run oracle', () => {
    expect(allMutations.reduce((sum, { tries }) => sum + tries, 0)).to.be.at.least(100_000);
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
