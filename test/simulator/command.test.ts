import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';

describe('The command smart-id-simulator', () => {
  const running: ChildProcess[] = [];
  after(() => {
    for (const child of running) child.kill('SIGKILL');
  });

  function run(...options: string[]) {
    const child = spawn(process.execPath, ['--import', 'tsx', 'lib/simulator/command.ts', ...options]);
    running.push(child);
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      output.stderr += chunk;
    });
    return { child, output, exit: once(child, 'exit').then(([code]) => code as number | null) };
  }

  it('says where everything is, serves it, and stops on a signal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'simulator-'));
    const file = join(folder, 'anchors.pem');
    const { child, output, exit } = run('--port', '0', '--trust-anchors', file);
    while (!output.stdout.includes('Ctrl+C')) await once(child.stdout, 'data');
    const phonePage = /phone page +(\S+)/.exec(output.stdout)?.[1] ?? '';
    expect((await fetch(phonePage)).status).to.equal(200);
    const anchors = await (await fetch(new URL('/trust-anchors.pem', phonePage))).text();
    expect(await readFile(file, 'utf8')).to.equal(anchors);
    expect(output.stdout)
      .to.contain(`${new URL(phonePage).origin}/v3`)
      .and.to.contain(file);
    child.kill('SIGTERM');
    expect(await exit).to.equal(0);
    expect(output.stderr).to.equal('');
    await rm(folder, { recursive: true });
  });

  it('says what to do when the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const { output, exit } = run('--port', String(port));
    expect(await exit).to.equal(2);
    expect(output.stderr).to.contain(`port ${port} is in use: choose another one with --port`);
    expect(output.stderr).not.to.contain('    at ');
    other.close();
  });

  it('says which option is wrong', async () => {
    const wrong = [
      { options: ['--port', 'many'], says: '--port must be a whole number from 0 to 65535' },
      { options: ['--key-size', '512'], says: '--key-size must be a whole number from 2048 to 16384' },
      { options: ['--notification', 'never'], says: '--notification must be automatic or phone' },
      { options: ['--colour', 'blue'], says: "Unknown option '--colour'" },
    ];
    await Promise.all(
      wrong.map(async ({ options, says }) => {
        const { output, exit } = run(...options);
        expect(await exit).to.equal(2);
        expect(output.stderr).to.contain(says);
        expect(output.stderr).not.to.contain('    at ');
      }),
    );
  });

  it('explains itself', async () => {
    const { output, exit } = run('--help');
    expect(await exit).to.equal(0);
    expect(output.stdout).to.match(/^Usage: smart-id-simulator/);
  });
});
