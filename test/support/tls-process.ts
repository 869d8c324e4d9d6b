/**
 * A process that uses the RP API over TLS, by the client and by a site: run by `TlsProcess`. In a process of its own,
 * since the CAs that are trusted and the ciphers that are offered are settled when a process starts.
 */

import express from 'express';
import session from 'express-session';
import { Authenticator } from 'passport';
import { SmartIdClient, SmartIdStrategy, type SmartIdStrategyOptions } from '../../lib/index.js';
import { encodeInteractions } from '../../lib/protocol/interactions.js';
import { listen } from './listen.js';

/** Where the RP API is and what is known of it. */
export type Service = Pick<
  SmartIdStrategyOptions,
  'environment' | 'relyingPartyUUID' | 'relyingPartyName' | 'trustAnchors' | 'pinnedKeys'
>;

/** What became of a call: its error, or none. */
export interface CallResult {
  error?: { name: string; code: string; message: string };
}

export type TlsCommand =
  /** Starts sessions: so many one after the other, in so many rows at once. */
  | { do: 'startSessions'; service: Service; times: number; atOnce: number }
  /** Serves a site, with Express's own error handler. */
  | { do: 'serve'; service: Service };

export type TlsAnswer = { results: CallResult[] } | { origin: string };

async function startSessions(service: Service, times: number, atOnce: number): Promise<CallResult[]> {
  const client = new SmartIdClient(service);
  const results: CallResult[] = [];
  const startInTurn = async () => {
    for (let time = 0; time < times; time++) results.push(await startSession(client));
  };
  await Promise.all(Array.from({ length: atOnce }, startInTurn));
  return results;
}

async function startSession(client: SmartIdClient): Promise<CallResult> {
  try {
    await client.authenticationDeviceLinkAnonymous({
      rpChallenge: Buffer.alloc(32).toString('base64'),
      signatureAlgorithm: 'rsassa-pss',
      hashAlgorithm: 'SHA-512',
      interactions: encodeInteractions([{ type: 'displayTextAndPIN', displayText60: 'Log in' }], 'device-link'),
    });
    return {};
  } catch (error) {
    const { name, code, message } = error as NonNullable<CallResult['error']>;
    return { error: { name, code, message } };
  }
}

/** POST /start and POST /finish, and GET /me tells who is logged in. */
async function serve(service: Service): Promise<string> {
  const app = express();
  const { origin } = await listen(app);
  const callbackURL = `${origin}/callback`;
  const strategy = new SmartIdStrategy({ ...service, callbackURL }, async ({ id }) => ({ id }));
  const passport = new Authenticator();
  passport.use(strategy);
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  app.use(express.json());
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }));
  app.use(passport.session());
  app.post('/start', strategy.start(), (req, res) => void res.json(req.smartId));
  app.post('/finish', passport.authenticate('smart-id'), (_req, res) => void res.end());
  app.get('/me', (req, res) => void res.json(req.user ?? null));
  return origin;
}

async function run(command: TlsCommand): Promise<TlsAnswer> {
  const { service } = command;
  if (command.do === 'serve') return { origin: await serve(service) };
  return { results: await startSessions(service, command.times, command.atOnce) };
}

process.on('message', (command: TlsCommand) => void run(command).then((answer) => process.send?.(answer)));
