import { generateKeyPairSync, sign } from 'node:crypto';
import { BitString } from 'asn1js';
import { expect } from 'chai';
import { isSignedWith, isStrong } from '../../lib/trust/signatures.js';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const bytes = Buffer.from('what is signed');
const names = [
  ['1.2.840.113549.1.1.11', 'sha256', rsa],
  ['1.2.840.113549.1.1.12', 'sha384', rsa],
  ['1.2.840.113549.1.1.13', 'sha512', rsa],
  ['1.2.840.10045.4.3.2', 'sha256', ec],
  ['1.2.840.10045.4.3.3', 'sha384', ec],
  ['1.2.840.10045.4.3.4', 'sha512', ec],
] as const;

const bitString = (valueHex: Uint8Array, unusedBits = 0) =>
  new BitString({ valueHex: new Uint8Array(valueHex), unusedBits });

describe('A signature of a certificate or of an answer about one', () => {
  for (const [algorithmId, hash, { publicKey, privateKey }] of names) {
    it(`holds with ${hash} and ${publicKey.asymmetricKeyType}, and with nothing else`, () => {
      const signature = bitString(sign(hash, bytes, privateKey));
      expect(isStrong({ algorithmId })).to.equal(true);
      for (const [otherId, , { publicKey: otherKey }] of names) {
        const holds = isSignedWith(otherKey, bytes, { algorithmId: otherId }, signature);
        expect(holds, otherId).to.equal(otherId === algorithmId);
      }
      expect(isSignedWith(publicKey, Buffer.from('what is not'), { algorithmId }, signature)).to.equal(false);
    });
  }

  it('does not hold with the key of one kind and the name of another', () => {
    const signature = bitString(sign('sha256', bytes, rsa.privateKey));
    expect(isSignedWith(rsa.publicKey, bytes, { algorithmId: '1.2.840.10045.4.3.2' }, signature)).to.equal(false);
  });

  it('does not hold with a hash that is too weak, or one that nobody knows', () => {
    for (const algorithmId of ['1.2.840.113549.1.1.5', '1.2.840.10045.4.1', '1.2.3', '']) {
      expect(isStrong({ algorithmId })).to.equal(false);
      expect(
        isSignedWith(rsa.publicKey, bytes, { algorithmId }, bitString(sign('sha1', bytes, rsa.privateKey))),
      ).to.equal(false);
    }
  });

  it('holds in one spelling only', () => {
    const algorithmId = '1.2.840.10045.4.3.3';
    const good = sign('sha384', bytes, ec.privateKey);
    const length = good[1] as number;
    const shorter = Buffer.from(good);
    shorter[1] = length - 1;
    for (const wrong of [bitString(Buffer.concat([good, Buffer.of(0)])), bitString(shorter), bitString(good, 1)]) {
      expect(isSignedWith(ec.publicKey, bytes, { algorithmId }, wrong)).to.equal(false);
    }
  });
});
