/** Answers of the session status, changed in any way, for sessions that were answered genuinely. */

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { FlowType } from '../../lib/protocol/acsp-v2.js';
import { genuineAuthentication } from '../support/authentication.js';
import type { GenuineAnswer } from '../support/genuine.js';
import { genuineCertificateChoice, genuineSignature, type SignatureWish } from '../support/signature.js';
import { type Attack, type AttackContext, tryEach } from './attack.js';
import { answerRefusedBy, choiceJudge, signatureJudge } from './judge.js';
import { mutatedJson } from './mutations.js';

/** A genuine answer, and what judges it when it has been changed. */
interface Base {
  status: object;
  /** Of another session of the kind, to take values from. */
  other: object;
  refusedBy(text: string): Promise<string | undefined>;
}

const flowTypes: readonly FlowType[] = ['QR', 'Web2App', 'App2App', 'Notification'];

export const mutatedAnswers: Attack = {
  name: 'mutated answers',
  tries: 45_000,
  async run({ simulator, ...context }) {
    const bases: Base[] = [];
    for (const flowType of flowTypes) {
      bases.push(await baseOf(() => genuineAuthentication(simulator, { flowType }), answerRefusedBy));
    }
    await tryChanges(bases, context);
  },
};

/** What is signed is known by its bytes or by its digest alone, and may follow a certificate choice. */
export const mutatedSignatureAnswers: Attack = {
  name: 'mutated signature answers',
  tries: 8000,
  async run({ simulator, ...context }) {
    const wishes: SignatureWish[] = [
      ...flowTypes.flatMap((flowType) => [{ flowType }, { flowType, digestOnly: true }]),
      { linkedTo: 'Web2App' },
      { signatureAlgorithm: 'sha512WithRSAEncryption', digestOnly: true },
    ];
    const bases: Base[] = [];
    for (const wish of wishes) {
      const genuine = (data: string) => genuineSignature(simulator, { ...wish, data: Buffer.from(data) });
      const contents = ['The contract', 'Another contract'];
      bases.push(await baseOf(() => genuine(contents.shift() ?? ''), signatureJudge.answerRefusedBy));
    }
    bases.push(await baseOf(() => genuineCertificateChoice(simulator), choiceJudge.answerRefusedBy));
    await tryChanges(bases, context);
  },
};

async function baseOf<Input extends GenuineAnswer>(
  genuine: () => Promise<Input>,
  refusedBy: (text: string, input: Input) => Promise<string | undefined>,
): Promise<Base> {
  const input = await genuine();
  const other = await genuine();
  return { status: input.status, other: other.status, refusedBy: (text) => refusedBy(text, input) };
}

async function tryChanges(bases: readonly Base[], { report, ...wish }: Omit<AttackContext, 'simulator'>) {
  const changed = bases.map((base) =>
    mutatedJson(base.status, base.other)
      .filter((text) => !saysTheSame(text, base.status))
      .map((text) => ({ base, text })),
  );
  await tryEach(fc.oneof(...changed), wish, async ({ base, text }) => {
    report(await base.refusedBy(text), () => text);
  });
}

/** Whether a change met only what no verification depends on, or nothing at all. */
function saysTheSame(text: string, status: object): boolean {
  try {
    return isDeepStrictEqual(essence(JSON.parse(text)), essence(JSON.parse(JSON.stringify(status))));
  } catch {
    return false;
  }
}

/** The fields that say who has answered and how (section "Session status"); others must be ignored. */
function essence(answer: any): unknown {
  const { hashAlgorithm, maskGenAlgorithm, saltLength, trailerField } =
    answer?.signature?.signatureAlgorithmParameters ?? {};
  const { value, serverRandom, userChallenge, flowType, signatureAlgorithm } = answer?.signature ?? {};
  return {
    state: answer?.state,
    endResult: answer?.result?.endResult,
    documentNumber: answer?.result?.documentNumber,
    protocol: answer?.signatureProtocol,
    signature: { value, serverRandom, userChallenge, flowType, signatureAlgorithm },
    parameters: [hashAlgorithm, maskGenAlgorithm?.algorithm, maskGenAlgorithm?.parameters?.hashAlgorithm, saltLength],
    trailerField,
    certificate: [answer?.cert?.value, answer?.cert?.certificateLevel],
    interaction: answer?.interactionTypeUsed,
  };
}
