/** How the script of a page learns whose fault it is that something failed, whatever the site's own error handler answers with. */

import { createRequire } from 'node:module';
import { expect } from 'chai';
import currentExpress, { type Request } from 'express';
import { MemoryAttemptStore, SmartIdServiceError, SmartIdStoreError } from 'passport-smart-id';
import { SmartIdServiceError as OwnServiceError } from '../../lib/shared/errors.js';
import type { Fault } from '../../lib/simulator/index.js';
import { pagesHandler } from '../../lib/web/express.js';
import type { PageRoutes } from '../../lib/web/page-routes.js';
import { listen } from '../support/listen.js';
import { type PageSite, usePageSites } from './page-site.js';
import { startLogin, startSigning } from './sites.js';

const require = createRequire(import.meta.url);

class BrokenStore extends MemoryAttemptStore {
  override async create(): Promise<void> {
    throw new SmartIdStoreError(new Error('out of reach'));
  }
}

describe('The answer to a start that fails', () => {
  const sites = usePageSites('/smart-id');

  afterEach(() => sites.simulator.faults.clear());

  async function fault({ origin, errors }: PageSite): Promise<{ error?: string; fault: string | null }> {
    const response = await fetch(`${origin}${sites.base}/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: '{}',
    });
    expect([response.status, await response.text()]).to.deep.equal([500, "The site's own words."]);
    return { error: errors[0]?.name, fault: response.headers.get('smart-id-fault') };
  }

  for (const [what, service] of [
    ['cuts the connection', { drop: true }],
    ['fails', { status: 500 }],
    ['is in maintenance', { status: 580 }],
    ['answers nonsense', { body: 'nonsense' }],
  ] as [string, Omit<Fault, 'on'>][]) {
    it(`says that it is the service's where it ${what}, in a login and in a signing`, async () => {
      sites.simulator.faults.add({ on: 'create', ...service });
      for (const site of [startLogin(sites), startSigning(sites)]) {
        expect(await fault(site)).to.deep.equal({ error: SmartIdServiceError.name, fault: 'service' });
      }
    });
  }

  it("does not say so where the service refuses the site's request", async () => {
    sites.simulator.faults.add({ on: 'create', status: 403 });
    for (const site of [startLogin(sites), startSigning(sites)]) {
      expect(await fault(site)).to.deep.equal({ error: 'SmartIdRequestError', fault: null });
    }
  });

  it('does not say so where the store of attempts is out of reach', async () => {
    const store = new BrokenStore();
    for (const site of [
      startLogin(sites, {}, { strategy: { store } }),
      startSigning(sites, {}, { signing: { store } }),
    ]) {
      expect(await fault(site)).to.deep.equal({ error: SmartIdStoreError.name, fault: null });
    }
  });

  it("does not say so where a function of the site's own throws", async () => {
    const strategy = {
      interactions: () => {
        throw new Error('of the site');
      },
    };
    expect(await fault(startLogin(sites, strategy))).to.deep.equal({ error: 'Error', fault: null });
  });

  for (const [version, express] of [
    [4, require('express4') as typeof currentExpress],
    [5, currentExpress],
  ] as const) {
    it(`says it past the handler that Express ${version} has itself`, async () => {
      const app = express();
      // Or Express would print the error.
      app.set('env', 'test');
      const answer = async () => {
        throw new OwnServiceError('network', 'It cannot be reached.');
      };
      app.use(pagesHandler({ answer } as unknown as PageRoutes<Request>));
      const { origin, close } = await listen(app);
      try {
        const { status, headers } = await fetch(origin);
        expect([status, headers.get('smart-id-fault')]).to.deep.equal([503, 'service']);
      } finally {
        await close();
      }
    });
  }
});
