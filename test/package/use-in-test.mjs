import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { SmartIdStrategy } from 'passport-smart-id';
import { startSimulator } from 'passport-smart-id/simulator';
import { smartIdRouter } from 'passport-smart-id/web';

test('a person logs in', async () => {
  const simulator = await startSimulator({ port: 0 });
  const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = simulator;
  const options = { environment, relyingPartyUUID, relyingPartyName, trustAnchors };
  const strategy = new SmartIdStrategy(options, async (profile) => ({ id: profile.id }));
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user, done) => done(null, user));
  const app = express();
  app.use(session({ secret: 'a secret', resave: false, saveUninitialized: false }));
  app.use(passport.session());
  app.use('/login', smartIdRouter(passport, { strategy, successRedirect: '/private' }));
  const server = await new Promise((resolve) => {
    const started = app.listen(0, () => resolve(started));
  });
  const login = `http://localhost:${server.address().port}/login`;
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const post = (path, body, cookie) =>
    fetch(login + path, {
      method: 'POST',
      headers: { ...headers, ...cookie },
      body: JSON.stringify(body),
      redirect: 'manual',
    });

  expect(await (await fetch(`${login}/`, { headers })).text()).toContain('Smart-ID');
  const started = await post('/start', {});
  const [cookie] = started.headers.get('set-cookie').split(';');
  const view = await started.json();
  await simulator.phone.confirm(view);
  const finished = await post('/finish', { id: view.id }, { cookie });
  expect([finished.status, finished.headers.get('location')]).toEqual([302, '/private']);

  server.close();
  await simulator.close();
});
