/** A site on which people sign over real HTTP. */

import express, { type NextFunction, type Request, type Response } from 'express';
import session from 'express-session';
import type { AttemptView } from '../../lib/attempt/view.js';
import {
  type Prepare,
  type SigningStartOptions,
  type SmartIdSignature,
  SmartIdSigning,
  type SmartIdSigningOptions,
} from '../../lib/index.js';
import { fetchWith } from '../../lib/shared/http.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { listen } from './listen.js';

export interface SigningSiteOptions {
  signing?: Partial<SmartIdSigningOptions>;
  prepare?: Prepare;
  /** What each request starts a signature with; otherwise what its body says. */
  start?: SigningStartOptions | ((req: Request) => SigningStartOptions);
  session?: Partial<session.SessionOptions>;
  /** Shared by several sites that stand for several processes of one. */
  sessions?: session.MemoryStore;
  /** Hears of each view before it is sent. */
  onView?: (view: AttemptView) => void;
}

export interface SigningSite {
  origin: string;
  signing: SmartIdSigning;
  /** What was signed, as the handlers behind `finish` got it. */
  signatures: SmartIdSignature[];
  /** Sessions as the store has them. */
  sessions: session.MemoryStore;
  /** What reached the error handler. */
  errors: { status?: number; code?: string; message: string }[];
  close(): Promise<void>;
}

export const contract = Buffer.from('The contract');

/** Routes: POST /start, GET /status, GET /updates, POST /finish, GET /callback. */
export async function startSigningSite(simulator: Simulator, options: SigningSiteOptions = {}): Promise<SigningSite> {
  const app = express();
  const { origin, close: stop } = await listen(app);
  const sessions = options.sessions ?? new session.MemoryStore();
  const errors: SigningSite['errors'] = [];
  const signatures: SmartIdSignature[] = [];
  const signing = new SmartIdSigning(
    {
      environment: simulator.environment,
      relyingPartyUUID: simulator.relyingPartyUUID,
      relyingPartyName: simulator.relyingPartyName,
      trustAnchors: simulator.trustAnchors,
      callbackURL: `${origin}/callback`,
      appCallbackURL: `${origin}/callback?app=1`,
      ...options.signing,
    },
    options.prepare ?? (() => ({ data: contract })),
  );
  app.use(express.json());
  app.use(session({ secret: 'test', resave: false, saveUninitialized: false, store: sessions, ...options.session }));
  const sendView = (req: Request, res: Response) => {
    if (req.smartId) options.onView?.(req.smartId);
    res.json(req.smartId);
  };
  const sendSignature = ({ smartIdSignature }: Request, res: Response) => {
    if (!smartIdSignature) throw new Error('A request came through without a signature.');
    signatures.push(smartIdSignature);
    const { signer, value, ...told } = smartIdSignature;
    res.json({ ...told, value: value.toString('base64'), documentNumber: signer.documentNumber });
  };
  app.post('/start', signing.start(options.start ?? ((req) => req.body)), sendView);
  app.get('/status', signing.status(), sendView);
  app.get('/updates', signing.updates());
  app.post('/finish', signing.finish(), sendSignature);
  app.get('/callback', signing.finish(), sendSignature);
  app.use((error: SigningSite['errors'][number], _req: Request, res: Response, _next: NextFunction) => {
    errors.push(error);
    res.status(error.status ?? 500).json({ message: error.message, code: error.code });
  });
  const close = () => {
    // What it still asks the service would be heard of in the tests that follow.
    signing.close();
    return stop();
  };
  return { origin, signing, signatures, sessions, errors, close };
}

/**
 * Two sites that stand for two processes of one: they share their sessions.
 * @param prepare hears of the process in which something is prepared.
 * @param isFirstStopped whether the first one does not ask the service about sessions any more.
 */
export async function startSigningProcesses(
  simulator: Simulator,
  prepare: (process: string) => Promise<unknown>,
  isFirstStopped: () => boolean,
): Promise<[SigningSite, SigningSite]> {
  const sessions = new session.MemoryStore();
  const fetch = fetchWith();
  const start = (name: string, isStopped: () => boolean) =>
    startSigningSite(simulator, {
      sessions,
      signing: {
        // One site has one address, however many processes serve it.
        callbackURL: 'http://localhost/callback',
        appCallbackURL: undefined,
        fetch: (url, init) =>
          isStopped() && url.includes('/session/') ? Promise.reject(new Error('stopped')) : fetch(url, init),
      },
      prepare: async () => {
        await prepare(name);
        return { data: contract };
      },
    });
  return [await start('first', isFirstStopped), await start('second', () => false)];
}

/** The attempt as the session store has it. */
export async function storedAttempt(site: SigningSite, id: string): Promise<any> {
  const sessions = await new Promise<object>((resolve, reject) => {
    site.sessions.all((error, all) => (error ? reject(error) : resolve(all ?? {})));
  });
  return Object.values(sessions)
    .flatMap((stored) => stored.smartId?.attempts ?? [])
    .find((attempt) => attempt.id === id);
}
