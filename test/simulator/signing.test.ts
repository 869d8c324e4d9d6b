import { constants, createHash, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { expect } from 'chai';
import {
  type AlgorithmChoice,
  deprecatedAlgorithms,
  hashAlgorithms,
  hashes,
  hashOf,
} from '../../lib/simulator/signature-algorithms.js';
import { signDigest, signMessage } from '../../lib/simulator/signing.js';

const choices: AlgorithmChoice[] = [
  ...hashAlgorithms.map((hashAlgorithm) => ({
    signatureAlgorithm: 'rsassa-pss' as const,
    signatureAlgorithmParameters: { hashAlgorithm },
  })),
  ...deprecatedAlgorithms.map((signatureAlgorithm) => ({ signatureAlgorithm })),
];

describe('A signature over a digest', () => {
  const message = Buffer.from('The document to sign');

  function isSignatureOfMessage(value: string, choice: AlgorithmChoice, privateKey: KeyObject): boolean {
    const { name, octets } = hashes[hashOf(choice)];
    const isPss = choice.signatureAlgorithm === 'rsassa-pss';
    const padding = isPss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: octets } : {};
    return verify(name, message, { key: createPublicKey(privateKey), ...padding }, Buffer.from(value, 'base64'));
  }

  // The padding depends upon how many bits the modulus has beyond whole octets: at one bit it is an octet shorter than the modulus.
  for (const modulusLength of [2048, 2047, 2041, 1153, 1154, 1157]) {
    let privateKey: KeyObject;
    before(() => {
      privateKey = generateKeyPairSync('rsa', { modulusLength }).privateKey;
      expect(privateKey.asymmetricKeyDetails?.modulusLength).to.equal(modulusLength);
    });
    for (const choice of choices) {
      const hashAlgorithm = hashOf(choice);
      it(`is one of the message: ${choice.signatureAlgorithm} ${hashAlgorithm}, ${modulusLength} bits`, () => {
        const digest = createHash(hashes[hashAlgorithm].name).update(message).digest();
        // The salt is random: one signature might be right by luck.
        for (let time = 0; time < 4; time += 1) {
          const { value } = signDigest(digest, privateKey, choice);
          expect(Buffer.from(value, 'base64')).to.have.length(Math.ceil(modulusLength / 8));
          expect(isSignatureOfMessage(value, choice, privateKey)).to.equal(true);
        }
      });
    }
  }

  it('says the same of itself as one over a message', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const choice of choices) {
      const digest = createHash(hashes[hashOf(choice)].name).update(message).digest();
      const { value: ofDigest, ...digestFields } = signDigest(digest, privateKey, choice);
      const { value: ofMessage, ...messageFields } = await signMessage(message, privateKey, choice);
      expect(digestFields).to.deep.equal(messageFields);
      expect(isSignatureOfMessage(ofMessage, choice, privateKey)).to.equal(true);
      const isDeterministic = choice.signatureAlgorithm !== 'rsassa-pss';
      expect(ofDigest === ofMessage).to.equal(isDeterministic);
    }
  });

  it('cannot be made with a key that is not RSA', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    for (const choice of choices) {
      expect(() => signDigest(Buffer.alloc(hashes[hashOf(choice)].octets), privateKey, choice)).to.throw();
    }
  });
});
