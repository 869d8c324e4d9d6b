import { expect } from 'chai';
import { coverageOf } from './coverage.js';
import { type Descriptions, differencesOf, needDescriptions } from './descriptions.js';
import { groups } from './flows.js';
import { isKnown, knownDifferences } from './known-differences.js';
import { type Stage, startStage } from './stage.js';

describe('What client and simulator say to each other is as the OpenAPI files say', () => {
  let descriptions: Descriptions;
  let stage: Stage;

  before(async function () {
    descriptions = needDescriptions(this);
    stage = await startStage();
  });
  after(() => stage?.simulator.close());

  for (const { title, flows } of groups) {
    describe(title, () => {
      for (const flow of flows) {
        it(flow.title, async () => {
          const { list } = stage.recorded;
          const before = list.length;
          await flow.run(stage);
          expect(list.length).to.be.above(before);
          const unknown = list
            .slice(before)
            .flatMap((exchange) => differencesOf(descriptions, exchange))
            .filter((difference) => !knownDifferences.some((known) => isKnown(known, difference)));
          expect(unknown).to.deep.equal([]);
        });
      }
    });
  }

  describe('and', () => {
    for (const spokenTo of ['rp-api', 'mock-phone'] as const) {
      it(`reaches every operation, status, field and listed value of the ${spokenTo}`, () => {
        const exchanges = stage.recorded.list.filter((exchange) => exchange.spokenTo === spokenTo);
        const coverage = coverageOf(descriptions[spokenTo], exchanges);
        expect(coverage.missing).to.deep.equal([]);
        expect(coverage.statuses.size).to.equal(spokenTo === 'rp-api' ? 14 : 1);
      });
    }

    it('has every difference that is known', () => {
      const found = stage.recorded.list.flatMap((exchange) => differencesOf(descriptions, exchange));
      const unneeded = knownDifferences.flatMap((known) => {
        const placesFound = found.filter((difference) => isKnown(known, difference)).map(({ place }) => place);
        return known.places.filter((place) => !placesFound.includes(place));
      });
      expect(unneeded).to.deep.equal([]);
    });
  });
});
