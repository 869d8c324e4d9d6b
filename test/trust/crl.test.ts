import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { AlgorithmIdentifier, CertificateRevocationList } from 'pkijs';
import { createRevocationChecker } from '../../lib/revocation.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type CrlContents, createCrl } from '../../lib/simulator/revocation/crl.js';
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

  async function list(revoked: string[], wish: Partial<CrlContents> = {}): Promise<Uint8Array<ArrayBuffer>> {
    const { certificate, privateKey } = simulator.pki.authorities.qualified;
    const dates = { thisUpdate: new Date(now - 1000), nextUpdate: new Date(now + 3_600_000) };
    const contents = { issuer: certificate, privateKey, revoked, signatureHash: 'SHA-384', ...dates } as const;
    return new Uint8Array(await createCrl({ ...contents, ...wish }));
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

  for (const [reason, wish] of [
    ['it is signed with an algorithm that is not strong enough', { signatureHash: 'SHA-1' }],
    ['its extension 2.5.29.27 is not understood', { extension: '2.5.29.27' }],
    ['its extension 2.5.29.28 is not understood', { extension: '2.5.29.28' }],
    ['it is out of date', { nextUpdate: new Date(now - 61_000) }],
    ['it is from the future', { thisUpdate: new Date(now + 61_000) }],
  ] as [string, Partial<CrlContents>][]) {
    it(`says why it is refused: ${reason}`, async () => {
      expect(readCrl(await list(['40aa'], wish), issuer, now)).to.deep.equal({ refusal: reason });
    });
  }

  it('may have an extension that limits nothing, and says until when it is good', async () => {
    const nextUpdate = new Date(Math.ceil(now / 1000) * 1000 + 60_000);
    const read = readCrl(await list(['40aa'], { extension: '2.5.29.20', nextUpdate }), issuer, now);
    expect(read).to.deep.equal({ revoked: new Set(['40aa']), nextUpdate });
  });

  it('names its signature algorithm twice, and the same', async () => {
    const parsed = CertificateRevocationList.fromBER(await list(['40aa']));
    parsed.signatureAlgorithm = new AlgorithmIdentifier({ algorithmId: '1.2.840.10045.4.3.2' });
    const der = new Uint8Array(parsed.toSchema(false).toBER(false));
    expect(readCrl(der, issuer, now)).to.deep.equal({ refusal: 'its two signature algorithms differ' });
  });

  it('is fetched once for all who wait for it', async () => {
    simulator.revocation.ocspFault = 'unavailable';
    const path = await pathOf(simulator, good);
    const before = simulator.revocation.requests.crl;
    const checker = createRevocationChecker();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => checker.refuse(path, Date.now())));
    expect(new Set(outcomes)).to.deep.equal(new Set([undefined]));
    expect(simulator.revocation.requests.crl - before).to.equal(1);
  });
});
