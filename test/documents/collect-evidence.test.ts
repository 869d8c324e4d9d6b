import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { BasicOCSPResponse, OCSPResponse } from 'pkijs';
import { collectEvidence, type EvidenceQuestion, readEvidence } from '../../lib/documents/collect-evidence.js';
import { loadTimestampAnchors } from '../../lib/documents/timestamp/anchors.js';
import { requestTimestamp } from '../../lib/documents/timestamp/timestamp.js';
import type { Timestamp } from '../../lib/documents/timestamp/verify-token.js';
import { SmartIdServiceError, SmartIdVerificationError } from '../../lib/shared/errors.js';
import type { Fetch } from '../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { loadTrustAnchors } from '../../lib/trust/anchors.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import {
  addresses,
  generalized,
  handmadeAuthority,
  handmadeCertificate,
  handmadeOcspAnswer,
  newKeys,
} from '../support/handmade.js';
import { der } from '../support/hex-der.js';
import { needTools } from '../support/outside-tools.js';

const run = promisify(execFile);
const hour = 3_600_000;
const day = 24 * hour;
const account = 'PNOEE-40404040009-MOCK-Q';

/** Milliseconds since the epoch: when an answer says that it was made. */
function producedAt(der: Uint8Array): number {
  const bytes = OCSPResponse.fromBER(new Uint8Array(der)).responseBytes?.response.valueBlock.valueHexView;
  return BasicOCSPResponse.fromBER(new Uint8Array(bytes ?? [])).tbsResponseData.producedAt.getTime();
}

async function failureOf(question: EvidenceQuestion): Promise<Error> {
  return collectEvidence(question).then(
    () => expect.fail('It did not fail.'),
    (error) => error,
  );
}

