/** The package beside nothing but what it cannot do without: what is optional is loaded when it is needed, and named then. */

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { signedBy, textFile } from '../documents/container-support.js';
import { signatory } from '../support/signing.js';
import { root } from './clean-folder.js';

const { exports, dependencies, peerDependencies, peerDependenciesMeta } = JSON.parse(
  readFileSync(path.join(root, 'package.json'), 'utf8'),
) as {
  exports: Record<string, { types?: string }>;
  dependencies: Record<string, string>;
  peerDependencies: Record<string, string>;
  peerDependenciesMeta: Record<string, { optional: boolean }>;
};

describe('The package without its optional peers', function () {
  this.timeout(60_000);
  let folder: string;
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    folder = mkdtempSync(path.join(tmpdir(), 'without-peers-'));
    const modules = path.join(folder, 'node_modules');
    // A copy: what is linked would find everything that lies beside this repository's sources.
    const copy = path.join(modules, 'passport-smart-id');
    mkdirSync(copy, { recursive: true });
    for (const name of ['package.json', 'dist'])
      cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
    const needed = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    for (const name of [...Object.keys(dependencies), ...needed]) {
      mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
      symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
    }
  });
  after(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true });
  });

  function run(program: string): string {
    const file = path.join(folder, 'program.mjs');
    writeFileSync(file, program);
    return execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8', stdio: 'pipe' }).trim();
  }

  it('can be imported at every entry point', () => {
    const names = Object.keys(exports).filter((name) => exports[name]?.types);
    expect(names).to.include('./documents');
    const addresses = names.map((name) => path.posix.join('passport-smart-id', name));
    expect(run(`for (const name of ${JSON.stringify(addresses)}) await import(name);\nconsole.log('ok');`)).to.equal(
      'ok',
    );
  });

  it('prepares new containers, and names what it needs to read one', async () => {
    const person = signatory(simulator);
    writeFileSync(path.join(folder, 'certificate'), person.certificate.raw);
    writeFileSync(path.join(folder, 'contract.asice'), await signedBy(person, { files: [textFile('a.txt')] }));
    const said = run(`
      import { readFileSync } from 'node:fs';
      import { prepareContainer } from 'passport-smart-id/documents';
      const options = { certificate: readFileSync('certificate') };
      await prepareContainer({ files: [{ name: 'a', contentType: 'text/plain', content: Buffer.from('a') }] }, options);
      const error = await prepareContainer({ container: readFileSync('contract.asice') }, options).catch((reason) => reason);
      console.log(error.name, error.field, error.message);
    `);
    expect(said).to.match(/^SmartIdInputError yauzl .*npm install yauzl/);
  });
});
