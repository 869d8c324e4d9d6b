import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { loadTimestampAnchors } from '../../lib/documents/timestamp/anchors.js';
import { readTimestamp, requestTimestamp, type TimestampQuestion } from '../../lib/documents/timestamp/timestamp.js';
import { SmartIdInputError, SmartIdServiceError, SmartIdVerificationError } from '../../lib/shared/errors.js';
import type { Fetch } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { issueUnitCertificate } from '../../lib/simulator/pki/unit-certificate.js';
import { tags } from '../../lib/trust/der.js';
import { inputError } from '../support/errors.js';
import {
  caExtensions,
  extension,
  extensionsOf,
  generalized,
  handmadeAuthority,
  handmadeCertificate,
  type Keys,
  nameOf,
  newKeys,
  utc,
} from '../support/handmade.js';
import {
  attribute,
  attributeTypes,
  certificateId,
  handmadeToken,
  hashTypes,
  imprintOf,
  issuerSerialOf,
  signingCertificate,
  type TokenParts,
  tokenInfoType,
} from '../support/handmade-timestamp.js';
import { der, hex, hexOf } from '../support/hex-der.js';
import { needTools, said } from '../support/outside-tools.js';

const { sequence, octetString } = tags;
const day = 86_400_000;
const bytes = Buffer.from('a signature value');
// A whole second, as most authorities have them.
const now = Math.floor(Date.now() / 1000) * 1000;

/** An answer with these bytes. */
function responseOf(body: Uint8Array, { status = 200, contentType = 'application/timestamp-reply' } = {}) {
  const headers = { get: (name: string) => (name === 'content-type' ? contentType : null) };
  return {
    status,
    headers,
    body: (async function* () {
      yield body;
    })(),
  };
}

/** A fetch that is answered with these bytes, whatever is asked. */
function answering(...answer: Parameters<typeof responseOf>): Fetch {
  return async () => responseOf(...answer);
}

/** What a request or a reading fails with. */
function failureOf(action: () => unknown): Promise<Error> {
  return new Promise((resolve, reject) => {
    Promise.resolve()
      .then(action)
      .then(() => reject(new Error('It did not fail.')), resolve);
  });
}

async function refusalOf(action: () => unknown): Promise<string> {
  const error = await failureOf(action);
  expect(error).to.be.instanceOf(SmartIdVerificationError);
  expect((error as SmartIdVerificationError).check).to.equal('timestamp');
  return error.message.replace(/^timestamp: /, '');
}

