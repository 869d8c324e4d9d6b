/** OCSP answers in the shape of the demo environment's. */

import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { BasicOCSPResponse, Certificate, OCSPRequest, OCSPResponse, type SingleResponse } from 'pkijs';
import { createRevocationChecker, loadTrustAnchors, verifyAuthentication } from '../../lib/client.js';
import { type Authority, type Simulator, startSimulator } from '../../lib/simulator/index.js';
import { toPem } from '../../lib/simulator/pki/certificate.js';
import { ocspRows } from '../support/asn1-rows.js';
import { genuineAuthentication } from '../support/authentication.js';
import { compareRows } from '../support/compare-rows.js';
import { needTools } from '../support/outside-tools.js';
import { answerWith } from '../support/revocation-fetch.js';
import { needSharedFiles, sharedFiles } from '../support/shared-files.js';
import { otherAuthority, otherCertificate } from './recorded-differences.js';

const run = promisify(execFile);
const nonceType = '1.3.6.1.5.5.7.48.1.2';

describe('The OCSP answers of the simulator', () => {
  let simulator: Simulator;
  let qualified: Authority;
  before(async () => {
    simulator = await startSimulator({ port: 0 });
    qualified = simulator.pki.authorities.qualified;
  });
  after(() => simulator.close());
  afterEach(() =>
    Object.assign(simulator.revocation, { ocspProfile: 'recorded', responder: 'delegated', returnsNonce: true }),
  );

  /** Without a nonce, as when the answer was recorded. */
  async function requestFor(authority: Authority): Promise<OCSPRequest> {
    const { certificate } = simulator.pki.issueUserCertificate({ issuer: authority });
    const request = new OCSPRequest();
    await request.createForCertificate(Certificate.fromBER(new Uint8Array(certificate)), {
      hashAlgorithm: 'SHA-1',
      issuerCertificate: Certificate.fromBER(new Uint8Array(authority.certificate)),
    });
    return request;
  }

  async function answer(authority = qualified): Promise<Buffer> {
    const body = (await requestFor(authority)).toSchema(true).toBER();
    const headers = { 'content-type': 'application/ocsp-request' };
    const response = await fetch(authority.ocspUrl, { method: 'POST', headers, body });
    return Buffer.from(await response.arrayBuffer());
  }

  function basicOf(der: Uint8Array): BasicOCSPResponse {
    const bytes = OCSPResponse.fromBER(new Uint8Array(der)).responseBytes?.response.valueBlock.valueHexView;
    return BasicOCSPResponse.fromBER(new Uint8Array(bytes ?? []));
  }
  function responderOf(der: Uint8Array): X509Certificate {
    const [certificate] = basicOf(der).certs ?? [];
    return new X509Certificate(Buffer.from(certificate?.toSchema().toBER() ?? new ArrayBuffer()));
  }
  const singleOf = ({ tbsResponseData }: BasicOCSPResponse) => tbsResponseData.responses[0] as SingleResponse;

  it('OCSP answers have the shape of the recorded one, and differ only in what they must', async function () {
    needSharedFiles(this, 'recordedOcspAnswer');
    const time = 'it is of another time';
    compareRows(ocspRows(readFileSync(sharedFiles.recordedOcspAnswer)), ocspRows(await answer()), [
      ...otherAuthority,
      ...otherCertificate,
      { of: /producedAt$/, because: time },
      { of: /responses\/0\/2$/, because: time },
      { of: /responses\/0\/0\/[12]$/, because: 'it is another authority' },
      { of: /responses\/0\/0\/3$/, because: 'it is another certificate' },
      { of: /archiveCutoff$/, because: 'the authority begins at another time' },
      { of: /basic\/signature$/, because: "it is another responder's key" },
    ]);
  });

  it('OCSP answers have another shape only where a test asks for it', async function () {
    needSharedFiles(this, 'recordedOcspAnswer');
    const recorded = ocspRows(readFileSync(sharedFiles.recordedOcspAnswer));
    for (const other of [{ ocspProfile: 'simple' }, { responder: 'direct' }]) {
      Object.assign(simulator.revocation, { ocspProfile: 'recorded', responder: 'delegated' }, other);
      const rows = ocspRows(await answer());
      expect(() => compareRows(recorded, rows, [{ of: /./, because: 'it is not about values' }])).to.throw('the shape');
    }
  });

  it('OCSP answers are of whole seconds, thisUpdate that of producedAt, and name the beginning of the authority', async () => {
    const basic = basicOf(await answer());
    const { thisUpdate, singleExtensions } = singleOf(basic);
    expect(thisUpdate.getTime() % 1000).to.equal(0);
    expect(thisUpdate).to.deep.equal(basic.tbsResponseData.producedAt);
    const { validFrom } = new X509Certificate(qualified.certificate);
    expect(singleExtensions?.[0]?.parsedValue.toDate()).to.deep.equal(new Date(validFrom));
  });

  it('OCSP answers come with the certificate of the responder, RSA 3072 and for five years, which stays the same', async () => {
    const [one, again] = [responderOf(await answer()), responderOf(await answer())];
    expect(one.publicKey.asymmetricKeyDetails?.modulusLength).to.equal(3072);
    expect(Date.parse(one.validTo) - Date.parse(one.validFrom)).to.equal(5 * 365 * 86_400_000 - 1000);
    expect(again.fingerprint256).to.equal(one.fingerprint256);
  });

  it('OCSP answers of each authority come with the certificate of a responder that this authority issued, no other', async () => {
    const { qualifiedRsa } = simulator.pki.authorities;
    const keyOf = ({ certificate }: Authority) => new X509Certificate(certificate).publicKey;
    for (const [own, another] of [
      [qualified, qualifiedRsa],
      [qualifiedRsa, qualified],
    ] as const) {
      const responder = responderOf(await answer(own));
      expect([responder.verify(keyOf(own)), responder.verify(keyOf(another))], own.id).to.deep.equal([true, false]);
    }
  });

  it('OCSP answers keep the key of the responder for the next simulator, under a certificate of its own', async () => {
    const next = await startSimulator({ port: 0 });
    try {
      const before = responderOf(await answer());
      const after = responderOf(await answer(next.pki.authorities.qualified));
      expect(after.publicKey.equals(before.publicKey)).to.equal(true);
      expect(after.verify(new X509Certificate(next.pki.authorities.qualified.certificate).publicKey)).to.equal(true);
      expect(after.verify(new X509Certificate(qualified.certificate).publicKey)).to.equal(false);
    } finally {
      await next.close();
    }
  });

  it('OCSP answers may be remembered for an hour where a test asks for it', async () => {
    simulator.revocation.ocspProfile = 'simple';
    const { nextUpdate, thisUpdate, singleExtensions } = singleOf(basicOf(await answer()));
    expect(Number(nextUpdate) - Number(thisUpdate)).to.equal(3_600_000);
    expect(singleExtensions).to.equal(undefined);
  });

  for (const returnsNonce of [true, false]) {
    it(`OCSP answers convince the library, ${returnsNonce ? 'and repeat' : 'without'} its nonce`, async () => {
      simulator.revocation.returnsNonce = returnsNonce;
      let answered = Buffer.alloc(0);
      const now = Date.now();
      const revocation = createRevocationChecker('ocsp', async (url, { method, headers, body }) => {
        const asked = new Uint8Array(Buffer.from(body ?? ''));
        answered = Buffer.from(await (await fetch(url, { method, headers, body: asked })).arrayBuffer());
        return answerWith(answered);
      });
      const trustAnchors = loadTrustAnchors(simulator.trustAnchors, now);
      await verifyAuthentication({ ...(await genuineAuthentication(simulator)), trustAnchors, revocation, now });
      const extensions = basicOf(answered).tbsResponseData.responseExtensions?.map(({ extnID }) => extnID);
      expect(extensions).to.deep.equal(returnsNonce ? [nonceType] : []);
    });
  }

  describe('asked for by openssl', () => {
    let folder: string;
    before(async function () {
      needTools(this, 'openssl');
      folder = await mkdtemp(path.join(tmpdir(), 'ocsp-'));
      const { root, authorities } = simulator.pki;
      await writeFile(path.join(folder, 'ca.pem'), simulator.rootCertificate + simulator.trustAnchors);
      for (const { id, certificate } of [root, ...Object.values(authorities)]) {
        await writeFile(path.join(folder, `${id}.pem`), toPem(certificate));
      }
    });
    after(() => folder && rm(folder, { recursive: true }));

    /** Not in the way of `said`: who answers is in this very process, so that it must not wait. */
    async function askOpenSsl(authority: Authority, certificate: Buffer, ...options: string[]): Promise<string> {
      await writeFile(path.join(folder, 'certificate.pem'), toPem(certificate));
      const about = ['-issuer', `${authority.id}.pem`, '-cert', 'certificate.pem'];
      const args = ['ocsp', ...about, '-url', authority.ocspUrl, '-CAfile', 'ca.pem', ...options];
      const { stdout, stderr } = await run('openssl', args, { cwd: folder });
      return stdout + stderr;
    }

    for (const option of ['-nonce', '-no_nonce']) {
      it(`OCSP answers are verified, from each authority: ${option}`, async () => {
        for (const authority of Object.values(simulator.pki.authorities)) {
          const { certificate } = simulator.pki.issueUserCertificate({ issuer: authority });
          const output = await askOpenSsl(authority, certificate, option);
          expect(output).to.contain('Response verify OK').and.contain('certificate.pem: good');
          expect(output).not.to.contain('WARNING');
        }
      });
    }

    it('OCSP answers are the same where the question is in the path (RFC 6960, A.1), its slashes encoded or not', async () => {
      const { certificate } = simulator.pki.issueUserCertificate({ issuer: qualified });
      await askOpenSsl(qualified, certificate, '-no_nonce', '-reqout', 'question.der');
      const question = await readFile(path.join(folder, 'question.der'));
      const base64 = question.toString('base64');
      for (const inPath of [encodeURIComponent(base64), base64.replaceAll('+', '%2B')]) {
        const response = await fetch(`${qualified.ocspUrl}/${inPath}`);
        expect(response.headers.get('content-type')).to.equal('application/ocsp-response');
        await writeFile(path.join(folder, 'answer.der'), Buffer.from(await response.arrayBuffer()));
        const files = ['-issuer', `${qualified.id}.pem`, '-cert', 'certificate.pem', '-CAfile', 'ca.pem'];
        const { stdout, stderr } = await run('openssl', ['ocsp', '-respin', 'answer.der', ...files], { cwd: folder });
        expect(stdout + stderr)
          .to.contain('Response verify OK')
          .and.contain('certificate.pem: good');
      }
    });

    it('an OCSP question that is none is answered with malformedRequest', async () => {
      for (const [body, inPath] of [
        [Buffer.from('no question'), ''],
        [undefined, '/bm8gcXVlc3Rpb24='],
      ] as const) {
        const headers = { 'content-type': 'application/ocsp-request' };
        const response = await fetch(qualified.ocspUrl + inPath, { method: body ? 'POST' : 'GET', headers, body });
        expect(Buffer.from(await response.arrayBuffer()).toString('hex')).to.equal('30030a0101');
      }
    });

    it('OCSP answers of the root say of an authority that it is good', async () => {
      const output = await askOpenSsl(simulator.pki.root, qualified.certificate, '-nonce');
      expect(output).to.contain('Response verify OK').and.contain('certificate.pem: good');
    });

    it('OCSP answers say since when a certificate is revoked', async () => {
      const account = 'PNOEE-00000000008-SIMU-Q';
      const key = simulator.pki.issueUserCertificate({ account });
      simulator.useCertificate(account, key);
      const output = await askOpenSsl(qualified, key.certificate, '-nonce');
      expect(output)
        .to.contain('Response verify OK')
        .and.contain('certificate.pem: revoked')
        .and.contain('Revocation Time');
    });
  });
});
