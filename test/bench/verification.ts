/**
 * Verifying one login, against the operations of node:crypto in it: with a remembered revocation answer, which is what nobody has
 * whose responder gives no nextUpdate; and with an OCSP answer of its own, which is what everybody has.
 */

import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { answerWith } from '../support/revocation-fetch.js';
import { type Build, loadBuild, type Package } from './builds.js';
import { type Login, makeLogins, ocspOf, recordOcsp } from './logins.js';
import { cpuInTurns, printTable, type Work } from './measure.js';
import { keyBits } from './persons.js';
import { type Responder, startResponder } from './processes.js';
import { type RawOperations, rawOperations } from './raw-operations.js';

/** Persons who take turns. */
const persons = 200;

type Checker = ReturnType<Package['createRevocationChecker']>;
type FetchOfChecker = NonNullable<Parameters<Package['createRevocationChecker']>[1]>;

interface Scene {
  candidates: readonly Candidate[];
  logins: readonly Login[];
  simulator: Simulator;
  responder: Responder;
  raw: RawOperations;
}

/** A build that is measured. */
interface Candidate {
  name: string;
  createChecker(fetch?: FetchOfChecker): Checker;
  verify(login: Login, revocation: Checker): Promise<unknown>;
}

export async function benchVerification(builds: readonly Build[]): Promise<void> {
  const responder = await startResponder();
  // All answers are of this moment, whenever they are made and used.
  const now = Date.now();
  const simulator = await startSimulator({ port: 0, clock: () => now });
  try {
    const scene = await setTheScene(builds, simulator, responder, now);
    console.log(`One login with a ${keyBits}-bit key of an issuer with P-384; microseconds of this process's CPU.\n`);
    await benchRemembered(scene);
    await benchOwnAnswer(scene);
    await benchExchange(scene);
  } finally {
    await simulator.close();
    responder.stop();
  }
}

async function setTheScene(
  builds: readonly Build[],
  simulator: Simulator,
  responder: Responder,
  now: number,
): Promise<Scene> {
  const packages = await Promise.all(builds.map(loadBuild));
  const [first] = packages as [Package];
  const logins = await makeLogins(simulator, persons, first, responder.ocspUrl);
  simulator.revocation.ocspProfile = 'recorded';
  await simulator.revocation.prepareRecordedResponders();
  await recordOcsp(logins, simulator, first, now);
  await responder.take(logins.map((login) => [login.serialNumber, ocspOf(login).answer.toString('base64')]));
  const candidates = packages.map(({ verifyAuthentication, createRevocationChecker, loadTrustAnchors }, index) => {
    const trustAnchors = loadTrustAnchors(simulator.trustAnchors, now);
    return {
      name: `verifyAuthentication ${builds[index]?.label}`,
      createChecker: (fetch?: FetchOfChecker) => createRevocationChecker('ocsp', fetch),
      verify: (login: Login, revocation: Checker) => verifyAuthentication({ ...login, trustAnchors, revocation, now }),
    };
  });
  const raw = rawOperations(simulator.pki.authorities.qualified.certificate, ocspOf(logins[0] as Login).responder);
  return { candidates, logins, simulator, responder, raw };
}

/** One person, whose responder says that its answer is good for a while. */
async function benchRemembered({ candidates, logins, simulator, raw }: Scene): Promise<void> {
  const [login] = logins as [Login];
  simulator.revocation.ocspProfile = 'simple';
  const url = simulator.pki.authorities.qualified.ocspUrl;
  const works = candidates.map(({ createChecker, verify }) => {
    const checker = createChecker((_url, init) => fetch(url, init as RequestInit));
    return () => verify(login, checker);
  });
  const before = simulator.revocation.requests.ocsp;
  const times = await cpuInTurns(() => raw.login(login), ...works);
  const asked = simulator.revocation.requests.ocsp - before;
  if (asked !== candidates.length) throw new Error(`The answers were not remembered: ${asked} were asked for.`);
  console.log('(a) One person again and again, the revocation answer remembered:\n');
  print(['raw node:crypto', ...namesOf(candidates)], times);
}

/** Each time another person, with an answer about their certificate that is at hand. */
async function benchOwnAnswer({ candidates, logins, raw }: Scene): Promise<void> {
  const counts = candidates.map(() => ({ asked: 0, verified: 0 }));
  const works = candidates.map(({ createChecker, verify }, index) => {
    const count = counts[index] as { asked: number; verified: number };
    const next = takingTurns(logins);
    let current: Login;
    const checker = createChecker(async () => {
      count.asked++;
      return answerWith(ocspOf(current).answer);
    });
    return () => {
      count.verified++;
      current = next();
      return verify(current, checker);
    };
  });
  const times = await cpuInTurns(...rawWorks(raw, logins), ...works);
  console.log("(b) Each time another person, with an OCSP answer of their own that is in this process's memory:\n");
  print([...rawNames, ...namesOf(candidates)], times);
  for (const { asked, verified } of counts) printCounts(verified, asked);
}

/** Each time another person, whose answer comes over HTTP from another process. */
async function benchExchange({ candidates, logins, responder, raw }: Scene): Promise<void> {
  let verified = 0;
  const works = candidates.map(({ createChecker, verify }) => {
    const checker = createChecker();
    const next = takingTurns(logins);
    return () => {
      verified++;
      return verify(next(), checker);
    };
  });
  const times = await cpuInTurns(...rawWorks(raw, logins), ...works);
  console.log('(c) The same, its OCSP answer asked for over HTTP from another process:\n');
  print([...rawNames, ...namesOf(candidates)], times);
  printCounts(verified, await responder.requests());
}

function takingTurns<T>(all: readonly T[]): () => T {
  let taken = 0;
  return () => all[taken++ % all.length] as T;
}

const rawNames = ['raw node:crypto', 'raw, which judges the responder too'];

function rawWorks(raw: RawOperations, logins: readonly Login[]): Work[] {
  return [raw.withOcsp, raw.withResponder].map((work) => {
    const next = takingTurns(logins);
    return () => work(next());
  });
}

function namesOf(candidates: readonly Candidate[]): string[] {
  return candidates.map(({ name }) => name);
}

/** Each as a ratio to the first. */
function print(names: readonly string[], times: readonly number[]): void {
  const [first = 0] = times;
  printTable(
    ['', 'CPU µs', 'ratio'],
    times.map((time, index) => [names[index] ?? '', time.toFixed(0), (time / first).toFixed(2)]),
  );
}

function printCounts(verified: number, asked: number): void {
  if (asked !== verified) throw new Error(`${verified} verifications have asked by OCSP ${asked} times.`);
  console.log(`${verified} verifications and as many OCSP requests.\n`);
}
