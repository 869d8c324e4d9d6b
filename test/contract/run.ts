/**
 * `npm run contract`: all exchanges of the contract tests held against the OpenAPI files, and a summary of what they have
 * reached and where they differ from the files for which reason. The status is 0 only when nothing differs without one.
 */

import '../support/ready-keys.js';
import { missingFile } from '../support/shared-files.js';
import { type Coverage, coverageOf } from './coverage.js';
import { descriptionFiles, differencesOf, readDescriptions } from './descriptions.js';
import { endpoints } from './endpoints.js';
import { groups } from './flows.js';
import { isKnownDifference, isKnownDisagreement, knownDifferences, knownDisagreements } from './known-differences.js';
import { madeChoice, startStage } from './stage.js';
import {
  type Comparison,
  compareReadAnswers,
  compareSentRequests,
  compareSimulator,
  differentAnswers,
} from './strictness.js';

/** What the service lets a site choose between, and where it stands. */
const choices: readonly [string, RegExp][] = [
  ['levels asked for', / request\/certificateLevel$/],
  ['levels of certificates', / 200\/cert\/certificateLevel$/],
  ['signature algorithms', /\/signatureAlgorithm$/],
  ['hashes', /\/hashAlgorithm$/],
  ['interactions offered', / request\/interactions type$/],
  ['interactions used', /\/interactionTypeUsed$/],
  ['flow types', /\/flowType$/],
  ['outcomes', /\/endResult$/],
];

const missing = missingFile(descriptionFiles);
if (missing !== undefined) {
  console.log(`Nothing was held against anything: ${missing} is not beside the project.`);
  process.exit(0);
}

const descriptions = readDescriptions();
const description = descriptions['rp-api'];
const stage = await startStage();
try {
  for (const flow of groups.flatMap(({ flows }) => flows)) await flow.run(stage);
  const isWithoutReason = [printExchanges(), printDifferences(), printDisagreements(await compareAll())].includes(true);
  if (isWithoutReason) process.exitCode = 1;
} finally {
  await stage.simulator.close();
}

async function compareAll(): Promise<Comparison[]> {
  const { list } = stage.recorded;
  const comparisons: Comparison[] = [];
  for (const exchange of differentAnswers(description, list)) {
    comparisons.push(await compareReadAnswers(description, exchange));
  }
  const choice = await madeChoice(stage);
  for (const endpoint of endpoints) {
    comparisons.push(await compareSimulator(stage, description, endpoint, choice));
    comparisons.push(await compareSentRequests(description, endpoint));
  }
  return comparisons;
}

/** What was reached; whether something is missing. */
function printExchanges(): boolean {
  const { list } = stage.recorded;
  const coverages = (['rp-api', 'mock-phone'] as const).map((spokenTo) =>
    coverageOf(
      descriptions[spokenTo],
      list.filter((exchange) => exchange.spokenTo === spokenTo),
    ),
  );
  console.log(`${list.length} exchanges`);
  for (const { statuses, missing } of coverages) {
    const reached = [...statuses].filter(([, seen]) => seen.size > 0);
    console.log(`\n${reached.length} of ${statuses.size} operations, with their statuses`);
    for (const [operation, seen] of reached) console.log(`  ${operation}: ${sorted(seen)}`);
    for (const place of missing) console.log(`  MISSING ${place}`);
  }
  const [rpApi] = coverages as [Coverage, Coverage];
  console.log('\nvalues');
  for (const [what, pattern] of choices) console.log(`  ${what}: ${sorted(valuesAt(rpApi, pattern))}`);
  return coverages.some(({ missing }) => missing.length > 0);
}

function valuesAt({ values }: Coverage, pattern: RegExp): unknown[] {
  return [...values].filter(([place]) => pattern.test(place)).flatMap(([, seen]) => [...seen]);
}

function sorted(things: Iterable<unknown>): string {
  return [...new Set(things)].sort().join(', ');
}

/** With their reasons; whether there are some without one. */
function printDifferences(): boolean {
  const found = stage.recorded.list.flatMap((exchange) => differencesOf(descriptions, exchange));
  console.log('\ndifferences in exchanges');
  for (const known of knownDifferences) {
    const here = found.filter((difference) => isKnownDifference(known, difference));
    const operations = new Set(here.map(({ operation }) => operation));
    console.log(`  ${known.places.join(', ')} (${known.rule}; ${here.length} in ${named(operations)})`);
    console.log(`    ${known.reason} [${known.source}]`);
  }
  const unknown = found.filter((difference) => !knownDifferences.some((known) => isKnownDifference(known, difference)));
  for (const { operation, place, detail } of unknown)
    console.log(`  WITHOUT A REASON ${operation} ${place}: ${detail}`);
  return unknown.length > 0;
}

/** With their reasons; whether there are some without one. */
function printDisagreements(comparisons: readonly Comparison[]): boolean {
  const found = comparisons.flatMap(({ disagreements }) => disagreements);
  const tried = comparisons.reduce((sum, comparison) => sum + comparison.tried, 0);
  console.log(`\n${tried} bodies with one field made wrong`);
  for (const known of knownDisagreements) {
    const here = found.filter((disagreement) => isKnownDisagreement(known, disagreement));
    const operations = new Set(here.map(({ operation }) => operation));
    const verdict = `${known.side}, ${known.verdict} than the file`;
    console.log(`  ${verdict}: ${known.fields.join(', ')} (${here.length} in ${named(operations)})`);
    console.log(`    ${known.reason} [${known.source}]`);
  }
  const unknown = found.filter((one) => !knownDisagreements.some((known) => isKnownDisagreement(known, one)));
  for (const { side, verdict, operation, field, value } of unknown) {
    console.log(`  WITHOUT A REASON ${side}, ${verdict}: ${operation} ${field} ${JSON.stringify(value)}`);
  }
  return unknown.length > 0;
}

function named(operations: ReadonlySet<string>): string {
  return operations.size > 3 ? `${operations.size} operations` : [...operations].join(', ');
}
