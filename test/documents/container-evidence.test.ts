import { rejects } from 'node:assert/strict';
import { constants, generateKeyPairSync, sign } from 'node:crypto';
import { expect } from 'chai';
import { hashNameIn, isSignedByAnyAlgorithm } from '../../lib/documents/container/existing-algorithms.js';
import { prepareContainer } from '../../lib/documents/container/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { constructedTag, onlyElement, tags } from '../../lib/trust/der.js';
import { encodeDer, encodeObjectIdentifier } from '../../lib/trust/encode-der.js';
import { type Signatory, signatory } from '../support/signing.js';
import { refused } from './container-support.js';
import { existingContainers, withMoreEvidence } from './existing-changes.js';

describe('A container that somebody has signed at the level LT', () => {
  let simulator: Simulator;
  let first: Signatory;
  let second: Signatory;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
    first = signatory(simulator);
    second = signatory(simulator, { account: 'PNOLT-40504040001-MOCK-Q' });
  });
  after(() => simulator?.close());

  const prepare = (container: Buffer) => prepareContainer({ container }, { certificate: second.certificate });

  for (const { what, refusal, make } of existingContainers) {
    it(`${what}: ${refusal ? 'is refused' : 'gets one more signature'}`, async () => {
      const prepared = prepare(await make({ simulator, first, second }));
      if (refusal) await rejects(prepared, refused('container', refusal));
      else expect((await prepared).draft).to.have.property('signatureId', 'S1');
    });
  }

  const another = () =>
    simulator.pki.issueUserCertificate({ purpose: 'signature', privateKey: second.privateKey }).certificate;
  const copies = (count: number) => Array.from({ length: count }, () => undefined);

  it('is refused with more certificates than any has', async () => {
    const container = (count: number) =>
      withMoreEvidence({ simulator, first, second }, 'EncapsulatedX509Certificate', copies(count).map(another));
    expect(await prepare(await container(90))).to.have.property('draft');
    await rejects(prepare(await container(100)), refused('container', /it has more than 100 certificates/));
  });

  it('is refused with one certificate more often than any has', async () => {
    const container = (count: number) =>
      withMoreEvidence({ simulator, first, second }, 'EncapsulatedX509Certificate', copies(count));
    expect(await prepare(await container(1900))).to.have.property('draft');
    await rejects(prepare(await container(2000)), refused('container', /too many timestamps, OCSP answers and cert/));
  });

  it('is refused with more timestamps than any has', async () => {
    const container = (count: number) =>
      withMoreEvidence({ simulator, first, second }, 'EncapsulatedTimeStamp', copies(count));
    expect(await prepare(await container(480))).to.have.property('draft');
    await rejects(prepare(await container(500)), refused('container', /too many timestamps and OCSP answers/));
  });
});

describe('Algorithms in existing documents', () => {
  const bytes = Buffer.from('what is signed');
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const identifier = (type: string, ...parameters: Buffer[]) =>
    onlyElement(encodeDer(tags.sequence, encodeObjectIdentifier(type), ...parameters), tags.sequence);
  const rsaTypes = {
    sha1: '1.2.840.113549.1.1.5',
    sha224: '1.2.840.113549.1.1.14',
    sha256: '1.2.840.113549.1.1.11',
    sha384: '1.2.840.113549.1.1.12',
    sha512: '1.2.840.113549.1.1.13',
    'sha3-256': '2.16.840.1.101.3.4.3.14',
    'sha3-384': '2.16.840.1.101.3.4.3.15',
    'sha3-512': '2.16.840.1.101.3.4.3.16',
  };
  const ecdsaTypes = {
    sha1: '1.2.840.10045.4.1',
    sha224: '1.2.840.10045.4.3.1',
    sha256: '1.2.840.10045.4.3.2',
    sha384: '1.2.840.10045.4.3.3',
    sha512: '1.2.840.10045.4.3.4',
    'sha3-256': '2.16.840.1.101.3.4.3.10',
    'sha3-384': '2.16.840.1.101.3.4.3.11',
    'sha3-512': '2.16.840.1.101.3.4.3.12',
  };
  const hashTypes = {
    sha1: '1.3.14.3.2.26',
    sha224: '2.16.840.1.101.3.4.2.4',
    sha256: '2.16.840.1.101.3.4.2.1',
    sha384: '2.16.840.1.101.3.4.2.2',
    sha512: '2.16.840.1.101.3.4.2.3',
    'sha3-256': '2.16.840.1.101.3.4.2.8',
    'sha3-384': '2.16.840.1.101.3.4.2.9',
    'sha3-512': '2.16.840.1.101.3.4.2.10',
  };

  for (const [name, keys, types] of [
    ['RSA', rsa, rsaTypes],
    ['ECDSA', ec, ecdsaTypes],
  ] as const) {
    for (const [hash, type] of Object.entries(types)) {
      it(`${name} with ${hash} is verified`, () => {
        const signed = { bytes, signatureAlgorithm: identifier(type), signature: sign(hash, bytes, keys.privateKey) };
        expect(isSignedByAnyAlgorithm(keys.publicKey, signed)).to.equal(true);
        const other = { ...signed, bytes: Buffer.from('something else') };
        expect(isSignedByAnyAlgorithm(keys.publicKey, other)).to.equal(false);
        expect(isSignedByAnyAlgorithm((name === 'RSA' ? ec : rsa).publicKey, signed)).to.equal(false);
      });
    }
  }

  for (const [hash, type] of Object.entries(hashTypes)) {
    it(`RSASSA-PSS with ${hash} is verified`, () => {
      const parameters = encodeDer(tags.sequence, encodeDer(constructedTag(0), identifier(type).bytes));
      const signatureAlgorithm = identifier('1.2.840.113549.1.1.10', parameters);
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const signature = sign(hash, bytes, { key: rsa.privateKey, padding, saltLength: 20 });
      const signed = { bytes, signatureAlgorithm, signature };
      expect(isSignedByAnyAlgorithm(rsa.publicKey, signed)).to.equal(true);
      expect(isSignedByAnyAlgorithm(rsa.publicKey, { ...signed, bytes: Buffer.alloc(1) })).to.equal(false);
    });

    it(`RSA with ${hash} that is named elsewhere is verified`, () => {
      const signatureAlgorithm = identifier('1.2.840.113549.1.1.1');
      const signed = { bytes, signatureAlgorithm, signature: sign(hash, bytes, rsa.privateKey) };
      const hashName = hashNameIn(identifier(type));
      expect(isSignedByAnyAlgorithm(rsa.publicKey, { ...signed, hashName })).to.equal(true);
      expect(isSignedByAnyAlgorithm(rsa.publicKey, signed)).to.equal(false);
    });
  }

  it('one that is not known verifies nothing', () => {
    const signature = sign('sha256', bytes, rsa.privateKey);
    const signed = { bytes, signatureAlgorithm: identifier('1.2.3.4'), signature };
    expect(isSignedByAnyAlgorithm(rsa.publicKey, signed)).to.equal(false);
    expect(hashNameIn(identifier('1.2.3.4'))).to.equal(undefined);
  });
});
