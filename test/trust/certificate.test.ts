import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { parseCertificate } from '../../lib/trust/certificate.js';

describe('A certificate that is read', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  it('is exactly one', () => {
    const { certificate } = simulator.pki.issueUserCertificate();
    expect(parseCertificate(certificate).der).to.deep.equal(certificate);
    for (const more of [Buffer.of(0), certificate]) {
      expect(() => parseCertificate(Buffer.concat([certificate, more]))).to.throw('there is more than there should be');
    }
  });

  it('has the SHA-256 of its bytes as its fingerprint, as it is published', () => {
    const { certificate } = simulator.pki.issueUserCertificate();
    const expected = createHash('sha256').update(certificate).digest('hex').toUpperCase();
    expect(parseCertificate(certificate).fingerprint).to.equal(expected);
  });
});
