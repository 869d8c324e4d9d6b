import { expect } from 'chai';
import { hashAlgorithms, hashOctets } from '../../lib/protocol/algorithms.js';
import { calculateDigest, digestBytes } from '../../lib/protocol/digest.js';
import { inputError } from '../support/errors.js';

const text = (value: unknown) => value as string;

describe('A digest', () => {
  for (const [hashAlgorithm, hex] of [
    ['SHA-256', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['SHA-384', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [
      'SHA-512',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    ['SHA3-256', '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532'],
    ['SHA3-384', 'ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25'],
    [
      'SHA3-512',
      'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
    ],
  ] as const) {
    it(`is what the standard gives for "abc" with ${hashAlgorithm}, and read back as it is`, () => {
      const digest = calculateDigest(Buffer.from('abc'), hashAlgorithm);
      expect(Buffer.from(digest, 'base64').toString('hex')).to.equal(hex);
      expect(digestBytes(digest, hashAlgorithm).toString('hex')).to.equal(hex);
    });
  }

  it('is one of bytes of any kind, and of none', () => {
    const digest = calculateDigest(Buffer.from('abc'), 'SHA-256');
    expect(calculateDigest(new Uint8Array([97, 98, 99]), 'SHA-256')).to.equal(digest);
    expect(calculateDigest(Buffer.from('xabcx').subarray(1, 4), 'SHA-256')).to.equal(digest);
    expect(calculateDigest(new Uint8Array(), 'SHA-256')).to.equal('47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');
  });

  for (const data of [undefined, null, 'abc', 7, ['abc'], new ArrayBuffer(3), { length: 3 }]) {
    it(`is none of ${JSON.stringify(data)}`, () => {
      expect(() => calculateDigest(data as unknown as Uint8Array, 'SHA-256')).to.throw(...inputError('data'));
    });
  }

  for (const hashAlgorithm of hashAlgorithms) {
    it(`of ${hashAlgorithm} has exactly its length`, () => {
      const octets = hashOctets(hashAlgorithm);
      for (const length of [0, 1, octets - 1, octets + 1, 2 * octets, 20]) {
        const digest = Buffer.alloc(length).toString('base64');
        expect(() => digestBytes(digest, hashAlgorithm), String(length)).to.throw(...inputError('digest'));
      }
      expect(() => digestBytes('', hashAlgorithm)).to.throw(`${octets} bytes of ${hashAlgorithm}.`);
    });
  }

  it('is padded Base64 and nothing else', () => {
    const bytes = Buffer.alloc(32, 0xff);
    const digest = bytes.toString('base64');
    expect(digestBytes(digest, 'SHA-256')).to.deep.equal(bytes);
    for (const value of [
      bytes.toString('base64url'),
      bytes.toString('hex'),
      digest.slice(0, -1),
      digest.replace('8=', '9='),
      `${digest}\n`,
      ` ${digest}`,
      bytes,
      undefined,
      null,
      7,
    ]) {
      expect(() => digestBytes(text(value), 'SHA-256'), String(value)).to.throw(...inputError('digest'));
    }
  });
});
