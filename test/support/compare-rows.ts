/** Two documents beside each other, element by element: of the same shape, and with a reason for each value that differs. */

import { expect } from 'chai';
import type { Row } from './asn1-rows.js';

/** A value that may differ. */
export interface AllowedDifference {
  /** The paths that it is about. */
  of: RegExp;
  because: string;
}

/** A line of a comparison. */
interface Compared {
  path: string;
  tag: string;
  recorded: string;
  simulated: string;
  /** `same`, or why it may differ. */
  verdict: string;
}

/**
 * Fails where the shape differs: elements, tags, order, object identifiers, optional fields; where a value differs
 * without a reason; and where something is said to differ that does not.
 */
export function compareRows(
  recorded: readonly Row[],
  simulated: readonly Row[],
  differences: readonly AllowedDifference[],
): void {
  const shape = ({ path, tag }: Row) => `${path} ${tag}`;
  expect(simulated.map(shape), 'the shape').to.deep.equal(recorded.map(shape));
  const compared = recorded.map(({ path, tag, value }, index) => {
    const other = simulated[index]?.value ?? '';
    const reason = differences.find(({ of }) => of.test(path))?.because;
    const verdict = value === other ? 'same' : (reason ?? 'DIFFERENT');
    return { path, tag, recorded: value, simulated: other, verdict };
  });
  const differing = compared.filter(({ verdict }) => verdict === 'DIFFERENT');
  expect(differing, `what differs without a reason:\n${tableOf(differing)}\n`).to.deep.equal([]);
  const isNeeded = ({ of }: AllowedDifference) =>
    compared.some((line) => line.recorded !== line.simulated && of.test(line.path));
  expect(
    differences.filter((difference) => !isNeeded(difference)),
    'what is the same after all',
  ).to.deep.equal([]);
}

const maxWidth = 44;

/** For people, in Markdown: only what has a value. */
function tableOf(compared: readonly Compared[]): string {
  const short = (text: string) => (text.length > maxWidth ? `${text.slice(0, maxWidth)}…` : text);
  const lines = compared
    .filter(({ recorded, simulated }) => recorded !== '' || simulated !== '')
    .map(({ path, tag, recorded, simulated, verdict }) => {
      return `| ${path} | ${tag} | ${short(recorded)} | ${recorded === simulated ? '=' : short(simulated)} | ${verdict} |`;
    });
  return ['| element | type | recorded | simulator | |', '|---|---|---|---|---|', ...lines].join('\n');
}