/** Numbers from 0 to 1, the same ones in each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('A timestamp of the authority of the simulator', () => {
  let simulator: Simulator;
  let question: TimestampQuestion;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
    const trustAnchors = loadTimestampAnchors(simulator.timestampTrustAnchors, Date.now());
    question = { url: simulator.timestampUrl, bytes, trustAnchors, clock: Date.now };
  });
  after(() => simulator.close());
  afterEach(() => {
    simulator.timestamps.fault = undefined;
  });

  it('is had, and states the time of now', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const timestamp = await requestTimestamp(question);
    expect(timestamp.time).to.be.within(before, Date.now());
    expect(timestamp.unit.der).to.deep.equal(new Uint8Array(simulator.pki.timestampUnit.certificate));
    expect(timestamp.path.map((one) => one?.fingerprint)).to.deep.equal([
      timestamp.unit.fingerprint,
      question.trustAnchors.certificates[0]?.fingerprint,
    ]);
  });

  for (const hashAlgorithm of ['SHA-256', 'SHA-384', 'SHA-512'] as const) {
    it(`is had with ${hashAlgorithm}, and read again from its token`, async () => {
      const asked = { ...question, hashAlgorithm, policy: '0.4.0.2023.1.1' };
      const { token, time, unit } = await requestTimestamp(asked);
      const again = readTimestamp({ ...asked, token });
      expect([again.time, again.unit.fingerprint]).to.deep.equal([time, unit.fingerprint]);
      expect(await refusalOf(() => readTimestamp({ ...asked, token, bytes: Buffer.from('x') }))).to.equal(
        'it is about something else',
      );
    });
  }

  it('is that of a unit which is trusted by itself', async () => {
    const { certificate } = simulator.pki.timestampUnit;
    const timestamp = await requestTimestamp({ ...question, trustAnchors: loadTimestampAnchors(certificate, now) });
    expect(timestamp.path.map((one) => one?.fingerprint)).to.deep.equal([timestamp.unit.fingerprint]);
  });

  for (const [fault, reason] of [
    ['wrong-imprint', 'it is about something else'],
    ['wrong-nonce', 'its nonce is not the one that was sent'],
    ['wrong-signer', 'its signature is not that of its unit'],
    ['wrong-policy', 'its policy is not the one asked for'],
    ['other-ca', 'the certificate of its unit is not signed by a trust anchor for timestamps'],
    ['not-for-timestamps', 'the certificate of its unit is not one for timestamps alone'],
    ['expired-unit', 'the certificate of its unit is refused: it has expired'],
    ['no-certificate', 'the certificate of its unit is missing'],
    ['old-time', 'its time is not the current one'],
  ] as const) {
    it(`is refused: ${fault}`, async () => {
      simulator.timestamps.fault = fault;
      const policy = '0.4.0.2023.1.1';
      expect(await refusalOf(() => requestTimestamp({ ...question, policy }))).to.equal(reason);
    });
  }

  for (const [what, aheadMs] of [
    ['behind', -70_000],
    ['ahead', 70_000],
  ] as const) {
    it(`is refused by a site whose clock is more than a minute ${what}`, async () => {
      const clock = () => Date.now() + aheadMs;
      expect(await refusalOf(() => requestTimestamp({ ...question, clock }))).to.equal(
        'its time is not the current one',
      );
    });
  }

  for (const [fault, code, message] of [
    ['down', 'network', /cannot be reached \(ECONNRESET\)/],
    ['slow', 'timeout', /did not answer in time/],
    ['garbage', 'bad_response', /sent something that is not a timestamp response/],
    ['rejected', 'server_error', /gives no timestamp \(systemFailure\)/],
  ] as const) {
    it(`is not had: ${fault}`, async () => {
      simulator.timestamps.fault = fault;
      const error = await failureOf(() => requestTimestamp({ ...question, timeoutMs: 500 }));
      expect(error).to.be.instanceOf(SmartIdServiceError).and.have.property('code', code);
      expect(error.message)
        .to.match(message)
        .and.match(/^The timestamp authority /);
    });
  }

  it('is waited for until the signal is aborted', async () => {
    simulator.timestamps.fault = 'slow';
    const reason = new Error('gone');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    const error = await failureOf(() => requestTimestamp({ ...question, signal: controller.signal }));
    expect(error).to.equal(reason);
  });

  it('is refused by a policy that the authority has not', async () => {
    const error = await failureOf(() => requestTimestamp({ ...question, policy: '1.2.3.4' }));
    expect(error).to.be.instanceOf(SmartIdServiceError);
    expect(error.message).to.contain('unacceptedPolicy');
  });

  for (const [url, policy, field] of [
    ['tsa.example.com', undefined, 'url'],
    ['ftp://tsa.example.com', undefined, 'url'],
    ['http://tsa.example.com', 'best', 'policy'],
    ['http://tsa.example.com', '0.4', 'policy'],
    ['http://tsa.example.com', '3.4.5', 'policy'],
    ['http://tsa.example.com', '0.40.5', 'policy'],
  ] as const) {
    it(`is not asked for with ${url} and the policy ${policy}`, async () => {
      const fetch: Fetch = () => expect.fail('It was asked for.');
      const [errorClass, message] = inputError(field);
      const error = await failureOf(() => requestTimestamp({ ...question, fetch, url, policy }));
      expect(error).to.be.instanceOf(errorClass);
      expect(error.message).to.match(message);
    });
  }

  it('with any one byte changed is refused', async () => {
    const { token } = await requestTimestamp(question);
    const changed = Buffer.from(token);
    for (let at = 0; at < token.length; at++) {
      for (const mask of [0x01, 0x20, 0x80, 0xff]) {
        changed[at] = (token[at] as number) ^ mask;
        const error = await failureOf(() => readTimestamp({ ...question, token: changed }));
        expect(error, `byte ${at} with ${mask}`).to.be.instanceOf(SmartIdVerificationError);
      }
      changed[at] = token[at] as number;
    }
    expect(readTimestamp({ ...question, token: changed }).unit.fingerprint).to.have.length(64);
  });

  it('cut off anywhere, or with something behind it, is refused', async () => {
    const { token } = await requestTimestamp(question);
    for (let length = 0; length < token.length; length++) {
      await refusalOf(() => readTimestamp({ ...question, token: token.subarray(0, length) }));
    }
    await refusalOf(() => readTimestamp({ ...question, token: Buffer.concat([token, Buffer.alloc(1)]) }));
  });

  it('that is damaged at random leads to errors of this package only', async () => {
    let answer = Buffer.alloc(0);
    await requestTimestamp({ ...question, fetch: recording((body) => (answer = body)) });
    const next = randomNumbers(1);
    const upTo = (end: number) => Math.floor(next() * end);
    for (let count = 0; count < 1_000; count++) {
      const damaged = Buffer.from(answer);
      for (let changes = 1 + upTo(4); changes > 0; changes--) damaged[upTo(damaged.length)] = upTo(256);
      const from = upTo(damaged.length);
      const parts = [damaged.subarray(0, from), damaged.subarray(from + (next() < 0.3 ? upTo(20) : 0))];
      if (next() < 0.3) parts.splice(1, 0, Buffer.from(Array.from({ length: upTo(20) }, () => upTo(256))));
      const error = await failureOf(() => requestTimestamp({ ...question, fetch: answering(Buffer.concat(parts)) }));
      const isTyped = error instanceof SmartIdServiceError || error instanceof SmartIdVerificationError;
      expect(isTyped, `${count}: ${error.stack}`).to.equal(true);
    }
  });
});

/** A fetch that hands the bytes of the answer to somebody else too. */
function recording(record: (body: Buffer<ArrayBuffer>) => void): Fetch {
  return async (url, { method, headers, body }) => {
    const response = await fetch(url, { method, headers, body: new Uint8Array(Buffer.from(body ?? '')) });
    const answer = Buffer.from(await response.arrayBuffer());
    record(answer);
    return responseOf(answer);
  };
}

