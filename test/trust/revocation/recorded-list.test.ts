/** The list of revoked certificates that the demo environment published, beside what another library reads in it. */

import { readFileSync } from 'node:fs';
import { fromBER } from 'asn1js';
import { expect } from 'chai';
import { CertificateRevocationList } from 'pkijs';
import type { Certificate } from '../../../lib/trust/certificate.js';
import { parseCertificate } from '../../../lib/trust/certificate.js';
import { readCertificates } from '../../../lib/trust/read-certificates.js';
import { type RevocationList, readCrl } from '../../../lib/trust/revocation/crl.js';
import {
  needSharedFiles,
  recordedAnswers,
  recordedCertificates,
  recordedFiles,
  sharedFiles,
} from '../../support/shared-files.js';

describe('The list of revoked certificates that was recorded', () => {
  let der: Buffer<ArrayBuffer>;
  let list: RevocationList;
  let revoked: Uint8Array<ArrayBuffer>[];

  before(async function () {
    needSharedFiles(this, ...recordedFiles);
    der = readFileSync(sharedFiles.recordedList);
    const [issuer] = readCertificates(sharedFiles.demoAnchor, 'anchor') as [Certificate];
    const result = await readCrl(new Uint8Array(der), issuer, Date.parse(recordedAnswers().at));
    if ('refusal' in result) throw new Error(result.refusal);
    expect(result.nextUpdate).to.equal(Date.parse('2026-03-31T08:05:50Z'));
    list = result.list;
    const { result: schema } = fromBER(new Uint8Array(der), { maxNodes: 100_000 });
    const entries = new CertificateRevocationList({ schema }).revokedCertificates ?? [];
    revoked = entries.map(({ userCertificate }) => new Uint8Array(userCertificate.valueBlock.valueHexView));
  });

  it('the recorded list has 371,637 bytes and 10,062 entries', () => {
    expect(der).to.have.length(371_637);
    expect(revoked).to.have.length(10_062);
  });

  it('the recorded list holds its first and last entries and each twenty-fifth between', () => {
    for (const serialNumber of [
      ...revoked.slice(0, 20),
      ...revoked.slice(-20),
      ...revoked.filter((_, at) => at % 25 === 0),
    ]) {
      expect(list.has(serialNumber)).to.equal(true);
    }
  });

  it('the recorded list holds no number that differs in the last bit, nor a part of one', () => {
    const known = new Set(revoked.map((serialNumber) => Buffer.from(serialNumber).toString('hex')));
    for (const serialNumber of revoked.filter((_, at) => at % 25 === 0)) {
      const next = Uint8Array.from(serialNumber);
      next[next.length - 1] = (next.at(-1) as number) ^ 1;
      expect(list.has(next)).to.equal(known.has(Buffer.from(next).toString('hex')));
      expect(list.has(serialNumber.subarray(0, -1))).to.equal(false);
    }
  });

  it('the recorded list does not hold the certificates of the recorded answers', () => {
    for (const der of Object.values(recordedCertificates())) {
      expect(list.has(parseCertificate(der).serialNumber)).to.equal(false);
    }
  });
});
