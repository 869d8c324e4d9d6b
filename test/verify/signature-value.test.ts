import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import { calculateDigest } from '../../lib/protocol/digest.js';
import { checkAlgorithm, isSignatureOf, isSignatureOfDigest } from '../../lib/verify/signature-value.js';
import { reasonOf } from '../support/reason.js';

const pss = { signatureAlgorithm: 'rsassa-pss', hashAlgorithm: 'SHA-256' } as const;
const parameters = {
  hashAlgorithm: 'SHA-256',
  maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm: 'SHA-256' } },
  saltLength: 32,
  trailerField: '0xbc',
};

const reasonAgainst = (...args: Parameters<typeof checkAlgorithm>) => reasonOf(() => checkAlgorithm(...args));

describe('The algorithm of a signature', () => {
  it('is the one asked for with all of its parameters', () => {
    expect(reasonAgainst({ signatureAlgorithm: 'rsassa-pss', signatureAlgorithmParameters: parameters }, pss)).to.equal(
      undefined,
    );
    const pkcs1 = { signatureAlgorithm: 'sha256WithRSAEncryption' } as const;
    expect(reasonAgainst(pkcs1, pkcs1)).to.equal(undefined);
    for (const meaningless of [parameters, { ...parameters, saltLength: 20 }, {}, 'x', 7]) {
      const answered = { ...pkcs1, signatureAlgorithmParameters: meaningless as typeof parameters };
      expect(reasonAgainst(answered, pkcs1)).to.equal(undefined);
    }
    expect(reasonAgainst(pkcs1, pss)).to.equal('signatureAlgorithm is not the one asked for');
    expect(reasonAgainst({}, pss)).to.equal('signatureAlgorithm is not the one asked for');
  });

  for (const [reason, wish] of [
    ['signatureAlgorithmParameters are missing', undefined],
    ['hashAlgorithm is not the one asked for', { hashAlgorithm: 'SHA-512' }],
    [
      'maskGenAlgorithm is not id-mgf1',
      { maskGenAlgorithm: { algorithm: 'mgf1', parameters: { hashAlgorithm: 'SHA-256' } } },
    ],
    [
      'the hash of MGF1 is not the one asked for',
      { maskGenAlgorithm: { algorithm: 'id-mgf1', parameters: { hashAlgorithm: 'SHA-512' } } },
    ],
    ['saltLength is not the length of the hash', { saltLength: 20 }],
    ['trailerField is not 0xbc', { trailerField: '0xBC' }],
  ] as const) {
    it(`of PSS is refused: ${reason}`, () => {
      const answered = wish && { ...parameters, ...wish };
      expect(
        reasonAgainst({ signatureAlgorithm: 'rsassa-pss', signatureAlgorithmParameters: answered as never }, pss),
      ).to.equal(reason);
    });
  }

  it('of PSS is refused where no hash was asked for', () => {
    const answered = { ...parameters, hashAlgorithm: undefined as unknown as string };
    expect(
      reasonAgainst(
        { signatureAlgorithm: 'rsassa-pss', signatureAlgorithmParameters: answered as never },
        { signatureAlgorithm: 'rsassa-pss' },
      ),
    ).to.equal('hashAlgorithm is not the one asked for');
  });
});

describe('The value of a signature', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const message = Buffer.from('message');
  const digest = calculateDigest(message, 'SHA-256');
  const pkcs1 = { signatureAlgorithm: 'sha256WithRSAEncryption' } as const;
  const padding = constants.RSA_PKCS1_PSS_PADDING;
  const byPss = (saltLength: number) =>
    sign('sha256', message, { key: privateKey, padding, saltLength }).toString('base64');
  const byPkcs1 = sign('sha256', message, privateKey).toString('base64');

  for (const [what, value, choice] of [
    ['PSS', byPss(32), pss],
    ['PKCS#1 v1.5', byPkcs1, pkcs1],
  ] as const) {
    it(`is one of the message and of its digest: ${what}`, () => {
      expect(isSignatureOf(message, value, publicKey, choice)).to.equal(true);
      expect(isSignatureOfDigest(digest, value, publicKey, choice)).to.equal(true);
      expect(isSignatureOf(Buffer.from('other'), value, publicKey, choice)).to.equal(false);
      const other = calculateDigest(Buffer.from('other'), 'SHA-256');
      expect(isSignatureOfDigest(other, value, publicKey, choice)).to.equal(false);
    });
  }

  it('is none where a leading zero octet is left out, which OpenSSL would take', () => {
    const choices = [
      [pss, { key: privateKey, padding, saltLength: 32 }],
      [pkcs1, { key: privateKey }],
    ] as const;
    for (const [choice, key] of choices) {
      for (let count = 0; ; count++) {
        const counted = Buffer.from(`message ${count}`);
        const signature = sign('sha256', counted, key);
        if (signature[0] !== 0) continue;
        const digestOf = calculateDigest(counted, 'SHA-256');
        for (const [bytes, isOne] of [
          [signature, true],
          [signature.subarray(1), false],
        ] as const) {
          const value = bytes.toString('base64');
          expect(isSignatureOf(counted, value, publicKey, choice)).to.equal(isOne);
          expect(isSignatureOfDigest(digestOf, value, publicKey, choice)).to.equal(isOne);
        }
        break;
      }
    }
  });

  for (const [what, value, choice] of [
    ['missing', undefined, pss],
    ['empty', '', pss],
    ['no Base64', `${byPss(32)} `, pss],
    ['that of PKCS#1 v1.5 where PSS was asked for', byPkcs1, pss],
    ['that of PSS where PKCS#1 v1.5 was asked for', byPss(32), pkcs1],
    ['that of PSS with another salt length', byPss(20), pss],
    ['cut off', Buffer.from(byPss(32), 'base64').subarray(1).toString('base64'), pss],
  ] as const) {
    it(`is none where it is ${what}`, () => {
      expect(isSignatureOf(message, value, publicKey, choice)).to.equal(false);
      expect(isSignatureOfDigest(digest, value, publicKey, choice)).to.equal(false);
    });
  }
});
