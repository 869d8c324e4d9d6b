/** A site in a process of its own, which tells what it uses: run by `startSite`. */

import express, { type Request, type Response } from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { Strategy as LocalStrategy } from 'passport-local';
import { listen } from '../support/listen.js';
import { loadBuild } from './builds.js';
import { endWithParent, keepConnections } from './child-process.js';
import { type ProfileShares, startProfile, stopProfile } from './profile.js';
import type { Service } from './service.js';

/** What the site tells of its process. */
export interface Answers {
  /** Milliseconds of CPU since it began. */
  cpu: number;
  /** Bytes of objects and buffers, garbage collected. */
  heap: number;
  'profile-start': true;
  /** What the CPU was used for since then. */
  'profile-stop': ProfileShares;
}

export interface SiteSetup {
  service: Service;
  /** The URL of the package's entry point. */
  main: string;
}

endWithParent();
keepConnections();
process.once('message', (setup: SiteSetup) => void run(setup));

async function run({ service, main }: SiteSetup): Promise<void> {
  const { environment, relyingPartyUUID, relyingPartyName, trustAnchors } = service;
  const { SmartIdStrategy } = await loadBuild({ main });
  const app = express();
  const { origin } = await listen(app);
  const smartId = { environment, relyingPartyUUID, relyingPartyName, trustAnchors, callbackURL: `${origin}/callback` };
  const strategy = new SmartIdStrategy(smartId, async ({ id }) => ({ id }));
  const passport = new Authenticator();
  passport.use(strategy);
  passport.use(new LocalStrategy((username, _password, done) => done(null, { id: username })));
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  // What a waiting page costs without this package: its socket, one to the service, and something each second.
  app.get('/plain', (req, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const timer = setInterval(() => res.write(`data: ${'x'.repeat(500)}\n\n`), 1000);
    const gone = new AbortController();
    req.socket.once('close', () => {
      clearInterval(timer);
      gone.abort();
    });
    void pollAgainAndAgain(String(req.query.poll), gone.signal);
  });
  app.use(express.json(), express.urlencoded({ extended: false }));
  app.use(session({ secret: 'bench', resave: false, saveUninitialized: false }), passport.session());
  const answer = (req: Request, res: Response) => void res.json(req.smartId ?? req.user ?? null);
  app.post('/start', strategy.start(), answer);
  app.get('/status', strategy.status(), answer);
  app.get('/updates', strategy.updates());
  app.post('/finish', passport.authenticate('smart-id'), answer);
  app.get('/form', (req, res) => {
    // A login page that begins a session, as the start of a Smart-ID login does.
    (req.session as { from?: number }).from = 1;
    res.json(null);
  });
  app.post('/local', passport.authenticate('local'), answer);
  process.on('message', async (question: keyof Answers) => process.send?.(await answers[question]()));
  process.send?.({ origin });
}

async function pollAgainAndAgain(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(url, { signal }).catch(() => undefined);
    await answer?.text();
  }
}

const answers: { [Question in keyof Answers]: () => Answers[Question] | Promise<Answers[Question]> } = {
  'profile-start': startProfile,
  'profile-stop': stopProfile,
  cpu: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
  heap: () => {
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  },
};