describe('An answer of a timestamp authority', () => {
  const question = { url: 'http://tsa.example.com', bytes, trustAnchors: { certificates: [] }, clock: () => now };
  const ask = (answer: Fetch) => failureOf(() => requestTimestamp({ ...question, fetch: answer }));
  const granted = '3003020100';
  const token = der(sequence, '0500');

  for (const [what, body, code, message] of [
    ['that is empty', '', 'bad_response', 'not a timestamp response'],
    ['without a token', der(sequence, granted), 'bad_response', 'sent no timestamp'],
    ['with two tokens', der(sequence, granted, token, token), 'bad_response', 'not a timestamp response'],
    ['with a token of another kind', der(sequence, granted, '0500'), 'bad_response', 'not a timestamp response'],
    ['with an odd status', der(sequence, '300402020100', token), 'bad_response', 'not a timestamp response'],
    ['that waits', der(sequence, '3003020103'), 'server_error', '(status 3)'],
    ['that rejects, with a token', der(sequence, '3003020102', token), 'server_error', '(no reason given)'],
    ['that rejects for a bad hash', der(sequence, der(sequence, '020102', '03020780')), 'server_error', '(badAlg)'],
    [
      'that rejects in words',
      der(sequence, der(sequence, '020102', '30030c0178', '03020520')),
      'server_error',
      '(badRequest)',
    ],
    [
      'that rejects for want of time',
      der(sequence, der(sequence, '020102', '0303010002')),
      'server_error',
      '(timeNotAvailable)',
    ],
    [
      'that rejects for what nobody knows',
      der(sequence, der(sequence, '020102', '03020640')),
      'server_error',
      '(no reason given)',
    ],
  ] as const) {
    it(`is none: ${what}`, async () => {
      const error = await ask(answering(hex(body)));
      expect(error).to.be.instanceOf(SmartIdServiceError).and.have.property('code', code);
      expect(error.message).to.contain(message);
    });
  }

  for (const status of ['3003020100', '3003020101']) {
    it(`is looked at when it is granted: ${status}`, async () => {
      expect(await ask(answering(hex(der(sequence, status, token))))).to.be.instanceOf(SmartIdVerificationError);
    });
  }

  for (const [what, answer, code, httpStatus] of [
    ['a status that there is an error', { status: 503 }, 'server_error', 503],
    ['a status that it is asked too often', { status: 429 }, 'server_error', 429],
    ['a status that there is nothing', { status: 404 }, 'bad_response', 404],
    ['a page', { contentType: 'Text/html; charset=utf-8' }, 'bad_response', 200],
  ] as const) {
    it(`is none: ${what}`, async () => {
      const error = await ask(answering(hex(der(sequence, granted, token)), answer));
      expect(error).to.be.instanceOf(SmartIdServiceError).and.include({ code, httpStatus });
    });
  }

  it('is none when it is too long', async () => {
    const error = await ask(answering(Buffer.alloc(64 * 1024 + 1)));
    expect(error).to.be.instanceOf(SmartIdServiceError).and.have.property('code', 'bad_response');
    expect(error.message).to.contain('more than 65536 bytes');
  });
});

const [caKeys, unitKeys] = [newKeys(), newKeys()];
const keyUsageOf = (bits: string) => extension('0603551d0f', bits, true);
const signing = keyUsageOf('03020780');
const purposes = (isCritical: boolean, ...types: readonly string[]) =>
  extension('0603551d25', der(sequence, ...types), isCritical);
const timeStamping = '06082b06010505070308';
const emailProtection = '06082b06010505070304';
const forTimestamps = purposes(true, timeStamping);
const skiOfUnit = extension('0603551d0e', der(octetString, '010203'));
const validity = (from: number, to: number) => der(sequence, utc(from), utc(to));

function unitOf(
  { publicKey }: { publicKey: KeyObject },
  extensions: readonly string[] = [forTimestamps, signing],
  dates = validity(now - day, now + day),
) {
  return handmadeCertificate(publicKey, caKeys.privateKey, {
    subject: nameOf('Unit'),
    extensions: extensionsOf(...extensions),
    validity: dates,
  });
}

const authority = handmadeAuthority(caKeys, { serialNumber: '020130' });
const trustAnchors = loadTimestampAnchors(authority, now);
const unit = unitOf(unitKeys);

function read(
  parts: TokenParts = {},
  { certificate = unit, keys = unitKeys, policy = '0.4.0.2023.1.1', anchors = trustAnchors, time = now } = {},
) {
  const token = handmadeToken({ certificate, keys, bytes, time }, parts);
  return readTimestamp({ token, bytes, trustAnchors: anchors, policy });
}

