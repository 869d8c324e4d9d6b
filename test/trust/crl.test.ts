import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { Certificate } from 'pkijs';
import { createRevocationChecker } from '../../lib/revocation.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { createCrl } from '../../lib/simulator/revocation/crl.js';
import { normalizedSerial, readCrl } from '../../lib/trust/revocation/crl.js';
import { good, pathOf } from '../attacks/revocation.js';

describe('A certificate revocation list', () => {
  let simulator: Simulator;
  let issuer: Certificate;
  const now = Date.now();

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    issuer = Certificate.fromBER(new Uint8Array(simulator.pki.authorities.qualified.certificate));
  });
  after(() => simulator.close());

  async function list(revoked: string[], nextUpdate = new Date(now + 3_600_000)): Promise<Uint8Array<ArrayBuffer>> {
    const { certificate, privateKey } = simulator.pki.authorities.qualified;
    const contents = { issuer: certificate, privateKey, revoked, nextUpdate, signatureHash: 'SHA-384' } as const;
    return new Uint8Array(await createCrl({ ...contents, thisUpdate: new Date(now - 1000) }));
  }

  async function serials(der: Uint8Array<ArrayBuffer>): Promise<string[]> {
    const result = await readCrl(der, issuer, now);
    if ('refusal' in result) throw new Error(result.refusal);
    return [...result.revoked];
  }

  it('may be empty', async () => {
    expect(await serials(await list([]))).to.deep.equal([]);
  });

  it('names its certificates, with and without leading zeros', async () => {
    expect(await serials(await list(['01', '00ff02', '7f000000']))).to.deep.equal(['1', 'ff02', '7f000000']);
    expect(normalizedSerial('00FF02')).to.equal('ff02');
    expect(normalizedSerial('00')).to.equal('0');
  });

  it('may be long', async () => {
    const revoked = Array.from({ length: 12_000 }, () => `40${randomBytes(15).toString('hex')}`);
    expect(await serials(await list(revoked))).to.deep.equal(revoked);
  });

  it('ends where it ends', async () => {
    const der = await list(['40aa']);
    for (const other of [Buffer.concat([der, Buffer.from([0])]), Buffer.concat([der, der]), der.subarray(0, -1)]) {
      const outcome = await readCrl(new Uint8Array(other), issuer, now).catch((error: unknown) => error);
      expect(outcome).to.be.an('error');
    }
  });

  it('is that of its CA and of no other of the same name', async () => {
    const other = simulator.pki.issueAuthority({ subject: simulator.pki.authorities.qualified.subject });
    const der = await list(['40aa']);
    const sameName = Certificate.fromBER(new Uint8Array(other.certificate));
    expect(await readCrl(der, sameName, now))
      .to.have.property('refusal')
      .that.contains('signature');
    const otherName = Certificate.fromBER(new Uint8Array(simulator.pki.root.certificate));
    expect(await readCrl(der, otherName, now))
      .to.have.property('refusal')
      .that.contains('another CA');
  });

  it('is fetched once for all who wait for it', async () => {
    simulator.revocation.ocspFault = 'unavailable';
    const path = await pathOf(simulator, good);
    const before = simulator.revocation.requests.crl;
    const checker = createRevocationChecker();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => checker.refuse(path, now)));
    expect(new Set(outcomes)).to.deep.equal(new Set([undefined]));
    expect(simulator.revocation.requests.crl - before).to.equal(1);
  });
});
