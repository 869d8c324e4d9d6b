import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { MeasuringProcess, maxRequests, type Outcome, problemsOf } from './hostile/measure.js';
import type { Answers } from './hostile/measured-process.js';
import type { Vector } from './hostile/shape.js';
import { type Honest, vectorsAgainst, writeSetup } from './hostile/vectors.js';
import { findVictim } from './hostile/victim.js';

const limits = { maxStopMs: 25, maxMemoryBytes: 16 * 1024 * 1024 };
const patienceMs = 5_000;

describe('The measurement of hostile shapes', function () {
  // Processes are started.
  this.timeout(30_000);
  let folder: string;
  let honest: Honest;
  let vectors: Vector[];
  let measuring: MeasuringProcess;
  let refused: Answers;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hostile-'));
    const victim = await findVictim();
    const written = await writeSetup(victim, folder);
    honest = written.honest;
    vectors = vectorsAgainst(victim, honest);
    measuring = new MeasuringProcess(written.setup);
    const ocsp = join(folder, 'nonsense');
    await writeFile(ocsp, 'nonsense');
    refused = { policy: 'ocsp', rpApi: honest.rpApi, ocsp };
  });
  after(async () => {
    measuring.close();
    await rm(folder, { recursive: true });
  });

  const measure = (answers: Answers, ms = patienceMs): Promise<Outcome> => measuring.measure(answers, limits, ms);

  it('finds nothing beyond the limits in what is refused at once', async () => {
    const outcome = await measure(refused);
    expect(problemsOf(outcome, limits)).to.deep.equal([]);
    expect(outcome).to.have.property('refusedBy', 'revocation');
  });

  it('reports a stop of the event loop, memory, and a login', async () => {
    const { rpApi, ocsp } = honest;
    const burden = { busyMs: 150, heldBytes: 64 * 1024 * 1024 };
    const outcome = await measure({ policy: 'ocsp', rpApi, ocsp, burden });
    expect(outcome).to.have.property('longestStopMs').that.is.within(100, 1000);
    const problems = ['not refused', 'stops for more than 25 ms', 'takes more than 16 MB'];
    expect(problemsOf(outcome, limits)).to.have.members(problems);
  });

  it('reports what does not come to an end', async () => {
    const outcome = await measure({ ...refused, burden: { busyMs: 60_000, heldBytes: 0 } }, 200);
    expect(problemsOf(outcome, limits)).to.deep.equal(['ended after more than 0.2 s']);
  });

  it('reports an unexpected error, and too many requests', () => {
    const good = { longestStopMs: 1, memoryBytes: 1, refusedBy: 'revocation', requests: maxRequests };
    expect(problemsOf(good, limits)).to.deep.equal([]);
    expect(problemsOf({ ...good, requests: maxRequests + 1 }, limits)).to.have.length(1);
    expect(problemsOf({ ...good, refusedBy: undefined, unexpected: 'TypeError' }, limits)).to.have.length(1);
  });

  it('has more than thirty shapes for each way in, as large as is read and not larger', () => {
    for (const { name, shapes, maxBytes } of vectors) {
      expect(shapes, name).to.have.length.above(30);
      expect(new Set(shapes.map((shape) => shape.name)).size, name).to.equal(shapes.length);
      const part = Math.min(maxBytes, 256 * 1024);
      const sizes = shapes.filter(({ maxStopMs }) => maxStopMs === undefined).map(({ build }) => build(part).length);
      expect(Math.max(...sizes), name).to.be.within(part * 0.99, part);
    }
  });
});