describe('The evidence of a signature', () => {
  let simulator: Simulator;
  let timestamp: Timestamp;
  let question: EvidenceQuestion;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
    const key = simulator.pki.issueUserCertificate({ account, purpose: 'signature' });
    simulator.useCertificate(account, key, 'signature');
    timestamp = await stamp();
    const trustAnchors = loadTrustAnchors(simulator.trustAnchors, Date.now());
    question = { certificate: parseCertificate(key.certificate), trustAnchors, timestamp, clock: Date.now };
    // The first answer takes a moment, for the keys of the responders.
    await collectEvidence(question);
  });
  after(() => simulator.close());
  afterEach(() => {
    simulator.revocation.setStatus(account, 'good');
    Object.assign(simulator.revocation, {
      ocspFault: undefined,
      ocspClockAheadMs: 0,
      ocspDelayMs: 0,
      ocspProfile: 'recorded',
      timestampUnitStatus: 'good',
    });
  });

  function stamp(anchors: string | Buffer = simulator.timestampTrustAnchors): Promise<Timestamp> {
    const trustAnchors = loadTimestampAnchors(anchors, Date.now());
    return requestTimestamp({ url: simulator.timestampUrl, bytes: Buffer.from('x'), trustAnchors, clock: Date.now });
  }

  it('has the timestamp, both paths, and OCSP answers about signer and unit that are newer', async () => {
    timestamp = await stamp();
    const evidence = await collectEvidence({ ...question, timestamp });
    const { authorities, timestampAuthority, timestampUnit } = simulator.pki;
    expect(evidence.timestamp).to.deep.equal(timestamp.token);
    expect(evidence.certificates.map((der) => Buffer.from(der).toString('base64'))).to.deep.equal(
      [
        question.certificate.der,
        authorities.qualified.certificate,
        timestampUnit.certificate,
        timestampAuthority.certificate,
      ].map((der) => Buffer.from(der).toString('base64')),
    );
    expect(evidence.ocspResponses).to.have.length(2);
    for (const der of evidence.ocspResponses) expect(producedAt(der)).to.be.within(timestamp.time, Date.now());
  });

  it('convinces openssl', async function () {
    needTools(this, 'openssl');
    const folder = await mkdtemp(path.join(tmpdir(), 'evidence-'));
    try {
      const { ocspResponses, certificates } = await collectEvidence(question);
      const write = (name: string, bytes: Uint8Array | string) => writeFile(path.join(folder, name), bytes);
      await write('ca.pem', simulator.rootCertificate + simulator.trustAnchors + simulator.timestampTrustAnchors);
      for (const [index, der] of ocspResponses.entries()) {
        await write('answer', der);
        await write('certificate.pem', toPem(Buffer.from(certificates[index * 2] as Uint8Array)));
        await write('issuer.pem', toPem(Buffer.from(certificates[index * 2 + 1] as Uint8Array)));
        const about = ['-issuer', 'issuer.pem', '-cert', 'certificate.pem'];
        const args = ['ocsp', '-respin', 'answer', '-no_nonce', ...about, '-CAfile', 'ca.pem'];
        const { stdout, stderr } = await run('openssl', args, { cwd: folder });
        expect(stdout + stderr)
          .to.contain('Response verify OK')
          .and.contain('certificate.pem: good');
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is asked for anew each time, whatever an answer says of how long it is good', async () => {
    simulator.revocation.ocspProfile = 'simple';
    const before = simulator.revocation.requests.ocsp;
    for (const count of [2, 4]) {
      await collectEvidence(question);
      expect(simulator.revocation.requests.ocsp).to.equal(before + count);
    }
  });

  it('asks nobody about a unit that is trusted by itself', async () => {
    timestamp = await stamp(simulator.pki.timestampUnit.certificate);
    const evidence = await collectEvidence({ ...question, timestamp });
    expect(evidence.ocspResponses).to.have.length(1);
    expect(evidence.certificates).to.have.length(3);
  });

  for (const status of ['revoked', 'unknown'] as const) {
    it(`is none when the certificate is ${status}`, async () => {
      simulator.revocation.setStatus(account, status);
      const error = await failureOf(question);
      expect(error).to.be.instanceOf(SmartIdVerificationError).and.have.property('check', 'revocation');
      expect(error.message).to.contain(status);
    });
  }

  it('is none when an answer that was kept says that a certificate is revoked', async () => {
    const { ocspResponses, ...evidence } = await collectEvidence(question);
    const read = (kept: readonly Uint8Array[]) =>
      readEvidence(question, { ocspResponses: kept.map((der) => new Uint8Array(der)), collectedAt: Date.now() });
    expect(read(ocspResponses)).to.deep.include(evidence);
    const [, ofUnit] = ocspResponses as [Uint8Array, Uint8Array];
    const answers: Uint8Array[] = [];
    const fetch: Fetch = async (url, init) => {
      const response = await globalThis.fetch(url, init as RequestInit);
      answers.push(new Uint8Array(await response.clone().arrayBuffer()));
      return response;
    };
    simulator.revocation.setStatus(account, 'revoked');
    await failureOf({ ...question, fetch, timestamp: { ...timestamp, path: [timestamp.path[0], undefined] } });
    expect(() => read([answers[0] as Uint8Array, ofUnit])).to.throw(SmartIdVerificationError);
  });

  it('is none when the unit of the timestamp is revoked', async () => {
    simulator.revocation.timestampUnitStatus = 'revoked';
    const error = await failureOf(question);
    expect(error).to.be.instanceOf(SmartIdVerificationError).and.have.property('check', 'revocation');
  });

  it('is none when the certificate leads to no anchor', async () => {
    const trustAnchors = loadTrustAnchors(simulator.timestampTrustAnchors, Date.now());
    const error = await failureOf({ ...question, trustAnchors });
    expect(error).to.be.instanceOf(SmartIdVerificationError).and.have.property('check', 'certificate-path');
  });

  it('is none when the certificate names nobody to ask', async () => {
    const key = simulator.pki.issueUserCertificate({ account, purpose: 'signature', ocspUrl: null });
    const error = await failureOf({ ...question, certificate: parseCertificate(key.certificate) });
    expect(error).to.be.instanceOf(SmartIdVerificationError).and.have.property('check', 'revocation');
    expect(error.message).to.contain('names no OCSP responder');
  });

  for (const [fault, code] of [
    ['unavailable', 'network'],
    ['garbage', 'bad_response'],
    ['try-later', 'bad_response'],
    ['out-of-date', 'bad_response'],
    ['from-the-future', 'bad_response'],
    ['wrong-key', 'bad_response'],
    ['other-ca', 'bad_response'],
    ['not-for-ocsp', 'bad_response'],
    ['expired-responder', 'bad_response'],
    ['other-certificate', 'bad_response'],
    ['wrong-nonce', 'bad_response'],
    ['weak-signature', 'bad_response'],
    ['unknown-extension', 'bad_response'],
    ['many-certificates', 'bad_response'],
    ['circle-of-authorities', 'bad_response'],
  ] as const) {
    it(`can be asked for again when a responder answers wrongly: ${fault}`, async () => {
      simulator.revocation.ocspFault = fault;
      const error = await failureOf(question);
      expect(error).to.be.instanceOf(SmartIdServiceError).and.have.property('code', code);
      expect(error.message).to.match(/^The OCSP responder /);
      simulator.revocation.ocspFault = undefined;
      expect((await collectEvidence(question)).ocspResponses).to.have.length(2);
    });
  }

  it('can be asked for again when a responder does not answer in time', async () => {
    simulator.revocation.ocspDelayMs = 2_000;
    const error = await failureOf({ ...question, timeoutMs: 100 });
    expect(error).to.be.instanceOf(SmartIdServiceError).and.have.property('code', 'timeout');
  });

  it('ends when the signal is aborted', async () => {
    simulator.revocation.ocspDelayMs = 2_000;
    const reason = new Error('gone');
    const controller = new AbortController();
    setTimeout(() => controller.abort(reason), 50);
    expect(await failureOf({ ...question, signal: controller.signal })).to.equal(reason);
  });

  it('is waited for until the clock of the responder has caught up with the timestamp', async () => {
    timestamp = await stamp();
    simulator.revocation.ocspClockAheadMs = -1_500;
    const { ocspResponses } = await collectEvidence({ ...question, timestamp });
    for (const der of ocspResponses) expect(producedAt(der)).to.be.at.least(timestamp.time);
  });

  it('is not waited for when the clock of the responder is far behind', async () => {
    timestamp = await stamp();
    simulator.revocation.ocspClockAheadMs = -70_000;
    const since = performance.now();
    const error = await failureOf({ ...question, timestamp });
    expect(error).to.be.instanceOf(SmartIdServiceError).and.have.property('code', 'bad_response');
    expect(error.message).to.contain('before the timestamp');
    expect(performance.now() - since).to.be.below(5_000);
  });

  it('is refused with a timestamp that is more than a day older', async () => {
    const notBefore = new Date(Date.now() - 3 * day);
    const { certificate } = simulator.pki.issueUserCertificate({ account, purpose: 'signature', notBefore });
    const old = { ...question, certificate: parseCertificate(certificate) };
    const ago = (milliseconds: number) => ({ ...timestamp, time: Date.now() - milliseconds });
    const { ocspResponses } = await collectEvidence({ ...old, timestamp: ago(day - hour) });
    expect(ocspResponses).to.have.length(2);
    const kept = { ocspResponses: ocspResponses.map((der) => new Uint8Array(der)), collectedAt: Date.now() };
    expect(readEvidence({ ...old, timestamp: ago(day - hour) }, kept).ocspResponses).to.equal(kept.ocspResponses);
    expect(() => readEvidence({ ...old, timestamp: ago(day + hour) }, kept)).to.throw(SmartIdVerificationError);
    const error = await failureOf({ ...old, timestamp: ago(day + hour) });
    expect(error).to.be.instanceOf(SmartIdVerificationError).and.have.property('check', 'timestamp');
  });
});

