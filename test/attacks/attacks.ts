/**
 * All attacks, and how one is carried out. Answers with one field changed are no attack of these: test/verify has them,
 * each with the check that must refuse it.
 */

import { startSimulator } from '../../lib/simulator/index.js';
import { guessedAccounts } from './accounts.js';
import { mutatedAnswers, mutatedSignatureAnswers } from './answers.js';
import { type Attack, Tally } from './attack.js';
import { mutatedCallbacks } from './callbacks.js';
import { mutatedCertificates, wrongCertificates } from './certificates.js';
import { hostilePaths } from './paths.js';
import { mutatedLists, mutatedOcspAnswers, wrongRevocationAnswers } from './revocation.js';
import { foreignServers, hostileRpApi } from './servers.js';
import { hostileSessions } from './sessions.js';

export const attacks: readonly Attack[] = [
  hostilePaths,
  wrongRevocationAnswers,
  hostileSessions,
  guessedAccounts,
  foreignServers,
  hostileRpApi,
  mutatedAnswers,
  mutatedSignatureAnswers,
  mutatedCertificates,
  wrongCertificates,
  mutatedOcspAnswers,
  mutatedLists,
  mutatedCallbacks,
];

/**
 * Carries an attack out on a simulator of its own.
 * @param part how many of its tries are made, as a fraction; lists are tried whole.
 */
export async function carryOut(attack: Attack, { part, seed }: { part: number; seed: number }): Promise<Tally> {
  const { notificationDelayMs = 10, linkedSignatureWaitMs } = attack;
  const simulator = await startSimulator({ port: 0, notificationDelayMs, linkedSignatureWaitMs });
  const tally = new Tally();
  try {
    const tries = Math.ceil((attack.tries ?? 0) * part);
    await attack.run({ simulator, tries, seed, report: tally.report });
  } finally {
    await simulator.close();
  }
  return tally;
}
