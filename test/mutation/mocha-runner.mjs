/**
 * Runs the tests for Stryker on this project's Mocha: Stryker's own runner for Node 20 knows older versions only.
 * What a hook of a suite covers counts for every test in that suite, since all of them need what it prepares.
 */

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  DryRunStatus,
  determineHitLimitReached,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import Mocha from 'mocha';

/** Files, and folders of those, that are there for the mutated code. */
const places = JSON.parse(readFileSync(new URL('tests.json', import.meta.url), 'utf8'));
/** Takes many seconds to make its keys and covers nothing that the others do not. */
const leftOut = 'with the key sizes in use';

globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {};
/** @type {import('@stryker-mutator/api/core').InstrumenterContext} */
const context = globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE];

class MochaRunner {
  mocha = new Mocha({ reporter: 'base', timeout: 0 });
  isLoaded = false;

  capabilities() {
    // ES modules stay loaded, so a mutant that counts while they load needs a process of its own.
    return { reloadEnvironment: false };
  }

  async init() {
    this.mocha.cleanReferencesAfterRun(false);
    const names = readdirSync('test', { recursive: true, encoding: 'utf8' }).map((name) =>
      path.posix.join('test', name),
    );
    const files = names.filter((name) => name.endsWith('.test.ts') && places.some((place) => name.startsWith(place)));
    for (const file of files.sort()) this.mocha.addFile(path.resolve(file));
  }

  async dryRun() {
    const result = await this.run();
    const { mutantCoverage } = context;
    if (!mutantCoverage) return result;
    const perTest = coverageOfTests(
      mutantCoverage.perTest,
      this.mocha.suite,
      new Set(result.tests.map(({ id }) => id)),
    );
    return { ...result, mutantCoverage: { static: mutantCoverage.static, perTest } };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    context.hitLimit = hitLimit;
    context.hitCount = hitLimit === undefined ? undefined : 0;
    if (mutantActivation === 'static') context.activeMutant = activeMutant.id;
    const result = await this.run(activeMutant.id, testFilter);
    return toMutantRunResult(determineHitLimitReached(context.hitCount, hitLimit) ?? result);
  }

  async run(activeMutant, titles) {
    if (!this.isLoaded) await this.mocha.loadFilesAsync();
    this.isLoaded = true;
    context.activeMutant = activeMutant;
    this.mocha.grep(titles ? new RegExp(`^(?:${titles.map(escaped).join('|')})$`) : new RegExp(`^(?!.*${leftOut})`));
    const tests = [];
    await new Promise((resolve) => {
      const runner = this.mocha.run(resolve);
      const enter = (what) => {
        context.currentTestId = what?.fullTitle();
      };
      runner.on('suite', enter);
      runner.on('test', enter);
      runner.on('test end', ({ parent }) => enter(parent));
      runner.on('suite end', ({ parent }) => enter(parent));
      runner.on('pass', (test) => tests.push({ ...named(test), status: TestStatus.Success }));
      runner.on('fail', (test, error) => {
        tests.push({ ...named(test), status: TestStatus.Failed, failureMessage: String(error) });
        // One failure is enough to tell that a mutant is found.
        if (activeMutant !== undefined) runner.abort();
      });
    });
    return { status: DryRunStatus.Complete, tests };
  }
}

function named(test) {
  return { id: test.fullTitle(), name: test.fullTitle(), timeSpentMs: test.duration ?? 0 };
}

function escaped(title) {
  return title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The coverage of each test that ran, with that of the hooks of its suites added to it. */
function coverageOfTests(coverage, suite, ran, above = {}) {
  const hooks = { ...above, ...coverage[suite.fullTitle()] };
  const tests = suite.tests.map((test) => test.fullTitle()).filter((title) => ran.has(title));
  return Object.assign(
    Object.fromEntries(tests.map((title) => [title, { ...hooks, ...coverage[title] }])),
    ...suite.suites.map((inner) => coverageOfTests(coverage, inner, ran, hooks)),
  );
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'mocha', MochaRunner)];
