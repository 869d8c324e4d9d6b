/** A site's own test never has to ask for the status, or to wait, between a confirmation and the end of the login. */

import { type Simulator, startSimulator } from 'passport-smart-id/simulator';
import supertest from 'supertest';
import { createSmallSite } from '../support/small-site.js';

const times = 200;
/** As many as a person is sent in five minutes. */
const maxPushes = 10;
const callbackURL = 'http://localhost:3000/login/callback';

describe(`${times} logins in a row`, function () {
  this.timeout(300_000);
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ port: 0, notificationAnswer: 'phone' });
  });
  after(() => simulator.close());

  type Agent = ReturnType<typeof supertest.agent>;
  const createAgent = () => supertest.agent(createSmallSite(simulator, callbackURL));

  async function logIn(agent: Agent, asked: object): Promise<void> {
    const { body } = await agent.post('/login/start').send(asked);
    await simulator.phone.confirm(body);
    await agent.post('/login/finish').send({ id: body.id }).expect(302).expect('location', '/private');
  }

  it('by QR code, all in one agent, although a session may not start that often', async () => {
    const agent = createAgent();
    for (let count = 0; count < times; count++) await logIn(agent, {});
  });

  it('on the same device', async () => {
    const agent = createAgent();
    for (let count = 0; count < times; count++) {
      const { body } = await agent.post('/login/start').send({});
      const { callbackUrl = '' } = await simulator.phone.confirm(body, { sameDevice: true });
      const { pathname, search } = new URL(callbackUrl);
      await agent
        .get(pathname + search)
        .expect(302)
        .expect('location', '/private');
    }
  });

  it('by push', async () => {
    for (let count = 0; count < times / maxPushes; count++) {
      const agent = createAgent();
      const person = { flow: 'notification', country: 'EE', personalCode: '40504040001' };
      for (let push = 0; push < maxPushes; push++) await logIn(agent, person);
    }
  });
});
