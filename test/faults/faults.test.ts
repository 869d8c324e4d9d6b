/** The fault run, shorter: what `npm run faults` does for ten minutes. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { RedisServer } from '../support/redis-server.js';

describe('Processes, Redis and a service that die and come back at random', () => {
  it('lose no login, double none and leave no page stuck', async function () {
    this.timeout(240_000);
    const redis = await RedisServer.start(this.test?.ctx as Mocha.Context);
    await redis.close();
    const script = fileURLToPath(new URL('./run.ts', import.meta.url));
    const run = spawn(process.execPath, ['--import', 'tsx', script, '--minutes', '0.5'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [told, errors, [code]] = await Promise.all([text(run.stdout), text(run.stderr), once(run, 'exit')]);
    console.log(told.trimEnd().replace(/^/gm, '      '));
    expect(code, errors).to.equal(0);
  });
});
