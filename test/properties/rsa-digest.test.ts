/** Signatures over a digest against node:crypto, which is given the message and does all of it by itself. */

import { constants, createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { type HashAlgorithm, hashAlgorithms, hashOctets, nodeHashName } from '../../lib/protocol/algorithms.js';
import { isPkcs1SignatureOf, isPssSignatureOf } from '../../lib/verify/rsa-digest.js';
import { isSignatureOf, isSignatureOfDigest } from '../../lib/verify/signature-value.js';
import { mutatedBytes } from '../attacks/mutations.js';
import { encodePkcs1, encodePss, type PssDeviation, signEncoding } from '../support/rsa-encoding.js';
import { numberOf, type RsaKey, rsaKeyOf } from '../support/rsa-keys.js';
import { check } from './input.js';

/** With one octet more than the encoding, and with none, one or two bits more. */
const moduli = [2047, 2048, 2049, 4095] as const;
const pkcs1Hashes = ['SHA-256', 'SHA-384', 'SHA-512'] as const;
const prefixes = {
  'SHA-256': '3031300d060960864801650304020105000420',
  'SHA-384': '3041300d060960864801650304020205000430',
  'SHA-512': '3051300d060960864801650304020305000440',
};
const message = Buffer.from('The contract');

describe('A signature over a digest', function () {
  this.timeout(60_000);

  const keys = new Map<number, RsaKey>();

  before(() => {
    for (const bits of moduli) keys.set(bits, rsaKeyOf(bits));
  });

  function key(bits: number): RsaKey {
    const found = keys.get(bits);
    if (!found) throw new Error(`There is no key of ${bits} bits.`);
    return found;
  }

  const paddings = {
    pss: (hash: HashAlgorithm) => ({ padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashOctets(hash) }),
    pkcs1: () => ({ padding: constants.RSA_PKCS1_PADDING }),
  };
  type Padding = keyof typeof paddings;
  const ours = { pss: isPssSignatureOf, pkcs1: isPkcs1SignatureOf };
  const combinations: [Padding, HashAlgorithm][] = [
    ...hashAlgorithms.map((hash): [Padding, HashAlgorithm] => ['pss', hash]),
    ...pkcs1Hashes.map((hash): [Padding, HashAlgorithm] => ['pkcs1', hash]),
  ];

  const digestOf = (data: Uint8Array, hash: HashAlgorithm) => createHash(nodeHashName(hash)).update(data).digest();

  /** What the two say of it: ours of the digest, node:crypto of the message. */
  function judged(padding: Padding, hash: HashAlgorithm, bits: number, data: Uint8Array, signature: Buffer) {
    const { publicKey } = key(bits);
    return [
      ours[padding](digestOf(data, hash), signature, publicKey, hash),
      verify(nodeHashName(hash), data, { key: publicKey, ...paddings[padding](hash) }, signature),
    ];
  }

  for (const bits of moduli) {
    for (const [padding, hash] of combinations) {
      it(`is taken with ${padding} and ${hash} by a key of ${bits} bits, and for no other message`, () => {
        const { privateKey } = key(bits);
        check(
          fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 })),
          ([data, other]) => {
            const signature = sign(nodeHashName(hash), data, { key: privateKey, ...paddings[padding](hash) });
            expect(judged(padding, hash, bits, data, signature)).to.deep.equal([true, true]);
            const isSame = Buffer.from(data).equals(other);
            expect(judged(padding, hash, bits, other, signature)).to.deep.equal([isSame, isSame]);
          },
          10,
        );
      });
    }

    for (const padding of ['pss', 'pkcs1'] as const) {
      it(`with ${padding} by a key of ${bits} bits is refused as soon as a byte is changed`, () => {
        const { privateKey } = key(bits);
        const made = () => sign('sha512', message, { key: privateKey, ...paddings[padding]('SHA-512') });
        const genuine = made();
        check(
          mutatedBytes(genuine, [made(), message]).filter((changed) => !changed.equals(genuine)),
          (changed) => expect(judged(padding, 'SHA-512', bits, message, changed)).to.deep.equal([false, false]),
          300,
        );
      });
    }
  }

  for (const [padding, hash] of combinations) {
    it(`with ${padding} and ${hash} is not one of any other padding or hash`, () => {
      const { privateKey } = key(2048);
      const signature = sign(nodeHashName(hash), message, { key: privateKey, ...paddings[padding](hash) });
      for (const [otherPadding, otherHash] of combinations) {
        const isSame = padding === otherPadding && hash === otherHash;
        expect(judged(otherPadding, otherHash, 2048, message, signature)).to.deep.equal([isSame, isSame]);
      }
    });
  }

  it('is none with PKCS#1 v1.5 and a hash that its algorithms do not name', () => {
    const { privateKey, publicKey } = key(2048);
    for (const hash of hashAlgorithms) {
      const signature = sign(nodeHashName(hash), message, privateKey);
      const isNamed = pkcs1Hashes.some((named) => named === hash);
      expect(isPkcs1SignatureOf(digestOf(message, hash), signature, publicKey, hash), hash).to.equal(isNamed);
    }
  });

  /** Encoded anew, with another salt, until it is a number that the key can be applied to. */
  function signed(bits: number, encode: () => Buffer): Buffer {
    const { privateKey, modulus } = key(bits);
    for (let tries = 0; tries < 1000; tries += 1) {
      const encoding = encode();
      if (numberOf(encoding) < modulus) return signEncoding(encoding, privateKey);
    }
    throw new Error('No encoding is smaller than the modulus.');
  }

  const deviations: [what: string, deviation: PssDeviation][] = [
    ['another trailer', { trailer: 0xcc }],
    ['a trailer with one bit more', { trailer: 0xbd }],
    ['no 0x01 after the padding', { separator: 0 }],
    ['0x02 after the padding', { separator: 2 }],
    ['0x81 after the padding', { separator: 0x81 }],
    ['padding that is not zero in its last bit', { padding: 1 }],
    ['padding that is not zero in its first bit', { padding: 0x80 }],
    ['no salt', { saltLength: 0 }],
    ['a shorter salt', { saltLength: 31 }],
    ['a longer salt', { saltLength: 33 }],
    ['the salt of another hash', { saltLength: 64 }],
    ['the longest salt', { saltLength: 256 - 32 - 2 }],
    ['a mask of another hash', { maskHash: 'SHA-512' }],
    ['a mask of another hash of the same length', { maskHash: 'SHA3-256' }],
    ['seven octets before the digest', { prefix: Buffer.alloc(7) }],
    ['nine octets before the digest', { prefix: Buffer.alloc(9) }],
    ['octets before the digest that are not zero', { prefix: Buffer.alloc(8, 1) }],
  ];

  for (const bits of moduli) {
    it(`is taken with an encoding made by hand for ${bits} bits`, () => {
      for (const hash of hashAlgorithms) {
        const signature = signed(bits, () => encodePss(digestOf(message, hash), bits, hash));
        expect(judged('pss', hash, bits, message, signature), hash).to.deep.equal([true, true]);
      }
    });

    for (const [what, deviation] of deviations) {
      it(`is refused with ${what} in an encoding of ${bits} bits`, () => {
        const signature = signed(bits, () => encodePss(digestOf(message, 'SHA-256'), bits, 'SHA-256', deviation));
        expect(judged('pss', 'SHA-256', bits, message, signature)).to.deep.equal([false, false]);
      });
    }
  }

  for (const [bits, what, deviation] of [
    [2047, 'the lower of the two bits that it has not', { firstBits: 0x40 }],
    [2048, 'the bit that it has not', { firstBits: 0x80 }],
    [4095, 'the lower of the two bits that it has not', { firstBits: 0x40 }],
    [2049, 'the octet that it has not', { leadingOctet: 1 }],
  ] as const) {
    it(`is refused with ${what} set in an encoding of ${bits} bits`, () => {
      const signature = signed(bits, () => encodePss(digestOf(message, 'SHA-256'), bits, 'SHA-256', deviation));
      expect(judged('pss', 'SHA-256', bits, message, signature)).to.deep.equal([false, false]);
    });
  }

  const withoutNull = (hash: keyof typeof prefixes) => {
    const [outer, inner] = [prefixes[hash].slice(2, 4), prefixes[hash].slice(6, 8)].map((hex) =>
      Number.parseInt(hex, 16),
    );
    const shorter = (length = 0) => (length - 2).toString(16).padStart(2, '0');
    return `30${shorter(outer)}30${shorter(inner)}${prefixes[hash].slice(8, -8)}${prefixes[hash].slice(-4)}`;
  };
  const info = (hash: keyof typeof prefixes, ...more: Buffer[]) =>
    Buffer.concat([Buffer.from(prefixes[hash], 'hex'), digestOf(message, hash), ...more]);

  for (const bits of moduli) {
    it(`is taken with PKCS#1 v1.5 padding made by hand for ${bits} bits`, () => {
      for (const hash of pkcs1Hashes) {
        const signature = signed(bits, () => encodePkcs1(info(hash), bits));
        expect(judged('pkcs1', hash, bits, message, signature), hash).to.deep.equal([true, true]);
      }
    });

    for (const [what, encode] of [
      [
        'no NULL in it',
        () => Buffer.concat([Buffer.from(withoutNull('SHA-256'), 'hex'), digestOf(message, 'SHA-256')]),
      ],
      [
        'the name of another hash',
        () =>
          Buffer.concat([
            Buffer.from(prefixes['SHA-256'].replace('0304020105', '0304020805'), 'hex'),
            digestOf(message, 'SHA-256'),
          ]),
      ],
      ['no name of a hash', () => digestOf(message, 'SHA-256')],
      ['bytes after it', () => info('SHA-256', Buffer.alloc(1))],
      [
        'a length in the long form',
        () => Buffer.concat([Buffer.from(`3081${prefixes['SHA-256'].slice(2)}`, 'hex'), digestOf(message, 'SHA-256')]),
      ],
      ['nothing in it', () => Buffer.alloc(0)],
    ] as [string, () => Buffer][]) {
      it(`is refused with PKCS#1 v1.5 and ${what}, by a key of ${bits} bits`, () => {
        const signature = signed(bits, () => encodePkcs1(encode(), bits));
        expect(judged('pkcs1', 'SHA-256', bits, message, signature)).to.deep.equal([false, false]);
      });
    }

    it(`is refused with PKCS#1 v1.5 and short padding by a key of ${bits} bits, whatever fills the rest`, () => {
      const content = info('SHA-256');
      for (const paddingLength of [0, 7, 8, 100]) {
        const rest = Buffer.alloc(Math.ceil(bits / 8) - content.length - paddingLength - 3, 0x5a);
        for (const filled of [Buffer.concat([content, rest]), Buffer.concat([rest, content])]) {
          const signature = signed(bits, () => encodePkcs1(filled, bits, paddingLength));
          expect(judged('pkcs1', 'SHA-256', bits, message, signature)).to.deep.equal([false, false]);
        }
      }
    });

    it(`is refused with PKCS#1 v1.5 of the block type for encryption by a key of ${bits} bits`, () => {
      const signature = signed(bits, () => encodePkcs1(info('SHA-256'), bits, undefined, 2));
      expect(judged('pkcs1', 'SHA-256', bits, message, signature)).to.deep.equal([false, false]);
    });
  }

  for (const padding of ['pss', 'pkcs1'] as const) {
    it(`with ${padding} is as long as the modulus: its leading zero is not left out, and none is added`, () => {
      const { privateKey, publicKey } = key(2049);
      const choice =
        padding === 'pss'
          ? ({ signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-512' } as const)
          : ({ signatureAlgorithm: 'sha512WithRSAEncryption' } as const);
      // The first octet of a number of 2049 bits is seldom set, so that this does not take long.
      for (let tries = 0; ; tries += 1) {
        const data = Buffer.from(`Contract ${tries}`);
        const whole = sign('sha512', data, { key: privateKey, ...paddings[padding]('SHA-512') });
        if (whole[0] !== 0) continue;
        const digest = digestOf(data, 'SHA-512');
        for (const [expected, signature] of [
          [true, whole],
          [false, whole.subarray(1)],
          [false, Buffer.concat([Buffer.alloc(1), whole])],
        ] as const) {
          const value = signature.toString('base64');
          expect(ours[padding](digest, signature, publicKey, 'SHA-512')).to.equal(expected);
          expect(isSignatureOf(data, value, publicKey, choice)).to.equal(expected);
          expect(isSignatureOfDigest(digest.toString('base64'), value, publicKey, choice)).to.equal(expected);
        }
        break;
      }
    });
  }

  it('is the only number of its kind: the modulus is not added to it', () => {
    const { privateKey, publicKey, modulus } = key(2047);
    const signature = sign('sha512', message, { key: privateKey, ...paddings.pss('SHA-512') });
    const added = (numberOf(signature) + modulus).toString(16).padStart(512, '0');
    expect(added).to.have.length(512);
    const digest = digestOf(message, 'SHA-512');
    expect(isPssSignatureOf(digest, Buffer.from(added, 'hex'), publicKey, 'SHA-512')).to.equal(false);
  });

  it('is none by a key that is too small for the hash, or no RSA key', () => {
    const { privateKey: small, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey;
    const digest = digestOf(message, 'SHA-512');
    for (const signature of [sign('sha512', message, small), Buffer.alloc(128, 1), Buffer.alloc(0)]) {
      for (const other of [publicKey, elliptic]) {
        expect(isPssSignatureOf(digest, signature, other, 'SHA-512')).to.equal(false);
      }
      expect(isPkcs1SignatureOf(digest, signature, elliptic, 'SHA-512')).to.equal(false);
    }
  });
});
