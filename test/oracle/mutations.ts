/** Documents that are changed before they are signed, so that what is behind the signature is read, or after it. */

import fc from 'fast-check';
import { mutatedDer } from '../attacks/mutations.js';
import type { Case } from './cases.js';
import { answerOf, type Documents, type OcspDocument, signed, toBeSignedOf } from './documents.js';
import { editedDer } from './edits.js';

export interface Mutations {
  name: string;
  kind: Case['kind'];
  /** How many `npm run oracle` makes. */
  tries: number;
  /** How many of them are shown to OpenSSL's commands. */
  openSslTries: number;
  cases(documents: Documents): fc.Arbitrary<Case>;
}

type Der = Buffer<ArrayBuffer>;

/** Changed in one place or two, or anywhere and in any way. */
function changedDer(der: Der, others: readonly Der[]): fc.Arbitrary<Der> {
  return fc.oneof({ arbitrary: editedDer(der, others), weight: 3 }, { arbitrary: mutatedDer(der, others), weight: 1 });
}

function changedAnswers(
  documents: Documents,
  change: (document: OcspDocument) => fc.Arbitrary<Der>,
  bases = documents.answers,
): fc.Arbitrary<Case> {
  return fc.oneof(
    ...bases.map((document) =>
      change(document).map((der): Case => ({ ...documents, kind: 'answer', der, request: document.request })),
    ),
  );
}

/** Each of the documents changed, in the whole or in what is signed of it. */
function changed(
  documents: Documents,
  kind: 'certificate' | 'list',
  bases: readonly Der[],
  isSignedAgain: boolean,
): fc.Arbitrary<Case> {
  const parts = isSignedAgain ? bases.map(toBeSignedOf) : bases;
  const { privateKey } = documents.authority;
  return fc
    .oneof(...parts.map((part) => changedDer(part, parts)))
    .map((part): Case => ({ ...documents, kind, der: isSignedAgain ? signed(part, privateKey) : part }));
}

export const allMutations: readonly Mutations[] = [
  {
    name: 'OCSP answers, changed and then signed',
    kind: 'answer',
    tries: 35_000,
    openSslTries: 250,
    cases: (documents) => {
      const parts = documents.answers.map(({ toBeSigned }) => toBeSigned);
      return changedAnswers(documents, (document) =>
        changedDer(document.toBeSigned, parts).map((toBeSigned) => answerOf({ ...document, toBeSigned })),
      );
    },
  },
  {
    name: "OCSP answers, the responder's certificate changed and then signed",
    kind: 'answer',
    tries: 5_000,
    openSslTries: 100,
    cases: (documents) => {
      const parts = documents.certificates.map(toBeSignedOf);
      const { privateKey } = documents.authority;
      return changedAnswers(
        documents,
        (document) =>
          changedDer(toBeSignedOf(document.responder as Der), parts).map((part) =>
            answerOf({ ...document, responder: signed(part, privateKey) }),
          ),
        documents.answers.filter(({ responder }) => responder),
      );
    },
  },
  {
    name: 'OCSP answers, signed and then changed',
    kind: 'answer',
    tries: 10_000,
    openSslTries: 50,
    cases: (documents) => {
      const wholes = documents.answers.map(answerOf);
      return changedAnswers(documents, (document) => changedDer(answerOf(document), wholes));
    },
  },
  {
    name: 'certificates, changed and then signed',
    kind: 'certificate',
    tries: 32_000,
    openSslTries: 150,
    cases: (documents) => changed(documents, 'certificate', documents.certificates, true),
  },
  {
    name: 'certificates, signed and then changed',
    kind: 'certificate',
    tries: 8_000,
    openSslTries: 50,
    cases: (documents) => changed(documents, 'certificate', documents.certificates, false),
  },
  {
    name: 'lists, changed and then signed',
    kind: 'list',
    tries: 8_000,
    openSslTries: 100,
    cases: (documents) => changed(documents, 'list', documents.lists, true),
  },
  {
    name: 'lists, signed and then changed',
    kind: 'list',
    tries: 2_000,
    openSslTries: 50,
    cases: (documents) => changed(documents, 'list', documents.lists, false),
  },
];