describe('A timestamp token', () => {
  const { signingCertificate: essV1, signingCertificateV2: essV2, messageDigest, contentType } = attributeTypes;
  const sha1 = { hash: 'sha1' };

  for (const [what, parts] of [
    ['as it usually is', {}],
    ['with an accuracy', { info: { accuracy: der(sequence, '02013b', '80020100', '810101') } }],
    ['with an empty accuracy', { info: { accuracy: '3000' } }],
    ['with an order', { info: { ordering: '0101ff' } }],
    ['with a name', { info: { tsa: der(0xa0, der(0xa4, nameOf('Unit'))) } }],
    ['with a nonce', { info: { nonce: '020101' } }],
    ['with an extension that is not critical', { info: { extensions: der(0xa1, extension('06022a03', '0500')) } }],
    ['with a NULL behind its hash', { info: { imprint: imprintOf(bytes, '300d06096086480165030402030500') } }],
    [
      'with the SHA-1 of the certificate',
      { attributes: { signingCertificate: attribute(essV1, signingCertificate(certificateId(unit, sha1))) } },
    ],
    [
      'with both hashes of the certificate',
      { attributes: { other: attribute(essV1, signingCertificate(certificateId(unit, sha1))) } },
    ],
    [
      'with the SHA-512 of the certificate',
      {
        attributes: {
          signingCertificate: attribute(
            essV2,
            signingCertificate(certificateId(unit, { hash: 'sha512', algorithm: hashTypes['SHA-512'] })),
          ),
        },
      },
    ],
    [
      'with issuer and serial number',
      {
        attributes: {
          signingCertificate: attribute(
            essV2,
            signingCertificate(certificateId(unit, { issuerSerial: issuerSerialOf(unit) })),
          ),
        },
      },
    ],
    [
      'with the CA named behind the unit',
      {
        attributes: {
          signingCertificate: attribute(essV2, signingCertificate(certificateId(unit), certificateId(authority))),
        },
      },
    ],
    ['with attributes that mean nothing here', { attributes: { other: attribute('06022a03', '0500') } }],
    [
      'with attributes that are not signed',
      { signer: { unsignedAttributes: der(0xa1, attribute('06022a03', '0500')) } },
    ],
    [
      'with the certificate of the CA before the other',
      { outer: { certificates: der(0xa0, hexOf(authority), hexOf(unit)) } },
    ],
    ['with lists', { outer: { lists: 'a1023000' } }],
  ] as [string, TokenParts][]) {
    it(`is taken: ${what}`, () => {
      expect(read(parts).time).to.equal(now);
    });
  }

  it('is taken with a fraction of a second', () => {
    const time = der(tags.generalizedTime, hexOf(Buffer.from('20260102030405.1234567Z')));
    const from = Date.UTC(2026, 0, 2, 3, 4, 5);
    const certificate = unitOf(unitKeys, undefined, validity(from - day, from + day));
    const ca = handmadeAuthority(caKeys, { validity: validity(from - day, now + day) });
    expect(read({ info: { time } }, { certificate, anchors: loadTimestampAnchors(ca, now) }).time).to.equal(from + 123);
  });

  it('is taken when its signer is named by the key', () => {
    const certificate = unitOf(unitKeys, [forTimestamps, signing, skiOfUnit]);
    expect(read({ signer: { version: '020103', id: '8003010203' } }, { certificate }).time).to.equal(now);
    const other = { signer: { version: '020103', id: '8003010204' } };
    expect(() => read(other, { certificate })).to.throw('the certificate of its unit is missing');
  });

  const unreadable = 'it cannot be read';
  for (const [what, parts, reason] of [
    ['of other signed content', { outer: { contentType: '06092a864886f70d010703' } }, unreadable],
    ['of another version', { outer: { version: '020101' } }, unreadable],
    ['with nobody who signs', { outer: { signers: '3100' } }, unreadable],
    ['with something behind it', { outer: { behind: '0500' } }, unreadable],
    ['with something behind the signers', { outer: { behindSigners: '0500' } }, unreadable],
    ['whose hash is not announced', { outer: { hashAlgorithms: der(tags.set, hashTypes['SHA-512']) } }, unreadable],
    ['without certificates', { outer: { certificates: '' } }, 'the certificate of its unit is missing'],
    [
      'with another certificate only',
      { outer: { certificates: der(0xa0, hexOf(authority)) } },
      'the certificate of its unit is missing',
    ],
    ['with a certificate that is none', { outer: { certificates: der(0xa0, '3000', hexOf(unit)) } }, unreadable],
    ['with many certificates', { outer: { certificates: der(0xa0, ...Array(9).fill(hexOf(unit))) } }, unreadable],
    ['of a signer of another version', { signer: { version: '020103' } }, unreadable],
    ['of a signer of a long version', { signer: { version: '02020101' } }, unreadable],
    ['of a signer who is named in no known way', { signer: { id: '0500' } }, unreadable],
    [
      'of a signer with another serial number',
      { signer: { id: issuerSerialOf(unit, { inGeneralNames: false, serialNumber: '020141' }) } },
      'the certificate of its unit is missing',
    ],
    ['with something behind the signature', { signer: { behind: '0500' } }, unreadable],
    ['without signed attributes', { signer: { attributes: '' } }, unreadable],
    [
      'signed with SHA-1',
      { signer: { algorithm: der(sequence, '06072a8648ce3d0401') } },
      'its signature is not that of its unit',
    ],
    [
      'signed with RSA, by its own word',
      { signer: { algorithm: '300d06092a864886f70d01010b0500' } },
      'its signature is not that of its unit',
    ],
    [
      'hashed with SHA-1',
      { signer: { hashAlgorithm: hashTypes['SHA-1'] }, outer: { hashAlgorithms: der(tags.set, hashTypes['SHA-1']) } },
      'its hash is not strong enough',
    ],
    [
      'with another content type outside',
      { outer: { content: der(sequence, '06092a864886f70d010701', der(0xa0, der(octetString, '3000'))) } },
      'what is signed is not a timestamp',
    ],
    [
      'with another content type inside',
      { attributes: { contentType: attribute(contentType, '06092a864886f70d010701') } },
      'what is signed is not a timestamp',
    ],
    ['without a content type', { attributes: { contentType: '' } }, 'what is signed is not a timestamp'],
    ['with two content types', { attributes: { other: attribute(contentType, tokenInfoType) } }, unreadable],
    [
      'with a content type of two values',
      { attributes: { contentType: attribute(contentType, tokenInfoType, tokenInfoType) } },
      unreadable,
    ],
    ['with an attribute of no value', { attributes: { other: attribute('06022a03') } }, unreadable],
    [
      'with other content',
      { outer: { content: der(sequence, tokenInfoType, der(0xa0, der(octetString, '3000'))) } },
      'its signature is about something else',
    ],
    ['without the hash of its content', { attributes: { messageDigest: '' } }, 'its signature is about something else'],
    [
      'with the hash of its content as another type',
      { attributes: { messageDigest: attribute(messageDigest, '0500') } },
      'its signature is about something else',
    ],
    [
      'without the hash of the certificate',
      { attributes: { signingCertificate: '' } },
      'its signature names another certificate',
    ],
    [
      'with the hash of another certificate',
      { attributes: { signingCertificate: attribute(essV2, signingCertificate(certificateId(authority))) } },
      'its signature names another certificate',
    ],
    [
      'with the SHA-1 of another certificate',
      { attributes: { other: attribute(essV1, signingCertificate(certificateId(authority, sha1))) } },
      'its signature names another certificate',
    ],
    [
      'with a hash of the certificate that is not strong',
      {
        attributes: {
          signingCertificate: attribute(
            essV2,
            signingCertificate(certificateId(unit, { ...sha1, algorithm: hashTypes['SHA-1'] })),
          ),
        },
      },
      'its signature names another certificate',
    ],
    [
      'with no certificate named',
      { attributes: { signingCertificate: attribute(essV2, signingCertificate()) } },
      'its signature names another certificate',
    ],
    [
      'with another serial number',
      {
        attributes: {
          signingCertificate: attribute(
            essV2,
            signingCertificate(certificateId(unit, { issuerSerial: issuerSerialOf(unit, { serialNumber: '020141' }) })),
          ),
        },
      },
      'its signature names another certificate',
    ],
    [
      'with another issuer',
      {
        attributes: {
          signingCertificate: attribute(
            essV2,
            signingCertificate(
              certificateId(unit, { issuerSerial: der(sequence, der(sequence, der(0xa4, nameOf('Other'))), '020140') }),
            ),
          ),
        },
      },
      'its signature names another certificate',
    ],
    [
      'with a kind of issuer that is none',
      {
        attributes: {
          signingCertificate: attribute(
            essV2,
            signingCertificate(certificateId(unit, { issuerSerial: der(sequence, der(sequence, '820178'), '020140') })),
          ),
        },
      },
      'its signature names another certificate',
    ],
    [
      'whose certificate is named by no SEQUENCE',
      { attributes: { signingCertificate: attribute(essV2, '0500') } },
      unreadable,
    ],
    ['about other bytes', { info: { imprint: imprintOf(Buffer.from('x')) } }, 'it is about something else'],
    [
      'about another hash of the same length',
      { info: { imprint: imprintOf(bytes, hashTypes['SHA-384']) } },
      'it is about something else',
    ],
    [
      'about a hash that nobody uses',
      { info: { imprint: imprintOf(bytes, hashTypes['SHA-1']) } },
      'it is about something else',
    ],
    ['of another policy', { info: { policy: '06022a03' } }, 'its policy is not the one asked for'],
    ['of an unknown version', { info: { version: '020102' } }, unreadable],
    ['without a serial number', { info: { serialNumber: '' } }, unreadable],
    ['with something behind it inside', { info: { behind: '0500' } }, unreadable],
    ['with a critical extension', { info: { extensions: der(0xa1, extension('06022a03', '0500', true)) } }, unreadable],
    [
      'with an extension twice',
      { info: { extensions: der(0xa1, extension('06022a03', '0500'), extension('06022a03', '0500')) } },
      unreadable,
    ],
    [
      'with an inaccurate time',
      { info: { accuracy: der(sequence, '02013c', '800101') } },
      'its time is not accurate enough',
    ],
    ['with a negative accuracy', { info: { accuracy: der(sequence, '0201ff') } }, unreadable],
    ['with a long accuracy', { info: { accuracy: der(sequence, '02050100000000') } }, unreadable],
    ['with a time that ends with a zero', { info: { time: fraction('.10Z') } }, unreadable],
    ['with a time that ends with a point', { info: { time: fraction('.Z') } }, unreadable],
    ['with a time of another zone', { info: { time: fraction('.1+') } }, unreadable],
    ['with a time of many digits', { info: { time: fraction('.1111111111Z') } }, unreadable],
    ['with a UTCTime', { info: { time: utc(now) } }, unreadable],
    ['whose content is none', { content: '0500' }, unreadable],
    [
      'of a time when its unit was not valid yet',
      { info: { time: generalized(now - 2 * day) } },
      'the certificate of its unit is refused: it is not valid yet',
    ],
    [
      'of a time when its unit is no longer valid',
      { info: { time: generalized(now + 2 * day) } },
      'the certificate of its unit is refused: it has expired',
    ],
  ] as [string, TokenParts, string][]) {
    it(`is refused: ${what}`, async () => {
      expect(await refusalOf(() => read(parts))).to.equal(reason);
    });
  }

  it('is refused with two signers', async () => {
    const token = hexOf(handmadeToken({ certificate: unit, keys: unitKeys, bytes, time: now }));
    const signers = /31(82....)(30.*)$/.exec(token);
    const signer = signers?.[2] ?? expect.fail('There is no signer.');
    const twice = { outer: { signers: der(tags.set, signer, signer) } };
    expect(await refusalOf(() => read(twice))).to.equal(unreadable);
    expect(read({ outer: { signers: der(tags.set, signer) } }).time).to.equal(now);
  });

  it('is refused where it is longer than any answer', async () => {
    const token = Buffer.alloc(64 * 1024 + 1);
    expect(await refusalOf(() => readTimestamp({ token, bytes, trustAnchors }))).to.equal('it is too long');
  });

  it('is refused without a nonce where one was sent', async () => {
    const token = hexOf(handmadeToken({ certificate: unit, keys: unitKeys, bytes, time: now }));
    const fetch = answering(hex(der(sequence, '3003020100', token)));
    const question = { url: 'http://tsa.example.com', bytes, trustAnchors, clock: () => now, fetch };
    expect(await refusalOf(() => requestTimestamp(question))).to.equal('its nonce is not the one that was sent');
  });

  const notForTimestamps = 'the certificate of its unit is not one for timestamps alone';
  for (const [what, extensions, reason] of [
    ['without a purpose', [signing], notForTimestamps],
    ['whose purpose is not critical', [purposes(false, timeStamping), signing], notForTimestamps],
    ['with another purpose', [purposes(true, emailProtection), signing], notForTimestamps],
    ['with one more purpose', [purposes(true, timeStamping, emailProtection), signing], notForTimestamps],
    ['with a key for encryption too', [forTimestamps, keyUsageOf('030205a0')], notForTimestamps],
    ['with a key for nothing', [forTimestamps, keyUsageOf('030100')], notForTimestamps],
    [
      'of a CA',
      [forTimestamps, caExtensions[0]],
      'the certificate of its unit is refused: it is the certificate of a CA',
    ],
    [
      'with a critical extension that nobody knows',
      [forTimestamps, extension('06022a03', '0500', true)],
      'the certificate of its unit is refused: its critical extension 1.2.3 is unknown',
    ],
    ['with an extension that is malformed', [forTimestamps, keyUsageOf('0500')], unreadable],
  ] as [string, string[], string][]) {
    it(`is refused when it is of a unit ${what}`, async () => {
      expect(await refusalOf(() => read({}, { certificate: unitOf(unitKeys, extensions) }))).to.equal(reason);
    });
  }

  for (const [what, extensions] of [
    ['without a key usage', [forTimestamps]],
    ['for nonRepudiation', [forTimestamps, keyUsageOf('03020640')]],
    ['for digitalSignature and nonRepudiation', [forTimestamps, keyUsageOf('030206c0')]],
  ] as const) {
    it(`is taken when it is of a unit ${what}`, () => {
      expect(read({}, { certificate: unitOf(unitKeys, extensions) }).time).to.equal(now);
    });
  }

  it('is refused when its unit has a weak key', async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const reason = 'the key of its unit is not strong enough';
    expect(
      await refusalOf(() => read(byRsa(keys, 'sha256', pkcs1[0][1]), { certificate: unitOf(keys), keys })),
    ).to.equal(reason);
  });

  it('is refused when its unit is trusted by itself, and was not valid then', async () => {
    const anchors = loadTimestampAnchors(unit, now);
    expect(read({}, { anchors }).path).to.have.length(1);
    const parts = { info: { time: generalized(now + 2 * day) } };
    expect(await refusalOf(() => read(parts, { anchors }))).to.equal(
      'the certificate of its unit is refused: it has expired',
    );
  });

  it('is refused when a certificate of the same key is put in place of the one it names', async () => {
    const other = unitOf(unitKeys, [forTimestamps]);
    const parts = { outer: { certificates: der(0xa0, hexOf(other)) } };
    expect(await refusalOf(() => read(parts))).to.equal('its signature names another certificate');
  });
});

