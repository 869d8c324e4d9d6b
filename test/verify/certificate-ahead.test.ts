import { expect } from 'chai';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { parseCertificate } from '../../lib/trust/certificate.js';
import { createRevocationChecker } from '../../lib/trust/revocation/over-http.js';
import { verifyAuthentication } from '../../lib/verify/authentication.js';
import { judgeCertificateAhead } from '../../lib/verify/certificate-ahead.js';
import { type GenuineInput, genuineAuthentication } from '../support/authentication.js';
import { usePhone } from '../support/phone.js';
import { Browser, startSite } from '../support/site.js';
import { until } from '../support/until.js';

const revoked = 'PNOEE-00000000008-SIMU-Q';

describe('Revocation asked ahead of the verification', () => {
  let simulator: Simulator;

  before(async () => {
    simulator = await startSimulator({ port: 0 });
  });
  after(() => simulator.close());
  beforeEach(() => {
    simulator.revocation.ocspFault = undefined;
    simulator.revocation.crlFault = undefined;
    simulator.revocation.ocspProfile = 'simple';
    Object.assign(simulator.revocation.requests, { ocsp: 0, crl: 0 });
  });

  const certOf = ({ status }: GenuineInput) => status.cert ?? { value: '' };
  async function refusal(input: GenuineInput): Promise<string | undefined> {
    const error = await verifyAuthentication(input).then(
      () => undefined,
      (reason: Error) => reason,
    );
    return error?.message;
  }

  it('is one question: the verification of the same answer takes what was answered', async () => {
    const input = await genuineAuthentication(simulator);
    judgeCertificateAhead(certOf(input), input);
    await until(() => simulator.revocation.requests.ocsp === 1);
    expect(await refusal(input)).to.equal(undefined);
    expect(simulator.revocation.requests).to.deep.equal({ ocsp: 1, crl: 0 });
  });

  it('refuses by what was answered', async () => {
    const input = await genuineAuthentication(simulator, { documentNumber: revoked });
    judgeCertificateAhead(certOf(input), input);
    expect(await refusal(input)).to.contain('is revoked');
    expect(simulator.revocation.requests.ocsp).to.equal(1);
  });

  it('is asked anew after a minute, for an answer without nextUpdate is of then', async () => {
    simulator.revocation.ocspProfile = 'recorded';
    const input = await genuineAuthentication(simulator);
    judgeCertificateAhead(certOf(input), input);
    expect(await refusal({ ...input, now: input.now + 59_999 })).to.equal(undefined);
    expect(simulator.revocation.requests.ocsp).to.equal(1);
    expect(await refusal({ ...input, now: input.now + 60_000 })).to.equal(undefined);
    expect(simulator.revocation.requests.ocsp).to.equal(2);
  });

  it('is asked anew where nobody had answered', async () => {
    const input = await genuineAuthentication(simulator);
    simulator.revocation.ocspFault = 'unavailable';
    simulator.revocation.crlFault = 'unavailable';
    judgeCertificateAhead(certOf(input), input);
    await until(() => simulator.revocation.requests.crl === 1);
    // The connection is closed in that moment, which the site has still to see.
    await new Promise((resolve) => setTimeout(resolve, 100));
    simulator.revocation.ocspFault = undefined;
    expect(await refusal(input)).to.equal(undefined);
  });

  it('is not asked twice by who waits for it: nobody answers the second time either', async () => {
    const input = await genuineAuthentication(simulator);
    simulator.revocation.ocspFault = 'unavailable';
    simulator.revocation.crlFault = 'unavailable';
    judgeCertificateAhead(certOf(input), input);
    expect(await refusal(input)).to.contain('neither OCSP');
    expect(simulator.revocation.requests).to.deep.equal({ ocsp: 1, crl: 1 });
  });

  it('is a refusal where the certificate names nobody whom it could be asked of', async () => {
    const { certificate } = simulator.pki.issueUserCertificate({ ocspUrl: null, crlUrl: null });
    const path = [certificate, simulator.pki.authorities.qualified.certificate].map(parseCertificate);
    const checker = createRevocationChecker();
    checker.askAhead(path, Date.now());
    expect(await checker.refuse(path, Date.now())).to.contain('neither OCSP');
  });

  it('is not asked where the path leads to no anchor: whoever made the certificate chose the address', async () => {
    const input = await genuineAuthentication(simulator);
    const stranger = simulator.pki.issueAuthority({ subject: simulator.pki.authorities.qualified.subject });
    const { certificate } = simulator.pki.issueUserCertificate({ issuer: stranger });
    for (const value of [certificate.toString('base64'), '', 'AAAA', '%', 'A'.repeat(100_000)]) {
      judgeCertificateAhead({ value }, input);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(simulator.revocation.requests).to.deep.equal({ ocsp: 0, crl: 0 });
  });

  it('is not asked where revocation is off', async () => {
    const input = { ...(await genuineAuthentication(simulator)), revocation: createRevocationChecker('off') };
    judgeCertificateAhead(certOf(input), input);
    expect(await refusal(input)).to.equal(undefined);
    expect(simulator.revocation.requests.ocsp).to.equal(0);
  });

  it('is of the certificate that was judged, and of no other that takes its place', async () => {
    const input = await genuineAuthentication(simulator);
    judgeCertificateAhead(certOf(input), input);
    certOf(input).value =
      (await genuineAuthentication(simulator, { documentNumber: revoked })).status.cert?.value ?? '';
    expect(await refusal(input)).to.contain('is revoked');
  });

  it('goes out on a site as soon as the service has answered, before the browser comes to finish', async () => {
    const site = await startSite(simulator);
    try {
      const browser = new Browser(site.origin);
      const { id, qrLink = '' } = await browser.start({});
      await browser.status(id);
      await usePhone(simulator, { deviceLink: qrLink, flowType: 'QR' });
      await until(() => simulator.revocation.requests.ocsp === 1);
      expect((await browser.post('/finish', { id })).status).to.equal(200);
      expect(simulator.revocation.requests).to.deep.equal({ ocsp: 1, crl: 0 });
    } finally {
      await site.close();
    }
  });
});
