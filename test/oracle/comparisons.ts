/** All comparisons: the mutations and the documents as they come, each with general libraries and with OpenSSL's commands. */

import { tryEach } from '../attacks/attack.js';
import { type Case, compareWithLibrary, compareWithOpenSsl, differencesOf } from './cases.js';
import type { Documents } from './documents.js';
import type { Mutations } from './mutations.js';
import { OpenSsl } from './open-ssl.js';
import { withOpenSsl } from './strictnesses.js';
import { Tally } from './verdict.js';

/** @param part how many of its tries are made, as a fraction. */
export async function compareMutations(
  { tries, kind, cases }: Mutations,
  documents: Documents,
  { part, seed }: { part: number; seed: number },
): Promise<Tally> {
  const tally = new Tally(differencesOf({ kind, ...documents }));
  await tryEach(cases(documents), { tries: Math.ceil(tries * part), seed }, async (one) => {
    tally.add(await compareWithLibrary(one));
  });
  return tally;
}

export async function compareMutationsWithOpenSsl(
  { openSslTries, kind, cases }: Mutations,
  documents: Documents,
  { part, seed }: { part: number; seed: number },
): Promise<Tally> {
  const tally = new Tally(withOpenSsl(differencesOf({ kind, ...documents })));
  const openSsl = new OpenSsl();
  try {
    await tryEach(cases(documents), { tries: Math.ceil(openSslTries * part), seed }, async (one) => {
      tally.add(await compareWithOpenSsl(one, openSsl));
    });
  } finally {
    openSsl.close();
  }
  return tally;
}

/** Documents of one kind, with the libraries. */
export async function compareCases(all: readonly Case[], kind: Case['kind']): Promise<Tally> {
  const ofKind = all.filter((one) => one.kind === kind);
  const tally = new Tally(differencesOf(ofKind[0] as Case));
  for (const one of ofKind) tally.add(await compareWithLibrary(one));
  return tally;
}

/** Documents of one kind, with OpenSSL's commands. */
export async function compareCasesWithOpenSsl(all: readonly Case[], kind: Case['kind']): Promise<Tally> {
  const ofKind = all.filter((one) => one.kind === kind);
  const tally = new Tally(withOpenSsl(differencesOf(ofKind[0] as Case)));
  const openSsl = new OpenSsl();
  try {
    for (const one of ofKind) tally.add(await compareWithOpenSsl(one, openSsl));
  } finally {
    openSsl.close();
  }
  return tally;
}
