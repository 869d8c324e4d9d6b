/** Answers of the session status, changed in any way, for sessions that were answered genuinely. */

import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type GenuineInput, genuineAuthentication } from '../support/authentication.js';
import { type Attack, tryEach } from './attack.js';
import { answerRefusedBy } from './judge.js';
import { mutatedJson } from './mutations.js';

export const mutatedAnswers: Attack = {
  name: 'mutated answers',
  tries: 45_000,
  async run({ simulator, report, ...wish }) {
    const bases: fc.Arbitrary<{ input: GenuineInput; text: string }>[] = [];
    for (const flowType of ['QR', 'Web2App', 'App2App', 'Notification'] as const) {
      const input = await genuineAuthentication(simulator, { flowType });
      const other = await genuineAuthentication(simulator, { flowType });
      const isChanged = (text: string) => !saysTheSame(text, input.status);
      bases.push(
        mutatedJson(input.status, other.status)
          .filter(isChanged)
          .map((text) => ({ input, text })),
      );
    }
    await tryEach(fc.oneof(...bases), wish, async ({ input, text }) => {
      report(await answerRefusedBy(text, input), () => text);
    });
  },
};

/** Whether a change met only what no login depends on, or nothing at all. */
function saysTheSame(text: string, status: object): boolean {
  try {
    return isDeepStrictEqual(essence(JSON.parse(text)), essence(JSON.parse(JSON.stringify(status))));
  } catch {
    return false;
  }
}

/** The fields that say who has logged in and how (section "Session status"); others must be ignored. */
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
