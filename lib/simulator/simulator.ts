/** Puts the simulator together and starts it. RP API 3.2.3 as a whole; each part says which section it follows. */
import express, { type Express } from 'express';
import { type AccountKey, AccountKeys } from './account-keys.js';
import { type CertificatePurpose, findAccount } from './accounts.js';
import type { LinkSurroundings } from './device-link-use.js';
import { Faults } from './faults.js';
import { answerProblems, notFound } from './http.js';
import { listen } from './listen.js';
import { mockPhone } from './mock-phone.js';
import { type SimulatorOptions, type SimulatorSettings, schemeName, withDefaults } from './options.js';
import { phone as phonePage } from './phone/router.js';
import { generateAuthorityKeys } from './pki/authority.js';
import { authorityFiles } from './pki/authority-files.js';
import { toPem } from './pki/certificate.js';
import { createPki, type SimulatedPki } from './pki/pki.js';
import { answerLater } from './push.js';
import { SimulatedRevocation } from './revocation/revocation.js';
import { rpApi } from './rp-api.js';
import { SessionRegistry } from './session-registry.js';
import { type SimulatedPhone, simulatedPhone } from './simulated-phone.js';
import { SimulatedTimestamps } from './timestamps/timestamps.js';

/**
 * A running simulator: give its `environment`, `trustAnchors`, `relyingPartyUUID` and `relyingPartyName` to your
 * strategy.
 */
export interface Simulator {
  /** `http://127.0.0.1:PORT/v3` */
  baseUrl: string;
  /** For the option `environment` of the strategy and the client. */
  environment: {
    /** As `baseUrl` of the simulator. */
    baseUrl: string;
    /** As in the demo environment. */
    schemeName: string;
  };
  /** PEM of the issuing authorities, for the option `trustAnchors`. */
  trustAnchors: string;
  /** PEM of the root above them, which no site needs: for other programs, whose chains end at a root. */
  rootCertificate: string;
  /** The UUID that it knows. */
  relyingPartyUUID: string;
  /** The name that it knows. */
  relyingPartyName: string;
  /** Where a test POSTs device links to, as to the mock phone of the demo environment. */
  mockUrl: string;
  /** Plays the person in a test: `await simulator.phone.confirm(view)`. */
  phone: SimulatedPhone;
  /** Where a person plays the phone. */
  phoneUrl: string;
  /** Its CAs, for certificates of your own. */
  pki: SimulatedPki;
  /** Where timestamps are to be had (RFC 3161), for signed documents: `http://127.0.0.1:PORT/tsa` */
  timestampUrl: string;
  /** PEM of the authority that issues certificates of timestamp units. */
  timestampTrustAnchors: string;
  /** How many timestamps were asked for, and what goes wrong with them. */
  timestamps: SimulatedTimestamps;
  /** Makes it slow, broken or a liar. */
  faults: Faults;
  /** What OCSP and the lists of revoked certificates say, rightly or wrongly. */
  revocation: SimulatedRevocation;
  /**
   * Lets an account show another certificate and sign with another key than its own, from now on; `authentication` by
   * default.
   */
  useCertificate(documentNumber: string, key: AccountKey, purpose?: CertificatePurpose): void;
  /** Ends everything, long polls too. */
  close(): Promise<void>;
}

/** Starts a simulator of the Smart-ID service in this process. Call its `close` when done. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const settings = withDefaults(options);
  const authorityKeys = options.authorityKeys ?? (await generateAuthorityKeys());
  const faults = new Faults();
  const server = await listen(settings.port, settings.host);
  const pki = createPki(server.origin, authorityKeys, settings.clock);
  const keys = new AccountKeys(pki, settings.keySize);
  const revocation = new SimulatedRevocation(pki, keys, settings.clock);
  const timestamps = new SimulatedTimestamps(pki, settings.clock);
  const { clock, notificationDelayMs, linkedSignatureWaitMs } = settings;
  const surroundings = {
    sessions: new SessionRegistry(clock),
    keys,
    clock,
    linkedSignatureWaitMs,
    deviceLinkBase: `${server.origin}/device-link`,
    notificationDelayMs,
  };
  server.serve(application(settings, surroundings, { pki, faults, revocation, timestamps }));
  const baseUrl = `${server.origin}/v3`;
  const [{ uuid, name }] = settings.relyingParties;
  return {
    baseUrl,
    environment: { baseUrl, schemeName },
    trustAnchors: pki.trustAnchors,
    rootCertificate: toPem(pki.root.certificate),
    relyingPartyUUID: uuid,
    relyingPartyName: name,
    mockUrl: `${server.origin}/mock/device-link`,
    phone: simulatedPhone(surroundings),
    phoneUrl: `${server.origin}/phone`,
    timestampUrl: `${server.origin}/tsa`,
    timestampTrustAnchors: toPem(pki.timestampAuthority.certificate),
    timestamps,
    pki,
    faults,
    revocation,
    useCertificate(documentNumber, key, purpose = 'authentication') {
      if (!findAccount(documentNumber)) throw new Error(`the simulator has no account ${documentNumber}`);
      keys.replace(documentNumber, key, purpose);
    },
    close: server.close,
  };
}

function application(
  { relyingParties, sessionLifetimeMs, notificationAnswer }: SimulatorSettings,
  surroundings: LinkSurroundings,
  {
    pki,
    faults,
    revocation,
    timestamps,
  }: { pki: SimulatedPki; faults: Faults; revocation: SimulatedRevocation; timestamps: SimulatedTimestamps },
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(
    '/v3',
    rpApi({
      ...surroundings,
      faults,
      relyingParties,
      sessionLifetimeMs,
      push: (session) => {
        if (notificationAnswer === 'automatic')
          void answerLater(surroundings, session, surroundings.notificationDelayMs);
      },
    }),
  );
  app.use('/mock', mockPhone(surroundings));
  app.use(phonePage({ ...surroundings, notificationAnswer }));
  app.use(authorityFiles(pki));
  app.use(revocation.routes());
  app.use(timestamps.routes());
  app.use(notFound);
  app.use(answerProblems);
  return app;
}
