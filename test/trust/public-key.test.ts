import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { DerError, DerReader, tags } from '../../lib/trust/der.js';
import { isPublicKeyInDer } from '../../lib/trust/public-key.js';
import { der, elementOf } from '../support/hex-der.js';

const { sequence, integer, bitString } = tags;
const rsaEncryption = '06092a864886f70d010101';
const ecPublicKey = '06072a8648ce3d0201';
const p256 = '06082a8648ce3d030107';
const none = '0500';

describe('A public key in a certificate', () => {
  const isInDer = (text: string) => isPublicKeyInDer(elementOf(text));
  const rsa = (numbers: readonly string[], algorithm = der(sequence, rsaEncryption, none)) =>
    der(sequence, algorithm, der(bitString, '00', der(sequence, ...numbers)));
  const numbers = [der(integer, '00ff01'), der(integer, '010001')];

  for (const [what, key] of [
    ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
    ['P-384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ] as const) {
    it(`may be one of ${what}, as OpenSSL writes it`, () => {
      const spki = new Uint8Array(key.publicKey.export({ type: 'spki', format: 'der' }));
      expect(isPublicKeyInDer(new DerReader(spki).next(sequence))).to.equal(true);
    });
  }

  it('may be RSA with NULL for parameters and two positive numbers', () => {
    expect(isInDer(rsa(numbers))).to.equal(true);
    expect(isInDer(rsa([der(integer, '7f'), der(integer, '03')]))).to.equal(true);
  });

  for (const [what, key] of [
    ['RSA with other parameters', rsa(numbers, der(sequence, rsaEncryption, p256))],
    ['RSA with a NULL that holds something', rsa(numbers, der(sequence, rsaEncryption, '050100'))],
    ['RSA with one number', rsa(numbers.slice(1))],
    ['RSA with a negative modulus', rsa([der(integer, 'ff01'), numbers[1] ?? ''])],
    ['RSA with a negative exponent', rsa([numbers[0] ?? '', der(integer, '80')])],
    ['RSA with an exponent that is not minimal', rsa([numbers[0] ?? '', der(integer, '0003')])],
    ['RSA with an empty modulus', rsa([der(integer), numbers[1] ?? ''])],
    ['EC with a curve of its own', der(sequence, der(sequence, ecPublicKey, der(sequence)), der(bitString, '0004'))],
    ['another kind', der(sequence, der(sequence, '06032b6570', none), der(bitString, '0001'))],
  ] as const) {
    it(`is not in its one spelling where it is ${what}`, () => {
      expect(isInDer(key)).to.equal(false);
    });
  }

  for (const [what, key] of [
    ['RSA with three numbers', rsa([...numbers, numbers[1] ?? ''])],
    [
      'RSA with bytes behind its numbers',
      der(sequence, der(sequence, rsaEncryption, none), der(bitString, '00', der(sequence, ...numbers), '00')),
    ],
    ['without parameters', rsa(numbers, der(sequence, rsaEncryption))],
    ['with something behind its parameters', rsa(numbers, der(sequence, rsaEncryption, none, none))],
    ['with something behind it', der(sequence, der(sequence, ecPublicKey, p256), der(bitString, '0004'), none)],
    ['with bits that are no octets', der(sequence, der(sequence, ecPublicKey, p256), der(bitString, '0104'))],
    ['empty', der(sequence)],
  ] as const) {
    it(`is none where it is one ${what}`, () => {
      expect(() => isInDer(key)).to.throw(DerError);
    });
  }
});
