import { expect } from 'chai';
import { createRevocationChecker } from '../../lib/revocation.js';
import { type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { type Certificate, parseCertificate } from '../../lib/trust/certificate.js';
import {
  type FetchRevocation,
  RevocationChecker,
  type RevocationPolicy,
} from '../../lib/trust/revocation/revocation.js';
import { crlFaults, good, ocspFaults, pathOf, revoked, unknown } from '../attacks/revocation.js';

const minute = 60_000;

type FetchRequest = Omit<Parameters<FetchRevocation>[0], 'body'> & { isAsked: boolean };

describe('Revocation', () => {
  let simulator: Simulator;
  let time = Date.now();
  const paths: Record<string, Certificate[]> = {};

  before(async () => {
    simulator = await startSimulator({ port: 0, clock: () => time });
    for (const documentNumber of [good, revoked, unknown, 'PNOLV-040404-10003-DEMO-Q']) {
      paths[documentNumber] = await pathOf(simulator, documentNumber);
    }
  });
  after(() => simulator.close());
  beforeEach(() => {
    time = Date.now();
    Object.assign(simulator.revocation, { responder: 'delegated', returnsNonce: true });
    simulator.revocation.ocspFault = undefined;
    simulator.revocation.crlFault = undefined;
    Object.assign(simulator.revocation.requests, { ocsp: 0, crl: 0 });
  });

  const refusal = (documentNumber: string, policy?: RevocationPolicy, checker = createRevocationChecker(policy)) =>
    checker.refuse(paths[documentNumber] as Certificate[], time);
  const asked = () => ({ ...simulator.revocation.requests });

  for (const responder of ['delegated', 'direct'] as const) {
    it(`is told by OCSP, from a ${responder} responder`, async () => {
      simulator.revocation.responder = responder;
      expect(await refusal(good)).to.equal(undefined);
      expect(await refusal('PNOLV-040404-10003-DEMO-Q'), 'an RSA authority').to.equal(undefined);
      expect(await refusal(revoked)).to.contain('is revoked');
      expect(await refusal(unknown)).to.contain('unknown to its CA');
      expect(asked()).to.deep.equal({ ocsp: 4, crl: 0 });
    });
  }

  it('is told by the list where OCSP gives no answer', async () => {
    simulator.revocation.ocspFault = 'unavailable';
    expect(await refusal(good)).to.equal(undefined);
    expect(await refusal(revoked)).to.contain('is revoked');
    expect(asked()).to.deep.equal({ ocsp: 2, crl: 2 });
  });

  it('is refused where nobody answers', async () => {
    simulator.revocation.ocspFault = 'unavailable';
    simulator.revocation.crlFault = 'unavailable';
    expect(await refusal(good)).to.contain('neither OCSP nor a CRL');
  });

  for (const fault of ocspFaults) {
    it(`takes no OCSP answer that is wrong: ${fault}`, async () => {
      simulator.revocation.ocspFault = fault;
      expect(await refusal(good, 'ocsp')).to.contain('neither OCSP');
      expect(asked(), 'with this policy no list is asked for').to.deep.equal({ ocsp: 1, crl: 0 });
      expect(await refusal(revoked), 'the list still tells').to.contain('is revoked');
    });
  }

  it('takes no answer to an earlier request', async () => {
    expect(await refusal(good, 'ocsp')).to.equal(undefined);
    simulator.revocation.ocspFault = 'replayed';
    expect(await refusal(good, 'ocsp')).to.contain('neither OCSP');
  });

  it('takes an answer without a nonce, as responders that prepare their answers give', async () => {
    simulator.revocation.returnsNonce = false;
    expect(await refusal(good, 'ocsp')).to.equal(undefined);
  });

  for (const fault of crlFaults) {
    it(`takes no list that is wrong: ${fault}`, async () => {
      simulator.revocation.ocspFault = 'unavailable';
      simulator.revocation.crlFault = fault;
      expect(await refusal(good)).to.contain('neither OCSP nor a CRL');
    });
  }

  it('asks nobody when it is off', async () => {
    expect(await refusal(revoked, 'off')).to.equal(undefined);
    expect(asked()).to.deep.equal({ ocsp: 0, crl: 0 });
  });

  it('is asked about once in five minutes, and then anew', async () => {
    const checker = createRevocationChecker('ocsp');
    for (let times = 0; times < 3; times++) expect(await refusal(good, undefined, checker)).to.equal(undefined);
    time += 5 * minute - 1;
    await refusal(good, undefined, checker);
    expect(asked().ocsp).to.equal(1);
    time += 2;
    await refusal(good, undefined, checker);
    expect(asked().ocsp).to.equal(2);
  });

  it('keeps a list for five minutes too', async () => {
    simulator.revocation.ocspFault = 'unavailable';
    const checker = createRevocationChecker();
    for (let times = 0; times < 3; times++) await refusal(good, undefined, checker);
    expect(asked().crl).to.equal(1);
    time += 5 * minute + 1;
    await refusal(good, undefined, checker);
    expect(asked().crl).to.equal(2);
  });

  it('is refused for a certificate that names nobody to ask', async () => {
    const { certificate } = simulator.pki.issueUserCertificate({ ocspUrl: null, crlUrl: null });
    const path = [parseCertificate(certificate), paths[good]?.[1] as Certificate];
    expect(await createRevocationChecker().refuse(path, time)).to.contain('neither OCSP nor a CRL');
    expect(asked()).to.deep.equal({ ocsp: 0, crl: 0 });
  });

  it('is told apart for each certificate by one checker, which remembers each', async () => {
    const checker = createRevocationChecker();
    for (let times = 0; times < 2; times++) {
      expect(await refusal(good, undefined, checker)).to.equal(undefined);
      expect(await refusal(revoked, undefined, checker)).to.contain('is revoked');
      expect(await refusal(unknown, undefined, checker)).to.contain('unknown to its CA');
      expect(await refusal('PNOLV-040404-10003-DEMO-Q', undefined, checker)).to.equal(undefined);
    }
    expect(asked()).to.deep.equal({ ocsp: 4, crl: 0 });
    time += 5 * minute;
    simulator.revocation.ocspFault = 'unavailable';
    for (const documentNumber of [good, 'PNOLV-040404-10003-DEMO-Q']) {
      expect(await refusal(documentNumber, undefined, checker), 'each by the list of its CA').to.equal(undefined);
    }
    expect(asked().crl).to.equal(2);
  });

  it('is asked about with a POST and its content type, and the list with a GET', async () => {
    const requests: FetchRequest[] = [];
    const checker = new RevocationChecker('ocsp-then-crl', ({ body, ...request }) => {
      requests.push({ ...request, isAsked: body !== undefined });
      return Promise.reject(new Error('No network.'));
    });
    expect(await refusal(good, undefined, checker)).to.contain('neither OCSP nor a CRL');
    const { ocspUrl, crlUrl } = simulator.pki.authorities.qualified;
    expect(requests).to.deep.equal([
      { method: 'POST', url: ocspUrl, contentType: 'application/ocsp-request', isAsked: true },
      { method: 'GET', url: crlUrl, isAsked: false },
    ]);
  });

  it('is asked about nobody for an anchor alone', async () => {
    const anchor = paths[revoked]?.[1] as Certificate;
    expect(await createRevocationChecker().refuse([anchor], time)).to.equal(undefined);
    expect(asked()).to.deep.equal({ ocsp: 0, crl: 0 });
  });

  it('asks by http and https only', async () => {
    const urls: string[] = [];
    const checker = createRevocationChecker('ocsp-then-crl', (url) => {
      urls.push(url);
      return Promise.reject(new Error('No network.'));
    });
    const { certificate } = simulator.pki.issueUserCertificate({ ocspUrl: 'file:///etc/passwd', crlUrl: 'ldap://x/' });
    await checker.refuse([parseCertificate(certificate), paths[good]?.[1] as Certificate], time);
    expect(urls).to.deep.equal([]);
  });
});
