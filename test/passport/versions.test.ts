import { createRequire } from 'node:module';
import { expect } from 'chai';
import type express from 'express';
import type { Authenticator } from 'passport';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { callbackAfter, logInByQr, pathOf } from '../support/phone.js';
import { Browser, startSite } from '../support/site.js';

const require = createRequire(import.meta.url);

describe('The oldest versions that the package takes', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  for (const [name, framework] of [
    ['Express 4', { express: require('express4') as typeof express }],
    ['Passport 0.6', { Authenticator: require('passport06').Authenticator as typeof Authenticator }],
  ] as const) {
    it(`log in too: ${name}`, async () => {
      const site = await startSite(simulator, framework);
      const byQr = new Browser(site.origin);
      expect((await logInByQr(simulator, byQr)).status).to.equal(200);
      expect((await byQr.get('/me')).body.id).to.equal('PNOEE-40404040009');
      const byLink = new Browser(site.origin);
      const { web2AppLink = '' } = await byLink.start();
      const callback = await callbackAfter(simulator, { deviceLink: web2AppLink, flowType: 'Web2App' });
      expect((await byLink.get(pathOf(callback))).status).to.equal(200);
      await site.close();
    });
  }
});
