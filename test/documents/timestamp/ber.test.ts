import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'chai';
import { loadTimestampAnchors } from '../../../lib/documents/timestamp/anchors.js';
import { derOfBer } from '../../../lib/documents/timestamp/ber.js';
import { createTimestampRequest, imprintOf } from '../../../lib/documents/timestamp/request.js';
import { readTimestampResponse } from '../../../lib/documents/timestamp/response.js';
import { readSignedData } from '../../../lib/documents/timestamp/signed-data.js';
import { readTimestamp, requestTimestamp } from '../../../lib/documents/timestamp/timestamp.js';
import { SmartIdError } from '../../../lib/shared/errors.js';
import type { Fetch } from '../../../lib/shared/http.js';
import { type Simulator, startSimulator } from '../../../lib/simulator/index.js';
import { toPem } from '../../../lib/simulator/pki/certificate.js';
import { type Bytes, DerError } from '../../../lib/trust/der.js';
import { der, hex, hexOf } from '../../support/hex-der.js';
import { written } from '../../support/judges.js';
import { needTools, said } from '../../support/outside-tools.js';
import { stopwatch } from '../../support/stopwatch.js';

const bytes = Buffer.from('a signature value');

describe('BER of a timestamp authority', () => {
  const long = 'ab'.repeat(300);

  for (const [what, ber, expected] of [
    ['indefinite lengths', '30 80 02 01 05 31 80 05 00 00 00 00 00', '30 07 02 01 05 31 02 05 00'],
    ['an empty SEQUENCE', '30 80 00 00', '30 00'],
    ['a string in pieces', '24 05 04 01 aa 04 00', '04 01 aa'],
    ['a string in pieces, of indefinite length', '24 80 04 01 aa 04 02 bb cc 00 00', '04 03 aa bb cc'],
    ['a string in pieces of pieces', '24 80 24 80 04 01 aa 00 00 24 03 04 01 bb 00 00', '04 02 aa bb'],
    ['a string without pieces', '24 80 00 00', '04 00'],
    ['zeros in a string that end nothing', '30 80 04 02 00 00 00 00', '30 04 04 02 00 00'],
    ['lengths that are longer than need be', '30 84 00 00 00 04 04 81 01 aa', '30 03 04 01 aa'],
    ['tags of a context', 'a0 80 80 01 aa 00 00', 'a0 03 80 01 aa'],
    ['a long string', `24 80 04 82 01 2c ${long} 00 00`, `04 82 01 2c ${long}`],
  ] as const) {
    it(`becomes DER: ${what}`, () => {
      expect(hexOf(derOfBer(hex(ber)))).to.equal(hexOf(hex(expected)));
    });
  }

  for (const [what, ber] of [
    ['nothing', ''],
    ['a tag alone', '30'],
    ['contents without an end', '30 80 02 01 05'],
    ['contents with half an end', '30 80 02 01 05 00'],
    ['contents that end beyond the element around them', '30 04 30 80 02 00 00 00'],
    ['an end that is not empty', '30 80 00 01 00 00 00'],
    ['an end that nothing has begun', '30 02 00 00'],
    ['something behind it', '30 80 00 00 00'],
    ['a primitive element of indefinite length', '04 80 00 00'],
    ['a length beyond the end', '30 03 02 01'],
    ['a length that is cut off', '30 82 01'],
    ['a length of 4 GB', '30 84 ff ff ff ff 00 00'],
    ['a length that overflows', '30 88 ff ff ff ff ff ff ff ff 00'],
    ['a length of too many octets', '30 85 00 00 00 00 00'],
    ['a length of 127 octets', `30 ff ${'00'.repeat(127)}`],
    ['a tag of more than one octet', '3f 81 01 00'],
    ['a string whose piece is none', '24 80 02 01 05 00 00'],
    ['a string whose piece is one of another tag', '24 80 80 01 05 00 00'],
  ] as const) {
    it(`is refused: ${what}`, () => {
      expect(() => derOfBer(hex(ber))).to.throw(DerError);
    });
  }

  it('may be nested 40 deep, and no deeper', () => {
    const nested = (depth: number) => hex('3080'.repeat(depth) + '0000'.repeat(depth));
    expect(derOfBer(nested(40))).to.have.length(80);
    expect(() => derOfBer(nested(41))).to.throw(DerError, 'nested too deeply');
  });

  it('may have 10,000 elements, and no more', () => {
    const many = (count: number) => hex(der(0x30, '0500'.repeat(count - 1)));
    expect(derOfBer(many(10_000))).to.deep.equal(many(10_000));
    expect(() => derOfBer(many(10_001))).to.throw(DerError, 'more than 10000 elements');
  });

  for (const [what, ber] of [
    ['deep strings', hex('2480'.repeat(16_000) + '0000'.repeat(16_000))],
    ['deep SEQUENCES without an end', hex('3080'.repeat(32_000))],
    ['many empty pieces', hex(`2480${'0400'.repeat(32_000)}0000`)],
    [
      'many elements below as many levels as may be',
      hex('3080'.repeat(38) + '3000'.repeat(32_000) + '0000'.repeat(38)),
    ],
    [
      'as many elements as may be, as deep as may be',
      hex('3080'.repeat(39) + '3000'.repeat(9_961) + '0000'.repeat(39)),
    ],
    ['many pieces that are cut off', hex(`2480${'0400'.repeat(32_000)}`)],
  ] as const) {
    it(`holds nobody up: ${what}`, () => {
      const durations = Array.from({ length: 5 }, () => {
        const elapsedMs = stopwatch();
        try {
          derOfBer(ber);
        } catch (error) {
          expect(error).to.be.instanceOf(DerError);
        }
        return elapsedMs();
      });
      expect(Math.min(...durations)).to.be.below(50);
    });
  }
});

