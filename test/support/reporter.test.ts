import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect } from 'chai';

const mocha = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

describe('What the end of a run tells', function () {
  this.timeout(30_000);

  /** What Mocha says of the fixture where no tool is found. */
  function told(options: string[], CI: 'true' | 'false') {
    const { stdout } = spawnSync(process.execPath, [mocha, ...options, 'test/support/reporter-fixture.ts'], {
      encoding: 'utf8',
      env: { PATH: '', PLAYWRIGHT_BROWSERS_PATH: '/nowhere', CI },
    });
    return { all: stdout, lastLines: stdout.trimEnd().split('\n').slice(-2) };
  }

  for (const [name, options] of [
    ['one process', []],
    ['parallel workers', ['--parallel', '--jobs', '2']],
  ] as const) {
    it(`is how many tests were skipped for want of which tool, and the sum: in ${name}`, () => {
      expect(told([...options], 'false').lastLines).to.deep.equal([
        'skipped for want of redis-server: 1, of files: 1, of pdfsig and certutil: 2, of chromium: 1, for other reasons: 2',
        '1 passed, 1 failed, 7 skipped',
      ]);
    });
  }

  it('is that a missing tool is a failure in CI', () => {
    const { all, lastLines } = told([], 'true');
    for (const tool of ['pdfsig and certutil', 'chromium', 'redis-server'])
      expect(all).to.contain(`No ${tool} was found`);
    expect(lastLines.at(-1)).to.equal('1 passed, 4 failed, 2 skipped');
  });

  it('is the sum alone where nothing was skipped', () => {
    const { lastLines } = told(['--grep', 'passes'], 'true');
    expect(lastLines).to.deep.equal(['', '1 passed, 0 failed, 0 skipped']);
  });
});
