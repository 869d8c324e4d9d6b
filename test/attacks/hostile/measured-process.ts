/**
 * A process that verifies one login again and again, with other bytes in place of an honest answer each time, and measures
 * itself: how long its event loop stood still, and how much memory it needed. It knows the library by its public parts only.
 */

import { createReadStream, readFileSync, writeFileSync } from 'node:fs';
import {
  createRevocationChecker,
  type Fetch,
  loadTrustAnchors,
  type RevocationPolicy,
  SmartIdClient,
  SmartIdError,
  SmartIdVerificationError,
  type VerifyAuthenticationInput,
  verifyAuthentication,
} from '../../../lib/client.js';

/** Of the login that is verified. */
export interface Login {
  session: VerifyAuthenticationInput['session'];
  status: VerifyAuthenticationInput['status'];
  now: number;
  /** PEM. */
  trustAnchors: string;
}

/** What is answered, from files; nobody answers where there is none. */
export interface Answers {
  policy: RevocationPolicy;
  rpApi: { file: string; httpStatus: number };
  ocsp?: string;
  list?: string;
  /** What an answer costs beside what the library makes of it: to see that it is noticed. */
  burden?: { busyMs: number; heldBytes: number };
}

export interface Measured {
  longestStopMs: number;
  memoryBytes: number;
  /** The check or the code that refused; undefined when it was a login. */
  refusedBy?: string;
  /** The name of an error that nobody has announced. */
  unexpected?: string;
  /** To the revocation services. */
  requests: number;
}

export interface Setup {
  login: Login;
  /** An honest login, by OCSP and by list, to warm up with. */
  honest: readonly Answers[];
}

const warmUps = 10;
const { login, honest }: Setup = JSON.parse(readFileSync(process.argv[2] as string, 'utf8'));
const trustAnchors = loadTrustAnchors(login.trustAnchors, login.now);
const held: Buffer[] = [];

/** One login from the RP API's answer on. */
async function attempt({
  policy,
  rpApi,
  ocsp,
  list,
  burden,
}: Answers): Promise<Pick<Measured, 'refusedBy' | 'unexpected' | 'requests'>> {
  let requests = 0;
  const client = new SmartIdClient({
    environment: { baseUrl: 'http://127.0.0.1:9/v3', schemeName: 'smart-id-demo' },
    relyingPartyUUID: '00000000-0000-4000-8000-000000000000',
    relyingPartyName: 'DEMO',
    fetch: async () => {
      if (burden) bear(burden);
      return answer(rpApi.file, rpApi.httpStatus);
    },
  });
  const fetch: Fetch = async (_url, { method }) => {
    requests += 1;
    return answer(method === 'POST' ? ocsp : list, 200);
  };
  const revocation = createRevocationChecker(policy, fetch);
  try {
    const status = await client.sessionStatus('00000000-0000-4000-8000-000000000000');
    await verifyAuthentication({ ...login, status, trustAnchors, revocation });
    return { requests };
  } catch (error) {
    if (error instanceof SmartIdVerificationError) return { requests, refusedBy: error.check };
    if (error instanceof SmartIdError) return { requests, refusedBy: error.code };
    return { requests, unexpected: String(error) };
  }
}

/** In pieces, as they come from a network. */
function answer(file: string | undefined, status: number): Awaited<ReturnType<Fetch>> {
  if (file === undefined) throw new Error('Nobody answers.');
  return { status, body: createReadStream(file) };
}

function bear({ busyMs, heldBytes }: NonNullable<Answers['burden']>): void {
  const until = usedMs() + busyMs;
  while (usedMs() < until);
  held.push(Buffer.alloc(heldBytes, 1));
}

/**
 * The longest time between two turns of the event loop while the work is done. Where the thread had less of a processor than
 * the clock says, it stood still for the sake of other processes.
 */
async function longestStopOf<T>(work: () => Promise<T>): Promise<{ result: T; longestStopMs: number }> {
  await new Promise((resolve) => setImmediate(resolve));
  let longestStopMs = 0;
  let isDone = false;
  let [time, used] = [performance.now(), usedMs()];
  const turn = () => {
    const [timeNow, usedNow] = [performance.now(), usedMs()];
    longestStopMs = Math.max(longestStopMs, Math.min(timeNow - time, usedNow - used));
    [time, used] = [timeNow, usedNow];
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  const result = await work();
  // The turn in which it ended counts as well.
  await new Promise((resolve) => setImmediate(resolve));
  isDone = true;
  return { result, longestStopMs };
}

const isLinux = process.platform === 'linux';

/** Milliseconds of a processor: of this thread, to within 4 ms, where the system tells it; else of the whole process. */
function usedMs(): number {
  if (isLinux) return Number.parseInt(readFileSync('/proc/thread-self/schedstat', 'latin1'), 10) / 1_000_000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function forgetPeak(): void {
  if (isLinux) writeFileSync('/proc/self/clear_refs', '5');
}

/** Bytes of memory that the process has held at most; where it cannot forget, since it began. */
function peakBytes(): number {
  const [, kilobytes] = (isLinux && /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))) || [];
  return 1024 * (kilobytes === undefined ? process.resourceUsage().maxRSS : Number(kilobytes));
}

async function measure(answers: Answers, atRest: number): Promise<Measured> {
  global.gc?.();
  // The garbage collector throws away what the code has been made into as well.
  await attempt(honest[0] as Answers);
  forgetPeak();
  const { result, longestStopMs } = await longestStopOf(() => attempt(answers));
  return { ...result, longestStopMs, memoryBytes: Math.max(0, peakBytes() - atRest) };
}

for (let times = 0; times < warmUps; times++) {
  for (const answers of honest) {
    const { refusedBy, unexpected } = await attempt(answers);
    if (refusedBy ?? unexpected) throw new Error(`An honest login was refused: ${refusedBy ?? unexpected}`);
  }
}
global.gc?.();
forgetPeak();
const atRest = peakBytes();
process.on('message', async (answers: Answers) => process.send?.(await measure(answers, atRest)));
process.send?.('ready');
