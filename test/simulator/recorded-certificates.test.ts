/** The simulator's certificates beside those of the demo environment, element by element. */

import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { type Authority, type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { generateRsaKey } from '../../lib/simulator/pki/authority.js';
import { certificateRows } from '../support/asn1-rows.js';
import { compareRows } from '../support/compare-rows.js';
import { needSharedFiles, recordedCertificates, sharedFiles } from '../support/shared-files.js';
import {
  otherAddresses,
  otherAuthority,
  otherCertificate,
  otherConditions,
  otherIssuer,
} from './recorded-differences.js';

const account = 'PNOEE-40504040001-DEM0-Q';
const publishedAuthority = (file: string) =>
  new X509Certificate(readFileSync(path.join(sharedFiles.certificates, file)));

describe('The certificates of the simulator, beside the recorded ones', () => {
  let simulator: Simulator;
  before(async function () {
    needSharedFiles(this, 'recordedAnswers', 'certificates');
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator?.close());

  const serialNumberBytes = (der: Buffer) => Buffer.from(new X509Certificate(der).serialNumber, 'hex').length;
  const validityMs = (der: Buffer) => {
    const { validFrom, validTo } = new X509Certificate(der);
    return Date.parse(validTo) - Date.parse(validFrom);
  };

  for (const purpose of ['authentication', 'signature'] as const) {
    it(`a person's certificate has the same shape, and differs only in what it must: ${purpose}`, async () => {
      const recorded = recordedCertificates()[purpose];
      // As large as the real ones are.
      const privateKey = await generateRsaKey(6144);
      const { certificate } = simulator.pki.issueUserCertificate({ account, purpose, privateKey });
      compareRows(certificateRows(recorded), certificateRows(certificate), [
        ...otherIssuer,
        ...otherCertificate,
        ...otherAddresses,
        ...(purpose === 'signature' ? otherConditions : []),
      ]);
      expect(serialNumberBytes(certificate)).to.equal(serialNumberBytes(recorded));
      expect(validityMs(certificate)).to.equal(validityMs(recorded));
    });
  }

  for (const [file, authorityOf] of [
    ['demo/TEST_of_SK_ID_Solutions_EID-Q_2024E.pem', ({ qualified }) => qualified],
    ['demo/TEST_EID-NQ_2021E.pem', ({ nonQualified }) => nonQualified],
    // Of the same profile: there is no such authority in the simulator.
    ['demo-more/TEST_EID-Q_2021E.pem', ({ nonQualified }) => nonQualified],
  ] as [string, (authorities: Simulator['pki']['authorities']) => Authority][]) {
    it(`an authority's certificate has the same shape, and differs only in what it must: ${file}`, () => {
      const recorded = publishedAuthority(file).raw;
      const { certificate } = authorityOf(simulator.pki.authorities);
      compareRows(certificateRows(recorded), certificateRows(certificate), [
        ...otherAuthority,
        ...otherCertificate,
        ...otherAddresses,
      ]);
      expect(serialNumberBytes(certificate)).to.equal(serialNumberBytes(recorded));
    });
  }

  it("an authority's certificate of 2024 is valid for as long", () => {
    const recorded = publishedAuthority('demo/TEST_of_SK_ID_Solutions_EID-Q_2024E.pem').raw;
    expect(validityMs(simulator.pki.authorities.qualified.certificate)).to.equal(validityMs(recorded));
  });

  it("an authority's certificate of 2021 is valid for fifteen years to the second", () => {
    const recorded = publishedAuthority('demo/TEST_EID-NQ_2021E.pem');
    for (const { validFrom, validTo } of [
      recorded,
      new X509Certificate(simulator.pki.authorities.nonQualified.certificate),
    ]) {
      const end = new Date(validFrom);
      end.setUTCFullYear(end.getUTCFullYear() + 15);
      expect(new Date(validTo)).to.deep.equal(end);
    }
  });

  it('the root signs with a curve of the size that the real one does', () => {
    const { publicKey } = new X509Certificate(simulator.pki.root.certificate);
    expect(publicKey.asymmetricKeyDetails?.namedCurve).to.equal('secp521r1');
  });
});
