/** Tests of which most cannot run where there are no tools: `reporter.test.ts` looks at what is said of them. */

import { launchChromium } from '../e2e/chromium.js';
import { needTools } from './outside-tools.js';
import { RedisServer } from './redis-server.js';
import { skipForWantOf } from './skip.js';

describe('With tools', () => {
  before(function () {
    needTools(this, 'pdfsig', 'certutil');
  });
  it('one', () => {});
  describe('within', () => {
    it('two', () => {});
    it.skip('left out for good', () => {});
  });
});

describe('With a browser', () => {
  before(async function () {
    await launchChromium(this);
  });
  it('three', () => {});
});

it('with Redis', async function () {
  await RedisServer.start(this.test?.ctx as Mocha.Context);
});

it('with files', function () {
  skipForWantOf('files', this);
});

it.skip('left out', () => {});

it('passes', () => {});

it('fails', () => {
  throw new Error('as it should');
});