function fraction(behind: string): string {
  return der(tags.generalizedTime, hexOf(Buffer.from(`20260102030405${behind}`)));
}

/** A token that an RSA key signs in this way. */
function byRsa(
  { privateKey }: { privateKey: KeyObject },
  hash: string,
  algorithm: string,
  padding?: object,
): TokenParts {
  return {
    signer: { algorithm },
    signWith: (toBeSigned) => sign(hash, toBeSigned, { key: privateKey, ...padding }),
  };
}

const pkcs1 = [
  ['sha256', '300d06092a864886f70d01010b0500'],
  ['sha384', '300d06092a864886f70d01010c0500'],
  ['sha512', '300d06092a864886f70d01010d0500'],
  ['sha256', '300d06092a864886f70d0101010500'],
] as const;

describe('The signature of a timestamp token', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const pss = { padding: 6 };

  /** RSASSA-PSS-params; an empty text leaves a part out. */
  function pssAlgorithm({
    hash = hashTypes['SHA-256'],
    mask = hash,
    maskType = '06092a864886f70d010108',
    salt = '020120',
    trailer = '',
  }: Partial<Record<'hash' | 'mask' | 'maskType' | 'salt' | 'trailer', string>> = {}): string {
    const parts = [
      hash && der(0xa0, hash),
      mask && der(0xa1, der(sequence, maskType, mask)),
      salt && der(0xa2, salt),
      trailer && der(0xa3, trailer),
    ];
    return der(sequence, '06092a864886f70d01010a', der(sequence, ...parts));
  }
  const sha512Null = '300d06096086480165030402030500';

  for (const [what, keys, parts] of [
    ...pkcs1.map(
      ([hash, algorithm]) => [`RSA PKCS#1 v1.5, ${hash}, ${algorithm}`, rsa, byRsa(rsa, hash, algorithm)] as const,
    ),
    ['RSASSA-PSS with SHA-256', rsa, byRsa(rsa, 'sha256', pssAlgorithm(), { ...pss, saltLength: 32 })],
    [
      'RSASSA-PSS with SHA-512',
      rsa,
      byRsa(rsa, 'sha512', pssAlgorithm({ hash: sha512Null, salt: '020140', trailer: '020101' }), {
        ...pss,
        saltLength: 64,
      }),
    ],
    [
      'ECDSA P-384',
      p384,
      {
        signer: { algorithm: der(sequence, '06082a8648ce3d040303') },
        signWith: (bytes: Buffer) => sign('sha384', bytes, p384.privateKey),
      },
    ],
  ] as [string, Keys, TokenParts][]) {
    it(`is verified: ${what}`, () => {
      expect(read(parts, { certificate: unitOf(keys), keys }).time).to.equal(now);
    });
  }

  const wrong = 'its signature is not that of its unit';
  const salted = { ...pss, saltLength: 32 };
  for (const [what, parts, reason] of [
    ['PSS by the name of PKCS#1 v1.5', byRsa(rsa, 'sha256', pkcs1[0][1], salted), wrong],
    ['PKCS#1 v1.5 by the name of PSS', byRsa(rsa, 'sha256', pssAlgorithm()), wrong],
    ['PSS with another salt than it says', byRsa(rsa, 'sha256', pssAlgorithm(), { ...pss, saltLength: 20 }), wrong],
    [
      'PSS with a short salt',
      byRsa(rsa, 'sha256', pssAlgorithm({ salt: '020114' }), { ...pss, saltLength: 20 }),
      wrong,
    ],
    [
      'PSS with the salt that goes without saying',
      byRsa(rsa, 'sha256', pssAlgorithm({ salt: '' }), { ...pss, saltLength: 20 }),
      wrong,
    ],
    ['PSS with the hash that goes without saying', byRsa(rsa, 'sha256', pssAlgorithm({ hash: '' }), salted), wrong],
    ['PSS with two hashes', byRsa(rsa, 'sha256', pssAlgorithm({ mask: hashTypes['SHA-512'] }), salted), wrong],
    ['PSS with another mask', byRsa(rsa, 'sha256', pssAlgorithm({ maskType: '06022a03' }), salted), wrong],
    ['PSS with another trailer', byRsa(rsa, 'sha256', pssAlgorithm({ trailer: '020102' }), salted), wrong],
    [
      'PSS without parameters',
      byRsa(rsa, 'sha256', der(sequence, '06092a864886f70d01010a'), salted),
      'it cannot be read',
    ],
    ['an algorithm with odd parameters', byRsa(rsa, 'sha256', '300e06092a864886f70d01010b050100'), 'it cannot be read'],
  ] as [string, TokenParts, string][]) {
    it(`is refused: ${what}`, async () => {
      expect(await refusalOf(() => read(parts, { certificate: unitOf(rsa), keys: rsa }))).to.equal(reason);
    });
  }
});

