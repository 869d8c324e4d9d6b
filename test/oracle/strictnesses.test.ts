import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { handmadeAuthority, newKeys } from '../support/handmade.js';
import { answerDifferences, certificateDifferences, listDifferences, withOpenSsl } from './strictnesses.js';

describe('The ways in which lib/trust is stricter than others', () => {
  it('are known by words that are said somewhere', () => {
    const issuer = parseCertificate(handmadeAuthority(newKeys()));
    const differences = [
      certificateDifferences(issuer),
      listDifferences(issuer),
      answerDifferences(issuer, Date.now()),
    ];
    const strictnesses = differences.flatMap((each) => withOpenSsl(each).strictnesses);
    const reasons = new Set(strictnesses.flatMap((strictness) => strictness.reasons));
    const said = allThatOursSays();
    expect(reasons).to.include('is not a text');
    expect([...reasons].filter((reason) => !said.includes(reason))).to.deep.equal([]);
  });
});

/** The sources of lib/trust, of what judges with it here, and what Node says of bytes that are no UTF-8. */
function allThatOursSays(): string {
  const trust = path.join(import.meta.dirname, '../../lib/trust');
  const files = readdirSync(trust, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const sources = [...files.map((name) => path.join(trust, name)), path.join(import.meta.dirname, 'ours.ts')];
  return [...sources.map((file) => readFileSync(file, 'utf8')), wordsOfTextDecoder()].join('\n');
}

function wordsOfTextDecoder(): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.of(0xff));
  } catch (error) {
    return String(error);
  }
}
