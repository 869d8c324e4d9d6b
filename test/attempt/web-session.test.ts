import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { attackedSite, sessionAttacks } from '../attacks/sessions.js';
import { Browser, type Site } from '../support/site.js';

describe('Nobody is logged in by', () => {
  let simulator: Simulator;
  let site: Site;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    site = await attackedSite(simulator);
  });
  after(async () => {
    await site.close();
    await simulator.close();
  });
  afterEach(() => simulator.faults.clear());

  for (const [what, codes, attack] of sessionAttacks) {
    it(what, async () => {
      const answers = await attack({ simulator, site, browser: new Browser(site.origin) });
      expect(answers).to.not.be.empty;
      for (const { status, body } of answers) {
        expect(status, JSON.stringify(body)).to.be.oneOf([401, 403]);
        expect(body.code).to.be.oneOf(codes);
      }
      expect(site.errors).to.deep.equal([]);
    });
  }
});
