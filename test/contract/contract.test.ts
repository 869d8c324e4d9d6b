import { expect } from 'chai';
import { needSharedFiles } from '../support/shared-files.js';
import { coverageOf } from './coverage.js';
import { type Descriptions, descriptionFiles, differencesOf, readDescriptions } from './descriptions.js';
import { endpoints } from './endpoints.js';
import { groups } from './flows.js';
import { isKnownDifference, isKnownDisagreement, knownDifferences, knownDisagreements } from './known-differences.js';
import { confirming, madeChoice, type Stage, startStage } from './stage.js';
import {
  type Comparison,
  compareReadAnswers,
  compareSentRequests,
  compareSimulator,
  type Disagreement,
  differentAnswers,
  readAnswer,
} from './strictness.js';

describe('What client and simulator say to each other is as the OpenAPI files say', () => {
  let descriptions: Descriptions;
  let stage: Stage;

  before(async function () {
    needSharedFiles(this, ...descriptionFiles);
    descriptions = readDescriptions();
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
            .filter((difference) => !knownDifferences.some((known) => isKnownDifference(known, difference)));
          expect(unknown).to.deep.equal([]);
        });
      }
    });
  }

  describe('The exchanges of client and simulator', () => {
    for (const spokenTo of ['rp-api', 'mock-phone'] as const) {
      it(`reach every operation, status, field and listed value of the ${spokenTo}`, () => {
        const exchanges = stage.recorded.list.filter((exchange) => exchange.spokenTo === spokenTo);
        const coverage = coverageOf(descriptions[spokenTo], exchanges);
        expect(coverage.missing).to.deep.equal([]);
        expect(coverage.statuses.size).to.equal(spokenTo === 'rp-api' ? 14 : 1);
      });
    }

    it('show every difference that is known', () => {
      const found = stage.recorded.list.flatMap((exchange) => differencesOf(descriptions, exchange));
      const unneeded = knownDifferences.flatMap((known) => {
        const placesFound = found
          .filter((difference) => isKnownDifference(known, difference))
          .map(({ place }) => place);
        return known.places.filter((place) => !placesFound.includes(place));
      });
      expect(unneeded).to.deep.equal([]);
    });
  });

  describe('The examples of the OpenAPI file', () => {
    const withContent = (statuses: (status: number) => boolean) =>
      descriptions['rp-api'].operations.flatMap(({ id, answers }) =>
        [...answers]
          .filter(([status]) => statuses(status))
          .flatMap(([status, content]) =>
            [...descriptions['rp-api'].examplesOf(content).values()].map((example) => ({ id, status, example })),
          ),
      );

    it('the simulator takes each example of a request', async () => {
      const choice = await madeChoice(stage);
      let taken = 0;
      for (const endpoint of endpoints) {
        const { requestContent } = operationNamed(endpoint.operation);
        for (const [name, example] of descriptions['rp-api'].examplesOf(requestContent)) {
          const body = { ...example, ...(endpoint.isLinked && { linkedSessionID: choice }) };
          const answer = await stage.recorded.send(`${stage.simulator.baseUrl}/${endpoint.path(confirming)}`, body);
          expect(answer.status, `${name} ${JSON.stringify(answer.body)}`).to.equal(200);
          taken += 1;
        }
      }
      expect(taken).to.be.at.least(endpoints.length);
    });

    it('the client reads every field of each example of an answer', async () => {
      const answers = withContent((status) => status === 200);
      expect(answers.length).to.be.at.least(14);
      for (const { id, example } of answers) {
        expect(await readAnswer(id, JSON.stringify(example)), id).to.deep.equal(example);
      }
    });

    it('the client reads each example of an error, with its status and problem', async () => {
      const answers = withContent((status) => status >= 400);
      expect(answers.length).to.be.at.least(3 * 13);
      for (const { id, status, example } of answers) {
        const error = await readAnswer(id, JSON.stringify(example), status).then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        // The occurrence is left out, since a service may name it by a path with a personal code.
        const { instance: _, ...problem } = example;
        expect(error, `${id} ${status}`).to.deep.include({ httpStatus: status, problem });
      }
    });

    function operationNamed(id: string) {
      const operation = descriptions['rp-api'].operations.find((candidate) => candidate.id === id);
      if (!operation) throw new Error(`The file has no operation ${id}.`);
      return operation;
    }
  });

  describe('A body with one field made wrong', () => {
    const found: Disagreement[] = [];
    let choice: string;

    before(async () => {
      choice = await madeChoice(stage);
    });

    function expectKnown({ disagreements, tried }: Comparison): void {
      expect(tried).to.be.above(0);
      found.push(...disagreements);
      const unknown = disagreements.filter(
        (disagreement) => !knownDisagreements.some((known) => isKnownDisagreement(known, disagreement)),
      );
      expect(unknown).to.deep.equal([]);
    }

    for (const endpoint of endpoints) {
      it(`${endpoint.operation}: the simulator refuses what the file refuses`, async () => {
        expectKnown(await compareSimulator(stage, descriptions['rp-api'], endpoint, choice));
      });

      it(`${endpoint.operation}: the client sends nothing that the file refuses`, async () => {
        expectKnown(await compareSentRequests(descriptions['rp-api'], endpoint));
      });
    }

    it('the client reads each answer as strictly as the OpenAPI file', async () => {
      const answers = differentAnswers(descriptions['rp-api'], stage.recorded.list);
      expect(answers.length).to.be.above(20);
      for (const exchange of answers) expectKnown(await compareReadAnswers(descriptions['rp-api'], exchange));
    });

    it('shows each disagreement of client and simulator with the OpenAPI file that is known', () => {
      const unneeded = knownDisagreements.flatMap((known) =>
        known.fields.filter((field) => !found.some((one) => isKnownDisagreement({ ...known, fields: [field] }, one))),
      );
      expect(unneeded).to.deep.equal([]);
    });
  });
});
