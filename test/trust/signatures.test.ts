import { generateKeyPairSync, sign } from 'node:crypto';
import { BitString, Null, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import { expect } from 'chai';
import { DerReader } from '../../lib/trust/der.js';
import { isLongSignedWith, isSignedWith, isStrong, readSigned, type Signed } from '../../lib/trust/signatures.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
/** What is signed is a SEQUENCE. */
const toBeSigned = (text: string) => new Sequence({ value: [new OctetString({ valueHex: Buffer.from(text) })] });
const bytes = Buffer.from(toBeSigned('what is signed').toBER(false));
const names = [
  ['1.2.840.113549.1.1.11', 'sha256', rsa],
  ['1.2.840.113549.1.1.12', 'sha384', rsa],
  ['1.2.840.113549.1.1.13', 'sha512', rsa],
  ['1.2.840.10045.4.3.2', 'sha256', ec],
  ['1.2.840.10045.4.3.3', 'sha384', ec],
  ['1.2.840.10045.4.3.4', 'sha512', ec],
] as const;

/** As another library writes it. RSA has NULL for parameters. */
function signed(
  algorithmId: string,
  signature: Uint8Array,
  wish: { text?: string; unusedBits?: number; parameters?: Null[] } = {},
): Signed {
  const { text = 'what is signed', unusedBits = 0 } = wish;
  const { parameters = algorithmId.startsWith('1.2.840.113549') ? [new Null()] : [] } = wish;
  const elements = [
    toBeSigned(text),
    new Sequence({ value: [new ObjectIdentifier({ value: algorithmId }), ...parameters] }),
    new BitString({ valueHex: new Uint8Array(signature), unusedBits }),
  ];
  return readSigned(new DerReader(new Uint8Array(Buffer.concat(elements.map((one) => Buffer.from(one.toBER(false)))))));
}

describe('A signature of a certificate or of an answer about one', () => {
  for (const [algorithmId, hash, { publicKey, privateKey }] of names) {
    it(`holds with ${hash} and ${publicKey.asymmetricKeyType}, and with nothing else`, async () => {
      const signature = sign(hash, bytes, privateKey);
      expect(isStrong(signed(algorithmId, signature))).to.equal(true);
      for (const [otherId, , { publicKey: otherKey }] of names) {
        const other = signed(otherId, signature);
        expect(isSignedWith(otherKey, other), otherId).to.equal(otherId === algorithmId);
        expect(await isLongSignedWith(otherKey, other), otherId).to.equal(otherId === algorithmId);
      }
      const changed = signed(algorithmId, signature, { text: 'what is not' });
      expect(isSignedWith(publicKey, changed)).to.equal(false);
      expect(await isLongSignedWith(publicKey, changed)).to.equal(false);
    });
  }

  it('does not hold with the key of one kind and the name of another', async () => {
    const mixed = signed('1.2.840.10045.4.3.2', sign('sha256', bytes, rsa.privateKey));
    expect(isSignedWith(rsa.publicKey, mixed)).to.equal(false);
    expect(await isLongSignedWith(rsa.publicKey, mixed)).to.equal(false);
  });

  it('does not hold with a hash that is too weak, or one that nobody knows', async () => {
    const signature = sign('sha1', bytes, rsa.privateKey);
    for (const algorithmId of ['1.2.840.113549.1.1.5', '1.2.840.10045.4.1', '1.2.3']) {
      expect(isStrong(signed(algorithmId, signature))).to.equal(false);
      expect(isSignedWith(rsa.publicKey, signed(algorithmId, signature))).to.equal(false);
      expect(await isLongSignedWith(rsa.publicKey, signed(algorithmId, signature))).to.equal(false);
    }
  });

  it('has the parameters that its algorithm has', () => {
    const [rsaId, ecId] = ['1.2.840.113549.1.1.11', '1.2.840.10045.4.3.2'];
    const signature = sign('sha256', bytes, rsa.privateKey);
    const parameters = (...all: Null[]) => ({ parameters: all });
    expect(isSignedWith(rsa.publicKey, signed(rsaId, signature, parameters()))).to.equal(true);
    expect(isStrong(signed(rsaId, signature, parameters(new Null(), new Null())))).to.equal(false);
    expect(isStrong(signed(ecId, signature, parameters(new Null())))).to.equal(false);
    const nullWithContent = Buffer.from('3000 300e 0609 2a864886f70d01010b 050100 030100'.replaceAll(' ', ''), 'hex');
    expect(isStrong(readSigned(new DerReader(new Uint8Array(nullWithContent))))).to.equal(false);
    const odd = new ObjectIdentifier({ value: '1.2.3' }) as unknown as Null;
    expect(isStrong(signed(rsaId, signature, parameters(odd)))).to.equal(false);
  });

  it('holds in one spelling only', () => {
    const algorithmId = '1.2.840.10045.4.3.3';
    const good = sign('sha384', bytes, ec.privateKey);
    const length = good[1] as number;
    const shorter = Buffer.from(good);
    shorter[1] = length - 1;
    for (const wrong of [Buffer.concat([good, Buffer.of(0)]), shorter]) {
      expect(isSignedWith(ec.publicKey, signed(algorithmId, wrong))).to.equal(false);
    }
    expect(() => signed(algorithmId, good, { unusedBits: 1 })).to.throw('does not end with an octet');
  });

  it('lets others have their turn for every megabyte that is hashed', async () => {
    const turnsFor = async (megabytes: number) => {
      const long = signed('1.2.840.10045.4.3.3', ec.publicKey.export({ type: 'spki', format: 'der' }), {
        text: 'x'.repeat(megabytes * 1024 * 1024 - 100),
      });
      let turns = 0;
      let isOver = false;
      const tick = () => {
        turns++;
        if (!isOver) setImmediate(tick);
      };
      setImmediate(tick);
      await isLongSignedWith(ec.publicKey, long);
      isOver = true;
      return turns;
    };
    const once = await turnsFor(1);
    expect(await turnsFor(4)).to.equal(once + 3);
  });

  it('holds over more bytes than are hashed at once', async () => {
    const text = 'x'.repeat(3 * 1024 * 1024);
    const signature = sign('sha384', Buffer.from(toBeSigned(text).toBER(false)), ec.privateKey);
    expect(await isLongSignedWith(ec.publicKey, signed('1.2.840.10045.4.3.3', signature, { text }))).to.equal(true);
    const other = `${text.slice(0, -1)}y`;
    expect(await isLongSignedWith(ec.publicKey, signed('1.2.840.10045.4.3.3', signature, { text: other }))).to.equal(
      false,
    );
  });
});
