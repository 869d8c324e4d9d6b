/** Whoever brings a container writes some of what is said of it: that goes into logs. */

import { expect } from 'chai';
import { prepareContainer } from '../../lib/documents/container/index.js';
import { quoted } from '../../lib/documents/container/names.js';
import { writeZip } from '../../lib/documents/container/zip-writer.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type Signatory, signatory } from '../support/signing.js';
import { containerType, manifestFile, signedBy, textFile } from './container-support.js';
import { entriesOf } from './document-tamperings.js';

const maxMessageCharacters = 400;
const code = '38001085718';
const long = `PNOEE-${code}.`.repeat(10_000);
const signatureFile = 'META-INF/signatures0.xml';

describe('What is said of a container', () => {
  let simulator: Simulator;
  let person: Signatory;
  let entries: Map<string, Buffer>;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
    person = signatory(simulator);
    entries = await entriesOf(await signedBy(person, { files: [textFile('a.txt')] }));
  });
  after(() => simulator?.close());

  const messageOf = async (changes: Record<string, string>) => {
    const contents = new Map<string, string | Buffer>([...entries, ...Object.entries(changes)]);
    const container = writeZip(
      [...contents].map(([name, content]) => ({ name, content: Buffer.from(content) })),
      new Date(),
    );
    return prepareContainer({ container }, { certificate: person.certificate }).then(
      () => 'taken',
      (error: Error) => error.message,
    );
  };
  const xml = () => entries.get(signatureFile)?.toString() ?? '';

  for (const [what, change, message] of [
    ['an end tag', () => `<a></${long}>`, /end tag "PNOEE-…/],
    ['a short end tag', () => `<a></PNOEE-${code}>`, /end tag "PNOEE-…"/],
    ['a start tag', () => `<PNOEE-${code} !>`, /malformed tag "<PNOEE-…"/],
    ['a prefix', () => `<PNOEE-${code}:a/>`, /prefix "PNOEE-…" is not declared/],
    ['a declared prefix', () => `<a xmlns:xml${code}="b"/>`, /prefix "xml…" in a way/],
    [
      'an algorithm',
      () => xml().replace(/(SignatureMethod Algorithm=")[^"]*/, `$1${long.slice(0, 9000)}`),
      /algorithm/,
    ],
    ['a hash', () => xml().replace(/(DigestMethod Algorithm=")[^"]*/, `$1${code}`), /the hash "…" is not known/],
    ['a file', () => xml().replace('URI="a.txt"', `URI="${long.slice(0, 9000)}"`), /the file "PNOEE-…/],
    ['a file in control characters', () => xml().replace('URI="a.txt"', `URI="${'%01'.repeat(3000)}"`), /the file "/],
    ['an element', () => xml().replace(/(URI="#)S0-properties/, `$1${code}`), /properties are not signed/],
  ] as const) {
    it(`has little of ${what}, and no long number`, async () => {
      const said = await messageOf({ [signatureFile]: change() });
      expect(said).to.match(message).and.not.contain(code);
      expect(said.length).to.be.below(maxMessageCharacters);
    });
  }

  it('has little of the name of an entry, and no long number', async () => {
    for (const name of [`${code}.txt`, `${long.slice(0, 190)}.txt`, `../${long.slice(0, 60_000)}`, `${code}\x01`]) {
      const said = await messageOf({ [name]: '' });
      expect(said)
        .to.match(/"[^"]*…/)
        .and.not.contain(code);
      expect(said.length).to.be.below(maxMessageCharacters);
    }
  });

  it('has little of the manifest, and no long number', async () => {
    const manifest = entries.get(manifestFile)?.toString() ?? '';
    const twice = manifest.replace(/<manifest:file-entry[^>]*a.txt[^>]*>/, (all) => {
      const entry = all.replace('a.txt', code);
      return `${entry}</manifest:file-entry>${entry}</manifest:file-entry>${all}`;
    });
    expect(await messageOf({ [manifestFile]: twice })).to.match(/lists "…" twice/);
  });

  it('has a type that is another one in none of its words', async () => {
    expect(await messageOf({ mimetype: code.repeat(2) }))
      .to.contain(containerType)
      .and.not.contain(code);
  });
});

describe('A name in an error message', () => {
  for (const [name, shown] of [
    ['leping.pdf', '"leping.pdf"'],
    ['leping 2026-11-28 (2).pdf', '"leping 2026-11-28 (2).pdf"'],
    ['38001085718.pdf', '"….pdf"'],
    ['līgums 010180-12345.pdf', '"līgums ….pdf"'],
    ['PNOLT-40504040001 and 40404040009', '"PNOLT-… and …"'],
    ['a'.repeat(100), `"${'a'.repeat(99)}…"`],
    ['a'.repeat(98), `"${'a'.repeat(98)}"`],
    ['\n'.repeat(60), `"${'\\n'.repeat(49)}\\…"`],
  ] as const) {
    it(`is ${shown} for ${JSON.stringify(name)}`, () => {
      expect(quoted(name)).to.equal(shown);
    });
  }
});
