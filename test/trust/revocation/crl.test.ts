import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { AlgorithmIdentifier, CertificateRevocationList } from 'pkijs';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { type CrlContents, createCrl } from '../../../lib/simulator/revocation/crl.js';
import { type Certificate, parseCertificate } from '../../../lib/trust/certificate.js';
import { DerError, tags } from '../../../lib/trust/der.js';
import { type RevocationList, readCrl } from '../../../lib/trust/revocation/crl.js';
import { createRevocationChecker } from '../../../lib/trust/revocation/over-http.js';
import { good, pathOf } from '../../attacks/revocation.js';
import {
  ecdsaWithSha1,
  ecdsaWithSha256,
  extension,
  generalized,
  handmadeAuthority,
  nameOf,
  newKeys,
  signedDer,
  utc,
} from '../../support/handmade.js';
import { der, hex } from '../../support/hex-der.js';

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
    const { certificate, privateKey, keyIdentifier } = simulator.pki.authorities.qualified;
    const dates = { thisUpdate: new Date(now - 1000), nextUpdate: new Date(now + 3_600_000) };
    const entries = revoked.map((serialNumber) => ({ serialNumber, revokedAt: new Date(now - 1000) }));
    const signer = { issuer: certificate, privateKey, keyIdentifier, signatureHash: 'sha384' } as const;
    const contents = { ...signer, revoked: entries, crlNumber: 1, ...dates };
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
    ['it is signed with an algorithm that is not strong enough', { signatureHash: 'sha1' }],
    ['its extension 2.5.29.27 is not understood', { extension: '2.5.29.27' }],
    ['its extension 2.5.29.28 is not understood', { extension: '2.5.29.28' }],
    ['it is out of date', { nextUpdate: new Date(now - 61_000) }],
    ['it is from the future', { thisUpdate: new Date(now + 61_000) }],
  ] as [string, Partial<CrlContents>][]) {
    it(`says why it is refused: ${reason}`, async () => {
      expect(await readCrl(await list(['40aa'], wish), issuer, now)).to.deep.equal({ refusal: reason });
    });
  }

  it('may have a number, which limits nothing, and says until when it is good', async () => {
    const nextUpdate = new Date(Math.ceil(now / 1000) * 1000 + 60_000);
    const result = await readCrl(await list(['40aa'], { nextUpdate }), issuer, now);
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

describe('DER of a certificate revocation list', () => {
  const { sequence } = tags;
  const now = Math.floor(Date.now() / 1000) * 1000;
  const [caKeys, otherKeys] = [newKeys(), newKeys()];
  const issuer = parseCertificate(handmadeAuthority(caKeys));
  const serial = (hexadecimal: string) => hex(hexadecimal);

  const parts = {
    version: '020101',
    signature: ecdsaWithSha256,
    issuer: nameOf('CA'),
    thisUpdate: utc(now - 1000),
    nextUpdate: utc(now + 60_000),
    entries: der(sequence, der(sequence, '020140', utc(now - 1000))),
    extensions: '',
    more: '',
  };
  const outerParts = { algorithm: ecdsaWithSha256, keys: caKeys, behind: '' };

  const list = (wish: Partial<typeof parts> = {}, outer: Partial<typeof outerParts> = {}) => {
    const { algorithm, keys, behind } = { ...outerParts, ...outer };
    const toBeSigned = der(sequence, ...Object.values({ ...parts, ...wish }));
    return hex(signedDer(toBeSigned, keys.privateKey, { algorithm, behind }));
  };
  const entries = (...all: string[][]) => ({ entries: der(sequence, ...all.map((one) => der(sequence, ...one))) });
  const extensions = (...all: string[]) => der(0xa0, der(sequence, ...all));
  const revokedAt = utc(now - 1000);

  async function read(bytes: Uint8Array<ArrayBuffer>) {
    const result = await readCrl(bytes, issuer, now);
    return 'refusal' in result ? result : { has: result.list.has(serial('40')), nextUpdate: result.nextUpdate };
  }

  for (const [what, wish, has, nextUpdate] of [
    ['as it usually is', {}, true, now + 60_000],
    ['of version 1', { version: '' }, true, now + 60_000],
    ['without nextUpdate', { nextUpdate: '' }, true, undefined],
    [
      'with its times in the longer form',
      { thisUpdate: generalized(now), nextUpdate: generalized(now + 1000) },
      true,
      now + 1000,
    ],
    ['without entries', { entries: '' }, false, now + 60_000],
    ['with an empty list of entries', { entries: der(sequence) }, false, now + 60_000],
    ['with a time of revocation in the longer form', entries(['020140', generalized(now)]), true, now + 60_000],
    [
      'with an entry that has a reason',
      entries(['020140', revokedAt, der(sequence, extension('0603551d15', '0a0101'))]),
      true,
      now + 60_000,
    ],
    [
      'with an extension that limits nothing',
      { extensions: extensions(extension('0603551d14', '020101')) },
      true,
      now + 60_000,
    ],
  ] as [string, Partial<typeof parts>, boolean, number | undefined][]) {
    it(`is read ${what}`, async () => {
      expect(await read(list(wish))).to.deep.equal({ has, nextUpdate });
    });
  }

  for (const [what, wish, outer, refusal] of [
    [
      'of a weak algorithm',
      { signature: ecdsaWithSha1 },
      { algorithm: ecdsaWithSha1 },
      'it is signed with an algorithm that is not strong enough',
    ],
    ['of two algorithms', { signature: ecdsaWithSha1 }, {}, 'its two signature algorithms differ'],
    ['of another CA', { issuer: nameOf('Another') }, {}, 'it is that of another CA'],
    ['of another key', {}, { keys: otherKeys }, 'its signature is not that of the CA'],
    [
      'of changes to another list',
      { extensions: extensions(extension('0603551d1b', '020101')) },
      {},
      'its extension 2.5.29.27 is not understood',
    ],
    [
      'for some certificates',
      { extensions: extensions(extension('0603551d1c', '3000')) },
      {},
      'its extension 2.5.29.28 is not understood',
    ],
    [
      'with a critical extension',
      { extensions: extensions(extension('0603551d14', '020101', true)) },
      {},
      'its extension 2.5.29.20 is not understood',
    ],
    [
      'with an extension twice',
      { extensions: extensions(extension('0603551d14', '020101').repeat(2)) },
      {},
      'it has an extension twice',
    ],
    [
      'with a critical extension of an entry',
      entries(
        ['020139', revokedAt],
        ['020140', revokedAt, der(sequence, extension('0603551d15', '0a0101'), extension('0603551d1d', '3000', true))],
      ),
      {},
      'the extension 2.5.29.29 of an entry is not understood',
    ],
    ['from the future', { thisUpdate: utc(now + 61_000) }, {}, 'it is from the future'],
    ['out of date', { nextUpdate: utc(now - 61_000) }, {}, 'it is out of date'],
  ] as [string, Partial<typeof parts>, Partial<typeof outerParts>, string][]) {
    it(`is refused where it is one ${what}`, async () => {
      expect(await read(list(wish, outer))).to.deep.equal({ refusal });
    });
  }

  for (const [what, wish] of [
    ['a version of another kind', { version: '0500' }],
    ['a version that there is not', { version: '020102' }],
    ['a version of two octets', { version: '02020101' }],
    ['a time that is none', { thisUpdate: '0500' }],
    ['a next time that is none', { nextUpdate: der(tags.utcTime, '00') }],
    ['something behind what is signed', { more: '0500' }],
    ['extensions that are no SEQUENCE', { extensions: der(0xa0, '0500') }],
    ['two lists of extensions', { extensions: der(0xa0, der(sequence), der(sequence)) }],
    ['an entry that is no SEQUENCE', { entries: der(sequence, '0500') }],
    ['an entry without a number', entries([revokedAt])],
    ['an entry whose number is not minimal', entries(['02020040', revokedAt])],
    ['an entry without a time', entries(['020140'])],
    ['an entry with a time of another kind', entries(['020140', '0500'])],
    ['something behind an entry', entries(['020140', revokedAt, der(sequence), '0500'])],
    ['an entry that is cut off', { entries: der(sequence, '3005020140') }],
  ] as [string, Partial<typeof parts>][]) {
    it(`is none with ${what}`, async () => {
      expect(await readCrl(list(wish), issuer, now).catch((error: unknown) => error)).to.be.instanceOf(DerError);
    });
  }

  it('is none with something behind its signature', async () => {
    const outcome = await readCrl(list({}, { behind: '0500' }), issuer, now).catch((error: unknown) => error);
    expect(outcome).to.be.instanceOf(DerError);
  });

  it('of which nothing is decoded that is signed, where the signature is none', async () => {
    const broken = { entries: der(sequence, '0500'), thisUpdate: '0500' };
    expect(await read(list(broken, { keys: otherKeys }))).to.deep.equal({
      refusal: 'its signature is not that of the CA',
    });
  });

  it('names a certificate only where an entry begins with its number', async () => {
    // The entry's extension holds what looks like an entry, and the second number holds the first one's encoding.
    const inner = extension('0603551d15', der(sequence, '020155', revokedAt));
    const bytes = list(
      entries(['020140', revokedAt, der(sequence, inner)], ['02050201410242', revokedAt], ['020143', revokedAt]),
    );
    const result = await readCrl(bytes, issuer, now);
    if ('refusal' in result) throw new Error(result.refusal);
    const has = (text: string) => result.list.has(serial(text));
    expect(['40', '0201410242', '43'].map(has)).to.deep.equal([true, true, true]);
    expect(['55', '41', '42', '', '4043'].map(has)).to.deep.equal([false, false, false, false, false]);
  });

  it('names a certificate whose number stands elsewhere before its own entry', async () => {
    const bytes = list(entries(['0203020141', revokedAt], ['020141', revokedAt]));
    const result = await readCrl(bytes, issuer, now);
    if ('refusal' in result) throw new Error(result.refusal);
    expect(result.list.has(serial('41'))).to.equal(true);
  });

  it('lets others have their turn for every 5000 entries that are read', async () => {
    const turnsFor = async (count: number) => {
      const bytes = list({ entries: der(sequence, der(sequence, '020140', revokedAt).repeat(count)) });
      let turns = 0;
      let isOver = false;
      const tick = () => {
        turns++;
        if (!isOver) setImmediate(tick);
      };
      setImmediate(tick);
      await read(bytes);
      isOver = true;
      return turns;
    };
    const few = await turnsFor(4_999);
    expect(await turnsFor(5_000)).to.equal(few + 1);
    expect(await turnsFor(10_001)).to.equal(few + 2);
  });
});