describe('A timestamp in BER', () => {
  let simulator: Simulator;
  let folder: string;
  let trustAnchors: ReturnType<typeof loadTimestampAnchors>;
  before(async function () {
    needTools(this, 'openssl');
    simulator = await startSimulator({ port: 0 });
    simulator.timestamps.encoding = 'BER';
    trustAnchors = loadTimestampAnchors(simulator.timestampTrustAnchors, Date.now());
    folder = mkdtempSync(path.join(tmpdir(), 'ber-'));
    written(folder, 'ca.pem', simulator.rootCertificate + simulator.timestampTrustAnchors);
    written(folder, 'stamped', bytes);
  });
  after(async () => {
    await simulator?.close();
    if (folder) rmSync(folder, { recursive: true });
  });

  const openssl = (...args: string[]) => said('openssl', args, folder);

  /** What the authority answers to a request about these bytes. */
  async function answer(body: Uint8Array = createTimestampRequest(imprintOf(bytes, 'SHA-512')).der): Promise<Bytes> {
    const headers = { 'content-type': 'application/timestamp-query' };
    const response = await fetch(simulator.timestampUrl, { method: 'POST', headers, body: new Uint8Array(body) });
    return new Uint8Array(await response.arrayBuffer());
  }

  /** How many elements openssl finds to be of indefinite length, and how many strings in pieces. */
  function countBer(file: string): { indefinite: number; pieces: number } {
    const text = openssl('asn1parse', '-inform', 'DER', '-in', file);
    return { indefinite: text.split('l=inf').length - 1, pieces: text.split('cons: OCTET STRING').length - 1 };
  }

  it('is taken, and is DER from then on: openssl takes both', async () => {
    const question = { url: simulator.timestampUrl, bytes, trustAnchors, clock: Date.now };
    const { token, time } = await requestTimestamp(question);
    expect(readTimestamp({ token, bytes, trustAnchors }).time).to.equal(time);
    written(folder, 'reply', Buffer.from(await answer()));
    written(folder, 'token', token);
    expect(countBer('reply')).to.deep.equal({ indefinite: 8, pieces: 1 });
    expect(countBer('token')).to.deep.equal({ indefinite: 0, pieces: 0 });
    const verify = (...args: string[]) => openssl('ts', '-verify', ...args, '-data', 'stamped', '-CAfile', 'ca.pem');
    expect(verify('-in', 'reply')).to.contain('Verification: OK');
    expect(verify('-in', 'token', '-token_in')).to.contain('Verification: OK');
  });

  it('keeps all octets that are signed, and those of the certificate', async () => {
    const { content, certificates, signer } = readSignedData(readTimestampResponse(await answer()));
    expect(hexOf(content)).to.match(/^30/);
    expect(certificates.map((one) => hexOf(one.bytes))).to.deep.equal([hexOf(simulator.pki.timestampUnit.certificate)]);
    expect(signer.signature).to.have.length.within(68, 72);
  });

  it('is the same token in the end as in DER', async () => {
    const ber = await answer();
    const inDer = derOfBer(ber);
    expect(inDer.length).to.be.below(ber.length);
    expect(derOfBer(inDer)).to.deep.equal(inDer);
    expect(openssl('ts', '-reply', '-in', written(folder, 'der', Buffer.from(inDer)), '-text')).to.equal(
      openssl('ts', '-reply', '-in', written(folder, 'ber', Buffer.from(ber)), '-text'),
    );
  });

  it('without a certificate is refused, as in DER', async () => {
    simulator.timestamps.fault = 'no-certificate';
    const { der: request } = createTimestampRequest(imprintOf(bytes, 'SHA-512'));
    const token = readTimestampResponse(await answer(request));
    simulator.timestamps.fault = undefined;
    expect(() => readTimestamp({ token, bytes, trustAnchors })).to.throw('the certificate of its unit is missing');
  });

  it('with any one byte changed is refused, or is the same token still', async function () {
    this.timeout(60_000);
    const ber = await answer();
    const token = readTimestampResponse(ber);
    const changed = new Uint8Array(ber);
    for (let at = 0; at < ber.length; at++) {
      for (const mask of [0x01, 0x20, 0x80, 0xff]) {
        changed[at] = (ber[at] as number) ^ mask;
        try {
          const read = readTimestampResponse(changed);
          readTimestamp({ token: read, bytes, trustAnchors });
          expect(read, `byte ${at} with ${mask}`).to.deep.equal(token);
        } catch (error) {
          expect(error, `byte ${at} with ${mask}`).to.be.instanceOf(SmartIdError);
        }
      }
      changed[at] = ber[at] as number;
    }
  });

  it('cut off anywhere is refused', async () => {
    const ber = await answer();
    for (let length = 0; length < ber.length; length++) {
      expect(() => readTimestampResponse(ber.slice(0, length)), `${length} bytes`).to.throw(SmartIdError);
    }
  });

  it('that openssl signs as a stream is taken', async () => {
    const { certificate, privateKey } = simulator.pki.timestampUnit;
    written(folder, 'unit.pem', toPem(certificate));
    written(folder, 'unit.key', Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })));
    const byOpenssl: Fetch = async (_url, { body = '' }) => {
      const { content } = readSignedData(readTimestampResponse(await answer(Buffer.from(body))));
      written(folder, 'info', Buffer.from(content));
      openssl(
        ...['cms', '-sign', '-binary', '-nodetach', '-stream', '-cades', '-econtent_type', '1.2.840.113549.1.9.16.1.4'],
        ...['-in', 'info', '-signer', 'unit.pem', '-inkey', 'unit.key', '-md', 'sha512', '-nosmimecap'],
        ...['-outform', 'DER', '-out', 'streamed'],
      );
      const answered = hex(der(0x30, '3003020100', hexOf(readFileSync(path.join(folder, 'streamed')))));
      const headers = { get: () => null };
      return {
        status: 200,
        headers,
        body: (async function* () {
          yield answered;
        })(),
      };
    };
    const question = { url: 'http://tsa.example.com', bytes, trustAnchors, clock: Date.now, fetch: byOpenssl };
    const { token } = await requestTimestamp(question);
    written(folder, 'token', token);
    expect(countBer('streamed').indefinite).to.be.at.least(5);
    expect(countBer('token')).to.deep.equal({ indefinite: 0, pieces: 0 });
  });
});
