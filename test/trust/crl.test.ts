import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { createRevocationChecker } from '../../lib/revocation.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { createCrl } from '../../lib/simulator/revocation/crl.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { normalizedSerial, readCrl } from '../../lib/trust/revocation/crl.js';
import { good, pathOf } from '../attacks/revocation.js';

describe('A certificate revocation list', () => {
  let simulator: Simulator;
  let issuer: Certificate;
  const now = Date.now();

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    issuer = parseCertificate(simulator.pki.authorities.qualified.certificate);
  });
  after(() => simulator.close());

  async function list(revoked: string[], nextUpdate = new Date(now + 3_600_000)): Promise<Uint8Array<ArrayBuffer>> {
    const { certificate, privateKey } = simulator.pki.authorities.qualified;
    const contents = { issuer: certificate, privateKey, revoked, nextUpdate, signatureHash: 'SHA-384' } as const;
    return new Uint8Array(await createCrl({ ...contents, thisUpdate: new Date(now - 1000) }));
  }

  function serials(der: Uint8Array<ArrayBuffer>): string[] {
    const result = readCrl(der, issuer, now);
    if ('refusal' in result) throw new Error(result.refusal);
    return [...result.revoked];
  }

  it('may be empty', async () => {
    expect(serials(await list([]))).to.deep.equal([]);
  });

  it('names its certificates, with and without leading zeros', async () => {
    expect(serials(await list(['01', '00ff02', '7f000000']))).to.deep.equal(['1', 'ff02', '7f000000']);
    expect(normalizedSerial('00FF02')).to.equal('ff02');
    expect(normalizedSerial('00')).to.equal('0');
  });

  it('may be long', async () => {
    const revoked = Array.from({ length: 12_000 }, () => `40${randomBytes(15).toString('hex')}`);
    expect(serials(await list(revoked))).to.deep.equal(revoked);
  });

  it('ends where it ends', async () => {
    const der = await list(['40aa']);
    for (const other of [Buffer.concat([der, Buffer.from([0])]), Buffer.concat([der, der]), der.subarray(0, -1)]) {
      expect(() => readCrl(new Uint8Array(other), issuer, now)).to.throw();
    }
  });

  it('is that of its CA and of no other of the same name', async () => {
    const other = simulator.pki.issueAuthority({ subject: simulator.pki.authorities.qualified.subject });
    const der = await list(['40aa']);
    const sameName = parseCertificate(other.certificate);
    expect(readCrl(der, sameName, now))
      .to.have.property('refusal')
      .that.contains('signature');
    const otherName = parseCertificate(simulator.pki.root.certificate);
    expect(readCrl(der, otherName, now))
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
