/** Starts the example site: against the simulator, or against a real service that the environment variables name. */

import { randomBytes } from 'node:crypto';
import { startSimulator } from 'passport-smart-id/simulator';
import { createApp, type Site } from './app.js';
import { createMetrics, serveMetrics } from './metrics.js';

const { env } = process;
const port = Number(env.PORT ?? 3000);
const origin = env.SITE_ORIGIN ?? `http://localhost:${port}`;
const sessionSecret = env.SESSION_SECRET ?? randomBytes(32).toString('hex');

type Service = Pick<Site, 'smartId' | 'timestampAuthority' | 'phoneUrl'>;

async function simulatedService(): Promise<Service> {
  const simulator = await startSimulator({ port: Number(env.SIMULATOR_PORT ?? 5080), notificationAnswer: 'phone' });
  const { environment, relyingPartyUUID, relyingPartyName, trustAnchors, phoneUrl } = simulator;
  return {
    smartId: { environment, relyingPartyUUID, relyingPartyName, trustAnchors },
    timestampAuthority: { url: simulator.timestampUrl, trustAnchors: simulator.timestampTrustAnchors },
    phoneUrl,
  };
}

function realService(environment: 'demo' | 'live'): Service {
  if (!env.SITE_ORIGIN) {
    throw new Error(
      "Set SITE_ORIGIN to the site's https address, such as a tunnel's: the service returns to no other.",
    );
  }
  if (!env.SMART_ID_TRUST_ANCHORS) {
    throw new Error('Set SMART_ID_TRUST_ANCHORS to the file or folder of the CA certificates that you trust.');
  }
  return {
    smartId: {
      environment,
      relyingPartyUUID: env.SMART_ID_RELYING_PARTY_UUID ?? '00000000-0000-4000-8000-000000000000',
      relyingPartyName: env.SMART_ID_RELYING_PARTY_NAME ?? 'DEMO',
      trustAnchors: env.SMART_ID_TRUST_ANCHORS,
    },
    timestampAuthority: realTimestampAuthority(),
  };
}

function realTimestampAuthority(): Site['timestampAuthority'] {
  const { SMART_ID_TIMESTAMP_URL: url, SMART_ID_TIMESTAMP_ANCHORS: trustAnchors } = env;
  if (url && trustAnchors) return { url, trustAnchors };
  if (url || trustAnchors) {
    throw new Error(
      'Set SMART_ID_TIMESTAMP_ANCHORS to the file or folder of the certificates that you trust for timestamps, ' +
        'and SMART_ID_TIMESTAMP_URL to the address of the timestamp authority, or neither.',
    );
  }
  console.log(
    'Signatures are of level B, which cannot be verified for long. Set SMART_ID_TIMESTAMP_URL to the address of a ' +
      'timestamp authority, and SMART_ID_TIMESTAMP_ANCHORS to the file or folder of its certificates, for level LT.',
  );
  return undefined;
}

async function start(): Promise<void> {
  const { SMART_ID_ENVIRONMENT: environment } = env;
  if (environment !== undefined && environment !== 'demo' && environment !== 'live') {
    throw new Error("SMART_ID_ENVIRONMENT must be 'demo' or 'live'; leave it out to use the simulator.");
  }
  const { smartId, timestampAuthority, phoneUrl } = environment ? realService(environment) : await simulatedService();
  const server = createApp({ smartId, timestampAuthority, origin, sessionSecret, phoneUrl }).listen(port, () => {
    console.log(`The example site: ${origin}`);
    if (phoneUrl) console.log(`The simulated phone: ${phoneUrl}`);
    console.log('Stop with Ctrl-C.');
  });
  server.on('error', fail);
  if (env.METRICS_PORT) serveMetrics(createMetrics(), Number(env.METRICS_PORT)).on('error', fail);
}

function fail(error: Error): never {
  const isTaken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  console.error(isTaken ? `${error.message}: set PORT or SIMULATOR_PORT to a free one.` : error.message);
  process.exit(1);
}

start().catch(fail);
