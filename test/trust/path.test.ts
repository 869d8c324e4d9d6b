import { expect } from 'chai';
import type { UserCertificateOverrides } from '../../lib/simulator/index.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { loadTrustAnchors, type TrustAnchors } from '../../lib/trust/anchors.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { buildPath } from '../../lib/trust/path.js';

const year = 365 * 86_400_000;

describe('A certificate path', () => {
  let simulator: Simulator;
  let anchors: TrustAnchors;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    anchors = loadTrustAnchors(simulator.trustAnchors, Date.now());
  });
  after(() => simulator.close());

  const result = (overrides: UserCertificateOverrides = {}, now = Date.now()) =>
    buildPath(parseCertificate(simulator.pki.issueUserCertificate(overrides).certificate), anchors, now);

  async function refusal(overrides: UserCertificateOverrides, now?: number): Promise<string> {
    const outcome = await result(overrides, now);
    expect(outcome, 'the path must be refused').to.have.property('refusal');
    return (outcome as { refusal: string }).refusal;
  }

  for (const account of ['PNOEE-40404040009-MOCK-Q', 'PNOLV-040404-10003-DEMO-Q', 'PNOLT-61101019988-MOCK-NQ']) {
    it(`leads from the certificate of ${account} to its issuing CA, which is the anchor`, async () => {
      const outcome = await result({ account });
      if (!('path' in outcome)) throw new Error(outcome.refusal);
      expect(outcome.path).to.have.length(2);
      expect(anchors.certificates).to.include(outcome.path[1]);
    });
  }

  it('ends at the issuing CA also where its root is an anchor too', async () => {
    const { root, issueUserCertificate } = simulator.pki;
    const both = loadTrustAnchors([simulator.trustAnchors, root.certificate], Date.now());
    const outcome = await buildPath(parseCertificate(issueUserCertificate().certificate), both, Date.now());
    expect(outcome).to.have.property('path');
  });

  it('is refused when only the root is an anchor, because nothing else is looked for', async () => {
    const { root, issueUserCertificate } = simulator.pki;
    const rootOnly = loadTrustAnchors(root.certificate, Date.now());
    const outcome = await buildPath(parseCertificate(issueUserCertificate().certificate), rootOnly, Date.now());
    expect(outcome).to.have.property('refusal');
  });

  it('is refused for an expired certificate', async () => {
    expect(await refusal({ notAfter: new Date(Date.now() - 1000) })).to.contain('expired');
  });

  it('is refused for a certificate that is not valid yet', async () => {
    expect(await refusal({ notBefore: new Date(Date.now() + 60_000) })).to.contain('not yet valid');
  });

  it('is refused once the anchor has expired', async () => {
    const notAfter = new Date(Date.now() + 40 * year);
    expect(await refusal({ notAfter }, Date.now() + 30 * year)).to.contain('expired');
  });

  it('is refused for an issuer with the right name and another key', async () => {
    const { issueAuthority, authorities } = simulator.pki;
    const { subject } = authorities.qualified;
    expect(await refusal({ issuer: issueAuthority({ subject }) })).to.be.a('string');
  });

  it('is refused for an issuer with the right name and key identifier and another key', async () => {
    const { issueAuthority, authorities } = simulator.pki;
    const { subject, keyIdentifier } = authorities.qualified;
    expect(await refusal({ issuer: { ...issueAuthority({ subject }), keyIdentifier } })).to.be.a('string');
  });

  it('is refused for an issuer under the same root that is no anchor', async () => {
    const { issueAuthority, root } = simulator.pki;
    expect(await refusal({ issuer: issueAuthority({ issuer: root }) })).to.be.a('string');
  });

  it('is refused for a certificate that a user certificate has signed', async () => {
    expect(await refusal({ issuer: simulator.pki.issueUserCertificate() })).to.be.a('string');
  });

  it('is refused for a self-signed certificate', async () => {
    const { certificate } = simulator.pki.issueAuthority();
    expect(await buildPath(parseCertificate(certificate), anchors, Date.now())).to.have.property('refusal');
  });

  it('is refused for an anchor in place of a user certificate', async () => {
    const { certificate } = simulator.pki.authorities.qualified;
    expect(await buildPath(parseCertificate(certificate), anchors, Date.now())).to.have.property('refusal');
  });

  it('is refused for a user certificate that says it is a CA', async () => {
    expect(await refusal({ basicConstraints: { ca: true } })).to.equal('it is the certificate of a CA');
  });

  it('is refused for a weak hash', async () => {
    expect(await refusal({ signatureHash: 'sha1' })).to.contain('not strong enough');
  });

  it('is refused for a critical extension that nobody knows', async () => {
    const unknown = { oid: '1.2.3.4.5', value: Buffer.from('0500', 'hex') };
    expect(await refusal({ extraExtensions: [{ ...unknown, critical: true }] })).to.contain('1.2.3.4.5');
    expect(await result({ extraExtensions: [{ ...unknown, critical: false }] })).to.have.property('path');
  });

  it('is refused for an extension that comes twice', async () => {
    const keyUsage = { oid: '2.5.29.15', critical: true, value: Buffer.from('03020780', 'hex') };
    expect(await refusal({ extraExtensions: [keyUsage] })).to.contain('twice');
  });

  for (const [what, overrides] of [
    ['has no basicConstraints for a CA', { basicConstraints: { ca: false } }],
    ['may not sign certificates', { keyUsage: ['cRLSign'] }],
  ] as const) {
    it(`cannot begin at an anchor that ${what}`, () => {
      const { certificate } = simulator.pki.issueAuthority(overrides);
      expect(() => loadTrustAnchors(certificate, Date.now())).to.throw(/CA certificates only/);
    });
  }
});