describe('The evidence of a signature, of several responders', () => {
  const caKeys = newKeys();
  const issuer = parseCertificate(handmadeAuthority(caKeys));
  const trustAnchors = { certificates: [issuer] };
  const urls = ['http://one.example.com/', 'http://two.example.com/'];
  const certificate = parseCertificate(
    handmadeCertificate(newKeys().publicKey, caKeys.privateKey, { extensions: addresses({ ocsp: urls }) }),
  );
  // Of a unit that names nobody to ask.
  const unit = parseCertificate(handmadeCertificate(newKeys().publicKey, caKeys.privateKey));
  const now = Math.floor(Date.now() / 1000) * 1000;

  function evidence(answers: Record<string, { status: number; body: Uint8Array }>, time = now) {
    const asked: string[] = [];
    const fetch: Fetch = async (url) => {
      asked.push(url);
      const { status, body } = answers[url] ?? expect.fail(`Nobody is to be asked at ${url}.`);
      return {
        status,
        body: (async function* () {
          yield body;
        })(),
      };
    };
    const timestamp: Timestamp = { token: Buffer.from('x'), time, unit, path: [unit, issuer] };
    return { asked, question: { certificate, trustAnchors, timestamp, clock: () => now, fetch } };
  }

  const good = { status: 200, body: handmadeOcspAnswer(certificate, issuer, caKeys.privateKey, { thisUpdate: now }) };
  const [one, two] = urls as [string, string];

  it('asks the next one where one has no answer, and nobody about a unit that names nobody', async () => {
    const { asked, question } = evidence({ [one]: { ...good, status: 500 }, [two]: good });
    const { ocspResponses, certificates } = await collectEvidence(question);
    expect(asked).to.deep.equal(urls);
    expect(ocspResponses).to.deep.equal([good.body]);
    // The CA of both is there once.
    expect(certificates).to.deep.equal([certificate.der, issuer.der, unit.der]);
  });

  it('asks no other one where one has answered', async () => {
    const { asked, question } = evidence({ [one]: good });
    await collectEvidence(question);
    expect(asked).to.deep.equal([one]);
  });

  it('waits for nobody any more when the unit is revoked', async () => {
    const url = 'http://unit.example.com/';
    const extensions = addresses({ ocsp: [url] });
    const revokedUnit = parseCertificate(
      handmadeCertificate(newKeys().publicKey, caKeys.privateKey, { extensions, serialNumber: '020141' }),
    );
    const status = der(0xa1, generalized(now));
    const body = handmadeOcspAnswer(revokedUnit, issuer, caKeys.privateKey, { thisUpdate: now, status });
    const { question } = evidence({ [url]: { status: 200, body } });
    let isAborted = false;
    const fetch: Fetch = (asked, init) => {
      if (asked === url) return question.fetch(asked, init);
      return new Promise((_, reject) => {
        init.signal.addEventListener('abort', () => {
          isAborted = true;
          reject(new Error('aborted'));
        });
      });
    };
    const timestamp: Timestamp = { ...question.timestamp, unit: revokedUnit, path: [revokedUnit, issuer] };
    const error = await failureOf({ ...question, timestamp, fetch });
    expect(error).to.be.instanceOf(SmartIdVerificationError).and.have.property('check', 'revocation');
    expect(isAborted).to.equal(true);
  });

  for (const [status, code] of [
    [500, 'server_error'],
    [404, 'bad_response'],
  ] as const) {
    it(`is none when all answer with the status ${status}`, async () => {
      const { question } = evidence({ [one]: { ...good, status }, [two]: { ...good, status } });
      const error = await failureOf(question);
      expect(error).to.be.instanceOf(SmartIdServiceError).and.include({ code, httpStatus: status });
    });
  }

  it('is none when an answer is longer than any', async () => {
    const long = { status: 200, body: new Uint8Array(64 * 1024 + 1) };
    const { question } = evidence({ [one]: long, [two]: long });
    expect(await failureOf(question))
      .to.be.instanceOf(SmartIdServiceError)
      .and.have.property('code', 'bad_response');
  });

  it('asks a responder whose clock stands still a few times only', async () => {
    const { asked, question } = evidence({ [one]: good, [two]: good }, now + 50);
    const error = await failureOf(question);
    expect(error).to.be.instanceOf(SmartIdServiceError);
    expect(asked).to.deep.equal([...Array(4).fill(one), ...Array(4).fill(two)]);
  });
});
