import { expect } from 'chai';
import { type Simulator, startSimulator, type UserCertificateOverrides } from '../../lib/simulator/index.js';
import * as extension from '../../lib/simulator/pki/extensions.js';
import { loadTrustAnchors, type TrustAnchors } from '../../lib/trust/anchors.js';
import { buildPath, type PathResult } from '../../lib/trust/path.js';
import { badAnchors, badPaths, pathFor } from '../attacks/paths.js';
import { certificateWith } from '../support/certificates.js';

describe('A certificate path', () => {
  let simulator: Simulator;
  let anchors: TrustAnchors;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
    anchors = loadTrustAnchors(simulator.trustAnchors, Date.now());
  });
  after(() => simulator.close());

  const result = (overrides: UserCertificateOverrides = {}): PathResult =>
    pathFor(simulator.pki.issueUserCertificate(overrides), anchors);

  for (const account of ['PNOEE-40404040009-MOCK-Q', 'PNOLV-040404-10003-DEMO-Q', 'PNOLT-61101019988-MOCK-NQ']) {
    it(`leads from the certificate of ${account} to its issuing CA, which is the anchor`, async () => {
      const outcome = await result({ account });
      if (!('path' in outcome)) throw new Error(outcome.refusal);
      expect(outcome.path).to.have.length(2);
      expect(anchors.certificates).to.include(outcome.path[1]);
    });
  }

  it('ends at the issuing CA also where its root is an anchor too', async () => {
    const { root, authorities, issueUserCertificate } = simulator.pki;
    const both = [authorities.qualified.certificate, root.certificate];
    const outcome = await pathFor({ ...issueUserCertificate(), anchors: both }, anchors);
    expect(outcome).to.have.property('path').with.length(2);
  });

  for (const authority of ['qualified', 'qualifiedRsa'] as const) {
    for (const signatureHash of ['sha256', 'sha384', 'sha512'] as const) {
      it(`may be signed with ${signatureHash} by the authority ${authority}`, async () => {
        const issuer = simulator.pki.authorities[authority];
        expect(await result({ issuer, signatureHash })).to.have.property('path');
      });
    }
  }

  it('may hold the extensions of the profile as critical ones, or none', async () => {
    const extensions = [
      extension.basicConstraints({ ca: false }),
      extension.keyUsage(['digitalSignature']),
      extension.extendedKeyUsage(['1.3.6.1.5.5.7.3.2']),
      extension.certificatePolicies(['0.4.0.2042.1.2'], 'https://rp.example.com/'),
      extension.subjectAlternativeName([['commonName', 'PNOEE-30303039914-MOCK-Q']]),
    ].map((one) => ({ ...one, critical: true }));
    for (const some of [extensions, []]) {
      const leaf = certificateWith(simulator, { extensions: some });
      expect(await buildPath(leaf, anchors, Date.now())).to.have.property('path');
    }
  });

  it('may hold an extension that nobody knows if it is not critical', async () => {
    const unknown = { oid: '1.2.3.4.5', critical: false, value: Buffer.from('0500', 'hex') };
    expect(await result({ extraExtensions: [unknown] })).to.have.property('path');
  });

  for (const [what, reason, make] of badPaths) {
    it(`is refused for ${what}`, async () => {
      const outcome = await pathFor(make(simulator.pki), anchors);
      expect(outcome, 'the path must be refused').to.have.property('refusal').that.matches(reason);
    });
  }

  for (const [what, reason, overrides] of badAnchors) {
    it(`cannot begin at an anchor that ${what}`, () => {
      const { certificate } = simulator.pki.issueAuthority(overrides);
      expect(() => loadTrustAnchors(certificate, Date.now())).to.throw(reason);
    });
  }
});