describe('Anchors of timestamps', () => {
  it('are CAs and units, each once', () => {
    const { certificates } = loadTimestampAnchors([authority, unit, authority], now);
    expect(certificates.map(({ der }) => der)).to.deep.equal([authority, unit]);
  });

  for (const [what, source, reason] of [
    ['nothing', [], 'must hold at least one certificate'],
    ['what is no certificate', Buffer.from('x'), 'cannot be read'],
    ['a certificate for something else', unitOf(unitKeys, [signing]), '"CN=Unit" is neither'],
    ['a CA that may not sign', handmadeAuthority(caKeys, { extensions: extensionsOf(caExtensions[0]) }), 'is neither'],
    [
      'a unit of before',
      unitOf(unitKeys, undefined, validity(now - 2 * day, now - day)),
      '"CN=Unit", which expired on',
    ],
  ] as const) {
    it(`are not: ${what}`, () => {
      expect(() => loadTimestampAnchors(source, now)).to.throw(SmartIdInputError, reason);
    });
  }
});

describe('A timestamp token that openssl made', () => {
  let simulator: Simulator;
  let folder: string;
  before(async function () {
    needTools(this, 'openssl');
    simulator = await startSimulator({ port: 0 });
    folder = await mkdtemp(path.join(tmpdir(), 'ts-'));
  });
  after(async () => {
    await simulator?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  for (const essHash of ['sha1', 'sha256', 'sha512']) {
    it(`is taken, with the certificate named by ${essHash}`, async () => {
      const { pki } = simulator;
      const { certificate, privateKey } = issueUnitCertificate(pki.timestampAuthority, Date.now());
      const file = (name: string) => path.join(folder, name);
      await writeFile(file('unit.pem'), toPem(certificate));
      await writeFile(file('unit.key'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
      await writeFile(file('ca.pem'), toPem(pki.timestampAuthority.certificate));
      await writeFile(file('serial'), '01\n');
      await writeFile(file('ts.cnf'), opensslConfiguration(essHash));
      // Answers as an authority does that consists of openssl.
      const byOpenssl: Fetch = async (_url, { body = '' }) => {
        await writeFile(file('query'), body);
        const args = ['ts', '-reply', '-queryfile', 'query', '-config', 'ts.cnf', '-section', 'tsa', '-out', 'reply'];
        const answered = said('openssl', args, folder);
        expect(answered).to.contain('Response has been generated.');
        return responseOf(await readFile(file('reply')));
      };
      const trustAnchors = loadTimestampAnchors(simulator.timestampTrustAnchors, Date.now());
      const policy = '0.4.0.2023.1.1';
      const question = {
        url: 'http://tsa.example.com',
        bytes,
        trustAnchors,
        policy,
        clock: Date.now,
        fetch: byOpenssl,
      };
      const timestamp = await requestTimestamp(question);
      expect(timestamp.unit.der).to.deep.equal(new Uint8Array(certificate));
      expect(Math.abs(timestamp.time - Date.now())).to.be.below(10_000);
    });
  }
});

function opensslConfiguration(essHash: string): string {
  return `
[ tsa ]
serial = serial
signer_cert = unit.pem
certs = ca.pem
signer_key = unit.key
signer_digest = sha512
default_policy = 0.4.0.2023.1.1
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = yes
tsa_name = yes
ess_cert_id_chain = yes
ess_cert_id_alg = ${essHash}
`;
}

describe('The request for a timestamp', () => {
  it('holds the hash of the bytes alone, which openssl reads', async function () {
    needTools(this, 'openssl');
    const folder = await mkdtemp(path.join(tmpdir(), 'tsq-'));
    try {
      const queries: Buffer[] = [];
      const fetch: Fetch = async (_url, { body }) => {
        queries.push(Buffer.from(body ?? ''));
        return responseOf(Buffer.alloc(0));
      };
      const question = { url: 'http://tsa.example.com', bytes, trustAnchors, clock: () => now, fetch };
      for (const policy of [undefined, '1.3.6.1.4.1.62306.5.7'])
        await failureOf(() => requestTimestamp({ ...question, policy }));
      const texts = await Promise.all(
        queries.map(async (query, index) => {
          const file = path.join(folder, `${index}.tsq`);
          await writeFile(file, query);
          return said('openssl', ['ts', '-query', '-in', file, '-text']);
        }),
      );
      for (const text of texts) {
        expect(text)
          .to.contain('Version: 1')
          .and.contain('Hash Algorithm: sha512')
          .and.contain('Certificate required: yes');
        expect(text).to.match(/Nonce: 0x[0-9A-F]{16}\n/);
      }
      expect(texts[0]).to.contain('Policy OID: unspecified');
      expect(texts[1]).to.contain('Policy OID: 1.3.6.1.4.1.62306.5.7');
      const hash = createHash('sha512').update(bytes).digest();
      expect(queries.every((query) => query.includes(hash) && !query.includes(bytes))).to.equal(true);
      const nonces = texts.map((text) => /Nonce: (\S+)/.exec(text)?.[1]);
      expect(nonces[0]).to.not.equal(nonces[1]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
