import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { AlgorithmIdentifier, CertificateRevocationList } from 'pkijs';
import { createRevocationChecker } from '../../lib/revocation.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type CrlContents, createCrl } from '../../lib/simulator/revocation/crl.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import { type RevocationList, readCrl } from '../../lib/trust/revocation/crl.js';
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

  async function read(der: Uint8Array<ArrayBuffer>): Promise<RevocationList> {
    const result = await readCrl(der, issuer, now);
    if ('refusal' in result) throw new Error(result.refusal);
    return result.list;
  }
  const serial = (hexadecimal: string) => new Uint8Array(Buffer.from(hexadecimal, 'hex'));

  it('may be empty', async () => {
    expect((await read(await list([]))).has(serial('01'))).to.equal(false);
  });

  it('names its certificates, each by the whole of its serial number', async () => {
    const revoked = ['01', '00ff02', '7f000000'];
    const several = await read(await list(revoked));
    for (const one of revoked) expect(several.has(serial(one)), one).to.equal(true);
    for (const other of ['02', '00ff', 'ff02', '7f0000', '7f00000000']) {
      expect(several.has(serial(other)), other).to.equal(false);
    }
  });

  it('may be long', async () => {
    const revoked = Array.from({ length: 12_000 }, () => `40${randomBytes(15).toString('hex')}`);
    const long = await read(await list(revoked));
    for (const one of [...revoked.slice(0, 20), ...revoked.slice(-20)]) expect(long.has(serial(one))).to.equal(true);
    for (const one of revoked.slice(0, 20)) expect(long.has(serial(`41${one.slice(2)}`))).to.equal(false);
  });

  it('names no certificate whose number stands in something else than an entry', async () => {
    // The time of revocation holds the octets of an INTEGER, and so does the number before it.
    const tricky = await read(await list(['4002014155']));
    expect(tricky.has(serial('41'))).to.equal(false);
    expect(tricky.has(serial('4002014155'))).to.equal(true);
  });

  it('ends where it ends', async () => {
    const der = await list(['40aa']);
    for (const other of [Buffer.concat([der, Buffer.from([0])]), Buffer.concat([der, der]), der.subarray(0, -1)]) {
      const outcome = await readCrl(new Uint8Array(other), issuer, now).catch((error: unknown) => error);
      expect(outcome).to.have.property('name', 'DerError');
    }
  });

  it('is that of its CA and of no other of the same name', async () => {
    const other = simulator.pki.issueAuthority({ subject: simulator.pki.authorities.qualified.subject });
    const der = await list(['40aa']);
    const sameName = parseCertificate(other.certificate);
    expect(await readCrl(der, sameName, now))
      .to.have.property('refusal')
      .that.contains('signature');
    const otherName = parseCertificate(simulator.pki.root.certificate);
    expect(await readCrl(der, otherName, now))
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
      expect(await readCrl(await list(['40aa'], wish), issuer, now)).to.deep.equal({ refusal: reason });
    });
  }

  it('may have an extension that limits nothing, and says until when it is good', async () => {
    const nextUpdate = new Date(Math.ceil(now / 1000) * 1000 + 60_000);
    const result = await readCrl(await list(['40aa'], { extension: '2.5.29.20', nextUpdate }), issuer, now);
    expect(result).to.have.property('list');
    expect(result).to.have.property('nextUpdate', nextUpdate.getTime());
  });

  it('names its signature algorithm twice, and the same', async () => {
    const parsed = CertificateRevocationList.fromBER(await list(['40aa']));
    parsed.signatureAlgorithm = new AlgorithmIdentifier({ algorithmId: '1.2.840.10045.4.3.2' });
    const der = new Uint8Array(parsed.toSchema(false).toBER(false));
    expect(await readCrl(der, issuer, now)).to.deep.equal({ refusal: 'its two signature algorithms differ' });
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
