/** How a site's own tests log somebody in, by the simulator's phone: with supertest, and with Node's own fetch. */

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import express from 'express';
import { type Simulator, startSimulator } from 'passport-smart-id/simulator';
import supertest from 'supertest';
import { CookieJar } from 'tough-cookie';
import { createSmallSite } from '../support/small-site.js';

const person = { flow: 'notification', country: 'EE', personalCode: '40504040001' };

describe("A site's own test", () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
  });
  after(() => simulator.close());

  describe('with supertest', () => {
    let app: express.Express;
    let agent: ReturnType<typeof supertest.agent>;
    beforeEach(() => {
      // Nothing listens there: supertest has an address of its own for each request.
      app = createSmallSite(simulator, 'http://localhost:3000/login/callback');
      agent = supertest.agent(app);
    });

    const expectLoggedIn = (id = 'PNOEE-40404040009') => agent.get('/private').expect(200, { id });

    it('logs in by QR code', async () => {
      await agent.get('/private').expect(401);
      const { body } = await agent.post('/login/start').send({});
      await simulator.phone.confirm(body);
      await agent.post('/login/finish').send({ id: body.id }).expect(302).expect('location', '/private');
      await expectLoggedIn();
    });

    it('logs in on the same device', async () => {
      const { body } = await agent.post('/login/start').send({ returnTo: '/orders' });
      const { callbackUrl = '' } = await simulator.phone.confirm(body, { sameDevice: true });
      const { pathname, search } = new URL(callbackUrl);
      await agent
        .get(pathname + search)
        .expect(302)
        .expect('location', '/orders');
      await expectLoggedIn();
    });

    it('logs in by push', async () => {
      const { body } = await agent.post('/login/start').send(person);
      await simulator.phone.confirm(body);
      await agent.post('/login/finish').send({ id: body.id }).expect(302).expect('location', '/private');
      await expectLoggedIn('PNOEE-40504040001');
    });

    it('logs nobody in who refuses', async () => {
      const { body } = await agent.post('/login/start').send({});
      await simulator.phone.refuse(body);
      const { headers } = await agent.post('/login/finish').send({ id: body.id }).expect(303);
      expect(headers.location).to.match(/failed=not_completed/);
      await agent.get('/private').expect(401);
    });
  });

  describe("with Node's own fetch", () => {
    let server: Server;
    let origin: string;
    let jar: CookieJar;
    beforeEach(async () => {
      server = express().listen(0);
      origin = `http://localhost:${(server.address() as AddressInfo).port}`;
      server.removeAllListeners('request');
      server.on('request', createSmallSite(simulator, `${origin}/login/callback`));
      jar = new CookieJar();
    });
    afterEach(() => {
      server.close();
      server.closeAllConnections();
    });

    async function request(url: string, body?: object): Promise<Response> {
      const response = await fetch(url, {
        redirect: 'manual',
        headers: { 'content-type': 'application/json', cookie: await jar.getCookieString(url) },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      });
      for (const cookie of response.headers.getSetCookie()) await jar.setCookie(cookie, url);
      return response;
    }
    const expectLoggedIn = async (id = 'PNOEE-40404040009') =>
      expect(await (await request(`${origin}/private`)).json()).to.deep.equal({ id });

    it('logs in by QR code', async () => {
      const view = await (await request(`${origin}/login/start`, {})).json();
      await simulator.phone.confirm(view);
      await request(`${origin}/login/finish`, { id: view.id });
      await expectLoggedIn();
    });

    it('logs in on the same device', async () => {
      const view = await (await request(`${origin}/login/start`, {})).json();
      const { callbackUrl = '' } = await simulator.phone.confirm(view, { sameDevice: true });
      await request(callbackUrl);
      await expectLoggedIn();
    });

    it('logs in by push', async () => {
      const view = await (await request(`${origin}/login/start`, person)).json();
      await simulator.phone.confirm(view);
      await request(`${origin}/login/finish`, { id: view.id });
      await expectLoggedIn('PNOEE-40504040001');
    });
  });
});
