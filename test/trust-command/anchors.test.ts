import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { parseCertificate } from '../../lib/trust/certificate.js';

import { type Download, downloadIssuers, judge } from '../../lib/trust-command/anchors.js';

const download: Download = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
};

describe('Trust anchors from the network', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());

  const failures: string[] = [];
  const find = (...certificates: Uint8Array[]) =>
    downloadIssuers(certificates.map(parseCertificate), download, (url) => failures.push(url));
  const published = () => {
    const authority = parseCertificate(simulator.pki.authorities.qualified.certificate);
    return [{ commonName: 'EID-Q', fingerprint: authority.fingerprint }];
  };

  it('are found by the address in a user certificate, and taken when their fingerprint is published', async () => {
    const { certificate } = simulator.pki.issueUserCertificate();
    const [found, ...others] = await find(certificate, simulator.pki.issueUserCertificate().certificate);
    expect(others).to.have.length(0);
    expect(found?.from).to.equal(simulator.pki.authorities.qualified.caIssuersUrl);
    if (!found) throw new Error('Nothing was found.');
    expect(judge(found.certificate, found.from, published(), Date.now())).to.not.have.property('refusal');
  });

  it('are refused when the address gives another CA, although it looks the same', async () => {
    const { subject } = simulator.pki.authorities.qualified;
    const impostor = parseCertificate(simulator.pki.issueAuthority({ subject }).certificate);
    expect(judge(impostor, 'somewhere', published(), Date.now()).refusal).to.contain('fingerprint');
  });

  it('are refused when they have expired', () => {
    const authority = parseCertificate(simulator.pki.authorities.qualified.certificate);
    const inFiftyYears = Date.now() + 50 * 365 * 86_400_000;
    expect(judge(authority, 'somewhere', published(), inFiftyYears).refusal).to.contain('expired');
  });

  it('are passed over, and told, where the address gives none', async () => {
    const urls = ['http://127.0.0.1:9/nothing', `${simulator.baseUrl}/nothing`, `${simulator.phoneUrl}`];
    for (const caIssuersUrl of urls) {
      expect(await find(simulator.pki.issueUserCertificate({ caIssuersUrl }).certificate)).to.have.length(0);
    }
    expect(failures).to.deep.equal(urls);
  });

  it('are never looked for at an address that is not http', async () => {
    for (const caIssuersUrl of ['file:///etc/passwd', 'ldap://127.0.0.1/', 'http://']) {
      expect(await find(simulator.pki.issueUserCertificate({ caIssuersUrl }).certificate)).to.have.length(0);
    }
    expect(failures.filter((url) => !url.startsWith('http://'))).to.deep.equal([]);
  });
});
