/** One of the processes of a site that keeps its sessions and attempts in Redis, or a site of one process: run by `SiteProcess`. */

import { RedisStore } from 'connect-redis';
import { createClient } from 'redis';
import { RedisAttemptStore } from '../../lib/redis/index.js';
import type { Simulator } from '../../lib/simulator/index.js';
import { startSite } from './site.js';

/** What it is told at the beginning. */
export interface ProcessSetup {
  simulator: Pick<Simulator, 'environment' | 'relyingPartyUUID' | 'relyingPartyName' | 'trustAnchors'>;
  /** Where sessions and attempts are kept; in the process itself if left out. */
  redisUrl?: string;
  callbackURL: string;
}

/** What it tells. */
export type ProcessMessage = { origin: string } | { loggedIn: string };

async function run({ simulator, redisUrl, callbackURL }: ProcessSetup): Promise<void> {
  const tell = (message: ProcessMessage) => process.send?.(message);
  const client =
    redisUrl === undefined
      ? undefined
      : await createClient({ url: redisUrl, socket: { reconnectStrategy: 50 } })
          .on('error', () => {})
          .connect();
  const site = await startSite(simulator as Simulator, {
    strategy: {
      store: client && new RedisAttemptStore({ client, secret: 'the secret of a site, long enough' }),
      callbackURL,
      appCallbackURL: undefined,
    },
    session: client && { store: new RedisStore({ client }) },
    verify: async ({ id }) => {
      tell({ loggedIn: id });
      return { id };
    },
    start: (req) => ({ flow: req.body.flow, identify: () => req.body.identify }),
  });
  tell({ origin: site.origin });
  // As a site does that is told to stop: nothing may hold the process after that.
  process.once('message', () => {
    site.strategy.close();
    void site.close();
    client?.destroy();
    process.disconnect();
  });
}

process.once('message', (setup) => void run(setup as ProcessSetup));
